import { capMethodNames, holderNames, treatmentNames } from './classes.ts'
import { area, metres, sumPrinted } from './figures.ts'
import type { ReportInput, Say } from './input.ts'
import type { Block, Column, Section } from './model.ts'

/** Setbacks, tenure, caps and households: each where the answer has it. */
export function conditionSections(input: ReportInput, say: Say): Section[] {
  const sections: [string, string, Block | null][] = [
    ['setbacks', say('退距', 'Setbacks'), setbacks(input, say)],
    ['tenure', say('权属', 'Tenure'), tenure(input, say)],
    ['caps', say('面积上限', 'Area caps'), caps(input, say)],
    ['households', say('一户一宅', 'One household, one homestead'), households(input, say)]
  ]
  return sections.flatMap(([id, title, block]) => (block ? [{ id, title, blocks: [block] }] : []))
}

const right = 'right' as const
const table = (columns: Column[], rows: string[][], foot?: string[]): Block | null =>
  rows.length === 0 ? null : { kind: 'table', columns, rows, ...(foot && { foot }) }

const keptText = (kept: boolean, say: Say) => (kept ? say('符合', 'kept') : say('不符合', 'not kept'))

const ruleText = ({ result, language }: ReportInput, id: string) => {
  const found = result.rules.find(rule => rule.id === id)
  return found ? `${id} ${found.title[language]}` : id
}

function setbacks(input: ReportInput, say: Say): Block | null {
  const { result, face, language, variant } = input
  const columns = [
    { title: say('规则', 'Rule'), width: 28 },
    { title: say('对象', 'From'), width: 32 },
    { title: say('要求（米）', 'Required (m)'), width: 14, align: right },
    { title: say('距离（米）', 'Distance (m)'), width: 14, align: right },
    { title: say('判定', 'Finding'), width: 12 }
  ]
  const rows = result.setbacks.map(({ rule, layer, featureId, requiredM, distanceM, kept }) => [
    ruleText(input, rule),
    [face(layer)?.title[language] ?? layer, ...(variant === 'public' ? [] : [featureId])].join(' '),
    metres(requiredM),
    distanceM.toFixed(4),
    keptText(kept, say)
  ])
  return table(columns, rows)
}

function tenure(input: ReportInput, say: Say): Block | null {
  const { result } = input
  const holders = holderNames(say)
  const treatments = treatmentNames(say)
  const columns = [
    { title: say('规则', 'Rule'), width: 26 },
    { title: say('宗地代码', 'Parcel code'), width: 26 },
    { title: say('特征码', 'Feature code'), width: 10 },
    { title: say('权利人', 'Holder'), width: 12 },
    { title: say('处理', 'Treatment'), width: 14 },
    { title: say('面积（㎡）', 'Area (m²)'), width: 12, align: right }
  ]
  const rows = result.tenure.map(row => [
    ruleText(input, row.rule),
    row.parcelCode,
    row.featureCode,
    holders[row.holder],
    treatments[row.treatment],
    area(row.area)
  ])
  const total = sumPrinted(result.tenure.map(row => row.area))
  return table(columns, rows, [say('合计', 'Total'), '', '', '', '', total])
}

function caps(input: ReportInput, say: Say): Block | null {
  const methods = capMethodNames(say)
  const columns = [
    { title: say('规则', 'Rule'), width: 24 },
    { title: say('上限（㎡）', 'Cap (m²)'), width: 13, align: right },
    { title: say('面积（㎡）', 'Area (m²)'), width: 17, align: right },
    { title: say('超出（㎡）', 'Excess (m²)'), width: 14, align: right },
    { title: say('判定', 'Finding'), width: 10 },
    { title: say('依据', 'Citation'), width: 22 }
  ]
  const rows = input.result.caps.map(cap => [
    `${ruleText(input, cap.rule)}\n${cap.code}`,
    area(cap.maxM2),
    `${area(cap.areaM2)}\n${methods[cap.areaMethod]}`,
    area(cap.excessM2),
    keptText(cap.kept, say),
    cap.citation
  ])
  return table(columns, rows)
}

function households(input: ReportInput, say: Say): Block | null {
  const columns = [
    { title: say('规则', 'Rule'), width: 30 },
    { title: say('登记宅基地', 'Registered'), width: 14, align: right },
    { title: say('拟退出', 'Surrendered'), width: 12, align: right },
    { title: say('允许另有', 'Allowed beside'), width: 14, align: right },
    { title: say('宗地代码（脱敏）', 'Parcel codes (masked)'), width: 30 }
  ]
  const rows = input.result.households.map(row => [
    ruleText(input, row.rule),
    String(row.registered),
    String(row.surrendered),
    String(row.allowed),
    row.parcelCodes.join('\n') || '—'
  ])
  return table(columns, rows)
}
