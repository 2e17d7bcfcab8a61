import type { Text } from '../../lib/errors.ts'
import { metres2 } from '../answer/messages.ts'
import type { Answer } from '../answer/result.ts'

type Suggestion = Omit<Answer['suggestions'][number], 'message' | 'geometry'>

const TITLE: Record<Suggestion['kind'], Text> = {
  'largest-buildable': { zh: '只用最大的可建部分', en: 'Use only the largest buildable part' },
  trim: { zh: '去掉不符合的部分', en: 'Leave out the parts that do not comply' },
  shift: { zh: '整体平移', en: 'Move the parcel' },
  'scale-to-cap': { zh: '缩小到面积上限', en: 'Make it smaller, down to the area cap' }
}

const VERDICT: Record<Suggestion['verdict'], Text> = {
  REJECT: { zh: '不通过', en: 'rejected' },
  INDETERMINATE: { zh: '无法判定', en: 'indeterminate' },
  REVIEW: { zh: '须人工复核', en: 'needs a manual review' },
  CONDITIONAL: { zh: '有条件', en: 'conditional' },
  PASS: { zh: '通过', en: 'passes' }
}

/** What is advised, and what the same check says of it. */
export function suggestionText({ kind, verdict, area, shift, inscribedCircle }: Suggestion): Text {
  const [title, then] = [TITLE[kind], VERDICT[verdict]]
  const way = shift && {
    zh: `（方位角${shift.bearingDeg.toFixed(1)}°，${shift.distanceM.toFixed(2)}米）`,
    en: ` (${shift.distanceM.toFixed(2)} m at bearing ${shift.bearingDeg.toFixed(1)}°)`
  }
  const room = inscribedCircle && {
    zh: `，最大内切圆半径${inscribedCircle.radiusM.toFixed(2)}米`,
    en: `, largest inscribed circle of radius ${inscribedCircle.radiusM.toFixed(2)} m`
  }
  return {
    zh: `${title.zh}${way?.zh ?? ''}：${metres2(area)}平方米${room?.zh ?? ''}，同样审查的结论为“${then.zh}”。`,
    en: `${title.en}${way?.en ?? ''}: ${metres2(area)} m²${room?.en ?? ''}; the same check of it: ${then.en}.`
  }
}
