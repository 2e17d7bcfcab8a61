import { gzipSync } from 'node:zlib'
import { PbfWriter } from 'pbf'

/** The directories of a PMTiles archive (specification v3 §4): which tile lies where. */

/** A run of tiles that follow each other and have the same bytes. */
export interface Entry {
  /** The number of the first tile. */
  tile: number
  /** From the start of the tile data, or of the leaf directories. */
  offset: number
  /** Bytes. */
  length: number
  /** Tiles; 0: not a tile but a leaf directory. */
  run: number
}

export interface Directories {
  /** Compressed, ready to be written. */
  root: Buffer
  /** One after the other; empty where the root has room for all. */
  leaves: Buffer
}

/** The header and the root directory lie in the first 16 KiB, so that one read gets both (§2). */
export const ROOM = 16_384
export const HEADER_BYTES = 127
const ROOT_MAX = ROOM - HEADER_BYTES
/** Entries a leaf has at first; more where the root would still be too large. */
const LEAF_ENTRIES = 4096

/** @param entries by tile number, rising */
export function directories(entries: readonly Entry[]): Directories {
  if (entries.length <= LEAF_ENTRIES) {
    const root = directory(entries)
    if (root.length <= ROOT_MAX) return { root, leaves: Buffer.alloc(0) }
  }
  for (let size = LEAF_ENTRIES; ; size *= 2) {
    const made = inLeaves(entries, size)
    if (made.root.length <= ROOT_MAX) return made
  }
}

function inLeaves(entries: readonly Entry[], size: number): Directories {
  const pointers: Entry[] = []
  const leaves: Buffer[] = []
  let offset = 0
  for (let i = 0; i < entries.length; i += size) {
    const leaf = directory(entries.slice(i, i + size))
    pointers.push({ tile: entries[i]!.tile, offset, length: leaf.length, run: 0 })
    leaves.push(leaf)
    offset += leaf.length
  }
  return { root: directory(pointers), leaves: Buffer.concat(leaves) }
}

/** One directory: column after column as varints, tile numbers as differences; an offset of 0: right after the last. */
function directory(entries: readonly Entry[]): Buffer {
  const pbf = new PbfWriter()
  pbf.writeVarint(entries.length)
  entries.forEach(({ tile }, i) => {
    pbf.writeVarint(tile - (entries[i - 1]?.tile ?? 0))
  })
  for (const { run } of entries) pbf.writeVarint(run)
  for (const { length } of entries) pbf.writeVarint(length)
  entries.forEach(({ offset }, i) => {
    const before = entries[i - 1]
    pbf.writeVarint(before && before.offset + before.length === offset ? 0 : offset + 1)
  })
  return gzipSync(pbf.finish(), { level: 9 })
}
