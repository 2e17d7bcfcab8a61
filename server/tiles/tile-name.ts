import { type Changes, lastChange } from '../catalog/changes.ts'
import type { Layer } from '../catalog/layer.ts'
import type { TileId } from '../lib/tile-id.ts'
import { type TileGrid, tileDegrees } from '../lib/tile-matrix.ts'
import { BUFFER, EXTENT, shapeOf } from './scheme.ts'
import { type LayerView, WHOLE_LAYER } from './view.ts'

/** A layer in a tile, at the revision the catalogue knows. */
export interface TileMember {
  layer: Layer
  revision: number
  /** What the latest revisions changed; without it every revision may have changed everything. */
  changes?: Changes
  /** Default: all of the layer. */
  view?: LayerView
}

/** Which tile: of what, and where. */
export interface TileSubject {
  members: readonly TileMember[]
  grid: TileGrid
  tile: TileId
}

/** A tile's name in two parts, both known before it is made. */
export interface TileName {
  /** Of what, how encoded, and where: the same before and after an edit. */
  address: string
  /** Of each layer the last revision that changed anything in the tile. */
  version: string
}

export const viewOf = (member: TileMember): LayerView => member.view ?? WHOLE_LAYER

/** The zoom of WebMercatorQuad that a level of a grid has the scale of: layers say their zooms so. */
export const zoomOf = ({ zoomOffset }: TileGrid, { z }: TileId): number => z + zoomOffset

export function tileName({ members, grid, tile }: TileSubject): TileName {
  return {
    address: `${whatOf(members)}/${grid.id}/${tile.z}/${tile.x}/${tile.y}`,
    version:
      members.length === 1 ? versionOf(members[0]!, grid, tile) : members.map(m => versionOf(m, grid, tile)).join()
  }
}

/** Everything that decides a tile's bytes, its coding apart, in one text. */
export const keyOf = ({ address, version }: TileName): string => `${version}/${address}`

/** The layers, their shapes and views. It is the same for all tiles of a tileset. */
function whatOf(members: readonly TileMember[]): string {
  const known = texts.get(members)
  if (known !== undefined) return known
  const text = members
    .map(({ layer, view }) => `${layer.id}.${shapeOf(layer)}${view?.key ? `?${view.key}` : ''}`)
    .join()
  texts.set(members, text)
  return text
}

const texts = new WeakMap<readonly TileMember[], string>()

/** Features are kept to BUFFER units beyond the tile's side; the rest is for rounding. */
const MARGIN = (BUFFER + 8) / EXTENT

function versionOf({ revision: latest, changes, view }: TileMember, grid: TileGrid, tile: TileId): string {
  const revision = view?.asOfRevision ?? latest
  if (!changes || revision === 0) return String(revision)
  const box = changes.boxes.length > 0 ? tileDegrees(grid, tile, MARGIN) : NOWHERE
  return String(lastChange(changes, revision, box))
}

const NOWHERE = [0, 0, 0, 0] as const
