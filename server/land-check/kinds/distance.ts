import { type NotEvaluated, notEvaluatedReason, type Reason, type Status, setbackReason } from '../answer/judge.ts'
import type { KindResult } from '../answer/outcome.ts'
import { lengthM } from '../answer/round.ts'
import { type Near, type RuleMeasure, VARIANTS, type Variant } from '../measure/measure.ts'
import type { DistanceRule } from '../rules/rule.ts'

interface DistanceInput {
  measure: RuleMeasure
  /** Metres by which the boundary is moved in and out to see whether the answer holds. */
  accuracyM: number
  variants: readonly Variant[]
  gap?: NotEvaluated | undefined
}

/** Metres: less than this is what arithmetic does to coordinates on a grid of 0.1 mm. */
const NOISE = 1e-6

/**
 * Setbacks by exact distance from the legal reference line, never by a buffer: a buffer of 8 segments a quadrant is
 * 0.5 % too narrow between its corners (reference: land-check §3.4).
 */
export function judgeDistance(rule: DistanceRule, { measure, accuracyM, variants, gap }: DistanceInput): KindResult {
  const lines = measure.near.map(feature => ({ feature, required: requiredM(rule, feature) }))
  // Without its offset the legal line of a feature is somewhere at or before the stored one: only a stored line that
  // is too near itself tells anything.
  const isUnknown = ({ feature, required }: (typeof lines)[number]) =>
    required === null ||
    (rule.distance.offsetField !== undefined && feature.offsetM === null && feature.distanceM >= required)
  const unknown = lines.find(isUnknown)
  const known = lines.flatMap(line =>
    isUnknown(line) || line.required === null
      ? []
      : [
          {
            feature: line.feature,
            required: line.required,
            distance: line.feature.distanceM - (line.feature.offsetM ?? 0)
          }
        ]
  )
  const moved: Record<Variant, number> = { base: 0, eroded: accuracyM, dilated: -accuracyM }
  const broken = (variant: Variant) =>
    known.filter(({ distance, required }) => distance + moved[variant] + NOISE < required)
  const why = gap ?? (unknown ? 'input_missing' : undefined)
  const concluded = (variant: Variant): { status: Status; reason?: NotEvaluated } => {
    const hit = broken(variant).length > 0
    if (why && !(hit && rule.effect === 'prohibit')) return { status: 'NOT_EVALUATED', reason: why }
    return { status: hit ? 'HIT' : 'NO_HIT' }
  }
  const reasonFor = (variant: Variant): Reason[] => {
    const { status, reason } = concluded(variant)
    if (status === 'NOT_EVALUATED') return notEvaluatedReason(rule, reason)
    const worst = broken(variant).sort((a, b) => a.distance - a.required - (b.distance - b.required))[0]
    return worst ? [setbackReason(rule, worst)] : []
  }
  return {
    ...concluded('base'),
    ...(unknown && !gap && { detail: `${unknown.feature.featureId}: ${unknown.feature.code ?? 'null'}` }),
    reasons: Object.fromEntries(VARIANTS.filter(v => variants.includes(v)).map(v => [v, reasonFor(v)])),
    setbacks: known
      .filter(({ distance, required }) => distance - accuracyM < required)
      .map(({ feature, required, distance }) => ({
        rule: rule.id,
        layer: rule.layer,
        featureId: feature.featureId,
        requiredM: required,
        distanceM: lengthM(distance),
        kept: distance + NOISE >= required
      }))
  }
}

/** Metres that must be kept from a feature; null where the rule has no number for its code. */
export function requiredM({ distance }: DistanceRule, { code }: Pick<Near, 'code'>): number | null {
  const byCode = code === null ? undefined : distance.byCode?.[code]
  return byCode ?? distance.metres ?? null
}

/** The farthest from a feature's legal line that the rule may ask for, metres. */
export const farthestM = ({ distance }: DistanceRule): number =>
  Math.max(0, distance.metres ?? 0, ...Object.values(distance.byCode ?? {}))
