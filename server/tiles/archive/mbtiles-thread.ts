import { AskedThread } from '../../lib/asked-thread.ts'
import type { MbtilesAnswer, MbtilesAsk } from './mbtiles-worker.ts'

type Question = MbtilesAsk extends infer A ? (A extends MbtilesAsk ? Omit<A, 'ask'> : never) : never

/** The one thread in which MBTiles archives are open; it begins with the first of them. */
export class MbtilesThread {
  #thread: AskedThread<MbtilesAsk, MbtilesAnswer> | undefined
  #files = 0

  /** @returns the number the archive goes by from now on, for as long as the thread lives */
  async open(path: string): Promise<{ file: number; answer: MbtilesAnswer }> {
    const file = ++this.#files
    return { file, answer: await this.ask({ kind: 'open', file, path }) }
  }

  /** @throws Error saying what SQLite says */
  ask(question: Question): Promise<MbtilesAnswer> {
    if (!this.#thread || this.#thread.lost)
      this.#thread = new AskedThread(new URL('./mbtiles-worker.js', import.meta.url))
    return this.#thread.ask(ask => ({ ...question, ask }))
  }

  async close(): Promise<void> {
    await this.#thread?.close()
  }
}
