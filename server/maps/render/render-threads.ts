import { type OrderGoods, RenderThread } from './render-thread.ts'

/** Pictures a thread is given at once: while one is drawn the next is there already. */
const AT_ONCE = 2
/** A picture is begun anew so often, where its thread ends while it is drawn. */
const TRIES = 2

export interface RenderJob {
  goods: OrderGoods
  /** Gets tiles that the thread no longer has. */
  fetch(keys: readonly string[]): Promise<ReadonlyMap<string, Uint8Array | null>>
  /** Aborted when nobody waits any more: what is not begun is dropped. */
  signal: AbortSignal
  /** Whether a thread that works on it is to be ended when it is aborted: it has taken too long. */
  isLate(): boolean
}

interface Waiting {
  job: RenderJob
  tries: number
  resolve(files: Buffer[]): void
  reject(reason: unknown): void
}

/** The threads that draw; pictures are taken in the order they come. */
export class RenderThreads {
  readonly #size: number
  readonly #queue: Waiting[] = []
  #threads: RenderThread[] = []
  #closed = false

  constructor(size: number) {
    this.#size = size
  }

  /** Whether every thread has a tile: it need not be fetched. */
  haveAll(key: string): boolean {
    return this.#threads.length > 0 && this.#threads.every(thread => thread.has(key))
  }

  /** @throws the signal's reason; what went wrong in the thread */
  draw(job: RenderJob): Promise<Buffer[]> {
    return new Promise((resolve, reject) => {
      const { signal } = job
      if (signal.aborted || this.#closed) return reject(signal.reason ?? closing())
      const waiting: Waiting = { job, tries: 0, resolve, reject }
      this.#queue.push(waiting)
      const leave = () => {
        const at = this.#queue.indexOf(waiting)
        if (at >= 0) this.#queue.splice(at, 1)
        reject(signal.reason)
      }
      signal.addEventListener('abort', leave, { once: true })
      waiting.resolve = files => {
        signal.removeEventListener('abort', leave)
        resolve(files)
      }
      waiting.reject = reason => {
        signal.removeEventListener('abort', leave)
        reject(reason)
      }
      this.#next()
    })
  }

  /** Starts all threads and has each draw something so often, which nobody sees. @throws what went wrong in a thread */
  async rehearse(goods: OrderGoods, times: number): Promise<void> {
    while (this.#threads.length < this.#size) this.#threads.push(new RenderThread())
    await Promise.all(
      this.#threads.map(async thread => {
        for (let i = 0; i < times; i++) await thread.draw(goods)
      })
    )
  }

  stats(): { threads: number; drawing: number; waiting: number } {
    const drawing = this.#threads.reduce((sum, { pending }) => sum + pending, 0)
    return { threads: this.#threads.length, drawing, waiting: this.#queue.length }
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const { reject } of this.#queue.splice(0)) reject(closing())
    await Promise.all(this.#threads.map(thread => thread.close()))
  }

  #next(): void {
    while (this.#queue.length > 0 && !this.#closed) {
      const thread = this.#free(this.#queue[0]!.job.goods)
      if (!thread) return
      const waiting = this.#queue.shift()!
      void this.#give(thread, waiting).finally(() => this.#next())
    }
  }

  async #give(thread: RenderThread, waiting: Waiting): Promise<void> {
    const { goods, fetch, signal, isLate } = waiting.job
    const end = () => {
      if (isLate()) void thread.close()
    }
    signal.addEventListener('abort', end, { once: true })
    try {
      let answer = await thread.draw(goods)
      while (answer.missing && !signal.aborted) {
        const tiles = await fetch(answer.missing)
        answer = await thread.draw({ ...goods, tiles })
      }
      waiting.resolve((answer.files ?? []).map(file => Buffer.from(file.buffer)))
    } catch (error) {
      if (thread.lost && !signal.aborted && !this.#closed && ++waiting.tries < TRIES) this.#queue.unshift(waiting)
      else waiting.reject(error)
    } finally {
      signal.removeEventListener('abort', end)
    }
  }

  /** The thread with the least to do, of several the one that has most of the tiles; threads start as they are needed. */
  #free(goods: OrderGoods): RenderThread | undefined {
    this.#threads = this.#threads.filter(thread => !thread.lost)
    const least = Math.min(...this.#threads.map(({ pending }) => pending))
    if (least > 0 && this.#threads.length < this.#size) {
      const thread = new RenderThread()
      this.#threads.push(thread)
      return thread
    }
    if (least >= AT_ONCE) return undefined
    const [first, ...others] = this.#threads.filter(({ pending }) => pending === least)
    if (others.length === 0) return first
    return others.reduce((best, thread) => (thread.share(goods) > best.share(goods) ? thread : best), first!)
  }
}

const closing = () => new Error('The server is closing.')
