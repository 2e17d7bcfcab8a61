import { type Queryable, sql } from '../../lib/sql.ts'
import type { Verdict } from '../answer/judge.ts'
import type { ItemState } from './answer-schema.ts'
import { cursorBad } from './problems.ts'

/** The items of a job, page by page in the order they were sent. */

export interface ItemRow {
  item: number
  label: string | null
  state: ItemState
  verdict: Verdict | null
  landCheck: string | null
  inputHash: string | null
  resultHash: string | null
  duplicateOf: number | null
  problem: Record<string, unknown> | null
}

const columns = sql`i.n AS item, i.label, i.state, i.verdict, i.land_check_id AS "landCheck", i.input_hash AS "inputHash",
  i.result_hash AS "resultHash", i.duplicate_of AS "duplicateOf", i.problem`

export interface ItemFilter {
  verdict?: string | undefined
  state?: ItemState | undefined
}

/**
 * Items after one place. A page is told by where the one before ended, so that none is shown twice or left out, however
 * the job goes on meanwhile.
 * @param after 0 for the first page
 */
export function pageOfItems(db: Queryable, jobId: string, after: number, limit: number, filter: ItemFilter = {}) {
  const { verdict = null, state = null } = filter
  return db.query<ItemRow>(sql`SELECT ${columns} FROM yitu.land_check_job_item i
    WHERE i.job_id = ${jobId} AND i.n > ${after}::integer
      AND (${verdict}::text IS NULL OR i.verdict = ${verdict}::text)
      AND (${state}::text IS NULL OR i.state = ${state}::text)
    ORDER BY i.n LIMIT ${limit}::integer`)
}

export const cursorOf = (jobId: string, item: number): string => Buffer.from(`${jobId} ${item}`).toString('base64url')

/** @throws CURSOR_BAD */
export function readCursor(jobId: string, cursor: string | undefined): number {
  if (cursor === undefined) return 0
  const [id, item] = Buffer.from(cursor, 'base64url').toString().split(' ')
  if (id !== jobId || !/^\d{1,9}$/.test(item ?? '')) throw cursorBad()
  return Number(item)
}

export interface ResultRow extends ItemRow {
  /** The parcel, GeoJSON as it stands in the answer. */
  geometry: object | null
  areaPlanar: number | null
  /** m² by class. */
  net: { class: string; area: number }[] | null
  reasons: { code: string }[] | null
}

const PAGE = 200

/** Every item with what its answer says in short, a page at a time; the answers themselves stay in the database. */
export async function* resultsOf(db: Queryable, jobId: string): AsyncGenerator<ResultRow> {
  for (let after = 0; ; ) {
    const rows = await db.query<ResultRow>(sql`SELECT ${columns}, c.body#>'{parcel,geometry}' AS geometry,
        (c.body#>>'{parcel,areaPlanar}')::float8 AS "areaPlanar", c.body->'net' AS net, c.body->'reasons' AS reasons
      FROM yitu.land_check_job_item i
      LEFT JOIN LATERAL (SELECT body::json AS body FROM yitu.land_check WHERE id = i.land_check_id OFFSET 0) AS c ON true
      WHERE i.job_id = ${jobId} AND i.n > ${after}::integer ORDER BY i.n LIMIT ${PAGE}::integer`)
    yield* rows
    const last = rows.at(-1)
    if (!last || rows.length < PAGE) return
    after = last.item
  }
}
