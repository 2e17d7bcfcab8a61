import { apportion } from '../answer/apportion.ts'
import { classNames } from './classes.ts'
import { area, metres, percent, sumPrinted } from './figures.ts'
import type { ReportInput, Say } from './input.ts'
import type { Block, Section } from './model.ts'

const right = 'right' as const

/** 净面积: every square metre belongs to one class; areas and shares sum as printed. */
export function netSection({ result }: ReportInput, say: Say): Section {
  const names = classNames(say)
  const shares = apportion(
    1,
    result.net.map(({ areaExact }) => areaExact),
    10_000
  )
  const columns = [
    { title: say('类别', 'Class'), width: 40 },
    { title: say('面积（㎡）', 'Area (m²)'), width: 30, align: right },
    { title: say('占比', 'Share'), width: 30, align: right }
  ]
  const rows = result.net.map((net, i) => [names[net.class], area(net.area), percent(shares[i]!)])
  const foot = [say('合计', 'Total'), sumPrinted(result.net.map(net => net.area)), percent(sum(shares))]
  const blocks: Block[] = [{ kind: 'table', columns, rows, foot }]
  if (result.parts.length > 1) blocks.push(partsTable(result.parts, names, say))
  if (!result.netCheck.complete) {
    const line = say(
      '有规则未能评定，净面积表不完整，不得作为可建依据。',
      'A rule that feeds this table was not evaluated: it is not complete, and no proof of what may be built.'
    )
    blocks.push({ kind: 'text', tone: 'warning', lines: [line] })
  }
  const lines = [
    say(
      '同一处按禁建、限建、可建的次序只归入一类；面积为计算坐标系平面面积。',
      'Ground belongs to the first of forbidden, restricted, buildable that holds; areas are planar in the working CRS.'
    )
  ]
  blocks.push({ kind: 'text', tone: 'quiet', lines })
  return { id: 'net', title: say('净面积表', 'Net areas'), blocks }
}

function partsTable(parts: ReportInput['result']['parts'], names: ReturnType<typeof classNames>, say: Say): Block {
  const classes = Object.keys(names) as (keyof typeof names)[]
  const of = (part: (typeof parts)[number], land: keyof typeof names) =>
    part.net.find(net => net.class === land)?.area ?? 0
  return {
    kind: 'table',
    columns: [
      { title: say('部分', 'Part'), width: 16 },
      ...classes.map(land => ({ title: say(`${names[land]}（㎡）`, `${names[land]} (m²)`), width: 17, align: right })),
      { title: say('合计（㎡）', 'Total (m²)'), width: 18, align: right }
    ],
    rows: parts.map(part => [
      String(part.part),
      ...classes.map(land => area(of(part, land))),
      sumPrinted(classes.map(land => of(part, land)))
    ]),
    foot: [
      say('合计', 'Total'),
      ...classes.map(land => sumPrinted(parts.map(part => of(part, land)))),
      sumPrinted(parts.flatMap(part => classes.map(land => of(part, land))))
    ]
  }
}

/** 毛面积: every feature in full; where features overlap each counts, so that the total may exceed the parcel. */
export function grossSection(input: ReportInput, say: Say): Section {
  const { result, face, language, variant } = input
  const title = say('毛面积表', 'Gross overlaps')
  const hits = result.rules.flatMap(rule => rule.features.map(feature => ({ rule, feature })))
  const lines = [
    say(
      '按要素分别计算，重叠处重复计入，合计可大于地块面积；各规则去重后的面积见审查规则表。',
      'Feature by feature: overlapping features each count in full, so the total may exceed the parcel. For areas without double counting see the rules.'
    )
  ]
  const columns = [
    { title: say('规则', 'Rule'), width: 16 },
    { title: say('图层', 'Layer'), width: 22 },
    { title: say('要素', 'Feature'), width: 34 },
    { title: say('重叠面积（㎡）', 'Overlap (m²)'), width: 16, align: right },
    { title: say('占地块', 'Of parcel'), width: 12, align: right }
  ]
  const rows = hits.map(({ rule, feature }) => [
    rule.id,
    face(feature.layer)?.title[language] ?? feature.layer,
    // Whose parcel it is stands, masked, in the table of tenure.
    rule.kind === 'tenure' ? say('见权属表', 'see tenure') : featureText(input, feature),
    area(feature.overlapArea),
    percent(feature.share)
  ])
  if (variant === 'public') {
    const withheld = say('公示版不列出要素。', 'The public variant lists no features.')
    return { id: 'gross', title, blocks: [{ kind: 'text', tone: 'quiet', lines: [withheld] }] }
  }
  if (hits.length === 0) {
    const none = say('地块不与任何要素重叠。', 'The parcel overlaps no feature.')
    return { id: 'gross', title, blocks: [{ kind: 'text', tone: 'plain', lines: [none] }] }
  }
  const total = sumPrinted(hits.map(({ feature }) => feature.overlapArea))
  const foot = [say('合计', 'Total'), '', '', total, '']
  return {
    id: 'gross',
    title,
    blocks: [
      { kind: 'table', columns, rows, foot },
      { kind: 'text', tone: 'quiet', lines }
    ]
  }
}

type Feature = ReportInput['result']['rules'][number]['features'][number]

/** A feature by its id and the attributes that the rule shows, codes with their titles. */
function featureText({ face, codeTitle, language }: ReportInput, { layer, featureId, attributes }: Feature): string {
  const fields = face(layer)?.fields
  const told = Object.entries(attributes).flatMap(([name, value]) => {
    if (value === null || value === undefined || value === '' || value === featureId) return []
    const field = fields?.get(name)
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
    const title = field?.codelist && codeTitle(field.codelist, text)?.[language]
    return [`${field?.title[language] ?? name}: ${title ? `${title} (${text})` : text}`]
  })
  return [featureId, told.join('; ')].filter(Boolean).join('\n')
}

/** Slivers set apart: each with its threshold; they stay in the net areas. */
export function sliversSection({ result, language }: ReportInput, say: Say): Section {
  const title = say('忽略的细碎图形', 'Slivers set apart')
  if (result.slivers.length === 0) {
    const lines = [say('没有忽略任何细碎图形。', 'No sliver was ignored.')]
    return { id: 'slivers', title, blocks: [{ kind: 'text', tone: 'plain', lines }] }
  }
  const titles = new Map(result.rules.map(rule => [rule.id, rule.title[language]]))
  const columns = [
    { title: say('规则', 'Rule'), width: 34 },
    { title: say('类型', 'Kind'), width: 12 },
    { title: say('面积（㎡）', 'Area (m²)'), width: 14, align: right },
    { title: say('宽度（米）', 'Width (m)'), width: 14, align: right },
    { title: say('限值（㎡，米）', 'Limits (m², m)'), width: 26, align: right }
  ]
  const rows = result.slivers.map(sliver => [
    sliver.rule === null ? '—' : `${sliver.rule} ${titles.get(sliver.rule) ?? ''}`,
    sliver.kind === 'gap' ? say('缝隙', 'gap') : say('重叠', 'overlap'),
    sliver.area.toFixed(4),
    metres(sliver.widthM),
    `${sliver.threshold.areaM2.toFixed(4)}, ${metres(sliver.threshold.widthM)}`
  ])
  return { id: 'slivers', title, blocks: [{ kind: 'table', columns, rows }] }
}

const sum = (numbers: number[]) => Math.round(numbers.reduce((total, n) => total + n, 0) * 10_000) / 10_000
