import { createHash } from 'node:crypto'
import pg from 'pg'
import {
  beginText,
  type Database,
  type Queryable,
  type QueryOptions,
  type Row,
  type Statement,
  type TransactionOptions
} from '../lib/sql.ts'
import { bindText, parsers } from './values.ts'

/** Opens a pool on PostgreSQL ≥ 15 with PostGIS ≥ 3.3. Throws what `pg` throws when nobody answers. */
export async function openPostgres(url: string, { poolSize = 10 } = {}): Promise<Database> {
  const pool = openPool(url, { max: poolSize })
  await pool.query('SELECT 1')
  // Whoever gives up a statement must not wait for a place among those at work.
  return new PostgresDatabase(pool, openPool(url, { max: 1, allowExitOnIdle: true }))
}

/**
 * Statements here are short; compiling one that merely looks dear takes longer than running it. Each has one processor
 * of the database's: how many are at work at once is then what decides who waits for whom.
 */
const SETTINGS = 'SET jit = off; SET max_parallel_workers_per_gather = 0'

function openPool(url: string, limits: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    application_name: 'yitu',
    types: { getTypeParser: typeParser } as pg.CustomTypesConfig,
    onConnect: async client => {
      // One that breaks between two statements of a transaction must not end the process: the next statement tells.
      client.on('error', () => {})
      await client.query(SETTINGS)
    },
    ...limits
  })
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {})
  return pool
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
  readonly #canceller: pg.Pool
  #listener: Promise<pg.PoolClient> | undefined

  constructor(pool: pg.Pool, canceller: pg.Pool) {
    this.#pool = pool
    this.#canceller = canceller
  }

  async query<R extends object = Row>(statement: Statement, { signal }: QueryOptions = {}): Promise<R[]> {
    if (!signal) return (await this.#pool.query(bound(statement))).rows
    signal.throwIfAborted()
    const client = await this.#pool.connect()
    try {
      return await this.#ask<R>(client, statement, signal)
    } finally {
      client.release()
    }
  }

  /** Ends when the statement has ended, aborted or not: the connection is free for others then. */
  async #ask<R extends object>(client: pg.PoolClient, statement: Statement, signal?: AbortSignal): Promise<R[]> {
    if (!signal) return (await client.query(bound(statement))).rows
    signal.throwIfAborted()
    let cancelling: Promise<unknown> | undefined
    const cancel = () => {
      cancelling = this.#canceller.query('SELECT pg_cancel_backend($1)', [backendOf(client)]).catch(() => {})
    }
    signal.addEventListener('abort', cancel, { once: true })
    try {
      return (await client.query(bound(statement))).rows
    } catch (error) {
      signal.throwIfAborted()
      throw error
    } finally {
      signal.removeEventListener('abort', cancel)
      // A late one would hit whatever the connection does next.
      await cancelling
    }
  }

  async run(script: string): Promise<void> {
    await this.#pool.query(script)
  }

  async transaction<T>(work: (tx: Queryable) => Promise<T>, options?: TransactionOptions): Promise<T> {
    const client = await this.#pool.connect()
    let result: T
    try {
      await client.query(beginText(options))
      result = await work({ query: (statement, o) => this.#ask(client, statement, o?.signal) })
      if (!options?.readOnly) await client.query('COMMIT')
    } catch (error) {
      client.release(await lossOf(client.query('ROLLBACK')))
      throw error
    }
    // What only reads has its answer: nobody waits for the end of it.
    if (options?.readOnly) void lossOf(client.query('COMMIT')).then(lost => client.release(lost))
    else client.release()
    return result
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
    await Promise.all([this.#pool.end(), this.#canceller.end()])
  }
}

/** What broke a connection on its way back to the pool, which then drops it. */
const lossOf = (ending: Promise<unknown>): Promise<Error | undefined> =>
  ending.then(
    () => undefined,
    (error: Error) => error
  )

/** The number of the server process behind a connection, which the driver knows and its types leave out. */
const backendOf = (client: pg.PoolClient) => (client as pg.PoolClient & { processID: number }).processID
