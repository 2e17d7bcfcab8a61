import { type Problem, problemDocument } from '../../lib/errors.ts'
import { type Queryable, sql } from '../../lib/sql.ts'
import type { Answer } from '../answer/result.ts'
import type { checkMany, LandCheckEngine } from '../check.ts'
import { recordAll } from '../trust/record.ts'
import { type Chunk, type ClaimedItem, giveBack } from './claim.ts'
import { finishIfDone } from './finish.ts'
import { jobItemFailed } from './problems.ts'
import { frozenOf } from './store.ts'

/** Somebody else has the items by now, or the job was cancelled: nothing of the chunk is kept. */
class ChunkLost extends Error {}

/** An item that failed so often, each time by no fault of the parcel, is given up. */
const MOST_ATTEMPTS = 5

type Outcome = { answer: Answer } | { problem: Problem }

/**
 * Checks a chunk and keeps what came of it in one transaction: answers in the audit chain, items with their states.
 * What failed by no fault of the parcel waits for another attempt; so does what took part in a chunk that the database
 * failed on, so that no parcel is judged by its neighbours.
 * @param o.pauseSeconds before what failed alone is tried again, doubled with every attempt
 * @returns whether it was kept
 */
export async function workOn(
  engine: LandCheckEngine,
  chunk: Chunk,
  { checkMany: check, pauseSeconds }: { checkMany: typeof checkMany; pauseSeconds: number }
): Promise<boolean> {
  const { db } = engine
  const frozen = await frozenOf(db, chunk.jobId)
  const requests = chunk.items.map(({ request }) => request)
  const outcomes = isSpent(chunk.items)
    ? [{ problem: jobItemFailed({ attempts: MOST_ATTEMPTS }) }]
    : await check(engine, requests, frozen)

  const together = chunk.items.length > 1
  const settled: Settled[] = []
  const again: number[] = []
  chunk.items.forEach((item, i) => {
    const outcome = outcomes[i]!
    if (isTransient(outcome, together) && item.attempts < MOST_ATTEMPTS) again.push(item.n)
    else settled.push({ n: item.n, item, outcome })
  })
  const known = await findSame(db, chunk.jobId, settled)
  const first = new Map<string, number>()
  for (const one of settled) {
    if (!('answer' in one.outcome)) continue
    const key = keyOf(one.outcome.answer.provenance)
    one.same = known.get(key) ?? first.get(key)
    if (one.same === undefined) first.set(key, one.n)
  }
  const fresh = settled.flatMap(({ n, item, outcome, same }) =>
    'answer' in outcome && same === undefined ? [{ n, request: item.request, answer: outcome.answer }] : []
  )
  const keep = async (tx: Queryable, ids: ReadonlyMap<number, string>) => {
    await settle(tx, chunk, settled, ids)
    await giveBack(tx, chunk, again, together ? 'alone' : { pauseSeconds })
    await finishIfDone(tx, chunk.jobId)
  }
  try {
    if (fresh.length === 0) await db.transaction(tx => keep(tx, new Map()))
    else {
      const entries = fresh.map(({ request, answer }) => ({
        request,
        answer,
        actor: chunk.actor,
        ruleset: frozen.ruleset
      }))
      await recordAll(db, entries, (tx, recorded) => keep(tx, new Map(recorded.map(({ id }, i) => [fresh[i]!.n, id]))))
    }
    return true
  } catch (error) {
    if (error instanceof ChunkLost) return false
    throw error
  }
}

interface Settled {
  n: number
  item: ClaimedItem
  outcome: Outcome
  /** The item whose answer is this one's too. */
  same?: number | undefined
}

/** Whether this is one that ended the chunk, or the whole server, each time before: it is not tried again. */
const isSpent = ([only, ...others]: ClaimedItem[]) =>
  only !== undefined && others.length === 0 && only.attempts > MOST_ATTEMPTS

/** Whether another attempt may say something else. */
function isTransient(outcome: Outcome, together: boolean): boolean {
  if ('problem' in outcome) return outcome.problem.status >= 500
  return together && outcome.answer.rules.some(({ reason }) => reason === 'timeout' || reason === 'error')
}

