/** Views whose tiles are kept, a layer. */
const VIEWS = 200
/** A view that nobody asked for so long gives its place to another. */
const IDLE_MS = 10 * 60_000

/**
 * Whose tiles are worth keeping: whoever invents filters must not drive the tiles that all ask for out of the cache.
 * Of each layer so many views are kept, first come first served; the tiles of others are made and forgotten.
 */
export class ViewQuota {
  /** Of each layer its views' keys, the one used longest ago first, and when that was. */
  readonly #used = new Map<string, Map<string, number>>()
  readonly #views: number
  readonly #now: () => number

  constructor(views = VIEWS, now: () => number = Date.now) {
    this.#views = views
    this.#now = now
  }

  /** Whether tiles of a view may be kept; the whole layer's always may. Asking is using. */
  keeps(layerId: string, viewKey: string): boolean {
    if (viewKey === '') return true
    const now = this.#now()
    const views = this.#used.get(layerId) ?? new Map<string, number>()
    this.#used.set(layerId, views)
    if (!views.delete(viewKey) && views.size >= this.#views) {
      const [oldest, usedAt] = views.entries().next().value!
      if (now - usedAt < IDLE_MS) return false
      views.delete(oldest)
    }
    views.set(viewKey, now)
    return true
  }
}
