import { tileIdToZxy, zxyToTileId } from 'pmtiles'
import type { TileId } from '../../lib/tile-id.ts'

/**
 * The order of tiles in a PMTiles archive (specification v3 §4.1): zoom after zoom, each along a Hilbert curve, so that
 * neighbours in the file are neighbours on the ground. A tile's number is its place on all of it.
 */

/** A block of tiles of one zoom: columns west to east and rows north to south, both ends included. */
export interface TileBlock {
  z: number
  west: number
  north: number
  east: number
  south: number
}

export const tileNumber = ({ z, x, y }: TileId): number => zxyToTileId(z, x, y)

export function tileOfNumber(number: number): TileId {
  const [z, x, y] = tileIdToZxy(number)
  return { z, x, y }
}

/** Of how many tiles a block is. */
export const blockSize = ({ west, north, east, south }: TileBlock): number => (east - west + 1) * (south - north + 1)

/** The numbers of all zooms before this one. */
const zoomStart = (z: number) => (4 ** z - 1) / 3

/**
 * The numbers of a block's tiles, rising. A quarter of the curve is again such a curve, so quarters that the block does
 * not touch are passed over whole.
 */
export function* alongCurve({ z, west, north, east, south }: TileBlock): Generator<number> {
  const open: [level: number, place: number][] = [[0, 0]]
  for (let next = open.pop(); next; next = open.pop()) {
    const [level, place] = next
    const { x, y } = tileOfNumber(zoomStart(level) + place)
    const side = 2 ** (z - level)
    if (x * side > east || (x + 1) * side <= west || y * side > south || (y + 1) * side <= north) continue
    if (level === z) yield zoomStart(z) + place
    else for (let quarter = 3; quarter >= 0; quarter--) open.push([level + 1, place * 4 + quarter])
  }
}
