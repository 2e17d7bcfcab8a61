/** Lets so many pieces of work go on at once; the others wait in the order they came. */
export class AtMost {
  readonly #most: number
  readonly #waiting = new Set<() => void>()
  #working = 0

  constructor(most: number) {
    this.#most = most
  }

  /** @throws the signal's reason for what is given up while it waits; what the work throws */
  async do<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#working >= this.#most) await this.#turn(signal)
    else this.#working++
    try {
      return await work()
    } finally {
      this.#next()
    }
  }

  /** A place is handed on, so that who comes just now does not take it. */
  #next(): void {
    const [first] = this.#waiting
    if (!first) this.#working--
    else {
      this.#waiting.delete(first)
      first()
    }
  }

  #turn(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(begin)
        reject(signal?.reason)
      }
      const begin = () => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      this.#waiting.add(begin)
      signal?.addEventListener('abort', leave, { once: true })
    })
  }
}
