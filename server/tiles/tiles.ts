import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { ContentCoding } from '../lib/media-type.ts'
import type { Database } from '../lib/sql.ts'
import { tileZooms } from './scheme.ts'
import { openSources, type SourceStats, type Sources } from './sources.ts'
import { type CachedTile, TileCache, type TileCacheStats } from './tile-cache.ts'
import { keyOf, type TileMember, type TileSubject, tileName, viewOf, zoomOf } from './tile-name.ts'

export interface TileRequest extends TileSubject {
  coding: ContentCoding
  /** Aborted when nobody waits for the answer any more. */
  signal?: AbortSignal
}

/** A finished tile, ready to be sent. */
export interface ReadyTile {
  /** Of what it is: that of a later revision than was asked for, where one was published meanwhile. */
  key: string
  /** null: empty */
  bytes: Buffer | null
  coding: ContentCoding
  /** Some of its features are left out or put together, to keep it small. */
  reduced: boolean
  /** It is of an earlier revision, as that of the one asked for could not be made. */
  stale: boolean
}

export type TileStats = TileCacheStats & SourceStats

/** The vector tile engine: tiles of one or several layers, compressed, cached, one version of each. */
export interface Tiles {
  /** Everything that decides the tile's bytes, its coding apart: known before the tile is made, it makes the ETag. */
  key(subject: TileSubject): string
  /** A tile as it stands at the members' revisions or later ones; its key says which. */
  get(request: TileRequest): Promise<ReadyTile>
  stats(): TileStats
  close(): Promise<void>
}

export interface TilesOptions {
  db: Database
  cacheBytes: number
  indexBytes: number
  /** Threads that cut tiles; default: the processors less one, at most 4. */
  threads?: number
}

const compress = promisify(gzip)
const uncompress = promisify(gunzip)

export function createTiles({ db, cacheBytes, indexBytes, threads }: TilesOptions): Tiles {
  const sources: Sources = openSources({ db, indexBytes, ...(threads && { threads }) })
  const cache = new TileCache(cacheBytes)

  async function make(request: TileRequest): Promise<CachedTile> {
    const parts = await Promise.all(request.members.map(member => part(member, request)))
    const members = request.members.map((member, i) => ({ ...member, revision: parts[i]!.revision }))
    const layers = parts.flatMap(({ mvt }) => (mvt ? [mvt] : []))
    // The tiles of several layers, one after the other, are the tile of all of them (MVT 2.1 §4.1: repeated layers).
    const gzip = layers.length > 0 ? await compress(Buffer.concat(layers), { level: 6 }) : null
    return { key: keyOf(tileName({ ...request, members })), gzip }
  }

  async function part(member: TileMember, { grid, tile, signal }: TileRequest) {
    const { layer, revision } = member
    const { min, max } = tileZooms(layer)
    const zoom = zoomOf(grid, tile)
    if (revision === 0 || zoom < min || zoom > max) return { revision, mvt: null }
    return sources.cut({ layer, revision, grid, tile, view: viewOf(member) }, signal)
  }

  return {
    key: subject => keyOf(tileName(subject)),
    async get(request) {
      const { key, gzip } = await cache.get(keyOf(tileName(request)), () => make(request))
      const state = { key, coding: request.coding, reduced: false, stale: false }
      if (!gzip || request.coding === 'gzip') return { ...state, bytes: gzip }
      return { ...state, coding: 'identity', bytes: await uncompress(gzip) }
    },
    stats: () => ({ ...cache.stats(), ...sources.stats() }),
    async close() {
      await sources.close()
    }
  }
}
