import { HEADER_BYTES } from './directory.ts'

/** What the header of an archive says of its tiles (PMTiles v3 §3). */
export interface HeaderFacts {
  root: Section
  metadata: Section
  leaves: Section
  tiles: Section
  /** Tiles that can be asked for, runs of equal ones, and distinct ones. */
  counts: { addressed: number; entries: number; contents: number }
  zooms: { min: number; max: number }
  /** west, south, east, north in degrees */
  bounds: readonly [number, number, number, number]
  /** longitude, latitude, zoom: where a map may open */
  center: readonly [number, number, number]
}

interface Section {
  offset: number
  length: number
}

const VERSION = 3
const GZIP = 2
const VECTOR_TILES = 1

/** The 127 bytes of the header: vector tiles, clustered, all of it compressed by gzip. */
export function header(facts: HeaderFacts): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES)
  bytes.write('PMTiles', 'latin1')
  bytes[7] = VERSION
  const { root, metadata, leaves, tiles, counts, zooms, bounds, center } = facts
  const sections = [root, metadata, leaves, tiles].flatMap(({ offset, length }) => [offset, length])
  const numbers = [...sections, counts.addressed, counts.entries, counts.contents]
  numbers.forEach((number, i) => {
    bytes.writeBigUInt64LE(BigInt(number), 8 + 8 * i)
  })
  bytes.set([1, GZIP, GZIP, VECTOR_TILES, zooms.min, zooms.max], 96)
  bounds.forEach((degrees, i) => {
    bytes.writeInt32LE(Math.round(degrees * 1e7), 102 + 4 * i)
  })
  bytes[118] = center[2]
  bytes.writeInt32LE(Math.round(center[0] * 1e7), 119)
  bytes.writeInt32LE(Math.round(center[1] * 1e7), 123)
  return bytes
}
