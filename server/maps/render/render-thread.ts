import { Worker } from 'node:worker_threads'
import type { StyleLayer } from '../../catalog/layer.ts'
import type { DrawOrder, RenderAnswer, RenderAsk } from './messages.ts'
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

type Waiting = { resolve: (answer: RenderAnswer) => void; reject: (error: Error) => void }

/** One thread that draws, and what it has. */
export class RenderThread {
  readonly #thread = new Worker(new URL('./render-worker.js', import.meta.url))
  readonly #waiting = new Map<number, Waiting>()
  readonly #tiles = new Set<string>()
  readonly #styles = new Set<string>()
  readonly #sheets = new Set<string>()
  #asks = 0
  #lost = false

  constructor() {
    this.#thread.unref()
    this.#thread.on('message', (answer: RenderAnswer) => this.#hear(answer))
    this.#thread.on('error', error => this.#end(error as Error))
    this.#thread.on('exit', code => this.#end(new Error(`A drawing thread ended with ${code}.`)))
  }

  /** It has ended, and all that it had is gone. */
  get lost(): boolean {
    return this.#lost
  }

  get pending(): number {
    return this.#waiting.size
  }

  /** Whether it has a tile, as far as is known here. */
  has(key: string): boolean {
    return this.#tiles.has(key)
  }

  /** How many of an order's tiles it has. */
  share({ order }: Pick<OrderGoods, 'order'>): number {
    const keys = order.layers.flatMap(({ source }) => (source.kind === 'tiles' ? source.tiles : []))
    return keys.reduce((sum, { key }) => sum + (this.#tiles.has(key) ? 1 : 0), 0)
  }

  /** Sends an order, with what of its goods the thread does not have yet. */
  draw({ order, styles, sheets, tiles }: OrderGoods): Promise<RenderAnswer> {
    if (this.#lost) return Promise.reject(new Error('A drawing thread has ended.'))
    const forget = this.#styles.size > MOST_STYLES
    if (forget) this.#styles.clear()
    const ask = ++this.#asks
    const message: RenderAsk = {
      ask,
      order,
      forget,
      styles: lacked(styles, this.#styles),
      sheets: lacked(sheets, this.#sheets),
      tiles: lacked(tiles, this.#tiles)
    }
    return new Promise((resolve, reject) => {
      this.#waiting.set(ask, { resolve, reject })
      this.#thread.postMessage(message)
    })
  }

  async close(): Promise<void> {
    await this.#thread.terminate()
  }

  #hear(answer: RenderAnswer): void {
    for (const key of [...answer.dropped, ...(answer.missing ?? [])]) this.#tiles.delete(key)
    const waiting = this.#waiting.get(answer.ask)
    this.#waiting.delete(answer.ask)
    if (answer.error) waiting?.reject(new Error(answer.error))
    else waiting?.resolve(answer)
  }

  #end(error: Error): void {
    this.#lost = true
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}

/** What is not there yet; from now on it is. */
function lacked<T>(goods: ReadonlyMap<string, T>, there: Set<string>): [string, T][] {
  const more = [...goods].filter(([name]) => !there.has(name))
  for (const [name] of more) there.add(name)
  return more
}
