import { type NotEvaluated, notEvaluatedReason, type Reason, type Verdict } from '../answer/judge.ts'
import type { KindResult } from '../answer/outcome.ts'
import { VARIANTS, type Variant } from '../measure/measure.ts'
import type { Effect, Rule } from '../rules/rule.ts'

/** What the kinds of rules share that are judged beyond their measure. */

export type Judged = KindResult & { reasons: Partial<Record<Variant, Reason[]>> }

/** How much a rule's finding counts, by the rule's effect. */
export const SEVERITY: Record<Effect, Verdict> = {
  prohibit: 'REJECT',
  restrict: 'CONDITIONAL',
  review: 'REVIEW',
  allow: 'PASS',
  inform: 'PASS'
}

/** The same for the parcel and for its variants. */
export const everywhere = (reasons: Reason[]): Judged['reasons'] =>
  Object.fromEntries(VARIANTS.map(variant => [variant, reasons]))

export const notEvaluated = (rule: Rule, reason: NotEvaluated, detail?: string): Judged => ({
  status: 'NOT_EVALUATED',
  reason,
  ...(detail && { detail }),
  reasons: everywhere(notEvaluatedReason(rule, reason))
})
