import type { StyleLayer } from '../../catalog/layer.ts'
import { AskedThread } from '../../lib/asked-thread.ts'
import { type DrawOrder, type RenderAnswer, type RenderAsk, tilesOf } from './messages.ts'
import type { SheetFiles } from './sheets.ts'

/** What an order names, at hand for the threads that do not have it. */
export interface OrderGoods {
  order: DrawOrder
  styles: ReadonlyMap<string, readonly StyleLayer[]>
  sheets: ReadonlyMap<string, SheetFiles>
  /** Tiles a thread may lack; null: empty. */
  tiles: ReadonlyMap<string, Uint8Array | null>
}

/** Styles a thread keeps; beyond, it begins anew. */
const MOST_STYLES = 1000

/** One thread that draws, and what it has. */
export class RenderThread {
  readonly #thread = new AskedThread<RenderAsk, RenderAnswer>(new URL('./render-worker.js', import.meta.url), {
    unref: true
  })
  readonly #tiles = new Set<string>()
  readonly #styles = new Set<string>()
  readonly #sheets = new Set<string>()

  /** It has ended, and all that it had is gone. */
  get lost(): boolean {
    return this.#thread.lost
  }

  get pending(): number {
    return this.#thread.pending
  }

  /** Whether it has a tile, as far as is known here. */
  has(key: string): boolean {
    return this.#tiles.has(key)
  }

  /** How many of an order's tiles it has. */
  share({ order }: Pick<OrderGoods, 'order'>): number {
    return tilesOf(order).reduce((sum, { key }) => sum + (this.#tiles.has(key) ? 1 : 0), 0)
  }

  /** Sends an order, with what of its goods the thread does not have yet. */
  async draw({ order, styles, sheets, tiles }: OrderGoods): Promise<RenderAnswer> {
    const forget = this.#styles.size > MOST_STYLES
    if (forget) this.#styles.clear()
    const goods = {
      styles: lacked(styles, this.#styles),
      sheets: lacked(sheets, this.#sheets),
      tiles: lacked(tiles, this.#tiles)
    }
    const answer = await this.#thread.ask(ask => ({ ask, order, forget, ...goods }))
    for (const key of [...answer.dropped, ...(answer.missing ?? [])]) this.#tiles.delete(key)
    return answer
  }

  close(): Promise<void> {
    return this.#thread.close()
  }
}

/** What is not there yet; from now on it is. */
function lacked<T>(goods: ReadonlyMap<string, T>, there: Set<string>): [string, T][] {
  const more = [...goods].filter(([name]) => !there.has(name))
  for (const [name] of more) there.add(name)
  return more
}
