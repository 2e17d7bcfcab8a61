import { type CheckContext, type Frozen, getRuleset, groundOf, type LandCheckEngine } from '../check.ts'
import { checking } from '../measure/failure.ts'
import type { LandCheckRequest } from '../request.ts'

/**
 * What a check made now would stand on, to be kept: a job that takes long, or is taken up again after a restart, checks
 * its last parcel by the same rules and the same revisions as its first.
 * @throws RULESET_UNKNOWN
 */
export async function freeze(
  engine: LandCheckEngine,
  asked: Pick<LandCheckRequest, 'ruleset' | 'asOf'>
): Promise<Frozen> {
  const ruleset = getRuleset(engine.rulesets, asked.ruleset)
  const { snapshot, validTime } = await engine.db.transaction(
    tx => groundOf({ tx, engine, ruleset } satisfies CheckContext, asked),
    checking(engine.timeoutMs)
  )
  const revisions = Object.fromEntries(snapshot.layers.map(({ id, revision }) => [id, revision]))
  return { knownTime: snapshot.knownTime, validTime, revisions, ruleset }
}
