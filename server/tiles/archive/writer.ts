import { createHash } from 'node:crypto'
import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Contents } from './contents.ts'
import { tileOfNumber } from './curve.ts'
import { directories, HEADER_BYTES, ROOM } from './directory.ts'
import { type HeaderFacts, header } from './header.ts'
import { DIGEST_BYTES, decodeRecords, encodeRecords, type Recorded } from './journal.ts'

/** What an archive says of itself beside its tiles. */
export interface Description {
  /** As JSON: name, attribution, vector_layers … (PMTiles v3 §5). */
  metadata: Record<string, unknown>
  bounds: HeaderFacts['bounds']
  /** longitude, latitude: where a map may open */
  center: readonly [number, number]
}

/** What is lost at most when the process is killed. */
const CHECKPOINT = { tiles: 500, bytes: 8 * 1024 * 1024, ms: 5000 }

/**
 * Writes a PMTiles archive from the tile data on: it grows in `<file>.part`, and `<file>.journal` says what of it
 * holds. The header and the root get their place in front when all else is there; then the file gets its name.
 */
export class ArchiveWriter {
  readonly #file: string
  readonly #part: FileHandle
  readonly #journal: FileHandle
  readonly #contents = new Contents()
  #journalSize: number
  /** Not yet in the files. */
  #data: Buffer[] = []
  #records: Recorded[] = []
  #waiting = { tiles: 0, bytes: 0, since: Date.now() }
  #last = -1
  #closed = false

  private constructor(file: string, part: FileHandle, journal: FileHandle, journalSize: number) {
    this.#file = file
    this.#part = part
    this.#journal = journal
    this.#journalSize = journalSize
  }

  /** Begins anew, whatever was there of an earlier attempt. @param plan one line: what the archive is to be of */
  static async begin(file: string, plan: string): Promise<ArchiveWriter> {
    const part = await open(`${file}.part`, 'w+')
    const journal = await open(`${file}.journal`, 'w+')
    const line = Buffer.from(`${plan}\n`)
    await writeAll(journal, line, 0)
    await journal.sync()
    return new ArchiveWriter(file, part, journal, line.length)
  }

