import { type Queryable, type Statement, sql } from '../lib/sql.ts'

/** Revisions of a layer whose instants are told. */
export const MOST_INSTANTS = 100

/**
 * When each layer that was published more than once was so: rows `{id, instants}`, the latest revisions, ascending, as
 * ISO 8601 in UTC with milliseconds.
 */
export const planHistories = (): Statement => sql`
  SELECT layer_id AS id, array_agg(at ORDER BY revision) FILTER (WHERE newest <= ${MOST_INSTANTS}::integer) AS instants
  FROM (SELECT layer_id, revision, row_number() OVER (PARTITION BY layer_id ORDER BY revision DESC) AS newest,
      to_char(date_trunc('milliseconds', published_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
    FROM yitu.revision) AS r
  GROUP BY layer_id HAVING count(*) > 1`

type Instants = ReadonlyMap<string, readonly string[]>

/** When the layers were published, read once for each version of the catalogue. */
export class Histories {
  #version = -1
  #read: Promise<Instants> = Promise.resolve(new Map())
  readonly #db: Queryable

  constructor(db: Queryable) {
    this.#db = db
  }

  /** @param version the catalogue's */
  at(version: number): Promise<Instants> {
    if (this.#version === version) return this.#read
    this.#version = version
    this.#read = this.#db
      .query<{ id: string; instants: string[] }>(planHistories())
      .then(rows => new Map(rows.map(({ id, instants }) => [id, instants])))
    this.#read.catch(() => {
      this.#version = -1
    })
    return this.#read
  }
}
