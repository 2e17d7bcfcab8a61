import type { Text } from '../../lib/errors.ts'
import type { NotEvaluated } from './judge.ts'
import type { Outcome } from './outcome.ts'

/** m² for people: two decimals; what is smaller but not nothing says so. */
export const metres2 = (area: number): string => (area > 0 && area < 0.005 ? '<0.01' : area.toFixed(2))
export const percent = (share: number): string => `${(share * 100).toFixed(2)}%`

const WHY_NOT: Record<NotEvaluated, Text> = {
  layer_missing: { zh: '图层不存在', en: 'the layer does not exist' },
  no_data: { zh: '图层尚无数据', en: 'the layer holds no data' },
  layer_stale: { zh: '图层已过期', en: 'the layer is out of date' },
  input_missing: { zh: '缺少评定所需的信息', en: 'something needed to judge it is not given' },
  no_coverage: { zh: '地块所在范围没有完整的数据覆盖', en: 'the layer was not surveyed completely here' },
  invalid_geometry: { zh: '地块附近有无效的图形', en: 'the layer has invalid polygons near the parcel' },
  timeout: { zh: '查询超时', en: 'the query timed out' },
  error: { zh: '查询出错', en: 'the query failed' }
}

export const whyNot = (reason: NotEvaluated): Text => WHY_NOT[reason]

/** One sentence a rule, in both languages. */
export function ruleMessage(outcome: Outcome): Text {
  const { rule, status, reason, area, share } = outcome
  const { zh, en } = rule.title
  const sizeZh = () => `${metres2(area)}平方米（${percent(share)}）`
  const sizeEn = () => `${metres2(area)} m² (${percent(share)})`
  switch (status) {
    case 'HIT':
      if (rule.kind !== 'overlap') return outcome.reasons.base?.[0]?.message ?? rule.title
      return rule.effect === 'prohibit'
        ? { zh: `地块占用${zh}${sizeZh()}`, en: `The parcel takes ${sizeEn()} of ${en}` }
        : { zh: `地块位于${zh}内${sizeZh()}`, en: `${sizeEn()} of the parcel lie in ${en}` }
    case 'NO_HIT':
      return { zh: `地块未涉及${zh}`, en: `The parcel does not meet ${en}` }
    case 'SLIVER':
      return {
        zh: `地块与${zh}仅有允差内的细碎重叠${sizeZh()}`,
        en: `Only slivers within tolerance, ${sizeEn()}, overlap ${en}`
      }
    case 'NOT_APPLICABLE':
      return { zh: '不适用于此类申请', en: 'Does not apply to this kind of application' }
    case 'NOT_EVALUATED': {
      const why = whyNot(reason ?? 'error')
      return { zh: `无法评定：${why.zh}`, en: `Not evaluated: ${why.en}` }
    }
  }
}
