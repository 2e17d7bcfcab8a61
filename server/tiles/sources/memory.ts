import { setTimeout } from 'node:timers/promises'
import type { Layer } from '../../catalog/layer.ts'
import type { Database } from '../../lib/sql.ts'
import type { TileWorkers } from '../cut/worker-pool.ts'
import type { KeptColumns } from '../kept-columns.ts'
import { shapeOf } from '../scheme.ts'
import type { CutAsk, CutTile, TileSource } from '../source.ts'
import { HeldLayer, type Holding } from './held-layer.ts'
import { Turns } from './turns.ts'

export interface MemorySourceOptions {
  db: Database
  workers: TileWorkers
  /** Bytes the indexes may take together; the one used longest ago goes first. */
  maxBytes: number
  /** Makes tiles while a layer is being read that takes long; without it they wait for that. */
  meanwhile?: TileSource
  /** So many milliseconds a tile waits for its layer to be read before `meanwhile` makes it; default: not at all. */
  patienceMs?(layer: Layer): number
  /** Columns on disk; default: none. */
  kept?: KeptColumns | undefined
}

export interface MemoryStats {
  indexes: number
  indexBytes: number
  /** Layers read whole since the start. */
  builds: number
}

/** A layer, and how many tiles of it are wanted: while there are any it stays. */
interface Entry {
  held: HeldLayer
  users: number
  /** When it was used last: greater is later. */
  usedAt: number
}

/** Layers read at once. */
const LOADS = 2
/**
 * Tiles cut from features held in memory. Each layer is held at one revision; who asks for a later one waits until what
 * has changed is read, which all who wait share.
 */
export class MemorySource implements TileSource {
  readonly #options: MemorySourceOptions
  readonly #holding: Holding
  /** By layer id. */
  readonly #entries = new Map<string, Entry>()
  #uses = 0
  /** By layers that are no longer held. */
  #pastBuilds = 0

  constructor(options: MemorySourceOptions) {
    this.#options = options
    const { db, workers, kept } = options
    this.#holding = { db, workers, kept, turns: new Turns(LOADS) }
  }

  /** Whether tiles of the layer at a revision wait for nothing to be read. */
  holds(layer: Layer, revision: number): boolean {
    const held = this.#entries.get(layer.id)?.held
    return held?.shape === shapeOf(layer) && held.revision >= revision
  }

  ready({ layer, revision }: CutAsk): Promise<void> | null {
    if (this.holds(layer, revision)) return null
    const reading = this.#enter(layer).held.bring(revision)
    const { meanwhile, patienceMs } = this.#options
    if (!meanwhile) return reading
    return Promise.race([reading, setTimeout(patienceMs?.(layer) ?? 0, undefined, { ref: false })])
  }

  /** Cuts a tile from the layer's rows as of `revision` or, where that is already published, a later one. */
  async cut(ask: CutAsk, signal?: AbortSignal): Promise<CutTile> {
    signal?.throwIfAborted()
    const { layer, revision } = ask
    const { meanwhile } = this.#options
    const entry = this.#enter(layer)
    entry.users++
    try {
      if (entry.held.revision < revision) {
        const reading = entry.held.bring(revision)
        // Whoever asks next will hear of it if it fails.
        reading.catch(() => {})
        if (meanwhile) return await meanwhile.cut(ask, signal)
        await reading
      }
      return await entry.held.cut(ask, signal)
    } finally {
      entry.users--
      this.#evict()
    }
  }

  stats(): MemoryStats {
    const held = [...this.#entries.values()].map(entry => entry.held)
    const builds = held.reduce((sum, { builds }) => sum + builds, this.#pastBuilds)
    const indexes = held.filter(({ revision }) => revision >= 0).length
    return { indexes, indexBytes: this.#bytes(), builds }
  }

  #enter(layer: Layer): Entry {
    const known = this.#entries.get(layer.id)
    if (known && known.held.shape !== shapeOf(layer)) this.#drop(layer.id, known)
    const entry = this.#entries.get(layer.id) ?? { held: new HeldLayer(layer, this.#holding), users: 0, usedAt: 0 }
    this.#entries.set(layer.id, entry)
    entry.usedAt = ++this.#uses
    return entry
  }

  #drop(id: string, { held }: Entry): void {
    this.#pastBuilds += held.builds
    this.#entries.delete(id)
    held.drop()
  }

  #bytes(): number {
    let sum = 0
    for (const { held } of this.#entries.values()) sum += held.bytes
    return sum
  }

  /** A layer in use stays, however large: without it its tiles could not be made at all. */
  #evict(): void {
    let bytes = this.#bytes()
    if (bytes <= this.#options.maxBytes) return
    for (const [id, entry] of [...this.#entries].sort(([, a], [, b]) => a.usedAt - b.usedAt)) {
      if (bytes <= this.#options.maxBytes) return
      if (entry.users > 0) continue
      bytes -= entry.held.bytes
      this.#drop(id, entry)
    }
  }
}
