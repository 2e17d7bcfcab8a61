import { Worker } from 'node:worker_threads'
import type { WorkerAnswer, WorkerAsk } from './worker-messages.ts'

type Waiting = { resolve: (answer: WorkerAnswer) => void; reject: (error: Error) => void }

/** One thread: what it is asked, and what it answers. */
export class WorkerThread {
  readonly #thread = new Worker(new URL('./tile-worker.js', import.meta.url))
  readonly #waiting = new Map<number, Waiting>()
  /** Feature sets it knows. */
  readonly sets = new Set<number>()
  #asks = 0
  #lost = false

  constructor() {
    this.#thread.on('message', (answer: WorkerAnswer) => this.#hear(answer))
    this.#thread.on('error', error => this.#end(error))
    this.#thread.on('exit', () => this.#end(stopped()))
  }

  /** It has ended, and all that it knew is gone. */
  get lost(): boolean {
    return this.#lost
  }

  /** Questions it has not answered yet. */
  get pending(): number {
    return this.#waiting.size
  }

  tell(message: WorkerAsk, transfer: ArrayBuffer[] = []): void {
    this.#thread.postMessage(message, transfer)
  }

  ask(message: (ask: number) => WorkerAsk, transfer: ArrayBuffer[] = []): Promise<WorkerAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#lost) return reject(stopped())
      const ask = ++this.#asks
      this.#waiting.set(ask, { resolve, reject })
      this.tell(message(ask), transfer)
    })
  }

  async close(): Promise<void> {
    await this.#thread.terminate()
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

const stopped = () => new Error('A tile worker has stopped.')
