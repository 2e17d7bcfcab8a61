import type { Database } from '../../lib/sql.ts'
import { MemorySource as MercatorSource } from '../memory-source.ts'
import type { CutAsk, CutTile, TileSource } from '../source.ts'
import type { TileWorkers } from '../worker-pool.ts'

export interface MemorySourceOptions {
  db: Database
  workers: TileWorkers
  /** Bytes the indexes may take together; the one used longest ago goes first. */
  maxBytes: number
}

export interface MemoryStats {
  indexes: number
  indexBytes: number
  builds: number
}

/** Tiles cut from features held in memory; of the grid WebMercatorQuad and of whole layers. */
export class MemorySource implements TileSource {
  readonly #source: MercatorSource

  constructor(options: MemorySourceOptions) {
    this.#source = new MercatorSource(options)
  }

  async cut({ layer, revision, tile }: CutAsk, signal?: AbortSignal): Promise<CutTile> {
    signal?.throwIfAborted()
    return { ...(await this.#source.cut(layer, revision, tile)), reduced: null }
  }

  stats(): MemoryStats {
    return this.#source.stats()
  }
}
