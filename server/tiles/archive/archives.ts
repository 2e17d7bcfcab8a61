import { createHash } from 'node:crypto'
import { open, realpath, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import type { StoredTiles } from '../../catalog/layer.ts'
import type { TileId } from '../../lib/tile-id.ts'
import { type ArchiveFile, type Identity, readAt, type StoredTile } from './archive-file.ts'
import { openMbtiles } from './mbtiles-file.ts'
import { MbtilesThread } from './mbtiles-thread.ts'
import { openPmtiles } from './pmtiles-file.ts'

interface Held {
  /** Of the file as it was opened. */
  stamp: string
  opening: Promise<ArchiveFile>
  /** Requests at work on it: it is closed after the last. */
  users: number
  retired: boolean
}

/** How often a file may change under a reader before it gives up. */
const ATTEMPTS = 3
/** Where both formats say most of themselves: PMTiles' header, SQLite's with its counter of changes. */
const FRONT_BYTES = 4096

/** The archives of a folder, each open in the state it has now. */
export class Archives {
  readonly #folder: string
  readonly #held = new Map<string, Held>()
  readonly #thread = new MbtilesThread()
  /** Called when an archive is found to have changed since it was last looked at. */
  onChange: (name: string) => void = () => {}

  /** @param folder need not exist as long as nothing is asked for */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** What an archive says of itself. @throws Error saying why it cannot be served */
  facts(name: string): Promise<StoredTiles> {
    return this.#use(name, async file => file.facts)
  }

  /**
   * A tile as it is stored, and the state of the archive it comes from.
   * @param tile with the zoom as archives count it, y from the north
   * @throws Error saying why the archive cannot be read
   */
  async tile(name: string, tile: TileId): Promise<{ stored: StoredTile | null; facts: StoredTiles }> {
    return this.#use(name, async file => ({ stored: await file.tile(tile), facts: file.facts }))
  }

  async close(): Promise<void> {
    await Promise.all([...this.#held].map(([name, held]) => this.#retire(name, held)))
    await this.#thread.close()
  }

  /** A file that is written over while it is read may give anything: what it gave counts where it stayed as it was. */
  async #use<T>(name: string, work: (file: ArchiveFile) => Promise<T>): Promise<T> {
    const path = await this.#pathOf(name)
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = await stampOf(path)
      const held = this.#hold(name, path, before)
      held.users++
      try {
        const result = await work(await held.opening)
        if ((await stampOf(path)) === before) return result
      } catch (error) {
        void this.#retire(name, held)
        throw error
      } finally {
        held.users--
        if (held.retired) void closeUnused(held)
      }
    }
    throw new Error(`${name} is being written`)
  }

  #hold(name: string, path: string, stamp: string): Held {
    const known = this.#held.get(name)
    if (known?.stamp === stamp) return known
    if (known) {
      void this.#retire(name, known)
      this.onChange(name)
    }
    const held: Held = { stamp, opening: this.#open(path), users: 0, retired: false }
    held.opening.catch(() => {})
    this.#held.set(name, held)
    return held
  }

  async #open(path: string): Promise<ArchiveFile> {
    const identity = await identify(path)
    return extname(path) === '.mbtiles' ? openMbtiles(this.#thread, path, identity) : openPmtiles(path, identity)
  }

  /** Links may lead about in the folder, not out of it. */
  async #pathOf(name: string): Promise<string> {
    const [folder, path] = await Promise.all([realpath(this.#folder), realpath(join(this.#folder, name))])
    if (!path.startsWith(folder + sep)) throw new Error(`${name} leads out of the folder of archives`)
    return path
  }

  #retire(name: string, held: Held): Promise<void> {
    if (this.#held.get(name) === held) this.#held.delete(name)
    held.retired = true
    return closeUnused(held)
  }
}

async function closeUnused(held: Held): Promise<void> {
  if (held.users > 0) return
  await held.opening.then(file => file.close()).catch(() => {})
}

/** What changes of a file when it is replaced or written over. */
async function stampOf(path: string): Promise<string> {
  const { size, mtimeMs, ctimeMs, ino } = await stat(path)
  return [size, mtimeMs, ctimeMs, ino].join(' ')
}

/** A name for the state of a file, the same on every server that has a copy with the file's time; and that time. */
async function identify(path: string): Promise<Identity> {
  const file = await open(path, 'r')
  try {
    const { size, mtimeMs } = await file.stat()
    const front = await readAt(file, 0, FRONT_BYTES)
    const identity = createHash('sha256').update(`${size} ${mtimeMs}`).update(front).digest('hex').slice(0, 16)
    return { identity, changedAt: new Date(mtimeMs).toISOString() }
  } finally {
    await file.close()
  }
}
