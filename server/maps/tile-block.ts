import type { TileId } from '../lib/tile-id.ts'
import { matrixSize, type TileGrid } from '../lib/tile-matrix.ts'

/** Tiles of a level that lie side by side and are drawn as one picture, so that labels go on from one to the next. */
export interface BlockPlace {
  grid: TileGrid
  level: number
  /** The tile at the north-western corner. */
  x: number
  y: number
  columns: number
  rows: number
}

/** CSS pixels along the side of a raster tile. */
export const TILE_SIDE = 256

/**
 * CSS pixels around a block that labels are placed in too: those that reach in from there are the same in the block
 * beside it.
 */
export const BLOCK_MARGIN = 96

/** Pixels along a block's side, where its level is as large. */
const BLOCK_SIDE = 1024

/** The block that a tile is drawn in: blocks lie at whole multiples of their side, whoever asks for which tile first. */
export function blockOf(grid: TileGrid, { z: level, x, y }: TileId, pixelRatio: number): BlockPlace {
  const side = Math.max(Math.floor(BLOCK_SIDE / (TILE_SIDE * pixelRatio)), 1)
  const { columns, rows } = matrixSize(grid, level)
  const [west, north] = [x - (x % side), y - (y % side)]
  return {
    grid,
    level,
    x: west,
    y: north,
    columns: Math.min(side, columns - west),
    rows: Math.min(side, rows - north)
  }
}

/** The tiles of a block, row by row. */
export const tilesOfBlock = ({ level, x, y, columns, rows }: BlockPlace): TileId[] =>
  Array.from({ length: columns * rows }, (_, i) => ({
    z: level,
    x: x + (i % columns),
    y: y + Math.floor(i / columns)
  }))