const keyOf = ({ inputHash, resultHash }: { inputHash: string; resultHash: string }) => `${inputHash} ${resultHash}`

/** Items of the job that are answered already with the same parcel and the same result. */
async function findSame(db: Queryable, jobId: string, settled: Settled[]): Promise<Map<string, number>> {
  const hashes = settled.flatMap(({ outcome }) => ('answer' in outcome ? [outcome.answer.provenance.inputHash] : []))
  const rows = await db.query<{ n: number; inputHash: string; resultHash: string }>(
    sql`SELECT n, input_hash AS "inputHash", result_hash AS "resultHash" FROM yitu.land_check_job_item
      WHERE job_id = ${jobId} AND input_hash = ANY (${hashes}::text[]) AND state = 'answered' AND duplicate_of IS NULL`
  )
  return new Map(rows.map(row => [keyOf(row), row.n]))
}

/** Writes what became of the items, and of those that are the same as they. @throws ChunkLost */
async function settle(
  tx: Queryable,
  chunk: Chunk,
  settled: Settled[],
  ids: ReadonlyMap<number, string>
): Promise<void> {
  const { jobId, claim } = chunk
  const [job] = await tx.query<{ status: string }>(
    sql`SELECT status FROM yitu.land_check_job WHERE id = ${jobId} FOR UPDATE`
  )
  if (job?.status !== 'running') throw new ChunkLost()
  const answerOf = ({ outcome }: Settled) => ('answer' in outcome ? outcome.answer : null)
  const problemOf = ({ outcome }: Settled) =>
    'problem' in outcome ? JSON.stringify(problemDocument(outcome.problem, 'zh')) : null
  const ended = await tx.query(sql`UPDATE yitu.land_check_job_item i SET claim = NULL,
      state = CASE WHEN o.problem IS NULL THEN 'answered' ELSE 'refused' END, problem = o.problem::jsonb,
      verdict = o.verdict, input_hash = o.input_hash, result_hash = o.result_hash, duplicate_of = o.same,
      land_check_id = o.land_check_id
    FROM unnest(${settled.map(({ n }) => n)}::integer[], ${settled.map(problemOf)}::text[],
      ${settled.map(one => answerOf(one)?.verdict ?? null)}::text[],
      ${settled.map(one => answerOf(one)?.provenance.inputHash ?? null)}::text[],
      ${settled.map(one => answerOf(one)?.provenance.resultHash ?? null)}::text[],
      ${settled.map(({ same }) => same ?? null)}::integer[], ${settled.map(({ n }) => ids.get(n) ?? null)}::text[])
      AS o (n, problem, verdict, input_hash, result_hash, same, land_check_id)
    WHERE i.job_id = ${jobId} AND i.n = o.n AND i.claim = ${claim} AND i.state = 'waiting' RETURNING i.n`)
  if (ended.length !== settled.length) throw new ChunkLost()
  // What is the same as an item answered before takes its land-check over; then the waiting ones equal to any of these do.
  await tx.query(sql`UPDATE yitu.land_check_job_item i SET land_check_id = o.land_check_id
    FROM yitu.land_check_job_item o WHERE i.job_id = ${jobId} AND o.job_id = ${jobId} AND o.n = i.duplicate_of
      AND i.n = ANY (${settled.flatMap(({ n, same }) => (same === undefined ? [] : [n]))}::integer[])`)
  const followers = await tx.query(sql`UPDATE yitu.land_check_job_item i SET state = o.state, problem = o.problem,
      verdict = o.verdict, input_hash = o.input_hash, result_hash = o.result_hash, land_check_id = o.land_check_id
    FROM yitu.land_check_job_item o WHERE i.job_id = ${jobId} AND o.job_id = ${jobId} AND o.n = i.duplicate_of
      AND o.n = ANY (${settled.map(({ n }) => n)}::integer[]) AND i.state = 'waiting' RETURNING i.n`)
  await tx.query(sql`UPDATE yitu.land_check_job SET done = done + ${settled.length + followers.length}::integer,
    served_at = now() WHERE id = ${jobId}`)
}
