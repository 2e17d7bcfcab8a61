import { type Static, Type } from 'typebox'
import type { Database } from '../../lib/sql.ts'
import { VERDICTS } from '../answer/judge.ts'
import type { LandCheckEngine } from '../check.ts'
import { getStanding, type RecordedEvent, recordEvent } from './event.ts'
import { findRecorded } from './record.ts'
import { ruleUnknown } from './trust-problems.ts'

const OfficeText = Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000]*$' })
export const Reason = Type.String({ minLength: 2, maxLength: 2000, pattern: '^[^\\u0000]*$' })

/** A human decision about a land-check: what holds instead, and why. */
export const OverrideSchema = Type.Object(
  {
    verdict: Type.Enum([...VERDICTS], { description: 'What holds instead' }),
    reason: Reason,
    rule: Type.Optional(
      Type.String({ minLength: 1, maxLength: 40, description: 'The rule it is about; without it: the whole answer' })
    ),
    decidedBy: Type.Optional(OfficeText),
    reference: Type.Optional(Type.String({ ...OfficeText, description: 'Number of the document that decides it' }))
  },
  { additionalProperties: false }
)
export type Override = Static<typeof OverrideSchema>

/**
 * Keeps a human decision beside the answer, which stays as it is.
 * @throws LAND_CHECK_UNKNOWN, RULE_UNKNOWN
 */
export async function override(
  engine: LandCheckEngine,
  id: string,
  decision: Override,
  actor: string
): Promise<RecordedEvent> {
  const { verdict } = await getStanding(engine.db, id)
  if (decision.rule !== undefined) await refuseUnknownRule(engine.db, id, decision.rule)
  const content = { ...decision, original: verdict }
  return recordEvent(engine.db, { kind: 'override', landCheck: id, actor, algorithm: engine.hash, content })
}

async function refuseUnknownRule(db: Database, id: string, rule: string): Promise<void> {
  const { rules } = JSON.parse((await findRecorded(db, id))?.body ?? '{"rules":[]}') as { rules: { id: string }[] }
  if (rules.every(one => one.id !== rule)) throw ruleUnknown({ id, rule, known: rules.map(one => one.id).join(', ') })
}
