import { Worker } from 'node:worker_threads'
import type { Report } from './model.ts'
import type { PdfAnswer, PdfTask } from './pdf-worker.ts'

const TIMEOUT_MS = 60_000
/** An idle thread holds the fonts in memory; it is begun again in a moment. */
const IDLE_MS = 60_000

interface Waiting {
  resolve(pdf: Buffer): void
  reject(error: Error): void
  timer: NodeJS.Timeout
}

/** Makes PDFs, one after the other, in a thread that begins with the first and ends when it is idle. */
export class PdfWriter {
  #worker: Worker | undefined
  #idle: NodeJS.Timeout | undefined
  #last = 0
  readonly #waiting = new Map<number, Waiting>()

  /** How many are being made or wait for it. */
  get pending(): number {
    return this.#waiting.size
  }

  write(report: Report): Promise<Buffer> {
    const worker = this.#begin()
    const id = ++this.#last
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#fail(new Error(`A report took more than ${TIMEOUT_MS} ms.`)), TIMEOUT_MS)
      this.#waiting.set(id, { resolve, reject, timer })
      worker.postMessage({ id, report } satisfies PdfTask)
    })
  }

  async close(): Promise<void> {
    await this.#fail(new Error('The server is closing.'))
  }

  #begin(): Worker {
    clearTimeout(this.#idle)
    if (this.#worker) return this.#worker
    const worker = new Worker(new URL('./pdf-worker.js', import.meta.url), { env: {} })
    worker.unref()
    worker.on('message', (answer: PdfAnswer) => this.#take(answer))
    const ended = (error: Error) => {
      if (this.#worker === worker) void this.#fail(error)
    }
    worker.on('error', error => ended(error as Error))
    worker.on('exit', code => ended(new Error(`The report thread ended with ${code}.`)))
    this.#worker = worker
    return worker
  }

  #take(answer: PdfAnswer): void {
    const waiting = this.#waiting.get(answer.id)
    if (!waiting) return
    this.#waiting.delete(answer.id)
    clearTimeout(waiting.timer)
    if ('failure' in answer) waiting.reject(new Error(answer.failure))
    else waiting.resolve(Buffer.from(answer.pdf.buffer, answer.pdf.byteOffset, answer.pdf.byteLength))
    if (this.#waiting.size === 0) this.#idle = setTimeout(() => void this.close(), IDLE_MS).unref()
  }

  /** Ends the thread; whoever waits is told why. */
  async #fail(error: Error): Promise<void> {
    clearTimeout(this.#idle)
    const worker = this.#worker
    this.#worker = undefined
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer)
      reject(error)
    }
    this.#waiting.clear()
    await worker?.terminate()
  }
}
