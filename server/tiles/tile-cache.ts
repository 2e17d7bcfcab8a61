import { LRUCache } from 'lru-cache'

/** A finished tile: gzip bytes ready to be sent, or null for an empty one. */
export interface CachedTile {
  key: string
  gzip: Buffer | null
}

export interface TileCacheStats {
  hits: number
  misses: number
  /** Requests that waited for a tile somebody else was having made. */
  coalesced: number
  tiles: number
  bytes: number
}

/** What an entry takes besides its bytes. */
const OVERHEAD = 200

/** The process's one cache of finished tiles, bounded by bytes. While a tile is made, all who want it wait for that one. */
export class TileCache {
  readonly #kept: LRUCache<string, CachedTile> | undefined
  readonly #making = new Map<string, Promise<CachedTile>>()
  #hits = 0
  #misses = 0
  #coalesced = 0

  /** @param maxBytes 0: nothing is kept */
  constructor(maxBytes: number) {
    const sizeCalculation = ({ key, gzip }: CachedTile) => OVERHEAD + key.length * 2 + (gzip?.length ?? 0)
    this.#kept = maxBytes > 0 ? new LRUCache({ maxSize: maxBytes, sizeCalculation }) : undefined
  }

  /** @param make may come to a tile of another key than was asked for (a later revision); it is kept under its own */
  async get(key: string, make: () => Promise<CachedTile>): Promise<CachedTile> {
    const kept = this.#kept?.get(key)
    if (kept) {
      this.#hits++
      return kept
    }
    const making = this.#making.get(key)
    if (making) {
      this.#coalesced++
      return making
    }
    this.#misses++
    const made = make().finally(() => this.#making.delete(key))
    this.#making.set(key, made)
    const tile = await made
    this.#kept?.set(tile.key, tile)
    return tile
  }

  stats(): TileCacheStats {
    return {
      hits: this.#hits,
      misses: this.#misses,
      coalesced: this.#coalesced,
      tiles: this.#kept?.size ?? 0,
      bytes: this.#kept?.calculatedSize ?? 0
    }
  }
}
