/**
 * Where a tile lies in a picture. Places in a picture are in its own pixels (`pixelRatio` times CSS pixels), from its
 * upper left corner, x to the right and y downward.
 */
export interface TilePlace {
  /**
   * Writes where vertices lie in the picture.
   * @param xy places in units of the tile, x y in turns; the vertices `from` to `to` of them, the last not included
   * @param extent units along the tile's side
   * @param out x y in turns, from 0
   */
  toPicture(xy: ArrayLike<number>, from: number, to: number, extent: number, out: Float64Array): void
  /** Which pixels of the picture are the tile's; each belongs to one tile. */
  spans: Spans
}

/** Pixels row by row: of row `top + i` those from `from[i]` to `to[i]`, the last not included. */
export interface Spans {
  top: number
  from: Int32Array
  to: Int32Array
  /** The box of them all. */
  left: number
  right: number
}

/** The number of the row behind the last. */
export const bottomOf = ({ top, from }: Spans): number => top + from.length
