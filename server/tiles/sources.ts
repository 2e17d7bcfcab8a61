import type { Database } from '../lib/sql.ts'
import { WEB_MERCATOR_QUAD } from '../lib/tile-matrix.ts'
import { MemorySource } from './memory-source.ts'
import type { TileSource } from './source.ts'
import { TileWorkers } from './worker-pool.ts'

export interface SourceStats {
  indexes: number
  indexBytes: number
  /** Indexes made since the start. */
  builds: number
}

/** Every source there is behind one: which of them makes a layer's part of a tile is decided here. */
export interface Sources extends TileSource {
  stats(): SourceStats
  close(): Promise<void>
}

export interface SourcesOptions {
  db: Database
  indexBytes: number
  /** Threads that cut tiles; default: the processors less one, at most 4. */
  threads?: number
}

export function openSources({ db, indexBytes, threads }: SourcesOptions): Sources {
  const workers = new TileWorkers(threads)
  const memory = new MemorySource({ db, workers, maxBytes: indexBytes })
  return {
    async cut({ layer, revision, grid, tile }) {
      if (grid !== WEB_MERCATOR_QUAD) throw new Error(`${grid.id} cannot be cut`)
      return { ...(await memory.cut(layer, revision, tile)), reduced: null }
    },
    stats: () => memory.stats(),
    close: () => workers.close()
  }
}
