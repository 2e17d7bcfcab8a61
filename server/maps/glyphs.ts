import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { LRUCache } from 'lru-cache'
import { FONTS, type Font } from './font-files.ts'
import { glyphThread } from './glyph-thread.ts'
import { glyphRangeUnknown } from './problems.ts'

/** Grows when glyphs come to be drawn otherwise, so that nobody keeps the old ones. */
const DRAWING = 1

/** What is in the glyphs of all fonts: a URL that carries it never changes what it stands for. */
export const GLYPHS_VERSION = createHash('sha256')
  .update(JSON.stringify([DRAWING, FONTS.map(({ name, bytes }) => [name, bytes])]))
  .digest('hex')
  .slice(0, 10)

/** Memory for ranges at hand: those of one screen of a Chinese map. */
const KEPT_BYTES = 24 * 1024 * 1024

const inflate = promisify(gunzip)

const LAST_START = 0x10ff00

/**
 * The first of the 256 code points that a range like `19968-20223` names.
 * @throws GLYPH_RANGE_UNKNOWN
 */
export function parseGlyphRange(range: string): number {
  const [, first, last] = /^(0|[1-9]\d{0,6})-([1-9]\d{0,6})$/.exec(range) ?? []
  const start = Number(first)
  if (!(start % 256 === 0 && Number(last) === start + 255 && start <= LAST_START)) throw glyphRangeUnknown({ range })
  return start
}

export interface GlyphOptions {
  /** Where drawn ranges are kept. */
  folder: string
  /** Told of files that cannot be written or read; glyphs are then drawn again. */
  onFailure: (error: unknown) => void
}

/** Ranges of glyphs, drawn once: from memory, else from disk, else by a thread; who asks meanwhile waits for that one. */
export class Glyphs {
  readonly #folder: string
  readonly #onFailure: (error: unknown) => void
  readonly #thread = glyphThread()
  readonly #kept = new LRUCache<string, Buffer>({ maxSize: KEPT_BYTES, sizeCalculation: gzip => gzip.length })
  readonly #making = new Map<string, Promise<Buffer>>()

  constructor({ folder, onFailure }: GlyphOptions) {
    this.#folder = join(folder, GLYPHS_VERSION)
    this.#onFailure = onFailure
  }

  /** @returns one range of a font as gzip; code points that the font lacks are not in it */
  async get(font: Font, start: number): Promise<Buffer> {
    const key = `${font.name.replaceAll(' ', '-').toLowerCase()}/${start}`
    const kept = this.#kept.get(key)
    if (kept) return kept
    const making = this.#making.get(key) ?? this.#make(key, font, start).finally(() => this.#making.delete(key))
    this.#making.set(key, making)
    return making
  }

  async close(): Promise<void> {
    await this.#thread.close()
    await Promise.allSettled(this.#making.values())
  }

  async #make(key: string, font: Font, start: number): Promise<Buffer> {
    const file = join(this.#folder, `${key}.pbf.gz`)
    const found = await this.#read(file)
    const gzip = found ?? Buffer.from(await this.#thread.run({ font, start }))
    this.#kept.set(key, gzip)
    if (!found) await this.#write(file, gzip)
    return gzip
  }

  async #read(file: string): Promise<Buffer | null> {
    try {
      const gzip = await readFile(file)
      // A power cut may have left a part of it, which clients would keep for a year.
      await inflate(gzip)
      return gzip
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#onFailure(error)
      return null
    }
  }

  /** Whole or not at all: another process may read it at any moment. */
  async #write(file: string, gzip: Buffer): Promise<void> {
    const draft = `${file}.${randomBytes(6).toString('hex')}`
    try {
      await mkdir(join(file, '..'), { recursive: true })
      await writeFile(draft, gzip)
      await rename(draft, file)
    } catch (error) {
      this.#onFailure(error)
      await rm(draft, { force: true }).catch(() => {})
    }
  }
}
