import type { Part, RuleMeasure, Variant } from '../measure/measure.ts'
import type { LayerStanding } from '../measure/plan-state.ts'
import type { Rule } from '../rules/rule.ts'
import type { NotEvaluated, Reason, Status } from './judge.ts'
import type { LandCheckResult } from './result.ts'

/** What became of one rule: its finding for the parcel and its variants, and what it rests on. */
export interface Outcome {
  rule: Rule
  status: Status
  reason?: NotEvaluated
  detail?: string
  /** m² and share of the parcel, after union; 0 where the rule measures no area. */
  area: number
  share: number
  slivers: Part[]
  /** What counts against the parcel, and against its variants. */
  reasons: Partial<Record<Variant, Reason[]>>
  standing?: LayerStanding
  /** m² of the parcel outside the surveyed areas; null: nothing surveyed here; undefined: declared to cover all. */
  unsurveyed?: number | null
  measure?: RuleMeasure
  setbacks?: LandCheckResult['setbacks']
  tenure?: LandCheckResult['tenure']
  caps?: LandCheckResult['caps']
  households?: LandCheckResult['households']
}

/** What a kind of rule finds; the rest of an outcome is the same for all kinds. */
export type KindResult = Pick<Outcome, 'status'> & Partial<Omit<Outcome, 'rule' | 'status'>>
