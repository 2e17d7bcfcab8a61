import { type Problem, problemDocument } from '../lib/errors.ts'
import { type Queryable, type Row, sql } from '../lib/sql.ts'
import type { UploadForm } from './form.ts'
import { noUpload, serverStopped } from './problems.ts'
import type { Report } from './report.ts'
import { dropStaging } from './staging.ts'

/** yitu.upload: what is known of every upload, while it is worked on and after. */

export const STATUSES = ['received', 'reading', 'checking', 'publishing', 'published', 'refused', 'failed'] as const
export type Status = (typeof STATUSES)[number]

export interface Upload {
  id: string
  layer: string
  mode: 'replace' | 'append'
  status: Status
  /** 0 … 1 */
  progress: number
  file: string
  bytes: number
  actor: string
  report: Report | null
  /** A problem document (RFC 9457), for `refused` and `failed`. */
  problem: Record<string, unknown> | null
  revision: number | null
  createdAt: string
  finishedAt: string | null
}

export interface NewUpload {
  id: string
  form: UploadForm
  file: string
  bytes: number
  actor: string
  serverId: string
}

export async function insertUpload(
  db: Queryable,
  { id, form, file, bytes, actor, serverId }: NewUpload
): Promise<void> {
  await db.query(sql`INSERT INTO yitu.upload (id, layer_id, mode, title, file_name, bytes, actor, status, server_id)
    VALUES (${id}, ${form.layer}, ${form.mode}, ${form.title ? JSON.stringify(form.title) : null}::jsonb, ${file}, ${bytes}, ${actor},
      'received', ${serverId})`)
}

export async function setStatus(db: Queryable, id: string, status: Status, progress: number): Promise<void> {
  await db.query(
    sql`UPDATE yitu.upload SET status = ${status}, progress = ${progress}::real, seen_at = now() WHERE id = ${id}`
  )
}

export async function finishUpload(
  db: Queryable,
  id: string,
  end: { status: 'published' | 'refused' | 'failed'; report: Report | null; problem?: Problem }
): Promise<void> {
  const problem = end.problem ? JSON.stringify(problemDocument(end.problem, 'zh')) : null
  await db.query(sql`UPDATE yitu.upload SET status = ${end.status}, progress = 1, report = ${end.report && JSON.stringify(end.report)}::jsonb,
      problem = ${problem}::jsonb, seen_at = now(), finished_at = now()
    WHERE id = ${id}`)
}

export async function markAlive(db: Queryable, serverId: string): Promise<void> {
  await db.query(sql`UPDATE yitu.upload SET seen_at = now() WHERE server_id = ${serverId} AND finished_at IS NULL`)
}

const SILENT_SECONDS = 60

/**
 * Ends the uploads whose server is gone: those of servers silent for a minute and, when this one has just started
 * (`own`), its own of before. What was committed is published, everything else failed; staging tables that
 * nobody works on are dropped.
 * @returns the ids
 */
export async function abandonUploads(db: Queryable, serverId: string, own: boolean): Promise<string[]> {
  const problem = JSON.stringify(problemDocument(serverStopped(), 'zh'))
  const ended = await db.query<{ id: string }>(sql`UPDATE yitu.upload SET finished_at = now(), progress = 1,
      status = CASE WHEN revision IS NULL THEN 'failed' ELSE 'published' END,
      problem = CASE WHEN revision IS NULL THEN ${problem}::jsonb END
    WHERE finished_at IS NULL AND ((${own}::boolean AND server_id = ${serverId})
      OR seen_at < now() - make_interval(secs => ${SILENT_SECONDS}))
    RETURNING id`)
  for (const { id } of ended) await dropStaging(db, stagingOf(id))
  return ended.map(({ id }) => id)
}

export const stagingOf = (uploadId: string): string => `upload_${uploadId}`

const columns = sql`id, layer_id AS layer, mode, status, progress::float8 AS progress, file_name AS file, bytes, actor,
  report, problem, revision, created_at AS "createdAt", finished_at AS "finishedAt"`

/** @throws UPLOAD_NOT_FOUND */
export async function getUpload(db: Queryable, id: string): Promise<Upload> {
  const [upload] = await db.query<Upload>(sql`SELECT ${columns} FROM yitu.upload WHERE id = ${id}`)
  if (!upload) throw noUpload({ id })
  return upload
}

/** Newest first, without their reports. */
export async function listUploads(db: Queryable, limit: number): Promise<Upload[]> {
  const rows = await db.query<Upload & Row>(
    sql`SELECT ${columns} FROM yitu.upload ORDER BY created_at DESC, id LIMIT ${limit}::integer`
  )
  return rows.map(row => ({ ...row, report: null }))
}
