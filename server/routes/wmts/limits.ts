import { TILE_GRIDS, type TileGrid } from '../../lib/tile-matrix.ts'
import { type TileRange, tileRange } from '../../lib/tile-range.ts'
import { keepsGrid } from '../../tiles/archive/keeps-grid.ts'
import { BUFFER, EXTENT } from '../../tiles/scheme.ts'
import { tilesetZooms } from '../../tiles/tileset.ts'
import { levelsOf } from './levels.ts'
import type { Offering } from './service.ts'

type Covered = Pick<Offering, 'members' | 'bounds'>

/** The grids that a layer, or any of a map, has tiles of: an archive has those of its own only. */
export const gridsOf = ({ members }: Pick<Covered, 'members'>): TileGrid[] =>
  TILE_GRIDS.filter(grid => members.some(({ layer }) => keepsGrid(layer, grid)))

/** Where a layer can have something in its tiles, strokes of features just beside them included. */
export const rangeAt = ({ bounds }: Covered, grid: TileGrid, level: number): TileRange =>
  tileRange(grid, level, bounds, BUFFER / EXTENT)

/** Whether a layer has tiles at a level of a grid; at others it is not drawn. */
export function isDrawnAt({ members }: Covered, grid: TileGrid, level: number): boolean {
  const { min, max } = tilesetZooms(members, grid)
  return level >= min && level <= max
}

/**
 * The limits of each level that a layer has tiles at. A level whose last row or column is number 0 is left out: the
 * standard's schema wants both to be positive, and such a level is a few tiles around the world.
 */
export function limitsOf(covered: Covered, grid: TileGrid): (TileRange & { level: number })[] {
  return levelsOf(grid)
    .filter(level => isDrawnAt(covered, grid, level))
    .map(level => ({ level, ...rangeAt(covered, grid, level) }))
    .filter(({ east, south }) => east > 0 && south > 0)
}
