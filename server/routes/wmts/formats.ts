import { MVT } from '../../lib/media-type.ts'

/** A format that tiles come in. One that joins adds its entry here. */
export interface TileFormat {
  /** As `Format` names it. */
  type: string
  /** What a tile's address ends in. */
  extension: string
}

export const TILE_FORMATS: readonly TileFormat[] = [{ type: MVT, extension: 'mvt' }]

/** The one style of every layer: what is in a vector tile is drawn by the client. */
export const STYLE = 'default'
