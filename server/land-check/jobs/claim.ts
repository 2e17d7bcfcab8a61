import { randomUUID } from 'node:crypto'
import { type Database, type Queryable, sql } from '../../lib/sql.ts'
import type { LandCheckRequest } from '../request.ts'

/** Who works on which items: a claim is a lease, so that what a dead server held is taken up by the next. */

export interface ClaimedItem {
  n: number
  request: LandCheckRequest
  /** This one counted. */
  attempts: number
}

export interface Chunk {
  jobId: string
  actor: string
  claim: string
  items: ClaimedItem[]
}

const LEASE_SECONDS = 60
/** An item that failed together with others is tried alone, so that it cannot take them with it. */
export const ATTEMPTS_TOGETHER = 2

/**
 * Takes up to `size` waiting items of the job that has waited longest since its last chunk.
 * @returns undefined where nothing waits
 */
export async function claimChunk(db: Database, serverId: string, size: number): Promise<Chunk | undefined> {
  return db.transaction(async tx => {
    const [job] = await tx.query<{ id: string; actor: string }>(sql`SELECT id, actor FROM yitu.land_check_job j
      WHERE finished_at IS NULL AND EXISTS (SELECT FROM yitu.land_check_job_item i
        WHERE i.job_id = j.id AND i.state = 'waiting' AND i.duplicate_of IS NULL AND i.free_at <= now())
      ORDER BY served_at NULLS FIRST, created_at LIMIT 1`)
    if (!job) return undefined
    const claim = `${serverId}:${randomUUID()}`
    const items = (await take(tx, job.id, claim, size, false)) ?? (await take(tx, job.id, claim, 1, true))
    if (!items) return undefined
    await tx.query(sql`UPDATE yitu.land_check_job SET status = 'running', started_at = now()
      WHERE id = ${job.id} AND status = 'queued'`)
    return { jobId: job.id, actor: job.actor, claim, items }
  })
}

async function take(tx: Queryable, jobId: string, claim: string, size: number, troubled: boolean) {
  const items = await tx.query<ClaimedItem>(sql`WITH free AS MATERIALIZED (SELECT n FROM yitu.land_check_job_item
      WHERE job_id = ${jobId} AND state = 'waiting' AND duplicate_of IS NULL AND free_at <= now()
        AND (attempts >= ${ATTEMPTS_TOGETHER}::integer) = ${troubled}::boolean
      ORDER BY n LIMIT ${size}::integer FOR UPDATE SKIP LOCKED)
    UPDATE yitu.land_check_job_item i SET claim = ${claim}, attempts = attempts + 1,
      free_at = now() + make_interval(secs => ${LEASE_SECONDS})
    FROM free WHERE i.job_id = ${jobId} AND i.n = free.n RETURNING i.n, i.request, i.attempts`)
  return items.length > 0 ? items.sort((a, b) => a.n - b.n) : undefined
}

/** Keeps the leases of this server's chunks from running out. */
export async function holdClaims(db: Queryable, claims: string[]): Promise<void> {
  if (claims.length === 0) return
  await db.query(sql`UPDATE yitu.land_check_job_item SET free_at = now() + make_interval(secs => ${LEASE_SECONDS})
    WHERE claim = ANY (${claims}::text[]) AND state = 'waiting'`)
}

/** What an earlier run of this server left unfinished is free again. */
export async function releaseServer(db: Queryable, serverId: string): Promise<void> {
  await db.query(sql`UPDATE yitu.land_check_job_item SET claim = NULL, free_at = now()
    WHERE state = 'waiting' AND starts_with(claim, ${`${serverId}:`}::text)`)
}

/**
 * Gives items back. Alone: to be tried at once, each by itself; else after a pause of `pauseSeconds`, doubled with every
 * attempt up to a minute.
 */
export async function giveBack(
  tx: Queryable,
  { jobId, claim }: Pick<Chunk, 'jobId' | 'claim'>,
  ns: number[],
  how: 'alone' | { pauseSeconds: number }
): Promise<void> {
  if (ns.length === 0) return
  const alone = how === 'alone'
  const pause = alone ? 0 : how.pauseSeconds
  await tx.query(sql`UPDATE yitu.land_check_job_item SET claim = NULL,
      attempts = CASE WHEN ${alone}::boolean THEN greatest(attempts, ${ATTEMPTS_TOGETHER}::integer) ELSE attempts END,
      free_at = now() + make_interval(secs => least(${pause}::float8 * power(2, attempts), 60))
    WHERE job_id = ${jobId} AND claim = ${claim} AND n = ANY (${ns}::integer[]) AND state = 'waiting'`)
}
