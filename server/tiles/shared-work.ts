import { Slots } from '../lib/slots.ts'

interface Running<T> {
  promise: Promise<T>
  controller: AbortController
  waiting: number
}

/** Work under way by key: done once for all who want it, and given up once nobody does any more. */
export class SharedWork<T> {
  readonly #running = new Slots<Running<T>>()
  readonly #slots = new Map<string, number>()

  has(key: string): boolean {
    return this.#slots.has(key)
  }

  /**
   * What becomes of the work under way under a key, begun where there is none with what tells that it is given up.
   * @throws the signal's reason for whoever leaves before it is done
   */
  join(key: string, signal: AbortSignal | undefined, begin: (controller: AbortController) => Promise<T>): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    const running = this.#at(key) ?? this.#begin(key, begin)
    running.waiting++
    if (!signal) return running.promise
    return new Promise((resolve, reject) => {
      const leave = () => {
        reject(signal.reason)
        if (--running.waiting > 0) return
        this.#end(key, running)
        running.controller.abort(signal.reason)
      }
      signal.addEventListener('abort', leave, { once: true })
      running.promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
    })
  }

  #begin(key: string, begin: (controller: AbortController) => Promise<T>): Running<T> {
    const controller = new AbortController()
    const promise = begin(controller)
    const running = { promise, controller, waiting: 0 }
    this.#slots.set(key, this.#running.add(running))
    promise.catch(() => {}).finally(() => this.#end(key, running))
    return running
  }

  /** Given up and begun anew, a key belongs to the new work. */
  #end(key: string, running: Running<T>): void {
    if (this.#at(key) !== running) return
    this.#running.take(this.#slots.get(key)!)
    this.#slots.delete(key)
  }

  #at(key: string): Running<T> | undefined {
    const slot = this.#slots.get(key)
    return slot === undefined ? undefined : this.#running.get(slot)
  }
}
