import { Worker } from 'node:worker_threads'
import type { GlyphAnswer, GlyphTask } from './glyph-worker.ts'

/** An idle thread holds the fonts in memory; it is begun again in a moment. */
const IDLE_MS = 30_000

interface Waiting {
  resolve(gzip: Buffer): void
  reject(error: Error): void
}

const closing = () => new Error('The server is closing.')

/** Has ranges of glyphs drawn, one after the other, by a thread that begins with the first and ends when it is idle. */
export class GlyphThread {
  #worker: Worker | undefined
  #idle: NodeJS.Timeout | undefined
  #last = 0
  #closed = false
  readonly #waiting = new Map<number, Waiting>()

  /** @returns the encoded glyphs as gzip */
  async draw(font: GlyphTask['font'], start: number): Promise<Buffer> {
    if (this.#closed) throw closing()
    const worker = this.#begin()
    const id = ++this.#last
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      worker.postMessage({ id, font, start } satisfies GlyphTask)
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#end(closing())
  }

  /** Ends the thread; whoever waits is told why. */
  async #end(reason: Error): Promise<void> {
    clearTimeout(this.#idle)
    const worker = this.#worker
    this.#worker = undefined
    for (const { reject } of this.#waiting.values()) reject(reason)
    this.#waiting.clear()
    await worker?.terminate()
  }

  #begin(): Worker {
    clearTimeout(this.#idle)
    if (this.#worker) return this.#worker
    const worker = new Worker(new URL('./glyph-worker.js', import.meta.url), { env: {} })
    worker.unref()
    worker.on('message', (answer: GlyphAnswer) => this.#take(answer))
    const ended = (error: Error) => {
      if (this.#worker === worker) void this.#end(error)
    }
    worker.on('error', error => ended(error as Error))
    worker.on('exit', code => ended(new Error(`The glyph thread ended with ${code}.`)))
    this.#worker = worker
    return worker
  }

  #take(answer: GlyphAnswer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if ('failure' in answer) waiting?.reject(new Error(answer.failure))
    else waiting?.resolve(Buffer.from(answer.gzip))
    if (this.#waiting.size === 0) this.#idle = setTimeout(() => void this.#end(closing()), IDLE_MS).unref()
  }
}
