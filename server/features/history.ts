import { LRUCache } from 'lru-cache'
import { type Queryable, type Statement, sql } from '../lib/sql.ts'

/** Revisions of a layer whose instants are told. */
export const MOST_INSTANTS = 100

/** When a layer's latest revisions were published: rows `{at}`, the newest first, ISO 8601 in UTC with milliseconds. */
export const planHistory = (layerId: string): Statement => sql`
  SELECT to_char(date_trunc('milliseconds', published_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
  FROM yitu.revision WHERE layer_id = ${layerId}::text ORDER BY revision DESC LIMIT ${MOST_INSTANTS}::integer`

/** When layers were published, read once for each of their revisions. */
export class Histories {
  readonly #found = new LRUCache<string, Promise<string[]>>({ max: 2000 })
  readonly #db: Queryable

  constructor(db: Queryable) {
    this.#db = db
  }

  /** The instants of a layer's latest revisions, ascending. @param revision the present one */
  of(layerId: string, revision: number): Promise<string[]> {
    const key = `${layerId}@${revision}`
    const known = this.#found.get(key)
    if (known) return known
    const found = this.#db
      .query<{ at: string }>(planHistory(layerId))
      .then(rows => rows.map(({ at }) => at).toReversed())
    this.#found.set(key, found)
    found.catch(() => this.#found.delete(key))
    return found
  }
}
