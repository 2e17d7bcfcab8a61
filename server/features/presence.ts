import { LRUCache } from 'lru-cache'
import { DIVISION_FIELD } from '../catalog/divisions.ts'
import type { Layer } from '../catalog/layer.ts'
import { tableOf } from '../catalog/table.ts'
import { join, name, type Queryable, type Statement, sql } from '../lib/sql.ts'

/** Whether a layer's features say which division they belong to. */
export const carriesDivision = ({ fields }: Pick<Layer, 'fields'>): boolean =>
  fields.some(field => field.name === DIVISION_FIELD)

/** Which of the layers have a current feature in a division: one row `{id}` each, for one code prefix. */
export function planPresence(layers: readonly Layer[], prefix: string): Statement {
  const asked = layers.map(
    layer => sql`SELECT ${layer.id}::text AS id WHERE EXISTS (SELECT FROM ${tableOf(layer)} WHERE rev_to IS NULL
      AND left(${name(DIVISION_FIELD)}, ${prefix.length}::integer) = ${prefix}::text)`
  )
  return join(asked, ' UNION ALL ')
}

/** Which layers have features in a division, found once for a state of the catalogue however many ask. */
export class Presence {
  readonly #found = new LRUCache<string, Promise<ReadonlySet<string>>>({ max: 500 })
  readonly #db: Queryable

  constructor(db: Queryable) {
    this.#db = db
  }

  /** Ids of those of the published layers that have a feature whose `division_code` begins with the prefix. */
  in(prefix: string, version: number, published: readonly Layer[]): Promise<ReadonlySet<string>> {
    const key = `${version} ${prefix}`
    const known = this.#found.get(key)
    if (known) return known
    const layers = published.filter(carriesDivision)
    const found =
      layers.length === 0
        ? Promise.resolve(new Set<string>())
        : this.#db.query<{ id: string }>(planPresence(layers, prefix)).then(rows => new Set(rows.map(({ id }) => id)))
    this.#found.set(key, found)
    found.catch(() => this.#found.delete(key))
    return found
  }
}
