import type { Layer } from '../../catalog/layer.ts'
import { TILE_GRIDS, type TileGrid } from '../../lib/tile-matrix.ts'

const MERCATOR = 3857

/**
 * Whether a layer has tiles of a grid. What is cut has those of all; an archive those of its own and of one with the same
 * tiles: WorldCRS84Quad and CGCS2000Quad count levels differently, and their CRSs are centimetres apart.
 */
export function keepsGrid({ stored }: Pick<Layer, 'stored'>, grid: TileGrid): boolean {
  if (!stored) return true
  const own = TILE_GRIDS.find(({ id }) => id === stored.grid)
  return own !== undefined && (own === grid || (own.srid !== MERCATOR && grid.srid !== MERCATOR))
}
