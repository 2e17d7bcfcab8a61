import { LRUCache } from 'lru-cache'
import type { Collection } from '../catalog/collection.ts'

/** Of one collection so many are remembered. */
const MOST = 200

/**
 * What follows from a collection and a text, found once: a collection is of one version of the catalogue, and what was
 * found goes with it.
 */
export class ByCollection<T> {
  readonly #known = new WeakMap<Collection, LRUCache<string, Promise<T>>>()

  get(collection: Collection, text: string, find: () => Promise<T>): Promise<T> {
    const texts = this.#known.get(collection) ?? new LRUCache<string, Promise<T>>({ max: MOST })
    this.#known.set(collection, texts)
    const known = texts.get(text)
    if (known) return known
    const found = find()
    texts.set(text, found)
    found.catch(() => texts.delete(text))
    return found
  }
}
