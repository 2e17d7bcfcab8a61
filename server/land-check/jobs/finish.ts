import { type Queryable, sql } from '../../lib/sql.ts'
import { newId } from '../trust/id.ts'
import { jobDocument } from './document.ts'
import { countItems, getJob } from './store.ts'

/** Where the servers of a database tell each other that a job went on. */
export const JOB_CHANNEL = 'yitu_land_check_job'
/** … and that a webhook is to be told. */
export const WEBHOOK_CHANNEL = 'yitu_webhook'

/** Tells whoever follows the job. */
export const tell = (tx: Queryable, id: string): Promise<object[]> =>
  tx.query(sql`SELECT pg_notify(${JOB_CHANNEL}::text, ${id}::text)`)

/**
 * Ends a job all of whose items have ended: `succeeded` where at least one has an answer, else `failed`. The event for
 * its webhook is kept in the same transaction.
 */
export async function finishIfDone(tx: Queryable, id: string): Promise<void> {
  const ended = await tx.query(sql`UPDATE yitu.land_check_job j SET finished_at = now(), status =
      CASE WHEN EXISTS (SELECT FROM yitu.land_check_job_item WHERE job_id = j.id AND state = 'answered')
        THEN 'succeeded' ELSE 'failed' END
    WHERE id = ${id} AND status IN ('queued', 'running')
      AND NOT EXISTS (SELECT FROM yitu.land_check_job_item WHERE job_id = j.id AND state = 'waiting')
    RETURNING id`)
  if (ended.length > 0) await keepEvent(tx, id, 'job.finished')
  await tell(tx, id)
}

/**
 * Ends a job now: what is answered stays, what waits is never checked. A chunk that is being worked on is not kept.
 * @param which `ended too`: one that has ended counts as cancelled from now on (its answers stay in the audit chain)
 * @returns whether anything changed
 */
export async function cancelJob(tx: Queryable, id: string, which: 'open' | 'ended too' = 'open'): Promise<boolean> {
  const ended = await tx.query(sql`UPDATE yitu.land_check_job SET status = 'cancelled',
      finished_at = coalesce(finished_at, now())
    WHERE id = ${id} AND status <> 'cancelled' AND (finished_at IS NULL OR ${which === 'ended too'}::boolean) RETURNING id`)
  if (ended.length === 0) return false
  await tx.query(sql`UPDATE yitu.land_check_job_item SET state = 'cancelled', claim = NULL
    WHERE job_id = ${id} AND state = 'waiting'`)
  await keepEvent(tx, id, 'job.cancelled')
  await tell(tx, id)
  return true
}

/** Keeps an event for the job's webhook, where it has one. */
async function keepEvent(tx: Queryable, id: string, type: 'job.finished' | 'job.cancelled'): Promise<void> {
  const job = await getJob(tx, id)
  if (job.webhookUrl === null) return
  const now = new Date()
  const event = newId(now, 'ev')
  const data = jobDocument(job, await countItems(tx, id))
  const body = JSON.stringify({ id: event, type, createdAt: now.toISOString(), data })
  await tx.query(
    sql`INSERT INTO yitu.webhook_delivery (id, job_id, type, body) VALUES (${event}, ${id}, ${type}, ${body})`
  )
  await tx.query(sql`SELECT pg_notify(${WEBHOOK_CHANNEL}::text, '')`)
}
