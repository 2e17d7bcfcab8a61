import { availableParallelism } from 'node:os'
import type { RowBatch } from '../row-batch.ts'
import type { CutTile } from '../source.ts'
import type { BuildSpec } from './column-builder.ts'
import type { Columns, FeatureSet, ValueStore } from './columns.ts'
import type { CutOrder, WorkerAnswer } from './worker-messages.ts'
import { WorkerThread } from './worker-thread.ts'

/** Columns in the making, in a thread of their own: rows go in, in the order of their fids. */
export interface Building {
  add(batch: RowBatch): void
  /** Rows as `record_send` writes them; the memory is handed over. */
  addRecords(records: Uint8Array<ArrayBuffer>): void
  finish(): Promise<Columns>
  /** Nobody wants it any more; after `finish` it does nothing. */
  cancel(): void
}

/** Features that any thread can cut from. */
export interface HeldSet {
  id: number
  features: FeatureSet
}

/** A tile as a thread gives it back. */
export type Cut = Omit<CutTile, 'revision'>

interface Job {
  /** The layer it is of. */
  lane: string
  run(thread: WorkerThread): Promise<WorkerAnswer>
  resolve(cut: Cut): void
  reject(reason: unknown): void
}

/** Jobs of one layer a thread is given at once: while one is cut the next is there already. */
const AT_ONCE = 2
/** What is compressed is of several layers. */
const COMPRESSION = ''

/**
 * The threads that cut tiles, all from the same columns, and one more while columns are made. Jobs are taken in the
 * order they come, but none waits behind one of another layer, which may take long; one that nobody waits for any more
 * is dropped.
 */
export class TileWorkers {
  /** The most threads that cut. */
  readonly size: number
  #threads: WorkerThread[] = []
  readonly #queue: Job[] = []
  #builder: WorkerThread | undefined
  #builds = 0
  #building = 0
  #sets = 0

  /** The event loop has little to do beside them: they compress what they cut. */
  constructor(size = Math.min(availableParallelism(), 4)) {
    this.size = size
  }

  /** @param base a store whose values keep their numbers */
  build(spec: BuildSpec, base: ValueStore | null = null): Building {
    if (!this.#builder || this.#builder.lost) this.#builder = new WorkerThread()
    const thread = this.#builder
    const build = ++this.#builds
    this.#building++
    let open = true
    const end = () => {
      if (!open) return
      open = false
      this.#building--
      // What the rows took while they were columns in the making is given back with the thread.
      if (this.#building > 0 || this.#builder !== thread) return
      this.#builder = undefined
      void thread.close()
    }
    thread.tell({ kind: 'begin', build, spec, base })
    return {
      add: batch => thread.tell({ kind: 'rows', build, batch }, [batch.wkb.buffer]),
      addRecords: records => thread.tell({ kind: 'records', build, records }, [records.buffer]),
      async finish() {
        try {
          return (await thread.ask(ask => ({ kind: 'finish', ask, build }))).columns!
        } finally {
          end()
        }
      },
      cancel() {
        if (open) thread.tell({ kind: 'forget', build })
        end()
      }
    }
  }

  hold(features: FeatureSet): HeldSet {
    return { id: ++this.#sets, features }
  }

  /** Nobody will ask for it again; jobs that were given are done. */
  drop({ id }: HeldSet): void {
    for (const thread of this.#threads) if (thread.sets.delete(id)) thread.tell({ kind: 'drop', set: id })
  }

  /** @throws the signal's reason once it is aborted */
  cut({ id, features }: HeldSet, order: CutOrder, signal?: AbortSignal): Promise<Cut> {
    const run: Job['run'] = thread => {
      if (!thread.sets.has(id)) {
        thread.sets.add(id)
        thread.tell({ kind: 'hold', set: id, features })
      }
      return thread.ask(ask => ({ kind: 'cut', ask, set: id, order }))
    }
    return this.#enqueue(order.spec.id, run, signal)
  }

  /** Cuts from a few rows that are not kept. @throws the signal's reason once it is aborted */
  cutRows(batch: RowBatch, build: BuildSpec, order: CutOrder, signal?: AbortSignal): Promise<Cut> {
    return this.#enqueue(
      order.spec.id,
      thread => thread.ask(ask => ({ kind: 'cutRows', ask, batch, build, order }), [batch.wkb.buffer]),
      signal
    )
  }

  /** Gzip of a tile. */
  async compress(plain: Uint8Array): Promise<Buffer> {
    const run: Job['run'] = thread => thread.ask(ask => ({ kind: 'compress', ask, plain }))
    const { ready } = await this.#enqueue(COMPRESSION, run, undefined)
    return ready!.bytes
  }

  async close(): Promise<void> {
    const threads = [...this.#threads, ...(this.#builder ? [this.#builder] : [])]
    await Promise.all(threads.map(thread => thread.close()))
  }

  #enqueue(lane: string, run: Job['run'], signal: AbortSignal | undefined): Promise<Cut> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const job: Job = { lane, run, resolve, reject }
      this.#queue.push(job)
      const leave = () => {
        const waiting = this.#queue.indexOf(job)
        if (waiting >= 0) this.#queue.splice(waiting, 1)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', leave, { once: true })
      const settle = () => signal?.removeEventListener('abort', leave)
      job.resolve = cut => {
        settle()
        resolve(cut)
      }
      job.reject = reason => {
        settle()
        reject(reason)
      }
      this.#next()
    })
  }

  /** None goes before the first: a layer with many jobs would never let go of its threads. */
  #next(): void {
    for (let job = this.#queue[0]; job; job = this.#queue[0]) {
      const thread = this.#free() ?? this.#behind(job.lane)
      if (!thread) return
      this.#queue.shift()
      thread.lane = job.lane
      job
        .run(thread)
        .then(answer => job.resolve(cutOf(answer)), job.reject)
        .finally(() => this.#next())
    }
  }

  /** A thread with nothing to do; threads start as they are needed. */
  #free(): WorkerThread | undefined {
    this.#threads = this.#threads.filter(thread => !thread.lost)
    const idle = this.#threads.find(thread => thread.pending === 0)
    if (idle || this.#threads.length === this.size) return idle
    const thread = new WorkerThread()
    this.#threads.push(thread)
    return thread
  }

  /** A thread that is at work for a lane and has room for one job more. */
  #behind(lane: string): WorkerThread | undefined {
    return this.#threads.find(thread => thread.lane === lane && thread.pending < AT_ONCE)
  }
}

function cutOf({ mvt = null, compressed, reduced = null }: WorkerAnswer): Cut {
  if (!mvt || !compressed) return { mvt, reduced }
  const bytes = Buffer.from(mvt.buffer, mvt.byteOffset, mvt.byteLength)
  return { mvt: null, reduced, ready: { bytes, coding: 'gzip' } }
}
