import { isInPlace } from '../../catalog/in-place.ts'
import type { Layer } from '../../catalog/layer.ts'
import type { Database } from '../../lib/sql.ts'
import { setBytes } from '../cut/columns.ts'
import { frameOf } from '../cut/frame.ts'
import { buildSpec, cutSpec, viewColumns } from '../cut/spec.ts'
import type { HeldSet, TileWorkers } from '../cut/worker-pool.ts'
import type { KeptColumns } from '../kept-columns.ts'
import { loadRows } from '../load-rows.ts'
import { shapeOf } from '../scheme.ts'
import type { CutAsk, CutTile } from '../source.ts'
import { viewFilter } from '../view.ts'
import { type Changes, readChanges } from './changes.ts'
import type { Turns } from './turns.ts'

export interface Holding {
  db: Database
  workers: TileWorkers
  /** Whole layers are read in turn: the rest of the server needs the database too. */
  turns: Turns
  /** Columns of an earlier life of the server. */
  kept?: KeptColumns | undefined
}

/** The features of a layer at one revision, as the workers have them. */
interface Snapshot {
  revision: number
  /** The revision of its columns; what changed since lies beside them. */
  since: number
  set: HeldSet
  bytes: number
  /** Tiles being cut from it: it is dropped after the last. */
  users: number
}

/** Rows that may have changed since the columns were made, at least and as a share: more are not read by themselves. */
const MOST_CHANGES = { rows: 2000, share: 0.1 }
/** From so many on the columns are made anew behind the scenes. */
const REBUILD_FROM = { rows: 500, share: 0.02 }

const limit = ({ rows, share }: typeof MOST_CHANGES, count: number) => Math.max(rows, Math.floor(count * share))

/** One layer in memory, at one revision after the other; each tile is cut from exactly one. */
export class HeldLayer {
  readonly shape: string
  readonly #layer: Layer
  readonly #holding: Holding
  #current: Snapshot | null = null
  #reading: Promise<void> | null = null
  #rebuilding = false
  #dropped = false
  /** How often all of its rows were read. */
  builds = 0

  constructor(layer: Layer, holding: Holding) {
    this.shape = shapeOf(layer)
    this.#layer = layer
    this.#holding = holding
  }

  /** -1 before the first reading. */
  get revision(): number {
    return this.#current?.revision ?? -1
  }

  get bytes(): number {
    return this.#current?.bytes ?? 0
  }

  /** Reads what was published last, where `revision` is not there yet; whoever waits for that at once shares it. */
  async bring(revision: number): Promise<void> {
    if (this.#reading) {
      // It may have begun before the revision was published.
      await this.#reading
      if (this.revision >= revision) return
    }
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null
    })
    await this.#reading
  }

  /** @throws the signal's reason once it is aborted */
  async cut({ layer, view, grid, tile, compressed = false }: CutAsk, signal?: AbortSignal): Promise<CutTile> {
    const snapshot = this.#current
    if (!snapshot) throw new Error(`Nothing was read of ${layer.id}.`)
    const spec = cutSpec(layer)
    const columns = viewColumns(spec, view)
    const frame = frameOf(grid, tile)
    const order = { spec, columns, filter: viewFilter(view), frame, compressed }
    snapshot.users++
    try {
      return { revision: snapshot.revision, ...(await this.#holding.workers.cut(snapshot.set, order, signal)) }
    } finally {
      snapshot.users--
      this.#release(snapshot)
    }
  }

  /** Gives its memory back, after the tiles that are being cut. */
  drop(): void {
    this.#dropped = true
    if (this.#current) this.#release(this.#current)
  }

  async #read(): Promise<void> {
    const { db, kept } = this.#holding
    if (!this.#current && kept) await this.#recall(kept)
    const known = this.#current
    const count = known?.set.features.base.count ?? 0
    const hasHistory = known !== null && !isInPlace(this.#layer)
    const changes = hasHistory ? await readChanges(db, this.#layer, known.since, limit(MOST_CHANGES, count)) : null
    if (!known || !changes) return this.#readAll()
    await this.#add(known, changes)
    const changed = changes.removed.length + changes.added.fids.length
    if (changed <= limit(REBUILD_FROM, count) || this.#rebuilding) return
    this.#rebuilding = true
    // Where it fails, what there is serves on, and the next change tries again.
    this.#readAll()
      .catch(() => {})
      .finally(() => {
        this.#rebuilding = false
      })
  }

  /** Takes what an earlier life of the server has kept, as far as what was published since can be added to it. */
  async #recall(kept: KeptColumns): Promise<void> {
    const found = await kept.find(this.#layer)
    if (found) this.#take(found.revision, found.revision, { base: found.columns, removed: null, added: null })
  }

  async #readAll(): Promise<void> {
    const { db, workers, turns, kept } = this.#holding
    await turns.take(async () => {
      this.builds++
      const building = workers.build(buildSpec(cutSpec(this.#layer)))
      try {
        const revision = await loadRows(db, this.#layer, records => building.addRecords(records))
        const base = await building.finish()
        this.#take(revision, revision, { base, removed: null, added: null })
        void kept?.keep(this.#layer, revision, base)
      } finally {
        building.cancel()
      }
    })
  }

  async #add({ since, set }: Snapshot, { revision, removed, added }: Changes): Promise<void> {
    const { base } = set.features
    const flags = removed.length > 0 ? new Uint8Array(new SharedArrayBuffer(base.count)) : null
    for (const fid of removed) {
      const feature = indexOf(base.fids, fid)
      if (feature >= 0) flags![feature] = 1
    }
    if (added.fids.length === 0) return this.#take(revision, since, { base, removed: flags, added: null })
    const building = this.#holding.workers.build(buildSpec(cutSpec(this.#layer)), base.values)
    try {
      building.add(added)
      this.#take(revision, since, { base, removed: flags, added: await building.finish() })
    } finally {
      building.cancel()
    }
  }

  /** What was read is what there is from now on, unless something later is there already. */
  #take(revision: number, since: number, features: Snapshot['set']['features']): void {
    const before = this.#current
    if (before && (before.revision > revision || (before.revision === revision && before.since >= since))) return
    const set = this.#holding.workers.hold(features)
    this.#current = { revision, since, set, bytes: setBytes(features), users: 0 }
    if (before) this.#release(before)
  }

  #release(snapshot: Snapshot): void {
    const wanted = snapshot === this.#current && !this.#dropped
    if (!wanted && snapshot.users === 0) this.#holding.workers.drop(snapshot.set)
  }
}

/** Where a number stands in a list that ascends; -1: nowhere. */
function indexOf(list: Float64Array, value: number): number {
  let [low, high] = [0, list.length - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    if (list[middle] === value) return middle
    if (list[middle]! < value) low = middle + 1
    else high = middle - 1
  }
  return -1
}
