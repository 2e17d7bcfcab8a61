/**
 * What is under way, each under a number that is given again once it is free. A Map that is added to and taken from all
 * the time makes a new table every few times, and a table points to its successor: once one of them is in the old
 * generation all that follow get there too, with whatever was in them, and are garbage that only a full collection finds.
 */
export class Slots<T> {
  readonly #items: (T | undefined)[] = []
  readonly #free: number[] = []

  get size(): number {
    return this.#items.length - this.#free.length
  }

  get(slot: number): T | undefined {
    return this.#items[slot]
  }

  /** @returns its number */
  add(item: T): number {
    const slot = this.#free.pop() ?? this.#items.length
    this.#items[slot] = item
    return slot
  }

  /** Frees a number; what it stood for, if it stood for something. */
  take(slot: number): T | undefined {
    const item = this.#items[slot]
    if (item === undefined) return
    this.#items[slot] = undefined
    this.#free.push(slot)
    return item
  }

  /** Frees all, in no order. */
  takeAll(): T[] {
    this.#free.length = 0
    return this.#items.splice(0).filter(item => item !== undefined)
  }
}
