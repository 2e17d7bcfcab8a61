import { moment } from './figures.ts'
import type { ReportInput, Say } from './input.ts'
import type { Section } from './model.ts'
import { drawCode } from './qr.ts'

/** 数据现势性: which state of which layer the answer stands on. */
export function currencySection({ result, face, language, synthetic, timeZone }: ReportInput, say: Say): Section {
  const columns = [
    { title: say('图层', 'Layer'), width: 32 },
    { title: say('版本', 'Revision'), width: 10, align: 'right' as const },
    { title: say('发布时间', 'Published'), width: 28 },
    { title: say('覆盖', 'Coverage'), width: 12 },
    { title: say('内容哈希', 'Content hash'), width: 18 }
  ]
  const coverage = (ok: boolean | null) => {
    if (ok === null) return '—'
    return ok ? say('完整', 'complete') : say('不完整', 'incomplete')
  }
  const rows = result.provenance.layers.map(layer => [
    `${face(layer.id)?.title[language] ?? layer.id}${synthetic.has(layer.id) ? say('（演示数据）', ' (demonstration data)') : ''}`,
    layer.revision === 0 ? '—' : String(layer.revision),
    layer.publishedAt === null ? say('未发布', 'never published') : moment(layer.publishedAt, timeZone),
    coverage(layer.coverageOk),
    layer.contentHash.slice(0, 12) || '—'
  ])
  const { ruleset, engine } = result.provenance
  const facts = [
    [say('规则集', 'Rule set'), `${ruleset.id} ${ruleset.version} · ${ruleset.hash.slice(0, 12)}`],
    [
      say('引擎', 'Engine'),
      `${engine.service} · PostGIS ${engine.postgis} · GEOS ${engine.geos} · PROJ ${engine.proj} · ${say('网格', 'grid')} ${engine.gridM} m`
    ]
  ] as const
  const blocks: Section['blocks'] = [
    { kind: 'table', columns, rows },
    { kind: 'facts', rows: facts }
  ]
  return { id: 'currency', title: say('数据现势性', 'Data currency'), blocks }
}

export function disclaimerSection({ result, synthetic }: ReportInput, say: Say): Section {
  const notes = new Set(
    result.rules.flatMap(({ legalBasis }) => legalBasis.flatMap(basis => (basis as { note?: string }).note ?? []))
  )
  const lines = [
    say(
      '本报告由系统按所列数据版本和规则集自动生成，供审批使用，不代替行政决定。',
      'Made by a machine from the data revisions and the rule set named here; it serves a decision and does not replace one.'
    ),
    say(
      '结论仅反映“数据截止时间”之前发布的数据；此后发布的变更不在其内。',
      'The verdict knows what was published until the time given; nothing that came later.'
    ),
    say(
      '面积按计算坐标系平面面积计，保留两位小数；椭球面积仅供对照，另有注明的除外。',
      'Areas are planar in the working CRS, printed with two decimals; the ellipsoidal area is given for comparison unless a rule says otherwise.'
    ),
    say(
      '未涉及表示在完整覆盖的数据中没有发现；无法评定不等于未涉及。',
      'Not hit means: nothing found in data that cover the parcel. Not evaluated does not mean not hit.'
    ),
    ...(notes.size > 0
      ? [say(`法条、阈值：${[...notes].join('；')}。`, `Citations and thresholds: ${[...notes].join('; ')}.`)]
      : []),
    ...(synthetic.size > 0
      ? [say('标注“演示数据”的图层为合成数据。', 'Layers marked as demonstration data are synthetic.')]
      : [])
  ]
  return {
    id: 'disclaimers',
    title: say('说明', 'Notes'),
    blocks: [{ kind: 'text', tone: 'plain', lines: lines.map((line, i) => `${i + 1}. ${line}`) }]
  }
}

/** How a reader sees that this paper says what the server answered. */
export function verifySection({ result, variant, verifyUrl }: ReportInput, say: Say): Section {
  const { provenance } = result
  const lines = [
    say(
      '扫码或打开以下地址，核对本报告与存档是否一致：',
      'Scan, or open this address, to see whether this report agrees with what is kept:'
    ),
    verifyUrl,
    `${say('编号', 'Id')}: ${result.id}`,
    `${say('结果哈希', 'Result hash')}: ${provenance.resultHash}`,
    // Of a request that names a household: whoever guesses it could prove the guess.
    ...(variant === 'public'
      ? []
      : [
          `${say('输入哈希', 'Input hash')}: ${provenance.inputHash}`,
          `${say('请求哈希', 'Request hash')}: ${provenance.requestHash}`,
          `${say('前序审计哈希', 'Previous audit hash')}: ${provenance.prevAuditHash}`
        ])
  ]
  return {
    id: 'verify',
    title: say('核验', 'Verification'),
    blocks: [{ kind: 'code', drawing: drawCode(verifyUrl), lines }]
  }
}
