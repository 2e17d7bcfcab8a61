import type { ContentCoding } from '../lib/media-type.ts'
import type { Finished } from './tile-cache.ts'

/** Finished tiles that servers of one database share. It may be slow, full or gone: then there is none. */
export interface SecondLevel {
  get(key: string): Promise<Finished | null>
  set(key: string, tile: Finished): void
  close(): Promise<void>
}

export interface SecondLevelOptions {
  /** redis://… or rediss://… */
  url: string
  /** What tells tiles of this database and this release from all others. */
  prefix: string
  /** Called when it begins to fail, and once it works again (null): not for each tile. */
  noteState(error: Error | null): void
}

/** A tile is quicker made than waited for longer. */
const TIMEOUT_MS = 100
/** So long after a failure it is not asked: tiles must not wait for it one by one. */
const REST_MS = 2000
const KEEP_SECONDS = 7 * 24 * 3600
const CODINGS: readonly ContentCoding[] = ['identity', 'gzip', 'br']
const EMPTY = 3
const REDUCED = 8

/** Opens a cache that speaks the Redis protocol. It connects in the background, and again whenever it is lost. */
export async function openSecondLevel({ url, prefix, noteState }: SecondLevelOptions): Promise<SecondLevel> {
  const { createClient, RESP_TYPES } = await import('@redis/client')
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandsQueueMaxLength: 1000,
    socket: { connectTimeout: 1000, reconnectStrategy: tries => Math.min(100 * 2 ** tries, 30_000) }
  }).withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
  let fails = false
  let restUntil = 0
  const note = (error: Error | null) => {
    if (error) restUntil = performance.now() + REST_MS
    if (fails === (error !== null)) return
    fails = error !== null
    noteState(error)
  }
  client.on('error', note)
  client.on('ready', () => note(null))
  client.connect().catch(note)
  const isThere = () => client.isReady && performance.now() >= restUntil

  return {
    async get(key) {
      if (!isThere()) return null
      try {
        const found = await inTime(client.get(prefix + key))
        return found ? unpack(found) : null
      } catch (error) {
        note(asError(error))
        return null
      }
    },
    set(key, tile) {
      if (!isThere()) return
      client.set(prefix + key, pack(tile), { expiration: { type: 'EX', value: KEEP_SECONDS } }).then(
        () => note(null),
        error => note(asError(error))
      )
    },
    async close() {
      client.destroy()
    }
  }
}

/** A byte that says coding and state, then the bytes. */
export function pack({ bytes, coding, reduced }: Finished): Buffer {
  const head = (bytes ? CODINGS.indexOf(coding) : EMPTY) + (reduced ? REDUCED : 0)
  return Buffer.concat([Buffer.of(head), bytes ?? Buffer.alloc(0)])
}

/** @returns null for what this server did not write */
export function unpack(packed: Buffer): Finished | null {
  const head = packed[0] ?? -1
  const coding = CODINGS[head & 3] ?? 'identity'
  if (head < 0 || head > EMPTY + REDUCED) return null
  const isEmpty = (head & 3) === EMPTY
  return { bytes: isEmpty ? null : packed.subarray(1), coding, reduced: (head & REDUCED) !== 0 }
}

function inTime<T>(answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${TIMEOUT_MS} ms`)), TIMEOUT_MS)
    answer.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)))
