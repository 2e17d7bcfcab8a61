import { type Static, Type } from 'typebox'
import type { Queryable } from '../../lib/sql.ts'
import { sql } from '../../lib/sql.ts'
import type { LandCheckEngine } from '../check.ts'
import { getStanding, listEvents, type RecordedEvent, recordEvent, type Standing } from './event.ts'
import { Reason } from './override.ts'
import { alreadySuperseded, successorOlder } from './trust-problems.ts'

/** A newer land-check in the place of an older one. */
export const SupersedeSchema = Type.Object(
  {
    by: Type.String({ pattern: '^lc_[0-9A-HJKMNP-TV-Z]{26}$', description: 'The land-check that replaces it' }),
    reason: Reason
  },
  { additionalProperties: false }
)

/**
 * Says that another land-check replaces this one; both stay. The other one must be the later one, so that there are no
 * circles.
 * @throws LAND_CHECK_UNKNOWN, SUCCESSOR_OLDER, ALREADY_SUPERSEDED
 */
export async function supersede(
  engine: LandCheckEngine,
  id: string,
  { by, reason }: Static<typeof SupersedeSchema>,
  actor: string
): Promise<RecordedEvent> {
  const [old, successor] = [await getStanding(engine.db, id), await getStanding(engine.db, by)]
  if (successor.seq <= old.seq) throw successorOlder({ id, by })
  const content = { supersededBy: by, reason, verdicts: { before: old.verdict, after: successor.verdict } }
  const event = { kind: 'supersede', landCheck: id, successor: by, actor, algorithm: engine.hash, content } as const
  return recordEvent(engine.db, event, async tx => {
    const { supersededBy } = await getStanding(tx, id)
    if (supersededBy) throw alreadySuperseded({ id, by: supersededBy }, { members: { supersededBy } })
  })
}

export interface History extends Omit<Standing, 'seq'> {
  /** The land-checks it replaces. */
  supersedes: string[]
  /** The last of those that replace it, one after the other; itself where none does. */
  latest: string
  events: object[]
}

/** What became of a land-check. @throws LAND_CHECK_UNKNOWN */
export async function historyOf(db: Queryable, id: string): Promise<History> {
  const { seq: _, ...standing } = await getStanding(db, id)
  const [lines] = await db.query<{ supersedes: string[]; latest: string }>(sql`
    WITH RECURSIVE line (id, steps) AS (
      SELECT ${id}::text, 0
      UNION ALL SELECT e.successor_id, steps + 1 FROM line JOIN yitu.land_check_event e ON e.land_check_id = line.id AND e.kind = 'supersede')
    SELECT (SELECT id FROM line ORDER BY steps DESC LIMIT 1) AS latest,
      (SELECT coalesce(json_agg(e.land_check_id ORDER BY e.seq), '[]') FROM yitu.land_check_event e
        WHERE e.successor_id = ${id}) AS supersedes`)
  return { ...standing, supersedes: [], latest: id, ...lines, events: await listEvents(db, id) }
}
