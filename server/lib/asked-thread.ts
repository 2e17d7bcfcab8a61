import { Worker, type WorkerOptions } from 'node:worker_threads'
import { Slots } from './slots.ts'

/** What a thread says to one question. */
export interface ThreadAnswer {
  /** The number of the question: that of an earlier one, once that is answered. */
  ask: number
  /** Why there is no answer. */
  error?: string
}

type Waiting<Answer> = { resolve: (answer: Answer) => void; reject: (error: Error) => void }

/** A worker thread that is asked questions by number and answers each: see answer-asks.ts for the other side. */
export class AskedThread<Message, Answer extends ThreadAnswer> {
  readonly #thread: Worker
  readonly #waiting = new Slots<Waiting<Answer>>()
  #ended: Error | undefined

  /** @param unref whether the process may end while the thread has nothing to say */
  constructor(module: URL, { unref = false, ...options }: WorkerOptions & { unref?: boolean } = {}) {
    this.#thread = new Worker(module, options)
    if (unref) this.#thread.unref()
    this.#thread.on('message', (answer: Answer) => this.#hear(answer))
    this.#thread.on('error', error => this.#end(error as Error))
    this.#thread.on('exit', code => this.#end(new Error(`${nameOf(module)} has stopped (${code}).`)))
  }

  /** It has ended, and all that it knew is gone. */
  get lost(): boolean {
    return this.#ended !== undefined
  }

  /** Questions it has not answered yet. */
  get pending(): number {
    return this.#waiting.size
  }

  tell(message: Message, transfer: ArrayBuffer[] = []): void {
    this.#thread.postMessage(message, transfer)
  }

  /**
   * @param message made with the number of the question
   * @throws Error saying what the thread failed of, or that it has ended
   */
  ask(message: (ask: number) => Message, transfer: ArrayBuffer[] = []): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended)
      this.tell(message(this.#waiting.add({ resolve, reject })), transfer)
    })
  }

  /** @param reason told to whoever still waits */
  async close(reason = new Error('The server is closing.')): Promise<void> {
    this.#end(reason)
    await this.#thread.terminate()
  }

  #hear(answer: Answer): void {
    const waiting = this.#waiting.take(answer.ask)
    if (answer.error) waiting?.reject(new Error(answer.error))
    else waiting?.resolve(answer)
  }

  #end(error: Error): void {
    this.#ended ??= error
    for (const { reject } of this.#waiting.takeAll()) reject(error)
  }
}

const nameOf = (module: URL): string => module.pathname.split('/').at(-1) ?? ''
