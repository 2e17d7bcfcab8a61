import { lastChange } from '../catalog/changes.ts'
import { matrixSize, tileDegrees } from '../lib/tile-matrix.ts'
import { BLOCK_MARGIN, type BlockPlace, TILE_SIDE } from '../maps/tile-block.ts'
import { BUFFER, EXTENT, tileZooms } from '../tiles/scheme.ts'
import type { TileMember } from '../tiles/tile-name.ts'

/** A vector tile is drawn this many CSS pixels wide; a raster tile is half as wide. */
const ZOOM_APART = Math.log2(512 / TILE_SIDE)

/** Features are kept to BUFFER units beyond a tile's side; the rest is for rounding. */
const MARGIN = (BUFFER + 8) / EXTENT

/**
 * Names the state of the data that a block of raster tiles is drawn from: of each member the last revision that changed
 * anything in the vector tiles it takes, those at its margin included.
 */
export function blockVersion(members: readonly TileMember[], block: BlockPlace): string {
  return members
    .map(({ layer, revision: latest, changes, view }) => {
      const revision = view?.asOfRevision ?? latest
      if (!changes || revision === 0) return String(revision)
      return String(lastChange(changes, revision, boxDrawnFrom(block, tileZooms(layer))))
    })
    .join()
}

/** west, south, east, north in degrees of the vector tiles that a block takes of a layer. */
function boxDrawnFrom(
  { grid, level, x, y, columns, rows }: BlockPlace,
  zooms: { min: number; max: number }
): [number, number, number, number] {
  const first = Math.max(zooms.min - grid.zoomOffset, grid.first.level)
  const wanted = Math.min(level - ZOOM_APART, zooms.max - grid.zoomOffset)
  const vectorLevel = Math.max(wanted, first)
  const side = 2 ** (level - vectorLevel)
  const margin = BLOCK_MARGIN / TILE_SIDE
  const size = matrixSize(grid, vectorLevel)
  const tile = (at: number, count: number) => Math.min(Math.max(Math.floor(at / side), 0), count - 1)
  const degrees = (x: number, y: number) => tileDegrees(grid, { z: vectorLevel, x, y }, MARGIN)
  const [west, , , north] = degrees(tile(x - margin, size.columns), tile(y - margin, size.rows))
  const [, south, east] = degrees(tile(x + columns + margin, size.columns), tile(y + rows + margin, size.rows))
  return [west, south, east, north]
}
