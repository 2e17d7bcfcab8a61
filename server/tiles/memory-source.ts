import type { Layer } from '../catalog/layer.ts'
import type { Database } from '../lib/sql.ts'
import type { TileId } from '../lib/tile-id.ts'
import { loadRows } from './load-rows.ts'
import { hasLabelPoints, shapeOf, tileZooms } from './scheme.ts'
import type { RemoteIndex, TileWorkers } from './worker-pool.ts'

/** A tile, uncompressed, and the revision whose rows it was cut from. */
export interface CutTile {
  revision: number
  /** null: empty */
  mvt: Uint8Array | null
}

interface Held {
  layer: string
  shape: string
  /** The revision that was asked for, and while it is being read expected; what was then read may be another one. */
  revision: number
  index: RemoteIndex
  ready: Promise<void>
  bytes: number
  /** Requests at work on it: it is dropped after the last. */
  users: number
  retired: boolean
}

export interface MemorySourceOptions {
  db: Database
  workers: TileWorkers
  /** Bytes (estimated) the indexes may take together; the one used longest ago goes first. */
  maxBytes: number
}

/** Layers read at once: the rest of the server needs the database too. */
const LOADS = 2

/**
 * Tiles cut from features held in memory. Each layer has one index, of one revision: who asks for a later one waits
 * until that is read, and all who wait share the reading.
 */
export class MemorySource {
  readonly #options: MemorySourceOptions
  /** By layer id, the one used longest ago first. */
  readonly #held = new Map<string, Held>()
  #loading = 0
  readonly #queue: (() => void)[] = []
  #builds = 0

  constructor(options: MemorySourceOptions) {
    this.#options = options
  }

  /** Cuts a tile from the layer's rows as of `revision` or, where that is already published, a later one. */
  async cut(layer: Layer, revision: number, tile: TileId): Promise<CutTile> {
    const held = this.#hold(layer, revision)
    held.users++
    try {
      await held.ready
      const { mvt, bytes } = await held.index.cut(tile)
      held.bytes = bytes
      return { revision: held.revision, mvt }
    } finally {
      held.users--
      if (held.retired) this.#dropUnused(held)
      this.#evict()
    }
  }

  stats(): { indexes: number; indexBytes: number; builds: number } {
    return { indexes: this.#held.size, indexBytes: this.#bytes(), builds: this.#builds }
  }

  #hold(layer: Layer, revision: number): Held {
    const known = this.#held.get(layer.id)
    const fits = known && !known.index.lost && known.shape === shapeOf(layer) && known.revision >= revision
    if (known && !fits) this.#retire(known)
    const held = fits ? known : this.#build(layer, revision)
    this.#held.delete(layer.id)
    this.#held.set(layer.id, held)
    return held
  }

  #build(layer: Layer, revision: number): Held {
    const index = this.#options.workers.open()
    const held: Held = {
      layer: layer.id,
      shape: shapeOf(layer),
      revision,
      index,
      ready: Promise.resolve(),
      bytes: 0,
      users: 0,
      retired: false
    }
    held.ready = this.#load(layer, held).catch(error => {
      if (!held.retired) this.#retire(held)
      throw error
    })
    this.#builds++
    return held
  }

  async #load(layer: Layer, held: Held): Promise<void> {
    const fields = layer.fields.map(field => field.name)
    await this.#turn()
    try {
      held.revision = await loadRows(this.#options.db, layer, batch => held.index.add(fields, batch))
    } finally {
      this.#loading--
      this.#queue.shift()?.()
    }
    const spec = { id: layer.id, maxZoom: tileZooms(layer).max, labels: hasLabelPoints(layer) }
    held.bytes = await held.index.build(spec)
  }

  async #turn(): Promise<void> {
    if (this.#loading >= LOADS) await new Promise<void>(resolve => this.#queue.push(resolve))
    this.#loading++
  }

  #retire(held: Held): void {
    held.retired = true
    if (this.#held.get(held.layer) === held) this.#held.delete(held.layer)
    this.#dropUnused(held)
  }

  #dropUnused(held: Held): void {
    if (held.users === 0) held.index.drop()
  }

  #bytes(): number {
    let sum = 0
    for (const held of this.#held.values()) sum += held.bytes
    return sum
  }

  /** An index in use stays, however large: without it its requests could not be answered at all. */
  #evict(): void {
    let bytes = this.#bytes()
    for (const held of this.#held.values()) {
      if (bytes <= this.#options.maxBytes) return
      if (held.users > 0) continue
      bytes -= held.bytes
      this.#retire(held)
    }
  }
}
