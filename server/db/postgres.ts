import { createHash } from 'node:crypto'
import pg from 'pg'
import {
  beginText,
  type Database,
  type Queryable,
  type Row,
  type Statement,
  type TransactionOptions
} from '../lib/sql.ts'
import { bindText, parsers } from './values.ts'

/** Opens a pool on PostgreSQL ≥ 15 with PostGIS ≥ 3.3. Throws what `pg` throws when nobody answers. */
export async function openPostgres(url: string, { poolSize = 10 } = {}): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: 10_000,
    application_name: 'yitu',
    types: { getTypeParser: typeParser } as pg.CustomTypesConfig
  })
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {})
  // Nor may one that breaks between two statements of a transaction: the next statement fails, and that is told.
  pool.on('connect', client => client.on('error', () => {}))
  await pool.query('SELECT 1')
  return new PostgresDatabase(pool)
}

function typeParser(oid: number, format?: string) {
  const own = parsers[oid]
  return own && format !== 'binary' ? own : pg.types.getTypeParser(oid, format as 'text')
}

/** A prepared statement is known to its connection by name; PostgreSQL cuts names at 63 bytes. */
const bound = ({ text, values, keepPlan }: Statement) => ({
  text,
  values: values.map(bindText),
  ...(keepPlan && { name: nameOf(text) })
})

const names = new Map<string, string>()

function nameOf(text: string): string {
  const known = names.get(text) ?? createHash('sha256').update(text).digest('base64url')
  names.set(text, known)
  return known
}

class PostgresDatabase implements Database {
  readonly kind = 'postgres'
  readonly #pool: pg.Pool
  #listener: Promise<pg.PoolClient> | undefined

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  async query<R extends object = Row>(statement: Statement): Promise<R[]> {
    return (await this.#pool.query(bound(statement))).rows
  }

  async run(script: string): Promise<void> {
    await this.#pool.query(script)
  }

  async transaction<T>(work: (tx: Queryable) => Promise<T>, options?: TransactionOptions): Promise<T> {
    const client = await this.#pool.connect()
    let broken: Error | undefined
    try {
      await client.query(beginText(options))
      const result = await work({ query: async statement => (await client.query(bound(statement))).rows })
      await client.query('COMMIT')
      return result
    } catch (error) {
      await client.query('ROLLBACK').catch(lost => {
        broken = lost
      })
      throw error
    } finally {
      client.release(broken)
    }
  }

  async listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>> {
    this.#listener ??= this.#pool.connect()
    const client = await this.#listener
    const forward = (message: pg.Notification) => message.channel === channel && heard(message.payload ?? '')
    client.on('notification', forward)
    await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`)
    return async () => {
      client.off('notification', forward)
    }
  }

  async close(): Promise<void> {
    if (this.#listener) (await this.#listener).release(true)
    await this.#pool.end()
  }
}
