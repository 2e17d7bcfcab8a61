import { type TileGrid, tileSide } from '../../lib/tile-matrix.ts'
import { MAX_ZOOM } from '../../tiles/scheme.ts'

/** Pixels along a tile's side by which scales are reckoned; a vector tile has none of its own. */
export const TILE_PIXELS = 256

/** Metres that a pixel of the standard's screen measures (OGC 07-057r7 §6.1). */
const PIXEL_METRES = 0.00028

/** Metres along a degree of the equator of WGS 84 and CGCS2000, whose semi-major axes are the same. */
const METRES_PER_DEGREE = (6378137 * Math.PI) / 180

/** The levels of a grid that there can be tiles at, the coarsest first. */
export function levelsOf({ first, zoomOffset }: TileGrid): number[] {
  return Array.from({ length: MAX_ZOOM - zoomOffset - first.level + 1 }, (_, i) => first.level + i)
}

/** How many times smaller than on the ground things are on the standard's screen, at the equator. */
export function scaleDenominator(grid: TileGrid, level: number): number {
  const metresPerUnit = grid.srid === 3857 ? 1 : METRES_PER_DEGREE
  return ((tileSide(grid, level) / TILE_PIXELS) * metresPerUnit) / PIXEL_METRES
}
