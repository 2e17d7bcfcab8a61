import { LRUCache } from 'lru-cache'
import { type Queryable, type Statement, sql } from '../lib/sql.ts'

/**
 * The last revision of a layer published by an instant; none: 0. Instants that clients read of us have milliseconds,
 * and must find the revision they name.
 * @param instant ISO 8601
 */
export const planRevisionAt = (layerId: string, instant: string): Statement => sql`
  SELECT coalesce(max(revision), 0)::integer AS revision FROM yitu.revision
  WHERE layer_id = ${layerId}::text AND date_trunc('milliseconds', published_at) <= ${instant}::timestamptz`

/** Which revision of a layer was current at an instant: found once, until the layer is published again. */
export class PastRevisions {
  readonly #found = new LRUCache<string, Promise<number>>({ max: 2000 })
  readonly #db: Queryable

  constructor(db: Queryable) {
    this.#db = db
  }

  /** @param current the layer's present revision */
  at(layerId: string, instant: string, current: number): Promise<number> {
    const key = `${layerId}@${current} ${instant}`
    const known = this.#found.get(key)
    if (known) return known
    const asked = this.#db.query<{ revision: number }>(planRevisionAt(layerId, instant))
    const found = asked.then(([row]) => Math.min(row?.revision ?? 0, current))
    this.#found.set(key, found)
    found.catch(() => this.#found.delete(key))
    return found
  }
}
