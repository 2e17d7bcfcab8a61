import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { TileId } from '../lib/tile-id.ts'
import type { IndexSpec } from './layer-index.ts'
import type { RowBatch } from './row-batch.ts'
import type { WorkerAnswer, WorkerAsk } from './tile-worker.ts'

/** A layer's index in a worker: where rows go in and tiles come out. */
export interface RemoteIndex {
  /** The worker is gone, and the index with it. */
  readonly lost: boolean
  add(fields: string[], batch: RowBatch): void
  /** @returns the bytes it takes, estimated */
  build(spec: IndexSpec): Promise<number>
  cut(tile: TileId): Promise<{ mvt: Uint8Array | null; bytes: number }>
  drop(): void
}

type Waiting = { resolve: (answer: WorkerAnswer) => void; reject: (error: Error) => void }

/** The threads that cut tiles. An index lives in one of them from its first row to its end. */
export class TileWorkers {
  readonly #size: number
  readonly #workers: TileWorker[] = []

  /** One processor is left to the event loop. */
  constructor(size = Math.min(Math.max(availableParallelism() - 1, 1), 4)) {
    this.#size = size
  }

  /** Begins an index in the worker that holds the fewest; threads start with the first one they get. */
  open(): RemoteIndex {
    const alive = this.#workers.filter(worker => !worker.lost)
    this.#workers.splice(0, Infinity, ...alive)
    if (alive.length < this.#size && alive.every(worker => worker.indexes > 0)) this.#workers.push(new TileWorker())
    return this.#workers.reduce((least, worker) => (worker.indexes < least.indexes ? worker : least)).open()
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map(worker => worker.close()))
  }
}

class TileWorker {
  readonly #thread = new Worker(new URL('./tile-worker.js', import.meta.url))
  readonly #waiting = new Map<number, Waiting>()
  #count = 0
  #lost = false
  /** How many indexes it holds. */
  indexes = 0

  constructor() {
    this.#thread.on('message', (answer: WorkerAnswer) => this.#hear(answer))
    this.#thread.on('error', error => this.#end(error))
    this.#thread.on('exit', () => this.#end(new Error('A tile worker has stopped.')))
  }

  get lost(): boolean {
    return this.#lost
  }

  open(): RemoteIndex {
    const index = ++this.#count
    this.indexes++
    const isLost = () => this.#lost
    return {
      get lost() {
        return isLost()
      },
      add: (fields, batch) => this.#post({ kind: 'rows', index, fields, batch }, [batch.wkb.buffer]),
      build: async spec => (await this.#ask(ask => ({ kind: 'build', index, ask, spec }))).bytes ?? 0,
      cut: async tile => {
        const { mvt = null, bytes = 0 } = await this.#ask(ask => ({ kind: 'cut', index, ask, tile }))
        return { mvt, bytes }
      },
      drop: () => {
        this.indexes--
        this.#post({ kind: 'drop', index })
      }
    }
  }

  async close(): Promise<void> {
    await this.#thread.terminate()
  }

  #post(message: WorkerAsk, transfer: ArrayBuffer[] = []): void {
    this.#thread.postMessage(message, transfer)
  }

  #ask(message: (ask: number) => WorkerAsk): Promise<WorkerAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#lost) return reject(new Error('A tile worker has stopped.'))
      const ask = ++this.#count
      this.#waiting.set(ask, { resolve, reject })
      this.#post(message(ask))
    })
  }

  #hear(answer: WorkerAnswer): void {
    const waiting = this.#waiting.get(answer.ask)
    this.#waiting.delete(answer.ask)
    if (answer.error) waiting?.reject(new Error(answer.error))
    else waiting?.resolve(answer)
  }

  #end(error: Error): void {
    this.#lost = true
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
