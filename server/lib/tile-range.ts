import { matrixSize, type TileGrid, tileSide } from './tile-matrix.ts'

/** Tiles of one level side by side, the ends included: x to the east, y to the south. */
export interface TileRange {
  west: number
  east: number
  north: number
  south: number
}

/** The latitude at which the square of EPSG:3857 ends, in degrees. */
const MERCATOR_END = 85.0511287798066

/**
 * The tiles of a level that a box touches.
 * @param bounds west, south, east, north in degrees
 * @param margin how far beyond its side a tile reaches, as a share of the side
 */
export function tileRange(grid: TileGrid, level: number, bounds: readonly number[], margin = 0): TileRange {
  const [west, south, east, north] = bounds as [number, number, number, number]
  const side = tileSide(grid, level)
  const { columns, rows } = matrixSize(grid, level)
  const [left, top] = place(grid, west, north)
  const [right, bottom] = place(grid, east, south)
  const column = (x: number, beyond: number) => within((x - grid.origin[0]) / side + beyond, columns)
  const row = (y: number, beyond: number) => within((grid.origin[1] - y) / side + beyond, rows)
  return {
    west: column(left, -margin),
    east: column(right, margin),
    north: row(top, -margin),
    south: row(bottom, margin)
  }
}

const within = (value: number, count: number) => Math.min(Math.max(Math.floor(value), 0), count - 1)

/** Longitude and latitude in units of the grid's CRS, x to the east and y to the north. */
function place({ srid, side }: TileGrid, longitude: number, latitude: number): [number, number] {
  if (srid !== 3857) return [longitude, latitude]
  const radians = (Math.min(Math.max(latitude, -MERCATOR_END), MERCATOR_END) * Math.PI) / 180
  return [(longitude / 360) * side, (Math.asinh(Math.tan(radians)) / (2 * Math.PI)) * side]
}
