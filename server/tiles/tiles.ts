import { availableParallelism } from 'node:os'
import { Problem } from '../lib/errors.ts'
import type { ContentCoding } from '../lib/media-type.ts'
import { recode } from './codings.ts'
import { isWork, makeTile } from './make-tile.ts'
import type { SecondLevel } from './second-level.ts'
import { SharedWork } from './shared-work.ts'
import { openSources, type SourceStats, type Sources, type SourcesOptions } from './sources.ts'
import {
  anyCoding,
  type KeptTile,
  keptTile,
  type ReadyTile,
  TileCache,
  withCoding,
  withoutPlain
} from './tile-cache.ts'
import { SEVERAL, TileCounts, type ZoomCounts } from './tile-counts.ts'
import { keyOf, type TileName, type TileSubject, tileName, viewOf, zoomOf } from './tile-name.ts'
import { ViewQuota } from './view-quota.ts'
import { WorkQueue } from './work-queue.ts'

/** `readable`: for ourselves, plain or gzip, whichever is there or sooner made. */
export type WantedCoding = ContentCoding | 'readable'

export interface TileRequest extends TileSubject {
  coding: WantedCoding
  /** Aborted when nobody waits for the answer any more. */
  signal?: AbortSignal
  /** What it counts as; default: its layer, or SEVERAL. */
  countAs?: string
}

export interface TileStats extends SourceStats {
  hits: number
  misses: number
  /** Requests that waited for a tile somebody else was having made. */
  coalesced: number
  /** Finished tiles that are kept, and the bytes they take. */
  tiles: number
  bytes: number
  /** Layers' parts of tiles that are being made, and that wait to be. */
  working: number
  waiting: number
}

/** A layer's part of a tile. */
export interface TilePart {
  layer: string
  /** What its making is counted by. */
  count: ZoomCounts
}

/** The vector tile engine: tiles of one or several layers, compressed, cached, one version of each. */
export interface Tiles {
  /** Everything that decides the tile's bytes, its coding apart: known before the tile is made, it makes the ETag. */
  key(subject: TileSubject): string
  name(subject: TileSubject): TileName
  /** The tile, where it is there to be sent as it is. */
  find(name: TileName, coding: WantedCoding): ReadyTile | undefined
  /**
   * A tile as it stands at the members' revisions or later ones; its key says which. Where it cannot be made the one
   * made last is answered, if there is one, and says that it is stale.
   * @throws TILE_OVERLOADED, TILE_TOO_SLOW; the signal's reason; what the source throws
   */
  get(request: TileRequest): Promise<ReadyTile>
  /** What would have to be made of a tile that is not there. */
  parts(subject: TileSubject): TilePart[]
  /**
   * TILE_OVERLOADED where `get` is sure to throw it for a tile that is not there, before anything is begun.
   * @param name null: one that nobody asked for yet
   */
  refusal(name: TileName | null, parts: readonly TilePart[]): Problem | undefined
  /** Starts the threads and has them cut what nobody sees, so that the first tile is as quick as the others. */
  rehearse(): Promise<void>
  readonly counts: TileCounts
  stats(): TileStats
  close(): Promise<void>
}

export interface TilesOptions {
  cacheBytes: number
  /** Parts of tiles that may wait and be at work at once; a layer has half of them. */
  queue?: number
  /** The longest a part of a tile may take, waiting included. */
  deadlineMs?: number
  /** Tiles that servers share. */
  secondLevel?: SecondLevel | null
}

/** The engine on all the sources there are. */
export const createTiles = (options: TilesOptions & SourcesOptions): Tiles => tilesFrom(openSources(options), options)

