import { canonicalHash } from '../../lib/canonical-json.ts'
import { answerLandCheck, type LandCheckEngine } from '../check.ts'
import type { LandCheckRequest } from '../request.ts'
import { findByKey } from './record.ts'
import type { Recorded } from './row.ts'
import { idempotencyConflict } from './trust-problems.ts'

/** A recorded answer, and whether it was given before under the same Idempotency-Key. */
export type Answered = Recorded & { replayed: boolean }

/** Being answered by this process, by database, actor and key. */
const running = new WeakMap<object, Map<string, Promise<unknown>>>()

/**
 * Answers a request once per key and actor, across servers and restarts: the key is kept in the answer's own record,
 * in the transaction that makes it. Who asks again gets that record; who asks at the same time waits for it. Requests
 * that were refused are not kept: they may be sent again under their key.
 * @param key of the Idempotency-Key header; without one the work is simply done
 * @param work checks and records, handing the key on to `record`
 * @throws IDEMPOTENCY_CONFLICT where the key was used for another request
 */
export async function answerOnce(
  engine: LandCheckEngine,
  key: string | undefined,
  actor: string,
  request: LandCheckRequest,
  work: () => Promise<Recorded> = () => answerLandCheck(engine, request, actor, key)
): Promise<Answered> {
  if (key === undefined) return { ...(await work()), replayed: false }
  const { db } = engine
  const mine = running.get(db) ?? new Map<string, Promise<unknown>>()
  running.set(db, mine)
  const name = `${actor} ${key}`
  // Whether it went well does not matter here: if not, the next one in line does the work.
  while (mine.has(name)) await mine.get(name)?.catch(() => {})
  const turn = answer()
  mine.set(name, turn)
  try {
    return await turn
  } finally {
    mine.delete(name)
  }

  async function answer(): Promise<Answered> {
    const before = await findByKey(db, actor, key!)
    if (before) return { ...sameRequest(before), replayed: true }
    // Another server may have been faster meanwhile: then its record comes back.
    return { ...sameRequest(await work()), replayed: false }
  }

  function sameRequest(recorded: Recorded): Recorded {
    if (canonicalHash(request, recorded.algorithm) === recorded.requestHash) return recorded
    throw idempotencyConflict({ key, id: recorded.id }, { members: { landCheck: recorded.id } })
  }
}
