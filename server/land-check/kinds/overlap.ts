import { type NotEvaluated, nearReason, overlapReason, type Status } from '../answer/judge.ts'
import type { KindResult } from '../answer/outcome.ts'
import { splitParts, totalArea } from '../answer/sliver.ts'
import type { RuleMeasure, Variant } from '../measure/measure.ts'
import { VARIANTS } from '../measure/measure.ts'
import type { OverlapRule } from '../rules/rule.ts'

interface OverlapInput {
  measure: RuleMeasure
  /** m² of the parcel. */
  parcelArea: number
  /** Up to this area a thin part is a sliver, m²; null: none is. */
  limit: number | null
  /** The variants of the parcel that there are. */
  variants: readonly Variant[]
  /** Why "nothing found" would not mean "nothing there". */
  gap?: NotEvaluated | undefined
}

/** Zones, prohibitions, plans: how much of the parcel they take, slivers set apart (reference: land-check §3.4). */
export function judgeOverlap(rule: OverlapRule, input: OverlapInput): KindResult {
  const { measure, parcelArea, limit, gap } = input
  // Most rules find nothing near most parcels.
  if (!gap && !measure.variants.base && !measure.variants.dilated) return FOUND_NOTHING
  const parts = measure.variants.base?.parts ?? []
  const area = totalArea(parts)
  const share = area / parcelArea
  const found = (variant: Variant) => concluded(rule, statusOf(rule, measure, variant, limit), gap)
  const reasons: KindResult['reasons'] = {}
  for (const variant of VARIANTS.filter(v => input.variants.includes(v))) {
    const reason = overlapReason({ rule, ...found(variant), area, share })
    reasons[variant] = reason ? [reason] : []
  }
  const base = found('base')
  const near = rule.zeroTolerance && base.status === 'NO_HIT' && ['HIT', 'SLIVER'].includes(found('dilated').status)
  if (near) reasons.base = [nearReason(rule)]
  return { ...base, area, share, slivers: splitParts(parts, limit).slivers, reasons }
}

const FOUND_NOTHING: KindResult = { status: 'NO_HIT', area: 0, share: 0, slivers: [], reasons: {} }

function statusOf({ effect }: OverlapRule, measure: RuleMeasure, variant: Variant, limit: number | null): Status {
  const found = measure.variants[variant]
  if (!found) return 'NO_HIT'
  // Predicate and overlay are computed apart: along a slanted edge interiors may meet where no area is left. That is no
  // clear NO_HIT where it counts, and it is nothing where a rule allows or informs.
  if (found.parts.length === 0) return effect === 'allow' || effect === 'inform' ? 'NO_HIT' : 'SLIVER'
  return splitParts(found.parts, limit).real.length > 0 ? 'HIT' : 'SLIVER'
}

/** A prohibition that was found stands, whatever else is unknown; every other answer needs the whole ground known. */
function concluded(rule: OverlapRule, status: Status, gap: NotEvaluated | undefined) {
  if (!gap || (status === 'HIT' && rule.effect === 'prohibit')) return { status }
  return { status: 'NOT_EVALUATED' as const, reason: gap }
}
