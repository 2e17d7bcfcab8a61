import { Worker } from 'node:worker_threads'
import type { MbtilesAnswer, MbtilesAsk } from './mbtiles-worker.ts'

type Waiting = { resolve: (answer: MbtilesAnswer) => void; reject: (error: Error) => void }
type Question = MbtilesAsk extends infer A ? (A extends MbtilesAsk ? Omit<A, 'ask'> : never) : never

/** The one thread in which MBTiles archives are open; it begins with the first of them. */
export class MbtilesThread {
  readonly #waiting = new Map<number, Waiting>()
  #thread: Worker | undefined
  #asks = 0
  #files = 0

  /** @returns the number the archive goes by from now on, for as long as the thread lives */
  async open(path: string): Promise<{ file: number; answer: MbtilesAnswer }> {
    const file = ++this.#files
    return { file, answer: await this.ask({ kind: 'open', file, path }) }
  }

  /** @throws Error saying what SQLite says */
  ask(question: Question): Promise<MbtilesAnswer> {
    const thread = this.#begin()
    const ask = ++this.#asks
    return new Promise((resolve, reject) => {
      this.#waiting.set(ask, { resolve, reject })
      thread.postMessage({ ...question, ask })
    })
  }

  async close(): Promise<void> {
    await this.#thread?.terminate()
  }

  #begin(): Worker {
    if (this.#thread) return this.#thread
    const thread = new Worker(new URL('./mbtiles-worker.js', import.meta.url))
    thread.on('message', (answer: MbtilesAnswer) => {
      const waiting = this.#waiting.get(answer.ask)
      this.#waiting.delete(answer.ask)
      if (answer.error) waiting?.reject(new Error(answer.error))
      else waiting?.resolve(answer)
    })
    const end = (error: Error) => {
      if (this.#thread === thread) this.#thread = undefined
      for (const { reject } of this.#waiting.values()) reject(error)
      this.#waiting.clear()
    }
    thread.on('error', end)
    thread.on('exit', () => end(new Error('The thread that reads MBTiles has stopped.')))
    this.#thread = thread
    return thread
  }
}
