/** Pictures that fill a rectangle; places in it are in their pixels, from its upper left corner. */
export interface Mosaic {
  columns: number
  rows: number
  /** Pixels along the side of each. */
  side: number
  /** Row by row, as `Pixels.words` has pixels; undefined: there is none. */
  tiles: readonly (Uint32Array | undefined)[]
}

/** Red, green, blue and alpha at a place, 0 to 255, the colours multiplied by the alpha; false: nothing is there. */
export type Sample = (mosaic: Mosaic, x: number, y: number, out: Float64Array) => boolean

/** Of the pixel that the place lies in. */
export const nearest: Sample = (mosaic, x, y, out) => {
  const { columns, side } = mosaic
  const own = tileAt(mosaic, x, y)
  if (own < 0) return false
  const left = (own % columns) * side
  const top = Math.floor(own / columns) * side
  const word = mosaic.tiles[own]![Math.floor(y - top) * side + Math.floor(x - left)]!
  for (let part = 0; part < 4; part++) out[part] = (word >>> (8 * part)) & 255
  return true
}

/**
 * Between the middles of the four pixels around the place, of whichever tiles they are. Where there is no tile beside
 * one its edge goes on: it is as sharp as it was drawn.
 */
export const linear: Sample = (mosaic, x, y, out) => {
  const { columns, side, tiles } = mosaic
  const own = tileAt(mosaic, x, y)
  if (own < 0) return false
  const tile = tiles[own]!
  const fromLeft = x - (own % columns) * side - 0.5
  const fromTop = y - Math.floor(own / columns) * side - 0.5
  const i = Math.floor(fromLeft)
  const j = Math.floor(fromTop)
  const right = fromLeft - i
  const down = fromTop - j
  const isWithin = i >= 0 && j >= 0 && i < side - 1 && j < side - 1
  const at = j * side + i
  const a = isWithin ? tile[at]! : pixelOf(mosaic, own, i, j)
  const b = isWithin ? tile[at + 1]! : pixelOf(mosaic, own, i + 1, j)
  const c = isWithin ? tile[at + side]! : pixelOf(mosaic, own, i, j + 1)
  const d = isWithin ? tile[at + side + 1]! : pixelOf(mosaic, own, i + 1, j + 1)
  for (let part = 0; part < 4; part++) {
    const by = 8 * part
    const above = ((a >>> by) & 255) * (1 - right) + ((b >>> by) & 255) * right
    const below = ((c >>> by) & 255) * (1 - right) + ((d >>> by) & 255) * right
    out[part] = above * (1 - down) + below * down
  }
  return true
}

/** The number of the tile a place lies in; -1: there is none. */
function tileAt({ columns, rows, side, tiles }: Mosaic, x: number, y: number): number {
  const column = Math.floor(x / side)
  const row = Math.floor(y / side)
  // Not so, too, where a place is no number.
  if (!(column >= 0 && column < columns && row >= 0 && row < rows)) return -1
  const at = row * columns + column
  return tiles[at] ? at : -1
}

/** A pixel by its place in a tile, at most one beyond its edge. */
function pixelOf({ columns, rows, side, tiles }: Mosaic, own: number, i: number, j: number): number {
  const column = (own % columns) + Math.floor(i / side)
  const row = Math.floor(own / columns) + Math.floor(j / side)
  const isThere = column >= 0 && column < columns && row >= 0 && row < rows
  const beside = isThere ? tiles[row * columns + column] : undefined
  if (beside) return beside[((j + side) % side) * side + ((i + side) % side)]!
  const within = (value: number) => Math.min(Math.max(value, 0), side - 1)
  return tiles[own]![within(j) * side + within(i)]!
}
