import type { Outcome } from '../answer/outcome.ts'
import type { Overlap } from '../measure/measure.ts'
import type { TenureRule } from '../rules/rule.ts'
import { maskCode } from './parcel-code.ts'

type Shown = Pick<Overlap, 'featureId' | 'attributes'>

/**
 * An existing parcel as an answer may show it: the code of a parcel that is somebody else's is struck out wherever it
 * stands, and who holds it is not said.
 */
export function shownParcel(rule: TenureRule, feature: Overlap, { tenure = [] }: Pick<Outcome, 'tenure'>): Shown {
  const { codeField, holderField, mustCover, attributes: wanted = [codeField] } = rule
  const code = feature.attributes[codeField]
  const isOwn = tenure.some(line => line.parcelCode === code)
  const judgedBy = new Set([codeField, holderField, mustCover?.collectiveField])
  const kept = Object.entries(feature.attributes).filter(
    ([field]) => (wanted.includes(field) || !judgedBy.has(field)) && (isOwn || field !== holderField)
  )
  const secret = [code, feature.featureId]
  const strike = (value: unknown) => (!isOwn && secret.includes(value) ? maskCode(String(value)) : value)
  return {
    featureId: String(strike(feature.featureId)),
    attributes: Object.fromEntries(kept.map(([field, value]) => [field, strike(value)]))
  }
}