/** The engine on a source, which is closed with it. */
export function tilesFrom(source: Sources, options: TilesOptions): Tiles {
  const { cacheBytes, queue: places = 512, deadlineMs = 20_000, secondLevel } = options
  // Enough to keep all processors busy while some cuts wait for memory, the database or compression.
  const processors = availableParallelism()
  // While others come a layer leaves them a processor, of the server's or of the database's.
  const shared = Math.max(processors - 1, 1)
  const queue = new WorkQueue({ slots: 2 * processors + 2, shared, places, deadlineMs })
  const counts = new TileCounts()
  const { compress } = source
  const shop = { source, queue, counts, ...(compress && { compress }) }
  const cache = new TileCache(cacheBytes)
  const quota = new ViewQuota()
  const making = new SharedWork<KeptTile>()
  const recoding = new SharedWork<ReadyTile>()

  /** As they are kept at first; other codings are made of it where they are asked for. */
  function madeAs({ coding }: TileRequest): 'gzip' | 'identity' {
    const isPlain = coding === 'readable' || (coding === 'identity' && cacheBytes === 0)
    return isPlain && !secondLevel ? 'identity' : 'gzip'
  }

  async function make(name: TileName, request: TileRequest, controller: AbortController): Promise<KeptTile> {
    const shared = await secondLevel?.get(keyOf(name))
    const order = { ...request, coding: madeAs(request) }
    const made = shared ? { name, tile: shared } : await makeTile(shop, order, controller)
    const kept = keptTile(made.name, made.tile)
    if (!request.members.every(member => quota.keeps(member.layer.id, viewOf(member).key))) return kept
    cache.keep(made.name, kept)
    if (!shared) secondLevel?.set(keyOf(made.name), made.tile)
    return kept
  }

  /** The tile in the coding that is asked for, from one it is there in. */
  async function inCoding(name: TileName, tile: KeptTile, wanted: WantedCoding): Promise<ReadyTile> {
    const there = thereIn(tile, wanted)
    if (there) return there
    const coding = wanted === 'readable' ? 'identity' : wanted
    const other = anyCoding(tile)
    return recoding.join(`${coding} ${other.key}`, undefined, async () => {
      const more = withCoding(tile, other, await recode(other.bytes!, other.coding, coding), coding)
      // Plain bytes are quick to have and dear to keep.
      if (coding !== 'identity' && cache.latest(name.address) === tile) cache.keep(name, withoutPlain(more))
      return more.codings[coding]!
    })
  }

  /** Instead of what could not be made: the tile as it was made last. */
  async function lastMade(name: TileName, { coding, signal }: TileRequest, error: unknown): Promise<ReadyTile> {
    const isOurs = !signal?.aborted && !(error instanceof Problem && error.status < 500)
    const last = isOurs ? cache.latest(name.address) : undefined
    if (!last) throw error
    return { ...(await inCoding(name, last, coding)), stale: true }
  }

  function parts({ members, grid, tile }: TileSubject): TilePart[] {
    const zoom = zoomOf(grid, tile)
    const made = members.filter(member => isWork(member, zoom))
    return made.map(({ layer }) => ({ layer: layer.id, count: counts.of(layer.id, zoom) }))
  }

  function refusal(name: TileName | null, parts: readonly TilePart[]): Problem | undefined {
    // There may be one that others have made, that is being made, or that was made before the last edit.
    if (secondLevel || (name && (making.has(keyOf(name)) || cache.latest(name.address)))) return undefined
    for (const { layer, count } of parts) {
      const problem = queue.refusal(layer)
      if (!problem) continue
      count.refused++
      return problem
    }
    return undefined
  }

  async function get(request: TileRequest): Promise<ReadyTile> {
    const { members, coding, signal } = request
    const name = tileName(request)
    const subject = request.countAs ?? (members.length === 1 ? members[0]!.layer.id : SEVERAL)
    const count = counts.of(subject, zoomOf(request.grid, request.tile))
    const key = keyOf(name)
    let tile = cache.get(name)
    if (tile) count.hits++
    else if (making.has(key)) count.coalesced++
    else count.misses++
    let ready: ReadyTile
    try {
      const refused = tile ? undefined : refusal(name, parts(request))
      if (refused) throw refused
      tile ??= await making.join(key, signal, controller => make(name, request, controller))
      ready = await inCoding(name, tile, coding)
    } catch (error) {
      ready = await lastMade(name, request, error)
      count.stale++
    }
    count.bytes += ready.bytes?.length ?? 0
    return ready
  }

  return {
    key: subject => keyOf(tileName(subject)),
    name: tileName,
    find(name, coding) {
      const tile = cache.get(name)
      return tile && thereIn(tile, coding)
    },
    get,
    parts,
    refusal,
    rehearse: async () => source.rehearse?.(),
    counts,
    stats: () => ({
      hits: counts.sum('hits'),
      misses: counts.sum('misses'),
      coalesced: counts.sum('coalesced'),
      ...cache.stats(),
      ...queue.stats(),
      ...source.stats()
    }),
    async close() {
      await Promise.all([source.close(), secondLevel?.close()])
    }
  }
}

const thereIn = ({ codings }: KeptTile, wanted: WantedCoding): ReadyTile | undefined =>
  wanted === 'readable' ? (codings.identity ?? codings.gzip) : codings[wanted]
