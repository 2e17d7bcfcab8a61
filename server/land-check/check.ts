import type { Catalog } from '../catalog/catalog.ts'
import { type Database, sql } from '../lib/sql.ts'
import { compose } from './compose.ts'
import { evaluate } from './evaluate.ts'
import { takeParcel } from './intake.ts'
import { layersUnavailable, rulesetUnknown } from './problems.ts'
import { type Recorded, record } from './record.ts'
import type { LandCheckRequest } from './request.ts'
import type { Answer } from './result.ts'
import type { Ruleset } from './ruleset.ts'

export interface LandCheckEngine {
  db: Database
  catalog: Catalog
  rulesets: ReadonlyMap<string, Ruleset>
  /** Of this server; it stands in every answer. */
  version: string
}

/** @throws RULESET_UNKNOWN */
export function getRuleset(rulesets: ReadonlyMap<string, Ruleset>, id: string): Ruleset {
  const ruleset = rulesets.get(id)
  if (!ruleset) throw rulesetUnknown({ id, known: [...rulesets.keys()].join(', ') })
  return ruleset
}

/**
 * For the one transaction: the planner takes overlays for so dear that it would compile each statement (50 ms each),
 * and a rule that takes longer than this is not evaluated (statement_timeout, 57014).
 */
const SETTINGS = sql`SELECT set_config('jit', 'off', true), set_config('statement_timeout', '10s', true)`

/**
 * A parcel against a rule set, in one snapshot of the database. Nothing is kept.
 * @throws the problems of problems.ts; LAYER_UNAVAILABLE when the database failed on every rule
 */
export async function checkLand(engine: LandCheckEngine, request: LandCheckRequest): Promise<Answer> {
  const { db, catalog, rulesets, version } = engine
  const ruleset = getRuleset(rulesets, request.ruleset)
  return db
    .transaction(
      async tx => {
        await tx.query(SETTINGS)
        const parcel = await takeParcel(tx, request, ruleset)
        const { applicationType } = request
        const evaluation = await evaluate({ tx, catalog, ruleset, parcel, ...(applicationType && { applicationType }) })
        if (evaluation.outcomes.every(({ reason }) => reason === 'error' || reason === 'timeout'))
          throw layersUnavailable()
        return compose({ request, ruleset, parcel, evaluation, version })
      },
      { isolation: 'repeatable read', readOnly: true }
    )
    .catch(error => {
      // Outside the rules (intake, partition) a timeout leaves nothing to answer with.
      throw error.code === '57014' ? layersUnavailable({}, { cause: error }) : error
    })
}

/**
 * Checks and keeps the answer.
 * @param actor who asked: the key's id
 */
export async function answerLandCheck(
  engine: LandCheckEngine,
  request: LandCheckRequest,
  actor: string
): Promise<Recorded> {
  return record(engine.db, request, await checkLand(engine, request), actor)
}
