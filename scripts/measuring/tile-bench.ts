import { setTimeout as wait } from 'node:timers/promises'
import type { Catalog } from '../../server/catalog/catalog.ts'
import type { Layer } from '../../server/catalog/layer.ts'
import type { Database } from '../../server/lib/sql.ts'
import { Client, type Reply } from './client.ts'
import { type OwnServer, startServer } from './own-server.ts'

/** What every part of the tile benchmark works with. */
export interface TileBench {
  db: Database
  databaseUrl: string
  catalog: Catalog
  /** The two layers of hundreds of thousands of polygons. */
  heavy: readonly Layer[]
  /** Zooms whose tiles are made cold. */
  coldZooms: readonly number[]
  /** For as long as one figure is measured. */
  seconds: number
  /** For what servers and pgbench write. */
  folder: string
  /** TILE_INDEX_BYTES with which either of the two layers is the smallest that is left to PostGIS. */
  smallIndex: number
}

export const MODES = ['memory', 'postgis'] as const
export type Mode = (typeof MODES)[number]

/** Enough for any layer of a district to be cut in memory. */
const LARGE_INDEX = 4 * 1024 ** 3

/** Without a cache, every tile is made anew. */
export const WITHOUT_CACHE = { TILE_CACHE_BYTES: '0' }

/** Starts a server on the benchmark's database, runs the work and stops it. */
export async function withServer<T>(
  bench: TileBench,
  { mode = 'memory', ...settings }: { mode?: Mode } & Record<string, string>,
  work: (server: OwnServer) => Promise<T>
): Promise<T> {
  const server = await startServer({
    DATABASE_URL: bench.databaseUrl,
    DATA_DIR: bench.folder,
    TILE_INDEX_BYTES: String(mode === 'memory' ? LARGE_INDEX : bench.smallIndex),
    ...settings
  })
  try {
    return await work(server)
  } finally {
    await server.stop()
  }
}

export const headersOf = ({ key }: OwnServer): Record<string, string> => ({
  'x-api-key': key,
  'accept-encoding': 'gzip'
})

/** Asks once, as a map client does. @throws where the answer is neither a tile nor an empty one */
export async function askTile(server: OwnServer, path: string, more: Record<string, string> = {}): Promise<Reply> {
  const client = new Client(server.base, server.key, 1)
  try {
    const reply = await client.ask(path, undefined, 120_000, { 'accept-encoding': 'gzip', ...more })
    if (![200, 204, 304].includes(reply.status))
      throw new Error(`${path} was answered ${reply.status}: ${reply.body.toString().slice(0, 300)}`)
    return reply
  } finally {
    client.close()
  }
}

/**
 * Asks for a tile of a layer and waits until the server has read the layer into memory, where it does: until then tiles
 * are made of the rows of their boxes.
 * @returns seconds
 */
export async function readIntoMemory(server: OwnServer, path: string): Promise<number> {
  const before = await indexBytes(server)
  const started = performance.now()
  await askTile(server, path)
  for (let last = before, since = started; ; await wait(100)) {
    const now = await indexBytes(server)
    if (now !== last) [last, since] = [now, performance.now()]
    const isRead = last !== before && performance.now() - since > QUIET_MS
    if (isRead || performance.now() - started > PATIENCE_MS) return Math.round(since - started) / 1000
  }
}

const QUIET_MS = 1000
const PATIENCE_MS = 90_000

async function indexBytes({ base, key }: OwnServer): Promise<number> {
  const metrics = await fetch(`${base}/metrics`, { headers: { 'x-api-key': key } })
  return Number(/^yitu_tile_index_bytes (\S+)$/m.exec(await metrics.text())?.[1])
}
