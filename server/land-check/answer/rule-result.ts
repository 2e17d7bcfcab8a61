import type { Parcel } from '../intake/intake.ts'
import { shownParcel } from '../kinds/tenure-features.ts'
import type { Overlap } from '../measure/measure.ts'
import { type Ruleset, sliverArea, toleranceWidth } from '../rules/ruleset.ts'
import { ruleMessage } from './messages.ts'
import type { Outcome } from './outcome.ts'
import type { Answer } from './result.ts'
import { lengthM, shareOf, squareM } from './round.ts'
import { equivalentWidth } from './sliver.ts'

/** One rule's line in the answer. */
export function ruleResult(outcome: Outcome, ruleset: Ruleset, parcel: Parcel): Answer['rules'][number] {
  const { rule, status, reason, detail, measure } = outcome
  const text = ruleMessage(outcome)
  const overlap = rule.kind === 'overlap' ? rule : undefined
  const tolerant = overlap?.zeroTolerance ? undefined : overlap
  const widest = measure?.variants.base?.parts.reduce((max, part) => Math.max(max, equivalentWidth(part)), 0)
  return {
    id: rule.id,
    kind: rule.kind,
    title: rule.title,
    status,
    ...(reason && { reason }),
    ...(detail && { detail }),
    effect: 'effect' in rule ? rule.effect : 'review',
    lawStatus: overlap?.lawStatus ?? 'inForce',
    mandatory: rule.mandatory,
    zeroTolerance: overlap?.zeroTolerance ?? false,
    layer: 'layer' in rule ? rule.layer : null,
    measure: measure
      ? {
          area: squareM(outcome.area),
          share: shareOf(outcome.area, parcel.areaPlanar),
          widthM: widest === undefined ? null : lengthM(widest),
          marginM: marginOf(outcome, ruleset, parcel)
        }
      : null,
    threshold: {
      areaM2: squareM(tolerant ? (sliverArea(ruleset, tolerant, parcel.areaPlanar) ?? 0) : 0),
      widthM: tolerant ? lengthM(toleranceWidth(ruleset, tolerant)) : 0
    },
    features: (measure?.features ?? []).map(feature => ({
      layer: 'layer' in rule ? rule.layer : '',
      revision: feature.since,
      ...shownOf(outcome, feature),
      overlapArea: squareM(feature.area),
      share: shareOf(feature.area, parcel.areaPlanar),
      geometry: feature.geometry
    })),
    legalBasis: rule.legalBasis,
    messageZh: text.zh,
    messageEn: text.en
  }
}

const shownOf = (outcome: Outcome, feature: Overlap) =>
  outcome.rule.kind === 'tenure'
    ? shownParcel(outcome.rule, feature, outcome)
    : { featureId: feature.featureId, attributes: feature.attributes }

/**
 * Metres to the nearest feature of a forbidding or restricting rule; when hit, minus how far it reaches into the
 * parcel from the part that is clear, or minus the parcel's own width where nothing is clear. Null: none is near, or
 * the rule has no margin.
 */
export function marginOf({ rule, measure }: Outcome, ruleset: Ruleset, parcel: Parcel): number | null {
  if (!measure || rule.kind !== 'overlap' || (rule.effect !== 'prohibit' && rule.effect !== 'restrict')) return null
  if (measure.variants.base) {
    const width = equivalentWidth({ area: parcel.areaPlanar, perimeter: parcel.perimeter })
    return lengthM(-(measure.depthM ?? width))
  }
  const { distanceM } = measure
  return distanceM === null || distanceM > ruleset.marginSearchM ? null : lengthM(distanceM)
}
