import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { Slots } from '../lib/slots.ts'
import {
  beginText,
  type Database,
  type Queryable,
  type QueryOptions,
  type Row,
  type Statement,
  type TransactionOptions
} from '../lib/sql.ts'
import { bindText } from './values.ts'

export interface EmbeddedOptions {
  /** Folder on disk; without it the database lives in memory and goes with the process. */
  dataDir?: string
  /** A file that keeps a freshly made database, so that the next one starts in seconds; made where missing. */
  template?: string
}

export type WorkerOptions = EmbeddedOptions

export type Ask =
  | { id: number; kind: 'query'; text: string; values: (string | null)[] }
  | { id: number; kind: 'run' | 'listen' | 'close'; text: string }

export interface Answer {
  id: number
  rows?: object[]
  /** Columns of bytes: a Buffer arrives from another thread as a bare Uint8Array. */
  bytes?: string[]
  error?: { message: string; code?: string; detail?: string; hint?: string; constraint?: string }
}

/**
 * Opens the embedded database: PGlite with PostGIS 3.6 in a worker thread. It has one connection, so statements and
 * transactions queue. `ST_AsMVT` does not exist there (built without protobuf).
 * @throws when the folder is in use by a living process: two owners would destroy it.
 */
export async function openEmbedded(options: EmbeddedOptions = {}): Promise<Database> {
  const { dataDir } = options
  const release = dataDir ? await claim(dataDir) : async () => {}
  try {
    // A folder without the mark was left by a process that died while making it: nothing was ever stored there.
    const mark = dataDir && join(dataDir, 'yitu-ready')
    const ready = mark ? await exists(mark) : false
    if (dataDir && !ready) await rm(dataDir, { recursive: true, force: true })
    const db = new EmbeddedDatabase(ready && dataDir ? { dataDir } : options, release)
    await db.opened
    if (mark && !ready) await writeFile(mark, '')
    return db
  } catch (error) {
    await release()
    throw error
  }
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false
  )

/** Takes `<dataDir>.lock`, which names the owner's process; a lock whose owner is gone is taken over. */
async function claim(dataDir: string): Promise<() => Promise<void>> {
  const lock = `${dataDir}.lock`
  await mkdir(join(dataDir, '..'), { recursive: true })
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' })
      return () => rm(lock, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const owner = Number(await readFile(lock, 'utf8').catch(() => ''))
      if (owner && owner !== process.pid && isAlive(owner)) {
        throw new Error(
          `The database in ${dataDir} is in use by process ${owner}: stop that server first, or set DATA_DIR.`
        )
      }
      await rm(lock, { force: true })
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function withBuffers({ rows = [], bytes = [] }: Answer): object[] {
  for (const row of rows as Row[]) {
    for (const column of bytes) {
      const value = row[column]
      if (value instanceof Uint8Array) row[column] = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    }
  }
  return rows
}

type Waiting = { resolve: (rows: object[]) => void; reject: (error: Error) => void }

class EmbeddedDatabase implements Database {
  readonly kind = 'embedded'
  readonly opened: Promise<unknown>
  readonly #worker: Worker
  readonly #waiting = new Slots<Waiting>()
  readonly #listeners = new Map<string, Set<(payload: string) => void>>()
  readonly #release: () => Promise<void>
  /** The end of the last transaction or statement: whoever comes next waits for it. */
  #turn: Promise<unknown> = Promise.resolve()
  #gone: Error | undefined

  constructor(options: EmbeddedOptions, release: () => Promise<void>) {
    this.#release = release
    this.#worker = new Worker(new URL('./embedded-worker.js', import.meta.url), { workerData: options })
    // The first of all: 0, by which the worker says that the database is open.
    this.opened = new Promise((resolve, reject) => this.#waiting.add({ resolve, reject }))
    this.#worker.on('message', message => this.#hear(message))
    this.#worker.on('error', error => this.#end(error))
    this.#worker.on('exit', () => this.#end(new Error('The embedded database has stopped.')))
  }

  query<R extends object = Row>(statement: Statement, options?: QueryOptions): Promise<R[]> {
    return this.#inTurn(() => this.#query<R>(statement, options))
  }

  async run(script: string): Promise<void> {
    await this.#inTurn(() => this.#ask({ kind: 'run', text: script }))
  }

  transaction<T>(work: (tx: Queryable) => Promise<T>, options?: TransactionOptions): Promise<T> {
    return this.#inTurn(async () => {
      await this.#ask({ kind: 'run', text: beginText(options) })
      try {
        const result = await work({ query: (statement, options) => this.#query(statement, options) })
        await this.#ask({ kind: 'run', text: 'COMMIT' })
        return result
      } catch (error) {
        await this.#ask({ kind: 'run', text: 'ROLLBACK' }).catch(() => {})
        throw error
      }
    })
  }

  async listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>> {
    const listeners = this.#listeners.get(channel) ?? new Set()
    if (!this.#listeners.has(channel)) {
      this.#listeners.set(channel, listeners)
      await this.#inTurn(() => this.#ask({ kind: 'listen', text: channel }))
    }
    listeners.add(heard)
    return async () => {
      listeners.delete(heard)
    }
  }

  async close(): Promise<void> {
    if (!this.#gone) {
      await this.#inTurn(() => this.#ask({ kind: 'close', text: '' }))
      await this.#worker.terminate()
    }
    await this.#release()
  }

  /** Runs the work once everything asked before it is done, whether that went well or not. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work, work)
    this.#turn = mine.catch(() => {})
    return mine
  }

  async #query<R extends object>({ text, values }: Statement, { signal }: QueryOptions = {}): Promise<R[]> {
    signal?.throwIfAborted()
    const rows = (await this.#ask({ kind: 'query', text, values: values.map(bindText) })) as R[]
    signal?.throwIfAborted()
    return rows
  }

  #ask(
    ask: { kind: 'query'; text: string; values: (string | null)[] } | { kind: 'run' | 'listen' | 'close'; text: string }
  ) {
    return new Promise<object[]>((resolve, reject) => {
      if (this.#gone) return reject(this.#gone)
      this.#worker.postMessage({ ...ask, id: this.#waiting.add({ resolve, reject }) })
    })
  }

  #hear(message: Answer | { channel: string; payload: string }) {
    if ('channel' in message) {
      for (const heard of this.#listeners.get(message.channel) ?? []) heard(message.payload)
      return
    }
    const waiting = this.#waiting.take(message.id)
    if (message.error) waiting?.reject(Object.assign(new Error(message.error.message), message.error))
    else waiting?.resolve(withBuffers(message))
  }

  #end(error: Error) {
    this.#gone ??= error
    for (const { reject } of this.#waiting.takeAll()) reject(error)
  }
}
