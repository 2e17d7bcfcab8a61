import { canonicalHash } from '../../lib/canonical-json.ts'
import { problemDocument } from '../../lib/errors.ts'
import { type Database, type Queryable, type Statement, sql } from '../../lib/sql.ts'
import type { Frozen } from '../check.ts'
import { newId } from '../trust/id.ts'
import { finishIfDone } from './finish.ts'
import { jobEmpty, jobTooLarge } from './problems.ts'
import { type Common, decisive, type GivenItem, type ReadItem, readItem, type Webhook } from './request.ts'

/** A job as it is submitted; its parcels come one by one, or are the rows of a statement (see select.ts). */
export interface NewJob {
  origin: 'api' | 'ogc'
  /** The key's id. */
  actor: string
  common: Common
  frozen: Frozen
  /** What the parcels were taken from, as the job shows it. */
  source: Record<string, unknown>
  webhook?: Webhook | undefined
  items: { given: Iterable<GivenItem> | AsyncIterable<GivenItem> } | { selected: (jobId: string) => Statement }
}

export const MOST_ITEMS = 200_000
const BATCH = 500

/**
 * Keeps a job with all its items, or nothing of it. Items that cannot be read are refused at once; of equal ones only
 * the first is to be checked.
 * @returns the job's id
 * @throws JOB_EMPTY, JOB_TOO_LARGE (more than 200 000 parcels)
 */
export async function submitJob(db: Database, job: NewJob): Promise<string> {
  const id = newId(new Date(), 'lj')
  const { origin, actor, common, frozen, source, webhook, items } = job
  await db.transaction(async tx => {
    await tx.query(sql`INSERT INTO yitu.land_check_job
        (id, origin, actor, status, ruleset_id, common, source, frozen, total, webhook_url, webhook_secret)
      VALUES (${id}, ${origin}, ${actor}, 'queued', ${common.ruleset}, ${JSON.stringify(common)}::jsonb,
        ${JSON.stringify(source)}::jsonb, ${JSON.stringify(frozen)}::jsonb, 0, ${webhook?.url ?? null}::text,
        ${webhook?.secret ?? null}::text)`)
    if ('selected' in items) await tx.query(items.selected(id))
    else await insertGiven(tx, id, common, items.given)
    // Thousands of rows came at once: a plan made without knowing of them would compare each with each.
    await tx.query(sql`ANALYZE yitu.land_check_job_item`)
    await tx.query(sql`WITH same AS MATERIALIZED (
        SELECT unnest((array_agg(n ORDER BY n))[2:]) AS n, min(n) AS first FROM yitu.land_check_job_item
        WHERE job_id = ${id} AND state = 'waiting' GROUP BY request_hash HAVING count(*) > 1)
      UPDATE yitu.land_check_job_item i SET duplicate_of = same.first FROM same WHERE i.job_id = ${id} AND i.n = same.n`)
    const [counted] = await tx.query<{
      total: number
    }>(sql`UPDATE yitu.land_check_job j SET total = c.total, done = c.done
      FROM (SELECT count(*)::integer AS total, (count(*) FILTER (WHERE state <> 'waiting'))::integer AS done
        FROM yitu.land_check_job_item WHERE job_id = ${id}) AS c WHERE j.id = ${id} RETURNING j.total`)
    const total = counted?.total ?? 0
    if (total === 0) throw jobEmpty({ place: '' })
    if (total > MOST_ITEMS) throw jobTooLarge({ items: total, limit: MOST_ITEMS })
    await finishIfDone(tx, id)
  })
  return id
}

async function insertGiven(
  tx: Queryable,
  id: string,
  common: Common,
  given: Iterable<GivenItem> | AsyncIterable<GivenItem>
): Promise<void> {
  let batch: ReadItem[] = []
  let n = 0
  for await (const item of given) {
    batch.push(readItem(item, common, `/items/${n}`))
    if (++n > MOST_ITEMS) throw jobTooLarge({ items: `> ${MOST_ITEMS}`, limit: MOST_ITEMS })
    if (batch.length === BATCH) {
      await insertItems(tx, id, n - batch.length, batch)
      batch = []
    }
  }
  if (batch.length > 0) await insertItems(tx, id, n - batch.length, batch)
}

/** @param before how many items the job has already */
async function insertItems(tx: Queryable, id: string, before: number, items: ReadItem[]): Promise<void> {
  const problems = items.map(({ problem }) => problem && JSON.stringify(problemDocument(problem, 'zh')))
  await tx.query(sql`INSERT INTO yitu.land_check_job_item (job_id, n, label, request, request_hash, state, problem)
    SELECT ${id}, ${before}::integer + i.place, i.label, i.request::jsonb, i.hash,
      CASE WHEN i.problem IS NULL THEN 'waiting' ELSE 'refused' END, i.problem::jsonb
    FROM unnest(${items.map(({ label }) => label)}::text[], ${items.map(({ request }) => JSON.stringify(request))}::text[],
      ${items.map(({ request }) => canonicalHash(decisive(request)))}::text[], ${problems}::text[])
      WITH ORDINALITY AS i (label, request, hash, problem, place)`)
}
