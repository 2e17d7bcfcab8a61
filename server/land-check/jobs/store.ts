import { type Queryable, sql } from '../../lib/sql.ts'
import type { Frozen } from '../check.ts'
import type { Status } from './answer-schema.ts'
import { jobUnknown } from './problems.ts'
import type { Common } from './request.ts'

/** yitu.land_check_job: one row a job. */

export interface JobRow {
  id: string
  origin: 'api' | 'ogc'
  actor: string
  status: Status
  ruleset: string
  common: Common
  source: Record<string, unknown>
  total: number
  done: number
  validTime: string
  knownTime: string
  webhookUrl: string | null
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
}

const columns = sql`id, origin, actor, status, ruleset_id AS ruleset, common, source, total, done,
  frozen->>'validTime' AS "validTime", frozen->>'knownTime' AS "knownTime", webhook_url AS "webhookUrl",
  created_at AS "createdAt", started_at AS "startedAt", finished_at AS "finishedAt"`

/** @throws JOB_UNKNOWN */
export async function getJob(db: Queryable, id: string): Promise<JobRow> {
  const [job] = await db.query<JobRow>(sql`SELECT ${columns} FROM yitu.land_check_job WHERE id = ${id}`)
  if (!job) throw jobUnknown({ id })
  return job
}

export interface JobFilter {
  origin?: 'api' | 'ogc' | undefined
  statuses?: readonly Status[] | undefined
  /** Made at or after, and before or at; ISO 8601. */
  from?: string | undefined
  to?: string | undefined
  /** Seconds from start to end, or until now. */
  minDuration?: number | undefined
  maxDuration?: number | undefined
  /** Only what was made before this job. */
  after?: string | undefined
}

const DURATION = sql`extract(epoch FROM coalesce(finished_at, now()) - started_at)`

/** Newest first. */
export function listJobs(db: Queryable, limit: number, filter: JobFilter = {}): Promise<JobRow[]> {
  const { origin, statuses, from, to, minDuration, maxDuration, after } = filter
  return db.query<JobRow>(sql`SELECT ${columns} FROM yitu.land_check_job
    WHERE (${origin ?? null}::text IS NULL OR origin = ${origin ?? null}::text)
      AND (${statuses ?? null}::text[] IS NULL OR status = ANY (${statuses ?? null}::text[]))
      AND (${from ?? null}::timestamptz IS NULL OR created_at >= ${from ?? null}::timestamptz)
      AND (${to ?? null}::timestamptz IS NULL OR created_at <= ${to ?? null}::timestamptz)
      AND (${minDuration ?? null}::float8 IS NULL OR ${DURATION} >= ${minDuration ?? null}::float8)
      AND (${maxDuration ?? null}::float8 IS NULL OR ${DURATION} <= ${maxDuration ?? null}::float8)
      AND (${after ?? null}::text IS NULL OR id < ${after ?? null}::text)
    ORDER BY id DESC LIMIT ${limit}::integer`)
}

/** What all items of a job are checked by, however long it takes. */
export async function frozenOf(db: Queryable, id: string): Promise<Frozen> {
  const [row] = await db.query<{ frozen: Frozen }>(sql`SELECT frozen FROM yitu.land_check_job WHERE id = ${id}`)
  if (!row) throw jobUnknown({ id })
  return row.frozen
}

export interface Counts {
  states: Record<string, number>
  verdicts: Record<string, number>
  problems: Record<string, number>
  duplicates: number
}

export async function countItems(db: Queryable, id: string): Promise<Counts> {
  const groups = await db.query<{
    state: string
    verdict: string | null
    code: string | null
    n: number
    same: number
  }>(
    sql`SELECT state, verdict, problem->>'code' AS code, count(*)::integer AS n, count(duplicate_of)::integer AS same
      FROM yitu.land_check_job_item WHERE job_id = ${id} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`
  )
  const counts: Counts = { states: {}, verdicts: {}, problems: {}, duplicates: 0 }
  const add = (to: Record<string, number>, key: string | null, n: number) => {
    if (key !== null) to[key] = (to[key] ?? 0) + n
  }
  for (const { state, verdict, code, n, same } of groups) {
    add(counts.states, state, n)
    add(counts.verdicts, verdict, n)
    add(counts.problems, code, n)
    counts.duplicates += same
  }
  return counts
}
