import { type FileHandle, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { isInPlace } from '../catalog/in-place.ts'
import type { Layer } from '../catalog/layer.ts'
import { type Database, sql } from '../lib/sql.ts'
import { type Columns, columnBytes } from './cut/columns.ts'
import { checksumOf, type KeptFile, packColumns, SEALED_FROM, seal, unpackColumns } from './cut/columns-file.ts'
import { shapeOf } from './scheme.ts'

export interface KeptColumnsOptions {
  db: Database
  folder: string
  /** All files together; the one used longest ago goes first. 0: none are kept. */
  maxBytes: number
  /** Columns of fewer bytes are not kept: they are read from the database as fast. Default 1 MiB. */
  leastBytes?: number
}

const LEAST_BYTES = 2 ** 20
/** The event loop looks after others between two pieces. */
const PIECE = 2 ** 22
const ENDING = '.columns'

/**
 * Columns on disk, so that a server that starts again need not read its layers: a file a layer, of one revision. Rows of
 * a revision never change; by what was published, and when, it is known again in any database. Whatever is wrong with
 * a file, the layer is then read from the database.
 */
export class KeptColumns {
  readonly #options: KeptColumnsOptions
  #writing: Promise<void> = Promise.resolve()

  constructor(options: KeptColumnsOptions) {
    this.#options = options
  }

  /** The columns of a layer at a revision that it has, or had; undefined: there are none. */
  async find(layer: Layer): Promise<{ revision: number; columns: Columns } | undefined> {
    if (isInPlace(layer) || this.#options.maxBytes === 0) return undefined
    const path = this.#path(layer)
    const file = await readWhole(path).catch(() => undefined)
    if (!file || file.key !== (await this.#keyOf(layer, file.revision))) return undefined
    const now = new Date()
    await utimes(path, now, now).catch(() => {})
    return file
  }

  /** Keeps columns, after those that are being written; never rejects. */
  keep(layer: Layer, revision: number, columns: Columns): Promise<void> {
    const { maxBytes, leastBytes = LEAST_BYTES } = this.#options
    const bytes = columnBytes(columns)
    if (isInPlace(layer) || bytes < leastBytes || bytes > maxBytes) return Promise.resolve()
    // What could not be kept is read again: nothing is lost by it but time.
    this.#writing = this.#writing.then(() => this.#write(layer, revision, columns)).catch(() => {})
    return this.#writing
  }

  /** After what is being written. */
  close(): Promise<void> {
    return this.#writing
  }

  async #write(layer: Layer, revision: number, columns: Columns): Promise<void> {
    const key = await this.#keyOf(layer, revision)
    if (key === undefined) return
    await mkdir(this.#options.folder, { recursive: true, mode: 0o700 })
    const path = this.#path(layer)
    const beside = `${path}.part`
    try {
      await writeWhole(beside, { key, revision, columns })
      await rename(beside, path)
    } catch (error) {
      await rm(beside, { force: true })
      throw error
    }
    await this.#makeRoom(`${layer.id}${ENDING}`)
  }

  /** @param newest a file just written: the clock of a file system is coarse, and may not say that it is the last used */
  async #makeRoom(newest: string): Promise<void> {
    const { folder, maxBytes } = this.#options
    const names = (await readdir(folder)).filter(name => name.endsWith(ENDING))
    const files = await Promise.all(names.map(async name => ({ name, ...(await sizeOf(join(folder, name))) })))
    files.sort((a, b) => Number(b.name === newest) - Number(a.name === newest) || b.usedAt - a.usedAt)
    let bytes = 0
    for (const { name, size } of files) {
      bytes += size
      if (bytes > maxBytes) await rm(join(folder, name), { force: true })
    }
  }

  #path({ id }: Layer): string {
    return join(this.#options.folder, `${id}${ENDING}`)
  }

  /** Says which rows a revision has, and what of them is in columns; undefined where there is no such revision. */
  async #keyOf(layer: Layer, revision: number): Promise<string | undefined> {
    const [row] = await this.#options.db.query<{ hash: string; at: string }>(
      sql`SELECT content_hash AS hash, extract(epoch FROM published_at)::text AS at FROM yitu.revision
        WHERE layer_id = ${layer.id} AND revision = ${revision}::integer`
    )
    return row && [layer.id, revision, shapeOf(layer), row.hash, row.at].join(' ')
  }
}

async function sizeOf(path: string): Promise<{ size: number; usedAt: number }> {
  const { size, mtimeMs } = await stat(path)
  return { size, usedAt: mtimeMs }
}

async function writeWhole(path: string, file: KeptFile): Promise<void> {
  const [front, ...parts] = packColumns(file)
  const handle = await open(path, 'w', 0o600)
  try {
    let at = SEALED_FROM
    let checksum = 0
    for (const part of parts) {
      for (const piece of piecesOf(part)) {
        checksum = checksumOf(piece, checksum)
        await handle.write(piece, 0, piece.length, at)
        at += piece.length
      }
    }
    seal(front, checksum)
    await handle.write(front, 0, front.length, 0)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** @returns undefined for a file that is not as it was written */
async function readWhole(path: string): Promise<KeptFile | undefined> {
  const handle = await open(path)
  try {
    const { size } = await handle.stat()
    const memory = new SharedArrayBuffer(size)
    const bytes = new Uint8Array(memory)
    let checksum = 0
    await fill(handle, bytes.subarray(0, SEALED_FROM), 0)
    for (let at = SEALED_FROM; at < size; at += PIECE) {
      const piece = bytes.subarray(at, Math.min(at + PIECE, size))
      await fill(handle, piece, at)
      checksum = checksumOf(piece, checksum)
    }
    return unpackColumns(memory, checksum)
  } finally {
    await handle.close()
  }
}

async function fill(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, position + done)
    if (bytesRead === 0) throw new Error('The file ends before its end.')
    done += bytesRead
  }
}

function* piecesOf(part: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < part.length; at += PIECE) yield part.subarray(at, at + PIECE)
}
