import type { Catalog } from '../catalog/catalog.ts'
import type { Database } from '../lib/sql.ts'
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
 * A parcel against a rule set, in one snapshot of the database. Nothing is kept.
 * @throws the problems of problems.ts; LAYER_UNAVAILABLE when the database failed on every rule
 */
export async function checkLand(engine: LandCheckEngine, request: LandCheckRequest): Promise<Answer> {
  const { db, catalog, rulesets, version } = engine
  const ruleset = getRuleset(rulesets, request.ruleset)
  return db.transaction(
    async tx => {
      const parcel = await takeParcel(tx, request, ruleset)
      const { applicationType } = request
      const evaluation = await evaluate({ tx, catalog, ruleset, parcel, ...(applicationType && { applicationType }) })
      if (evaluation.outcomes.every(({ reason }) => reason === 'error' || reason === 'timeout'))
        throw layersUnavailable()
      return compose({ request, ruleset, parcel, evaluation, version })
    },
    { isolation: 'repeatable read', readOnly: true }
  )
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
