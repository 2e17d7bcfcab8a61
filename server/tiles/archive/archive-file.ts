import type { FileHandle } from 'node:fs/promises'
import type { StoredTiles } from '../../catalog/layer.ts'
import type { ContentCoding } from '../../lib/media-type.ts'
import type { TileId } from '../../lib/tile-id.ts'

/** An open archive of tiles: one state of one file. */
export interface ArchiveFile {
  /** What it says of itself. */
  facts: StoredTiles
  /**
   * A tile as it is stored; null where there is none.
   * @param tile with the zoom as archives count it, y from the north
   */
  tile(tile: TileId): Promise<StoredTile | null>
  close(): Promise<void>
}

/** Which file it is, in which state. */
export type Identity = Pick<StoredTiles, 'identity' | 'changedAt'>

export interface StoredTile {
  bytes: Buffer
  coding: ContentCoding
}

/** No tile that a map can draw is as large. */
export const MAX_TILE_BYTES = 64 * 1024 * 1024

/** Bytes of a file; fewer where it ends before. */
export async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer<ArrayBuffer>> {
  if (length > MAX_TILE_BYTES) throw new Error(`${length} bytes at once are more than a tile or directory has`)
  const bytes = Buffer.from(new ArrayBuffer(length))
  const { bytesRead } = await file.read(bytes, 0, length, offset)
  return bytes.subarray(0, bytesRead)
}
