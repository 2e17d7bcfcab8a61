import { type Static, Type } from 'typebox'
import { type Queryable, sql } from '../../lib/sql.ts'
import { VERDICTS } from '../answer/judge.ts'
import type { Answer } from '../answer/result.ts'
import { checkMany, getRuleset, type LandCheckEngine } from '../check.ts'
import type { LandCheckRequest } from '../request.ts'

/** Which of the kept answers are computed again. */
export const ImpactSchema = Type.Object(
  {
    since: Type.Optional(Type.String({ format: 'date-time', description: 'Answered at or after it' })),
    verdicts: Type.Optional(
      Type.Array(Type.Enum([...VERDICTS]), { minItems: 1, description: 'That had one of these' })
    ),
    includeSuperseded: Type.Boolean({ default: false, description: 'Also those that were replaced by another since' }),
    limit: Type.Integer({ default: 200, minimum: 1, maximum: 1000 }),
    cursor: Type.Optional(Type.Integer({ minimum: 0, description: 'next of the answer before' }))
  },
  { additionalProperties: false }
)
export type ImpactRequest = Static<typeof ImpactSchema>

type Reason = Pick<Answer['reasons'][number], 'code' | 'rule' | 'severity' | 'message'>

/** A land-check whose verdict would be another today. */
export interface Change {
  id: string
  createdAt: string
  before: { verdict: string; rulesetVersion: string }
  after: { verdict: string; rulesetVersion: string }
  appeared: Reason[]
  disappeared: Reason[]
}

export interface Impact {
  ruleset: { id: string; version: string; hash: string }
  examined: number
  changed: Change[]
  /** Those that cannot be checked any more, and why. */
  refused: { id: string; code: string }[]
  /** null: there are no more. */
  next: number | null
}

const AT_ONCE = 50

interface Kept {
  seq: number
  id: string
  createdAt: string
  verdict: string
  version: string
  request: LandCheckRequest
  reasons: Reason[]
}

/**
 * What a rule set as it is now, and the layers as they are now, make of the land-checks that were answered under its
 * id. Nothing is recorded.
 * @throws RULESET_UNKNOWN, LAYER_UNAVAILABLE
 */
export async function impactOf(engine: LandCheckEngine, id: string, asked: ImpactRequest): Promise<Impact> {
  const { version, hash } = getRuleset(engine.rulesets, id)
  const kept = await readKept(engine.db, id, asked)
  const impact: Impact = { ruleset: { id, version, hash }, examined: kept.length, changed: [], refused: [], next: null }
  for (let i = 0; i < kept.length; i += AT_ONCE) {
    const some = kept.slice(i, i + AT_ONCE)
    const checked = await checkMany(
      engine,
      some.map(({ request }) => today(request))
    )
    some.forEach((before, k) => {
      const after = checked[k]!
      if ('problem' in after) impact.refused.push({ id: before.id, code: after.problem.code })
      else if (after.answer.verdict !== before.verdict) impact.changed.push(changeOf(before, after.answer, version))
    })
  }
  if (kept.length === asked.limit) impact.next = kept.at(-1)?.seq ?? null
  return impact
}

/** The same question, of now; suggestions are not asked for. */
function today({ asOf: _, include: __, ...request }: LandCheckRequest): LandCheckRequest {
  return request
}

function changeOf(before: Kept, after: Answer, version: string): Change {
  const nameOf = ({ code, rule }: Reason) => `${code} ${rule ?? ''}`
  const had = new Set(before.reasons.map(nameOf))
  const has = new Set(after.reasons.map(nameOf))
  return {
    id: before.id,
    createdAt: before.createdAt,
    before: { verdict: before.verdict, rulesetVersion: before.version },
    after: { verdict: after.verdict, rulesetVersion: version },
    appeared: after.reasons.filter(reason => !had.has(nameOf(reason))),
    disappeared: before.reasons.filter(reason => !has.has(nameOf(reason)))
  }
}

const readKept = (db: Queryable, id: string, o: ImpactRequest): Promise<Kept[]> =>
  db.query<Kept>(sql`SELECT c.seq, c.id, c.created_at AS "createdAt", c.verdict, c.ruleset_version AS version, c.request,
      c.body::json -> 'reasons' AS reasons
    FROM yitu.land_check c
    WHERE c.ruleset_id = ${id} AND c.seq > ${o.cursor ?? 0}::bigint
      AND (${o.since ?? null}::timestamptz IS NULL OR c.created_at >= ${o.since ?? null}::timestamptz)
      AND (${o.verdicts ?? null}::text[] IS NULL OR c.verdict = ANY (${o.verdicts ?? null}::text[]))
      AND (${o.includeSuperseded}::boolean OR NOT EXISTS (
        SELECT FROM yitu.land_check_event e WHERE e.land_check_id = c.id AND e.kind = 'supersede'))
    ORDER BY c.seq LIMIT ${o.limit}::integer`)
