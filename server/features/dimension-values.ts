import { LRUCache } from 'lru-cache'
import type { Field, Layer } from '../catalog/layer.ts'
import { tableOf } from '../catalog/table.ts'
import { name, type Queryable, type Statement, sql } from '../lib/sql.ts'

/** Values of a field that are told one by one. */
export const MOST_VALUES = 500

/** The values a field has in a layer's present features. */
export interface FieldValues {
  /** Ascending; instants as ISO 8601 in UTC, days as 2026-01-31, numbers. Only the least and the greatest of too many. */
  values: (string | number)[]
  whole: boolean
}

/** One row `{value}` for each value of a field, ascending, and one more where there are too many. */
export function planFieldValues(layer: Pick<Layer, 'id'>, field: Field): Statement {
  return sql`SELECT DISTINCT ${written(field)} AS value FROM ${tableOf(layer)}
    WHERE rev_to IS NULL AND ${name(field.name)} IS NOT NULL ORDER BY 1 LIMIT ${MOST_VALUES + 1}::integer`
}

export function planFieldEnds(layer: Pick<Layer, 'id'>, field: Field): Statement {
  return sql`SELECT min(${written(field)}) AS low, max(${written(field)}) AS high FROM ${tableOf(layer)}
    WHERE rev_to IS NULL`
}

/** Instants to the millisecond, which is all that filters can name; their order as text is theirs in time. */
function written({ name: column, type }: Field): Statement {
  if (type === 'datetime')
    return sql`to_char(date_trunc('milliseconds', ${name(column)}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
  return type === 'date' ? sql`to_char(${name(column)}, 'YYYY-MM-DD')` : sql`${name(column)}::double precision`
}

/** What values the fields of layers have, found once for each revision. */
export class DimensionValues {
  readonly #found = new LRUCache<string, Promise<FieldValues>>({ max: 1000 })
  readonly #db: Queryable

  constructor(db: Queryable) {
    this.#db = db
  }

  /** @param revision the layer's present one */
  of(layer: Layer, revision: number, field: Field): Promise<FieldValues> {
    const key = `${layer.id}@${revision}.${field.name}`
    const known = this.#found.get(key)
    if (known) return known
    const found = this.#read(layer, field)
    this.#found.set(key, found)
    found.catch(() => this.#found.delete(key))
    return found
  }

  async #read(layer: Layer, field: Field): Promise<FieldValues> {
    const rows = await this.#db.query<{ value: string | number }>(planFieldValues(layer, field))
    if (rows.length <= MOST_VALUES) return { values: rows.map(({ value }) => value), whole: true }
    const [ends] = await this.#db.query<{ low: string | number; high: string | number }>(planFieldEnds(layer, field))
    return { values: ends ? [ends.low, ends.high] : [], whole: false }
  }
}
