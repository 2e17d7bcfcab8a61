import { projectionOf } from '../../lib/picture-crs.ts'
import { type TileGrid, tileSide } from '../../lib/tile-matrix.ts'
import type { PictureFrame } from '../picture.ts'
import { scaleOf } from './tile-places.ts'

/** Where pixels of a picture lie in a grid of tiles, known exactly at the corners of cells. */
export interface PictureLattice {
  /** Pixels along the side of a cell. */
  cell: number
  /** Corners in a row. */
  across: number
  /** x y in turns, row by row; no numbers where the grid does not reach. */
  corners: Float64Array
}

/** Pixels along the side of a cell: between its corners the way is taken as straight; coarse tiles bend more. */
const CELL = { fine: 16, coarse: 4 }
/** The levels of WebMercatorQuad that count as coarse end here. */
const COARSE = 6

/**
 * Where the pixels of a picture lie among the tiles of a level of a grid.
 * @param tile the tile whose upper left corner is 0 0
 * @param side units along the side of a tile
 */
export function pictureLattice(
  frame: PictureFrame,
  grid: TileGrid,
  tile: { z: number; x: number; y: number },
  side: number
): PictureLattice {
  const { width, height } = scaleOf(frame)
  const [minX, minY, maxX, maxY] = frame.box
  const cell = tile.z + grid.zoomOffset < COARSE ? CELL.coarse : CELL.fine
  const across = Math.ceil(width / cell) + 1
  const down = Math.ceil(height / cell) + 1
  const corners = new Float64Array(2 * across * down)
  const toGrid = gridPlaces(frame, grid)
  const per = side / tileSide(grid, tile.z)
  for (let j = 0, at = 0; j < down; j++)
    for (let i = 0; i < across; i++) {
      const [x, y] = toGrid(minX + ((maxX - minX) * i * cell) / width, maxY - ((maxY - minY) * j * cell) / height)
      corners[at++] = (x - grid.origin[0]) * per - tile.x * side
      corners[at++] = (grid.origin[1] - y) * per - tile.y * side
    }
  return { cell, across, corners }
}

/** The latitude at which the square of EPSG:3857 ends, in degrees. */
const MERCATOR_END = 85.0511287798066

/** From x y of a picture's CRS to x y of a grid's. */
function gridPlaces({ crs }: PictureFrame, grid: TileGrid): (x: number, y: number) => readonly [number, number] {
  if (crs.code === 'EPSG:3857' && grid.srid === 3857) return (x, y) => [x, y]
  const { inverse } = projectionOf(crs)
  if (grid.srid !== 3857) return inverse
  return (x, y) => {
    const [longitude, latitude] = inverse(x, y)
    if (!(Math.abs(latitude) <= MERCATOR_END)) return [Number.NaN, Number.NaN]
    const sine = Math.sin((latitude * Math.PI) / 180)
    return [(longitude / 360) * grid.side, (Math.atanh(sine) / (2 * Math.PI)) * grid.side]
  }
}

/** x y in turns of the corners' columns at a height in the picture. */
export function cornersAt({ cell, across, corners }: PictureLattice, y: number, out: Float64Array): void {
  const row = Math.floor(y / cell)
  const below = y / cell - row
  const from = 2 * across * row
  for (let i = 0; i < 2 * across; i++)
    out[i] = corners[from + i]! * (1 - below) + (below === 0 ? 0 : corners[from + 2 * across + i]! * below)
}
