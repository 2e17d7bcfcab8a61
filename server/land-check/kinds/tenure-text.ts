import type { Text } from '../../lib/errors.ts'
import { metres2 } from '../answer/messages.ts'
import type { Holder, Treatment } from './tenure.ts'

/** What an existing parcel means, in words: after "the parcel overlaps … by … m²". */
const MEANING: Record<Treatment | 'untreated', Text> = {
  conflict: { zh: '权属冲突', en: 'a conflict of tenure' },
  rebuild: { zh: '属本户宅基地，按原址重建办理', en: 'the household’s own homestead: to be rebuilt' },
  surrender: { zh: '须先退出或收回原使用权', en: 'the existing right must be surrendered first' },
  'state-land': { zh: '属国有土地', en: 'state land' },
  conversion: { zh: '须办理农用地转用', en: 'farmland that must be converted first' },
  dispute: { zh: '权属未定或有争议，须人工复核', en: 'undetermined or disputed: review' },
  base: { zh: '属集体土地所有权范围', en: 'collectively owned land' },
  untreated: { zh: '规则集未规定其处理方式，须人工复核', en: 'the rule set does not say what that means: review' }
}

const HELD_BY: Record<Holder, Text> = {
  same: { zh: '本户', en: 'the household’s own' },
  surrendered: { zh: '本户拟退出的', en: 'to be given up' },
  other: { zh: '他人的', en: 'somebody else’s' },
  unknown: { zh: '', en: '' }
}

/** @param codes as they may be shown; @param area m² */
export function tenureText(treatment: Treatment | 'untreated', holder: Holder, codes: string[], area: number): Text {
  const unknown = treatment === 'conflict' && holder === 'unknown'
  const meaning = unknown
    ? { zh: '权利人是否为申请人无法核对，须人工复核', en: 'whether the applicant holds it cannot be told: review' }
    : MEANING[treatment]
  const whose = HELD_BY[holder]
  const named = codes.slice(0, 3).join('、')
  const zh = `与${whose.zh}宗地${named}${codes.length > 3 ? `等${codes.length}宗` : ''}重叠${metres2(area)}平方米：${meaning.zh}。`
  const many = codes.length > 3 ? ` and ${codes.length - 3} more` : ''
  const en = `It overlaps ${[whose.en, 'land parcel', codes.slice(0, 3).join(', ')].filter(Boolean).join(' ')}${many} by ${metres2(area)} m²: ${meaning.en}.`
  return { zh, en }
}