  /** Goes on with what a writer that did not come to its end has left; null where there is nothing of use. */
  static async resume(file: string): Promise<{ writer: ArchiveWriter; plan: string } | null> {
    const bytes = await readFile(`${file}.journal`).catch(() => Buffer.alloc(0))
    const line = bytes.indexOf('\n')
    const part = line < 0 ? null : await open(`${file}.part`, 'r+').catch(() => null)
    if (!part) return null
    const { records } = decodeRecords(bytes.subarray(line + 1))
    await dropLost(records, part)
    const journal = await open(`${file}.journal`, 'r+')
    const size = line + 1 + encodeRecords(records).length
    const writer = new ArchiveWriter(file, part, journal, size)
    for (const record of records) writer.#contents.add(record)
    writer.#last = records.at(-1)?.tile ?? -1
    await part.truncate(ROOM + writer.#contents.size)
    await journal.truncate(size)
    return { writer, plan: bytes.toString('utf8', 0, line) }
  }

  /** The number of the last tile that was taken; -1: none yet. */
  get last(): number {
    return this.#last
  }

  get size(): { tiles: number; bytes: number } {
    return { tiles: this.#contents.addressed, bytes: this.#contents.size }
  }

  /** Takes the next tile, by number: its bytes as gzip, or null where it is empty. */
  async add(tile: number, bytes: Buffer | null): Promise<void> {
    if (tile <= this.#last) throw new Error(`Tile ${tile} comes after ${this.#last}.`)
    this.#last = tile
    this.#waiting.tiles++
    if (bytes && bytes.length > 0) {
      const digest = createHash('sha256').update(bytes).digest().subarray(0, DIGEST_BYTES)
      const known = this.#contents.find(digest)
      const record = { tile, offset: known?.offset ?? this.#contents.size, length: bytes.length, digest }
      if (!known) {
        this.#data.push(bytes)
        this.#waiting.bytes += bytes.length
      }
      this.#contents.add(record)
      this.#records.push(record)
    }
    const { tiles, bytes: waiting, since } = this.#waiting
    const due = tiles >= CHECKPOINT.tiles || waiting >= CHECKPOINT.bytes || Date.now() - since >= CHECKPOINT.ms
    if (due) await this.checkpoint()
  }

  /** Brings all that was taken onto the disk: first the bytes, then the records that vouch for them. */
  async checkpoint(): Promise<void> {
    const data = Buffer.concat(this.#data)
    if (this.#waiting.tiles > 0 && this.#records.at(-1)?.tile !== this.#last) {
      this.#records.push({ tile: this.#last, offset: 0, length: 0, digest: Buffer.alloc(DIGEST_BYTES) })
    }
    const records = encodeRecords(this.#records)
    await writeAll(this.#part, data, ROOM + this.#contents.size - data.length)
    await this.#part.datasync()
    await writeAll(this.#journal, records, this.#journalSize)
    await this.#journal.datasync()
    this.#journalSize += records.length
    this.#data = []
    this.#records = []
    this.#waiting = { tiles: 0, bytes: 0, since: Date.now() }
  }

  /** Writes what readers look for first, gives the file its name and takes the journal away. */
  async finish({ metadata, bounds, center }: Description): Promise<void> {
    await this.checkpoint()
    const { entries, size, addressed, distinct } = this.#contents
    const [first, last] = [entries[0], entries.at(-1)]
    if (!first || !last) throw new Error('An archive has at least one tile.')
    const { root, leaves } = directories(entries)
    const json = gzipSync(JSON.stringify(metadata), { level: 9 })
    const zooms = { min: tileOfNumber(first.tile).z, max: tileOfNumber(last.tile + last.run - 1).z }
    const facts: HeaderFacts = {
      root: { offset: HEADER_BYTES, length: root.length },
      tiles: { offset: ROOM, length: size },
      metadata: { offset: ROOM + size, length: json.length },
      leaves: { offset: ROOM + size + json.length, length: leaves.length },
      counts: { addressed, entries: entries.length, contents: distinct },
      zooms,
      bounds,
      center: [center[0], center[1], zooms.min]
    }
    const front = Buffer.alloc(ROOM)
    header(facts).copy(front)
    root.copy(front, HEADER_BYTES)
    await this.#part.truncate(ROOM + size)
    await writeAll(this.#part, Buffer.concat([json, leaves]), ROOM + size)
    await writeAll(this.#part, front, 0)
    await this.#part.sync()
    await this.close()
    await rename(`${this.#file}.part`, this.#file)
    await syncFolder(dirname(this.#file))
    await rm(`${this.#file}.journal`)
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    await this.close()
    await rm(`${this.#file}.journal`)
    await rm(`${this.#file}.part`)
  }

  /** Lets the files go as they are, to be resumed. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#part.close()
    await this.#journal.close()
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten
  }
}

/** Drops what was recorded from the first tile on whose bytes are not in the file, as after a loss of power. */
async function dropLost(records: Recorded[], part: FileHandle): Promise<void> {
  let end = 0
  const withNewBytes = records.flatMap(({ offset, length }, i) => {
    if (length === 0 || offset < end) return []
    end = offset + length
    return [i]
  })
  for (let i = withNewBytes.pop(); i !== undefined && !(await isThere(part, records[i]!)); i = withNewBytes.pop())
    records.length = i
}

/** Whether a tile's bytes are in the file as they were recorded. */
async function isThere(part: FileHandle, { offset, length, digest }: Recorded): Promise<boolean> {
  const { bytesRead, buffer } = await part.read(Buffer.alloc(length), 0, length, ROOM + offset)
  return bytesRead === length && createHash('sha256').update(buffer).digest().subarray(0, DIGEST_BYTES).equals(digest)
}

/** A rename lasts once its folder is on the disk. Not every system lets folders be opened. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null)
  await handle?.sync().catch(() => {})
  await handle?.close()
}
