import { VERDICT_TEXT } from '../answer/judge.ts'
import { whyNot } from '../answer/messages.ts'
import { stageNames, suggestionNames, terrainNames } from './classes.ts'
import { area, metres, moment, percent } from './figures.ts'
import type { ReportInput, Say } from './input.ts'
import type { Block, Section } from './model.ts'

/** The code list of applications. */
const APPLICATION_TYPES = 'application-type'

/** 结论: the verdict, why, and how sure it is. */
export function verdictSection({ result, language, timeZone, codeTitle }: ReportInput, say: Say): Section {
  const { completeness, marginM, marginSearchM, boundarySensitivity, application, asOf } = result
  const verdictOf = (code: keyof typeof VERDICT_TEXT) => VERDICT_TEXT[code][language]
  const [eroded, dilated] = [boundarySensitivity.eroded, boundarySensitivity.dilated]
  const width = metres(boundarySensitivity.toleranceM)
  const { type, stage, intendedUse: use, terrainClass: terrain } = application
  const titled = (list: string, code: string) => codeTitle(list, code)?.[language]
  const facts: [string, string | null][] = [
    [say('审查结论', 'Verdict'), verdictOf(result.verdict)],
    [say('申请类型', 'Application type'), type && (titled(APPLICATION_TYPES, type) ?? type)],
    [say('审批环节', 'Stage'), stage && (stageNames(say)[stage] ?? stage)],
    [
      say('拟用途', 'Intended use'),
      use && [titled(use.system, use.code), `${use.code} (${use.system})`].filter(Boolean).join(' ')
    ],
    [say('地形类别', 'Terrain'), terrain && (terrainNames(say)[terrain] ?? terrain)],
    [say('申请事由', 'Purpose'), application.purpose],
    [
      say('评定完整性', 'Completeness'),
      say(
        `应评定 ${completeness.total} 条，已评定 ${completeness.evaluated} 条；必评而未评 ${completeness.mandatoryMissing} 条`,
        `${completeness.evaluated} of ${completeness.total} rules evaluated; ${completeness.mandatoryMissing} mandatory ones missing`
      )
    ],
    [
      say('距禁限边界', 'Margin'),
      marginM === null
        ? say(`${marginSearchM} 米内无禁建、限建边界`, `no forbidden or restricted boundary within ${marginSearchM} m`)
        : `${metres(marginM)} m${marginM < 0 ? say('（负值为侵入深度）', ' (negative: depth inside)') : ''}`
    ],
    [
      say('界线敏感性', 'Boundary sensitivity'),
      say(
        `界线内缩 ${width} 米：${eroded ? verdictOf(eroded) : '无面积'}；外扩 ${width} 米：${verdictOf(dilated)}。${result.boundarySensitive ? '结论随界线误差而变。' : '结论不变。'}`,
        `moved in by ${width} m: ${eroded ? verdictOf(eroded) : 'nothing left'}; moved out: ${verdictOf(dilated)}. ${result.boundarySensitive ? 'The verdict depends on the accuracy of the boundary.' : 'The verdict holds.'}`
      )
    ],
    [say('适用法律日期', 'Law of'), asOf.validTime],
    [say('数据截止时间', 'Data known at'), moment(asOf.knownTime, timeZone)]
  ]
  const blocks: Block[] = [
    { kind: 'facts', rows: facts.filter((fact): fact is [string, string] => Boolean(fact[1])) },
    {
      kind: 'table',
      columns: [
        { title: say('严重程度', 'Severity'), width: 16 },
        { title: say('规则', 'Rule'), width: 16 },
        { title: say('理由', 'Reason'), width: 68 }
      ],
      rows: result.reasons.map(({ severity, rule, message }) => [verdictOf(severity), rule ?? '—', message[language]])
    }
  ]
  if (result.previewOnly) {
    const line = say(
      '坐标经地图偏移改正而来，本结果仅供预览，不具审查效力。',
      'The coordinates were shifted for maps: this is a preview and no authoritative answer.'
    )
    blocks.unshift({ kind: 'text', tone: 'warning', lines: [line] })
  }
  return { id: 'verdict', title: say('结论', 'Verdict'), blocks }
}

/** What could not be evaluated, and why. */
export function notEvaluatedSection({ result, language }: ReportInput, say: Say): Section {
  const missing = result.rules.filter(({ status }) => status === 'NOT_EVALUATED')
  const title = say('未评定事项', 'Not evaluated')
  if (missing.length === 0) {
    const lines = [say('全部适用规则均已评定。', 'Every rule that applies was evaluated.')]
    return { id: 'not-evaluated', title, blocks: [{ kind: 'text', tone: 'plain', lines }] }
  }
  const columns = [
    { title: say('规则', 'Rule'), width: 32 },
    { title: say('必评', 'Mandatory'), width: 12 },
    { title: say('原因', 'Why'), width: 56 }
  ]
  const rows = missing.map(rule => [
    `${rule.id} ${rule.title[language]}`,
    rule.mandatory ? say('是', 'yes') : say('否', 'no'),
    [whyNot(rule.reason ?? 'error')[language], rule.detail].filter(Boolean).join(say('：', ': '))
  ])
  return { id: 'not-evaluated', title, blocks: [{ kind: 'table', columns, rows }] }
}

/** Advice; nothing where none was asked for. */
export function suggestionsSection({ result, language }: ReportInput, say: Say): Section | null {
  if (result.suggestions.length === 0) return null
  const names = suggestionNames(say)
  const columns = [
    { title: say('方案', 'Suggestion'), width: 20 },
    { title: say('复核结论', 'Re-checked'), width: 14 },
    { title: say('面积（㎡）', 'Area (m²)'), width: 14, align: 'right' as const },
    { title: say('占原地块', 'Of the parcel'), width: 12, align: 'right' as const },
    { title: say('说明', 'Explanation'), width: 40 }
  ]
  const rows = result.suggestions.map(suggestion => [
    names[suggestion.kind],
    VERDICT_TEXT[suggestion.verdict][language],
    area(suggestion.area),
    percent(suggestion.area / result.parcel.areaPlanar),
    suggestion.message[language]
  ])
  const advice = say('建议仅供参考，均经同一引擎复核。', 'Advice only; each was re-checked by the same engine.')
  const blocks: Block[] = [
    { kind: 'table', columns, rows },
    { kind: 'text', tone: 'quiet', lines: [advice] }
  ]
  return { id: 'suggestions', title: say('建议方案', 'Suggestions'), blocks }
}
