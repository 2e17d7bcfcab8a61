/** What became of each of the items worked on together, in their order. */
export type Settled<O> = PromiseSettledResult<O>

export interface TogetherOptions<I, O> {
  /** Does a group's work. What it throws is everybody's. */
  work: (items: I[]) => Promise<Settled<O>[]>
  /** Items in a group. */
  most: number
  /** Groups at work at the same time. */
  atOnce: number
  /** What a group begun beside one at work must hold, unless that one ends first; default 1. */
  least?: number
}

interface Waiting<I, O> {
  item: I
  resolve: (value: O) => void
  reject: (reason: unknown) => void
}

/**
 * Work that is cheaper for several than for each alone. Nobody waits for company while nothing is at work; what arrives
 * meanwhile goes together with the next group, which is begun when one ends, or earlier, beside it, once it is worth it.
 */
export class Together<I, O> {
  readonly #options: TogetherOptions<I, O>
  readonly #waiting: Waiting<I, O>[] = []
  #working = 0

  constructor(options: TogetherOptions<I, O>) {
    this.#options = options
  }

  /** @returns what `work` made of the item; rejects with what went wrong with it, or with its group */
  do(item: I): Promise<O> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      void this.#begin()
    })
  }

  async #begin(): Promise<void> {
    const { atOnce, most, least = 1 } = this.#options
    if (this.#working >= atOnce || this.#waiting.length < (this.#working === 0 ? 1 : least)) return
    this.#working++
    await this.#workOn(this.#waiting.splice(0, most))
    this.#working--
    void this.#begin()
  }

  async #workOn(group: Waiting<I, O>[]): Promise<void> {
    try {
      const settled = await this.#options.work(group.map(({ item }) => item))
      for (const [i, { resolve, reject }] of group.entries()) {
        const one = settled[i]
        if (one?.status === 'fulfilled') resolve(one.value)
        else reject(one?.reason ?? new Error('Nothing became of an item of a group.'))
      }
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }
}
