import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Layer } from '../catalog/layer.ts'
import type { Database } from '../lib/sql.ts'
import type { TileId } from '../lib/tile-id.ts'
import { MemorySource } from './memory-source.ts'
import { noVectorTiles, tooManyLayers, zoomOutOfRange } from './problems.ts'
import { GRID, tileVersion, tileZooms } from './scheme.ts'
import { type CachedTile, TileCache, type TileCacheStats } from './tile-cache.ts'
import { TileWorkers } from './worker-pool.ts'

/** A layer in a tile, at the revision the catalogue knows. */
export interface TileMember {
  layer: Layer
  revision: number
}

export interface TileStats extends TileCacheStats {
  indexes: number
  indexBytes: number
  /** Indexes made since the start. */
  builds: number
}

/** The vector tile engine: tiles of one or several layers, compressed, cached, one version of each. */
export interface Tiles {
  /** A tile as it stands at the members' revisions or later ones; its key says which. */
  get(members: readonly TileMember[], tile: TileId): Promise<CachedTile>
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

export const MAX_MEMBERS = 20
const compress = promisify(gzip)

export function createTiles({ db, cacheBytes, indexBytes, threads }: TilesOptions): Tiles {
  const workers = new TileWorkers(threads)
  const source = new MemorySource({ db, workers, maxBytes: indexBytes })
  const cache = new TileCache(cacheBytes)

  async function make(members: readonly TileMember[], tile: TileId): Promise<CachedTile> {
    const parts = await Promise.all(members.map(member => part(member, tile)))
    const now = members.map(({ layer }, i) => ({ layer, revision: parts[i]!.revision }))
    const layers = parts.flatMap(({ mvt }) => (mvt ? [mvt] : []))
    // The tiles of several layers, one after the other, are the tile of all of them (MVT 2.1 §4.1: repeated layers).
    const gzip = layers.length > 0 ? await compress(Buffer.concat(layers), { level: 6 }) : null
    return { key: tileKey(now, tile), gzip }
  }

  async function part({ layer, revision }: TileMember, tile: TileId) {
    const { min, max } = tileZooms(layer)
    if (revision === 0 || tile.z < min || tile.z > max) return { revision, mvt: null }
    return source.cut(layer, revision, tile)
  }

  return {
    get: (members, tile) => cache.get(tileKey(members, tile), () => make(members, tile)),
    stats: () => ({ ...cache.stats(), ...source.stats() }),
    close: () => workers.close()
  }
}

/** Everything that decides a tile's bytes: known before the tile is made, it is the cache key and makes the ETag. */
export function tileKey(members: readonly TileMember[], { z, x, y }: TileId): string {
  return `${members.map(({ layer, revision }) => `${layer.id}@${tileVersion(layer, revision)}`)}/${GRID}/${z}/${x}/${y}`
}

/** The `v` of a tileset: a layer's own version, or one name for the versions of several. */
export function tilesetVersion(members: readonly TileMember[]): string {
  const versions = members.map(({ layer, revision }) => tileVersion(layer, revision))
  if (versions.length === 1) return versions[0]!
  const named = members.map(({ layer }, i) => `${layer.id}@${versions[i]}`)
  return createHash('sha256').update(named.join()).digest('hex').slice(0, 12)
}

/** From the first zoom any member has tiles for to the last. */
export function tilesetZooms(members: readonly TileMember[]): { min: number; max: number } {
  const zooms = members.map(({ layer }) => tileZooms(layer))
  return { min: Math.min(...zooms.map(zoom => zoom.min)), max: Math.max(...zooms.map(zoom => zoom.max)) }
}

/** @throws TILE_TOO_MANY_LAYERS */
export function checkLayerCount(count: number): void {
  if (count > MAX_MEMBERS) throw tooManyLayers({ count, max: MAX_MEMBERS })
}

/** @throws TILE_NOT_VECTOR */
export function checkVector(layer: Layer): void {
  if (layer.geometry === 'Raster') throw noVectorTiles({ id: layer.id })
}

/** @throws TILE_OUT_OF_RANGE where no member has tiles at that zoom */
export function checkZoom(id: string, members: readonly TileMember[], z: number): void {
  const { min, max } = tilesetZooms(members)
  if (z < min || z > max) throw zoomOutOfRange({ id, z, min, max })
}
