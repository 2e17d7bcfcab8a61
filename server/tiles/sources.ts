import { archiveOf } from '../catalog/layer.ts'
import type { Database } from '../lib/sql.ts'
import type { Archives } from './archive/archives.ts'
import { SourceChooser, type SourceName } from './choose-source.ts'
import { rehearse } from './cut/rehearsal.ts'
import { TileWorkers } from './cut/worker-pool.ts'
import { KeptColumns } from './kept-columns.ts'
import type { CutAsk, TileSource } from './source.ts'
import { ArchiveSource } from './sources/archive.ts'
import { MemorySource } from './sources/memory.ts'
import { postgisSource } from './sources/postgis.ts'
import { RowsSource } from './sources/rows.ts'

export interface SourceStats {
  indexes: number
  indexBytes: number
  /** Indexes made since the start. */
  builds: number
}

/** Every source there is behind one: which of them makes a layer's part of a tile is decided here. */
export interface Sources extends TileSource {
  /** Gzip, by threads of its own; without it those of Node.js do it, which takes the event loop longer. */
  compress?(plain: Uint8Array): Promise<Buffer>
  /** Has the threads that cut tiles started and their code compiled. */
  rehearse?(): Promise<void>
  stats(): SourceStats
  close(): Promise<void>
}

export interface SourcesOptions {
  db: Database
  /** Where layers whose source is an archive have theirs; whoever opened them closes them. */
  archives?: Archives
  indexBytes: number
  /** A folder for layers that were read, and the bytes they may take there; default: none. */
  kept?: { folder: string; maxBytes: number }
  /** Threads that cut tiles; default: the processors, at most 4. */
  threads?: number
  /** So long a tile waits for its layer to be read before it is cut from the rows in its box; default: by the layer. */
  patienceMs?: number
}

export function openSources({ db, archives, indexBytes, threads, patienceMs, ...options }: SourcesOptions): Sources {
  const workers = new TileWorkers(threads)
  const rows = new RowsSource(db, workers)
  const chooser = new SourceChooser(db, indexBytes)
  const kept = options.kept && new KeptColumns({ db, ...options.kept })
  const memory = new MemorySource({
    db,
    workers,
    kept,
    maxBytes: indexBytes,
    patienceMs: layer => patienceMs ?? chooser.patienceMs(layer),
    ...(db.kind === 'postgres' && { meanwhile: rows })
  })
  const archive = archives && new ArchiveSource(archives)
  const named: Record<SourceName, TileSource> = { memory, rows, postgis: postgisSource(db) }
  const sourceOf = (ask: CutAsk): TileSource | Promise<TileSource> => {
    if (archive && archiveOf(ask.layer)) return archive
    const name = chooser.choose(ask)
    return typeof name === 'string' ? named[name] : name.then(chosen => named[chosen])
  }
  return {
    ready(ask, signal) {
      const source = sourceOf(ask)
      if (!(source instanceof Promise)) return source.ready?.(ask, signal) ?? null
      return source.then(async chosen => void (await chosen.ready?.(ask, signal)))
    },
    cut: async (ask, signal) => (await sourceOf(ask)).cut(ask, signal),
    compress: plain => workers.compress(plain),
    rehearse: () => rehearse(workers),
    stats: () => memory.stats(),
    close: async () => {
      await Promise.all([workers.close(), kept?.close()])
    }
  }
}
