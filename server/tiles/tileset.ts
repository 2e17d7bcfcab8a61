import { createHash } from 'node:crypto'
import type { Layer } from '../catalog/layer.ts'
import { TILE_GRIDS, type TileGrid } from '../lib/tile-matrix.ts'
import { keepsGrid } from './archive/keeps-grid.ts'
import { gridNotStored } from './archive/problems.ts'
import { gridUnknown, noArchive, noVectorTiles, tooManyLayers, zoomOutOfRange } from './problems.ts'
import { tileVersion, tileZooms } from './scheme.ts'
import type { TileMember } from './tile-name.ts'

export const MAX_MEMBERS = 20

/** The `v` of a tileset: a layer's own version, or one name for the versions of several. */
export function tilesetVersion(members: readonly TileMember[]): string {
  const versions = members.map(({ layer, revision, view }) => tileVersion(layer, view?.asOfRevision ?? revision))
  if (versions.length === 1) return versions[0]!
  const named = members.map(({ layer }, i) => `${layer.id}@${versions[i]}`)
  return createHash('sha256').update(named.join()).digest('hex').slice(0, 12)
}

/** From the first level of a grid at which any member has tiles to the last. */
export function tilesetZooms(members: readonly TileMember[], grid: TileGrid): { min: number; max: number } {
  const known = zoomsOf.get(members)?.get(grid)
  if (known) return known
  const zooms = members.map(({ layer }) => tileZooms(layer))
  const level = (zoom: number) => Math.max(zoom - grid.zoomOffset, grid.first.level)
  const found = {
    min: level(Math.min(...zooms.map(zoom => zoom.min))),
    max: level(Math.max(...zooms.map(zoom => zoom.max)))
  }
  zoomsOf.set(members, (zoomsOf.get(members) ?? new Map()).set(grid, found))
  return found
}

const zoomsOf = new WeakMap<readonly TileMember[], Map<TileGrid, { min: number; max: number }>>()

/** @throws TILE_GRID_UNKNOWN */
export function findGrid(id: string): TileGrid {
  const grid = TILE_GRIDS.find(grid => grid.id === id)
  if (!grid) throw gridUnknown({ id: id.slice(0, 60), grids: TILE_GRIDS.map(grid => grid.id).join(', ') })
  return grid
}

/** @throws TILE_TOO_MANY_LAYERS */
export function checkLayerCount(count: number): void {
  if (count > MAX_MEMBERS) throw tooManyLayers({ count, max: MAX_MEMBERS })
}

/** What a layer has for tiles is there. @throws TILE_NO_ARCHIVE */
export function checkStored({ id, geometry, stored }: Layer): void {
  if (geometry === 'Raster' && !stored) throw noArchive({ id })
}

/** Some of it is vectors. @throws TILE_NOT_VECTOR */
export function checkVector(id: string, members: readonly TileMember[]): void {
  if (members.every(({ layer }) => layer.geometry === 'Raster')) throw noVectorTiles({ id })
}

/** @throws TILE_GRID_NOT_STORED, TILE_OUT_OF_RANGE where no member has tiles of the grid, or at that level of it */
export function checkZoom(id: string, members: readonly TileMember[], grid: TileGrid, z: number): void {
  checkGrid(id, members, grid)
  const { min, max } = tilesetZooms(members, grid)
  if (z < min || z > max) throw zoomOutOfRange({ id, z, min, max })
}

/** @throws TILE_GRID_NOT_STORED where no member has tiles of the grid */
export function checkGrid(id: string, members: readonly TileMember[], grid: TileGrid): void {
  if (members.some(({ layer }) => keepsGrid(layer, grid))) return
  const stored = [...new Set(members.map(({ layer }) => layer.stored?.grid))].join(', ')
  throw gridNotStored({ id, grid: grid.id, stored })
}

/** How `Cache-Control` begins: shared caches may keep what anybody may see. */
export const audience = (members: readonly TileMember[]): string =>
  members.every(({ layer }) => layer.sharing === 'open') ? 'public, ' : 'private, '
