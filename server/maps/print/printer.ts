import { Worker } from 'node:worker_threads'
import { defineProblem } from '../../lib/errors.ts'
import type { PrintAnswer, PrintTask } from './pdf-worker.ts'
import type { Sheet } from './sheet.ts'

const TIMEOUT_MS = 60_000
/** An idle thread holds the fonts in memory; it is begun again in a moment. */
const IDLE_MS = 60_000
/** Sheets that may be waiting: each holds a picture of some megabytes. */
const MOST = 8

const overloaded = defineProblem(
  'PRINT_OVERLOADED',
  503,
  { zh: '打印服务繁忙', en: 'Too many sheets at once' },
  {
    zh: '正在等待排版的图幅过多，请按 Retry-After 稍后重试。',
    en: 'Too many sheets are waiting to be written; try again after the time in Retry-After.'
  }
)

interface Waiting {
  resolve(pdf: Buffer): void
  reject(error: Error): void
  timer: NodeJS.Timeout
}

/** Writes PDFs, one after the other, in a thread that begins with the first and ends when it is idle. */
export class Printer {
  #worker: Worker | undefined
  #idle: NodeJS.Timeout | undefined
  #last = 0
  readonly #waiting = new Map<number, Waiting>()

  /** @throws PRINT_OVERLOADED (503, retryAfter) */
  write(sheet: Sheet): Promise<Buffer> {
    if (this.#waiting.size >= MOST) throw overloaded({}, { members: { retryAfter: 2 } })
    const worker = this.#begin()
    const id = ++this.#last
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#fail(new Error(`A sheet took more than ${TIMEOUT_MS} ms.`)), TIMEOUT_MS)
      this.#waiting.set(id, { resolve, reject, timer })
      worker.postMessage({ id, sheet } satisfies PrintTask)
    })
  }

  close(): Promise<void> {
    return this.#fail(new Error('The server is closing.'))
  }

  #begin(): Worker {
    clearTimeout(this.#idle)
    if (this.#worker) return this.#worker
    const worker = new Worker(new URL('./pdf-worker.js', import.meta.url), { env: {} })
    worker.unref()
    worker.on('message', (answer: PrintAnswer) => this.#take(answer))
    const ended = (error: Error) => {
      if (this.#worker === worker) void this.#fail(error)
    }
    worker.on('error', error => ended(error as Error))
    worker.on('exit', code => ended(new Error(`The printing thread ended with ${code}.`)))
    this.#worker = worker
    return worker
  }

  #take(answer: PrintAnswer): void {
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
