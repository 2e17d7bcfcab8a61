import type { Layer } from '../../catalog/layer.ts'
import { MVT } from '../../lib/media-type.ts'
import type { PictureType } from '../../maps/picture.ts'

/** A format that tiles come in. One that joins adds its entry here. */
export interface TileFormat {
  /** As `Format` names it. */
  type: string
  /** What a tile's address ends in. */
  extension: string
  /** Of pictures, which the server draws. */
  picture?: PictureType
}

/** The formats of a layer or map: of pictures alone there are no vector tiles. */
export const formatsOf = (members: readonly { layer: Layer }[]): readonly TileFormat[] =>
  TILE_FORMATS.filter(({ picture }) => picture || members.some(({ layer }) => layer.geometry !== 'Raster'))

/** The first is what clients take that choose none. */
export const TILE_FORMATS: readonly TileFormat[] = [
  { type: 'image/png', extension: 'png', picture: 'image/png' },
  { type: 'image/webp', extension: 'webp', picture: 'image/webp' },
  { type: 'image/jpeg', extension: 'jpg', picture: 'image/jpeg' },
  { type: MVT, extension: 'mvt' }
]
