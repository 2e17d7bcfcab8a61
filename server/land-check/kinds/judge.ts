import { type NotEvaluated, notEvaluatedReason } from '../answer/judge.ts'
import type { KindResult, Outcome } from '../answer/outcome.ts'
import { totalArea } from '../answer/sliver.ts'
import type { Parcel } from '../intake/intake.ts'
import type { Refusal } from '../measure/failure.ts'
import { type Held, type RuleMeasure, type Shapes, VARIANTS, type Variant } from '../measure/measure.ts'
import type { LayerStanding } from '../measure/plan-state.ts'
import type { LandCheckRequest } from '../request.ts'
import {
  type CapRule,
  type HouseholdRule,
  isLayerRule,
  type LayerRule,
  type Rule,
  type TenureRule
} from '../rules/rule.ts'
import { type Ruleset, sensitivityWidth, sliverArea } from '../rules/ruleset.ts'
import { judgeCap } from './cap.ts'
import { judgeDistance } from './distance.ts'
import { type HouseholdInput, judgeHousehold } from './household.ts'
import { judgeOverlap } from './overlap.ts'
import { type HeldParcel, judgeTenure, type TenureInput } from './tenure.ts'

export interface JudgeInput {
  ruleset: Ruleset
  request: LandCheckRequest
  parcel: Parcel
  validTime: string
  standing: LayerStanding | undefined
  shapes: Shapes
  /** Of rules that measure features and were asked. */
  measure: RuleMeasure | undefined
  refusal: Refusal | undefined
  /** m² outside the surveyed areas, by layer; a layer with none near is absent. */
  unsurveyed: Readonly<Record<string, number>>
  register: HouseholdInput['register']
  /** m² of the parcel and of its variants. */
  areas: Partial<Record<Variant, number>>
}

const NOTHING = { area: 0, share: 0, slivers: [], reasons: {} }

export const notApplicable = (rule: Rule): Outcome => ({ ...NOTHING, rule, status: 'NOT_APPLICABLE' })

/** One rule's outcome: what was measured, judged by the rule's kind. */
export function judge(rule: Rule, input: JudgeInput): Outcome {
  const { refusal, standing, measure } = input
  const base = { ...NOTHING, rule, ...(standing && { standing }) }
  if (refusal) return { ...base, ...notEvaluated(rule, refusal, input.shapes) }
  if (!isLayerRule(rule)) return { ...base, ...judgeOther(rule, input) }
  if (!measure) throw new Error(`Rule ${rule.id} was neither measured nor refused.`)
  const gap = findGap(rule, measure, input.unsurveyed)
  const rests = {
    measure,
    ...('unsurveyed' in gap && { unsurveyed: gap.unsurveyed }),
    ...(gap.detail && { detail: gap.detail })
  }
  return { ...base, ...rests, ...judgeMeasured(rule, measure, gap.reason, input) }
}

function judgeMeasured(
  rule: LayerRule,
  measure: RuleMeasure,
  gap: NotEvaluated | undefined,
  input: JudgeInput
): KindResult {
  const { ruleset, parcel, shapes } = input
  const variants = VARIANTS.filter(variant => shapes[variant])
  switch (rule.kind) {
    case 'overlap': {
      const decides = rule.effect !== 'allow' && rule.effect !== 'inform'
      const limit = decides ? sliverArea(ruleset, rule, parcel.areaPlanar) : null
      return judgeOverlap(rule, { measure, parcelArea: parcel.areaPlanar, limit, variants, gap })
    }
    case 'distance':
      return judgeDistance(rule, { measure, accuracyM: sensitivityWidth(ruleset), variants, gap })
    case 'tenure':
      return judgeTenure(rule, tenureInput(rule, measure, gap, input))
  }
}

function tenureInput(
  { codeField, holderField, mustCover }: TenureRule,
  measure: RuleMeasure,
  gap: NotEvaluated | undefined,
  { ruleset, request, parcel, areas }: JudgeInput
): TenureInput {
  const ignorableM2 = Math.min(ruleset.sliver.maxAreaM2, ruleset.sliver.maxShare * parcel.areaPlanar)
  const text = (held: Held, field: string | undefined) =>
    field ? ((held.attributes[field] as string | null) ?? null) : null
  const heldOf = (variant: Variant): HeldParcel[] =>
    (measure.held[variant] ?? []).map(held => ({
      code: text(held, codeField),
      holder: text(held, holderField),
      collective: text(held, mustCover?.collectiveField),
      area: held.area,
      sliver: held.thin && held.area <= ignorableM2
    }))
  const groundOf = (variant: Variant) => ({
    area: areas[variant] ?? parcel.areaPlanar,
    covered: totalArea(measure.variants[variant]?.parts ?? [])
  })
  const variants = VARIANTS.filter(variant => areas[variant] !== undefined)
  return {
    parcels: { ...Object.fromEntries(variants.map(variant => [variant, heldOf(variant)])), base: heldOf('base') },
    ground: { ...Object.fromEntries(variants.map(variant => [variant, groundOf(variant)])), base: groundOf('base') },
    ignorableM2,
    household: request.household,
    stage: request.stage,
    gap
  }
}

function judgeOther(rule: CapRule | HouseholdRule, input: JudgeInput): KindResult {
  const { request, parcel, validTime, register } = input
  if (rule.kind === 'cap') {
    const { areaPlanar, areaEllipsoid } = parcel
    return judgeCap(rule, { areaPlanar, areaEllipsoid, terrainClass: request.terrainClass, validTime })
  }
  const { household, stage } = request
  return judgeHousehold(rule, {
    ...(household && { household }),
    ...(stage && { stage }),
    ...(register && { register })
  })
}

function notEvaluated(rule: Rule, { reason, detail }: Refusal, shapes: Shapes): KindResult {
  const reasons = notEvaluatedReason(rule, reason)
  const variants = VARIANTS.filter(variant => shapes[variant])
  return {
    status: 'NOT_EVALUATED',
    reason,
    ...(detail && { detail }),
    reasons: Object.fromEntries(variants.map(variant => [variant, reasons]))
  }
}

interface Gap {
  reason?: NotEvaluated
  detail?: string
  unsurveyed?: number | null
}

/** Why "nothing found" would not mean "nothing there". */
function findGap(rule: LayerRule, measure: RuleMeasure, surveyed: JudgeInput['unsurveyed']): Gap {
  const gap: Gap = measure.invalid.length > 0 ? { reason: 'invalid_geometry', detail: measure.invalid.join(', ') } : {}
  if (rule.coverage) return gap
  const unsurveyed = surveyed[rule.layer] ?? null
  const complete = unsurveyed !== null && unsurveyed < 1e-6
  return complete || gap.reason ? { ...gap, unsurveyed } : { reason: 'no_coverage', unsurveyed }
}
