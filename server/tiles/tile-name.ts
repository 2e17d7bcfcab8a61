import type { Layer } from '../catalog/layer.ts'
import type { TileId } from '../lib/tile-id.ts'
import type { TileGrid } from '../lib/tile-matrix.ts'
import { tileVersion } from './scheme.ts'
import { type LayerView, WHOLE_LAYER } from './view.ts'

/** A layer in a tile, at the revision the catalogue knows. */
export interface TileMember {
  layer: Layer
  revision: number
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
  /** Of what and where; the same before and after an edit. */
  address: string
  /** Of what was published, and how it is encoded. */
  version: string
}

export const viewOf = (member: TileMember): LayerView => member.view ?? WHOLE_LAYER

/** The zoom of WebMercatorQuad that a level of a grid has the scale of: layers say their zooms so. */
export const zoomOf = ({ zoomOffset }: TileGrid, { z }: TileId): number => z + zoomOffset

export function tileName({ members, grid, tile: { z, x, y } }: TileSubject): TileName {
  const what = members.map(member => `${member.layer.id}${viewText(member)}`).join()
  const version = members.map(({ layer, revision }) => tileVersion(layer, revision)).join()
  return { address: `${what}/${grid.id}/${z}/${x}/${y}`, version }
}

const viewText = ({ view }: TileMember) => (view?.key ? `?${view.key}` : '')

/** Everything that decides a tile's bytes, its coding apart, in one text. */
export const keyOf = ({ address, version }: TileName): string => `${version}/${address}`
