import { tileAt } from '../../lib/tile-id.ts'
import { matrixSize, type TileGrid, tileSide } from '../../lib/tile-matrix.ts'
import { alongCurve, type TileBlock, tileOfNumber } from './curve.ts'

/** west, south, east, north in degrees, longitude and latitude. */
export type Bbox = readonly [number, number, number, number]

/**
 * The tiles of a level of a grid that touch a box. In an archive they are at the zoom of the same scale in
 * WebMercatorQuad, where the other grids' levels, of two tiles to begin with, have room too.
 */
export function blockOf(grid: TileGrid, level: number, [west, south, east, north]: Bbox): TileBlock {
  const from = placeOf(grid, level, west, north)
  const to = placeOf(grid, level, east, south)
  return { z: level + grid.zoomOffset, west: from.x, north: from.y, east: to.x, south: to.y }
}

function placeOf(grid: TileGrid, level: number, longitude: number, latitude: number): { x: number; y: number } {
  if (grid.srid === 3857) return tileAt(level, longitude, latitude)
  const side = tileSide(grid, level)
  const { columns, rows } = matrixSize(grid, level)
  const within = (n: number, count: number) => Math.min(Math.max(Math.floor(n), 0), count - 1)
  return {
    x: within((longitude - grid.origin[0]) / side, columns),
    y: within((grid.origin[1] - latitude) / side, rows)
  }
}

/** The blocks of all zooms from `min` to `max`, as archives count zooms. */
export const blocksOf = (grid: TileGrid, zooms: { min: number; max: number }, bbox: Bbox): TileBlock[] =>
  Array.from({ length: zooms.max - zooms.min + 1 }, (_, i) => blockOf(grid, zooms.min + i - grid.zoomOffset, bbox))

/** The numbers of the tiles of some blocks, rising, from the one after `last` on. */
export function* numbersOf(blocks: readonly TileBlock[], last: number): Generator<number> {
  for (const block of blocks.filter(({ z }) => last < 0 || z >= tileOfNumber(last).z)) {
    for (const number of alongCurve(block)) if (number > last) yield number
  }
}

/** The part of a box that lies in another; null: none. */
export function overlap(a: Bbox, b: Bbox): Bbox | null {
  const box: Bbox = [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])]
  return box[0] <= box[2] && box[1] <= box[3] ? box : null
}
