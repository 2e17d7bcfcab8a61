import type { ThreadResult, ThreadTask } from './answer-asks.ts'
import { AskedThread } from './asked-thread.ts'

export interface TaskThreadOptions {
  /** The worker, which calls `answerAsks`. */
  module: URL
  /** How long it is kept without a task: what it holds in memory is given back. */
  idleMs: number
  /** The longest a task may take, waiting included; then the thread is ended. Default: as long as it takes. */
  timeoutMs?: number
}

type Thread<Task, Result> = AskedThread<ThreadTask<Task>, ThreadResult<Result>>

/** Tasks done in a thread that begins with the first and ends when it is idle; it begins again in a moment. */
export class TaskThread<Task, Result> {
  readonly #options: TaskThreadOptions
  #thread: Thread<Task, Result> | undefined
  #idle: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: TaskThreadOptions) {
    this.#options = options
  }

  /** Tasks that are being done or wait for it. */
  get pending(): number {
    return this.#thread?.pending ?? 0
  }

  /** @throws Error saying what the thread failed of, that it took too long, or that the server is closing */
  async run(task: Task): Promise<Result> {
    if (this.#closed) throw new Error('The server is closing.')
    clearTimeout(this.#idle)
    const thread = this.#begin()
    const { timeoutMs } = this.#options
    const tooLong = () => void thread.close(new Error(`A task took more than ${timeoutMs} ms.`))
    const timer = timeoutMs === undefined ? undefined : setTimeout(tooLong, timeoutMs)
    try {
      const { result } = await thread.ask(ask => ({ ask, task }))
      return result as Result
    } finally {
      clearTimeout(timer)
      if (thread === this.#thread && thread.pending === 0) this.#rest(thread)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#idle)
    await this.#thread?.close()
  }

  #begin(): Thread<Task, Result> {
    if (!this.#thread || this.#thread.lost)
      this.#thread = new AskedThread(this.#options.module, { env: {}, unref: true })
    return this.#thread
  }

  #rest(thread: Thread<Task, Result>): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void thread.close(), this.#options.idleMs).unref()
  }
}
