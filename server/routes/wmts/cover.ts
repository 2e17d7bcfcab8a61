import { TILE_GRIDS, type TileGrid } from '../../lib/tile-matrix.ts'
import { type TileRange, tileRange } from '../../lib/tile-range.ts'
import { keepsGrid } from '../../tiles/archive/keeps-grid.ts'
import { BUFFER, EXTENT } from '../../tiles/scheme.ts'
import { tilesetZooms } from '../../tiles/tileset.ts'
import { levelsOf } from './levels.ts'
import type { Offering } from './service.ts'

/**
 * The grids that a layer, or any of a map, has tiles of (an archive of vector tiles has those of its own only; pictures are drawn in all); of each the levels at
 * which it has tiles, and where there can be something in them, strokes of features just beside them included.
 */
export type Cover = ReadonlyMap<TileGrid, ReadonlyMap<number, TileRange>>

export function coverFor({ members, bounds }: Pick<Offering, 'members' | 'bounds'>): Cover {
  const grids = TILE_GRIDS.filter(grid => members.some(({ layer }) => layer.stored?.pictures || keepsGrid(layer, grid)))
  return new Map(
    grids.map(grid => {
      const { min, max } = tilesetZooms(members, grid)
      const levels = levelsOf(grid).filter(level => level >= min && level <= max)
      return [grid, new Map(levels.map(level => [level, tileRange(grid, level, bounds, BUFFER / EXTENT)]))]
    })
  )
}
