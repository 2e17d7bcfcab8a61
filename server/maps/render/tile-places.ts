import { projectionOf } from '../../lib/picture-crs.ts'
import type { TileId } from '../../lib/tile-id.ts'
import { type TileGrid, tileSide } from '../../lib/tile-matrix.ts'
import type { PictureFrame } from '../picture.ts'
import type { Spans, TilePlace } from './place.ts'

/** From units of a CRS to pixels of a picture. */
export interface Scale {
  width: number
  height: number
  toX(x: number): number
  toY(y: number): number
}

export function scaleOf({ box, width, height, pixelRatio }: PictureFrame): Scale {
  const [minX, minY, maxX, maxY] = box
  const pixels = { width: Math.round(width * pixelRatio), height: Math.round(height * pixelRatio) }
  const [perX, perY] = [pixels.width / (maxX - minX), pixels.height / (maxY - minY)]
  return { ...pixels, toX: x => (x - minX) * perX, toY: y => (maxY - y) * perY }
}

/** Where a tile of a grid lies in a picture. */
export function placeOf(frame: PictureFrame, grid: TileGrid, tile: TileId): TilePlace {
  const isStraight =
    frame.crs.unit === 'degree' ? grid.srid !== 3857 : grid.srid === 3857 && frame.crs.code === 'EPSG:3857'
  return isStraight ? straightPlace(scaleOf(frame), grid, tile) : bentPlace(frame, grid, tile)
}

function straightPlace({ toX, toY, width, height }: Scale, grid: TileGrid, { z, x, y }: TileId): TilePlace {
  const side = tileSide(grid, z)
  const column = (x: number) => toX(grid.origin[0] + x * side)
  const row = (y: number) => toY(grid.origin[1] - y * side)
  const [left, right, top, bottom] = [column(x), column(x + 1), row(y), row(y + 1)]
  const within = (value: number, most: number) => Math.min(Math.max(Math.round(value), 0), most)
  return {
    spans: boxSpans(within(left, width), within(top, height), within(right, width), within(bottom, height)),
    toPicture(xy, from, to, extent, out) {
      const [perX, perY] = [(right - left) / extent, (bottom - top) / extent]
      let at = 0
      for (let i = 2 * from; i < 2 * to; i += 2) {
        out[at++] = left + xy[i]! * perX
        out[at++] = top + xy[i + 1]! * perY
      }
    }
  }
}

export function boxSpans(left: number, top: number, right: number, bottom: number): Spans {
  const rows = Math.max(bottom - top, 0)
  return { top, from: new Int32Array(rows).fill(left), to: new Int32Array(rows).fill(right), left, right }
}

/** Features that are given as they are, in degrees. */
export function freePlace(frame: PictureFrame): TilePlace {
  const { toX, toY, width, height } = scaleOf(frame)
  const { forward } = projectionOf(frame.crs)
  return {
    spans: boxSpans(0, 0, width, height),
    toPicture(xy, from, to, _extent, out) {
      let at = 0
      for (let i = 2 * from; i < 2 * to; i += 2) {
        const [x, y] = forward(xy[i]!, xy[i + 1]!)
        out[at++] = toX(x)
        out[at++] = toY(y)
      }
    }
  }
}

/** Cells along the side of a tile that is not straight in the picture; coarse tiles bend more. */
const cellsOf = (grid: TileGrid, { z }: TileId): number => (z + grid.zoomOffset < 6 ? 32 : 8)

/**
 * A tile in a picture of another projection: exact at the corners of its cells, and in them by the way between: some
 * hundredths of a pixel off.
 */
function bentPlace(frame: PictureFrame, grid: TileGrid, tile: TileId): TilePlace {
  const cells = cellsOf(grid, tile)
  const scale = scaleOf(frame)
  const { forward } = projectionOf(frame.crs)
  const side = tileSide(grid, tile.z)
  const across = cells + 1
  const lattice = new Float64Array(2 * across * across)
  for (let j = 0; j <= cells; j++)
    for (let i = 0; i <= cells; i++) {
      const gridX = grid.origin[0] + (tile.x + i / cells) * side
      const gridY = grid.origin[1] - (tile.y + j / cells) * side
      const [x, y] = forward(...degreesOf(grid, gridX, gridY))
      lattice[2 * (j * across + i)] = scale.toX(x)
      lattice[2 * (j * across + i) + 1] = scale.toY(y)
    }
  return {
    spans: bentSpans(lattice, cells, scale),
    toPicture(xy, from, to, extent, out) {
      const per = cells / extent
      let at = 0
      for (let v = 2 * from; v < 2 * to; v += 2) {
        const [u, w] = [xy[v]! * per, xy[v + 1]! * per]
        const i = Math.min(Math.max(Math.floor(u), 0), cells - 1)
        const j = Math.min(Math.max(Math.floor(w), 0), cells - 1)
        const [right, down] = [u - i, w - j]
        const a = 2 * (j * across + i)
        const b = a + 2 * across
        for (const axis of [0, 1]) {
          const above = lattice[a + axis]! * (1 - right) + lattice[a + 2 + axis]! * right
          const below = lattice[b + axis]! * (1 - right) + lattice[b + 2 + axis]! * right
          out[at++] = above * (1 - down) + below * down
        }
      }
    }
  }
}

function degreesOf({ srid, side }: TileGrid, x: number, y: number): [number, number] {
  if (srid !== 3857) return [x, y]
  return [(x / side) * 360, (Math.atan(Math.sinh((y / side) * 2 * Math.PI)) * 180) / Math.PI]
}

/** The pixels whose middles lie in a tile; neighbours share the line between them, so each pixel is of one. */
function bentSpans(lattice: Float64Array, cells: number, { width, height }: Scale): Spans {
  const across = cells + 1
  const ring: number[] = []
  for (let i = 0; i < cells; i++) ring.push(i)
  for (let i = 0; i < cells; i++) ring.push(i * across + cells)
  for (let i = cells; i > 0; i--) ring.push(cells * across + i)
  for (let i = cells; i > 0; i--) ring.push(i * across)
  const ys = ring.map(at => lattice[2 * at + 1]!)
  const rowOf = (y: number) => Math.min(Math.max(Math.ceil(y - 0.5), 0), height)
  const [top, bottom] = [rowOf(Math.min(...ys)), rowOf(Math.max(...ys))]
  const low = new Float64Array(Math.max(bottom - top, 0)).fill(Number.POSITIVE_INFINITY)
  const high = new Float64Array(low.length).fill(Number.NEGATIVE_INFINITY)
  for (const [k, a] of ring.entries()) {
    const b = ring[(k + 1) % ring.length]!
    // The same way round whichever tile asks, so that both find the same pixels.
    const [p, q] = ys[k]! <= lattice[2 * b + 1]! ? [a, b] : [b, a]
    const [px, py, qx, qy] = [lattice[2 * p]!, lattice[2 * p + 1]!, lattice[2 * q]!, lattice[2 * q + 1]!]
    for (let row = rowOf(py); row < rowOf(qy); row++) {
      const x = px + ((row + 0.5 - py) / (qy - py)) * (qx - px)
      low[row - top] = Math.min(low[row - top]!, x)
      high[row - top] = Math.max(high[row - top]!, x)
    }
  }
  const columnOf = (x: number) => Math.min(Math.max(Math.ceil(x - 0.5), 0), width)
  const from = Int32Array.from(low, columnOf)
  const to = Int32Array.from(high, columnOf)
  return { top, from, to, left: Math.min(width, ...from), right: Math.max(0, ...to) }
}
