import type { Entry } from './directory.ts'
import type { Recorded } from './journal.ts'

/** What an archive holds so far: the runs of its directory, and which bytes it has already. */
export class Contents {
  readonly entries: Entry[] = []
  readonly #known = new Map<string, { offset: number; length: number }>()
  /** Bytes of tile data. */
  size = 0
  /** Tiles that have bytes. */
  addressed = 0

  /** How many tiles have bytes of their own. */
  get distinct(): number {
    return this.#known.size
  }

  /** Where these bytes lie already; undefined: they are new and go to the end. */
  find(digest: Buffer): { offset: number; length: number } | undefined {
    return this.#known.get(digest.toString('latin1'))
  }

  /** Takes up a tile; they come by number, rising. */
  add({ tile, offset, length, digest }: Recorded): void {
    if (length === 0) return
    this.addressed++
    if (!this.find(digest)) {
      this.#known.set(digest.toString('latin1'), { offset, length })
      this.size = offset + length
    }
    const last = this.entries.at(-1)
    if (last && last.offset === offset && last.tile + last.run === tile) last.run++
    else this.entries.push({ tile, offset, length, run: 1 })
  }
}
