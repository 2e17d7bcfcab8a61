import { TILE_GRIDS } from '../../lib/tile-matrix.ts'
import type { PictureFrame } from '../picture.ts'
import { adjustmentOf } from './adjust-colors.ts'
import type { Desk } from './desk.ts'
import type { Evaluated } from './evaluate.ts'
import type { OrderedPictures } from './messages.ts'
import { linear, type Mosaic, nearest } from './mosaic.ts'
import { cornersAt, pictureLattice } from './picture-lattice.ts'

/** Draws pictures as a style layer of type `raster` says, bent into the picture's projection. */
export function drawRaster(
  { pixels }: Pick<Desk, 'pixels'>,
  style: Evaluated,
  frame: PictureFrame,
  source: OrderedPictures,
  pictureOf: (key: string) => Uint32Array
): void {
  const opacity = style.value<number>('raster-opacity')
  const [first, last] = [source.tiles[0], source.tiles.at(-1)]
  if (opacity <= 0 || !first || !last) return
  const mosaic: Mosaic = {
    columns: last.x - first.x + 1,
    rows: last.y - first.y + 1,
    side: source.side,
    tiles: source.tiles.map(({ key }) => pictureOf(key)).map(words => (words.length > 0 ? words : undefined))
  }
  if (!mosaic.tiles.some(Boolean)) return
  const grid = TILE_GRIDS.find(({ id }) => id === source.grid)!
  const lattice = pictureLattice(frame, grid, first, source.side)
  const isNearest = String(style.value<unknown>('raster-resampling')) === 'nearest'
  const sample = isNearest ? nearest : linear
  const finer = isNearest ? 1 : samplesAlong(lattice.corners, lattice.across, lattice.cell)
  const adjust = adjustmentOf(style)

  const { width, height, bytes } = pixels
  const rows = Array.from({ length: finer }, () => new Float64Array(2 * lattice.across))
  const [one, sum] = [new Float64Array(4), new Float64Array(4)]
  for (let y = 0; y < height; y++) {
    for (const [i, row] of rows.entries()) cornersAt(lattice, y + (i + 0.5) / finer, row)
    for (let x = 0; x < width; x++) {
      sum.fill(0)
      for (const row of rows)
        for (let i = 0; i < finer; i++) {
          const along = (x + (i + 0.5) / finer) / lattice.cell
          const at = 2 * Math.floor(along)
          const right = along - at / 2
          const u = row[at]! * (1 - right) + row[at + 2]! * right
          const v = row[at + 1]! * (1 - right) + row[at + 3]! * right
          if (sample(mosaic, u, v, one)) for (let part = 0; part < 4; part++) sum[part]! += one[part]!
        }
      if (sum[3] === 0) continue
      if (finer > 1) for (let part = 0; part < 4; part++) sum[part]! /= finer * finer
      adjust?.(sum)
      const at = 4 * (y * width + x)
      const rest = 1 - (sum[3]! * opacity) / 255
      for (let part = 0; part < 4; part++) bytes[at + part] = sum[part]! * opacity + bytes[at + part]! * rest + 0.5
    }
  }
}

/** More of them cost more than is to be seen. */
const MOST_SAMPLES = 4
/** Pixels of the tiles along one of the picture, up to which one sample does. */
const AS_LARGE = 1.5

/** How many samples along a pixel's side it takes that none of the tiles' pixels in it is passed over. */
function samplesAlong(corners: Float64Array, across: number, cell: number): number {
  const middle = 2 * (Math.floor(corners.length / 2 / across / 2) * across + Math.floor((across - 1) / 2))
  const [x, y] = [corners[middle + 2]! - corners[middle]!, corners[middle + 3]! - corners[middle + 1]!]
  const scale = Math.hypot(x, y) / cell
  return scale > AS_LARGE ? Math.min(Math.ceil(scale), MOST_SAMPLES) : 1
}
