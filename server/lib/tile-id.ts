import { defineProblem } from './errors.ts'
import { matrixSize, type TileGrid, WEB_MERCATOR_QUAD } from './tile-matrix.ts'

/** A tile of a grid: its level, x to the east and y to the south, from the north-west. */
export interface TileId {
  z: number
  x: number
  y: number
}

/** The deepest zoom an address may name. */
export const DEEPEST_ZOOM = 24

export const tileOutOfRange = defineProblem(
  'TILE_OUT_OF_RANGE',
  404,
  { zh: '瓦片超出范围', en: 'Tile out of range' },
  {
    zh: '瓦片 {z}/{x}/{y} 不存在：{axis} 应在 {min} 到 {max} 之间。可用级别见 TileJSON。',
    en: 'There is no tile {z}/{x}/{y}: {axis} must be {min} to {max}. The TileJSON names the zooms there are.'
  }
)

export const tileAddressMalformed = defineProblem(
  'TILE_ADDRESS_MALFORMED',
  400,
  { zh: '瓦片地址有误', en: 'Malformed tile address' },
  {
    zh: '瓦片地址中的 {axis} 是“{text}”；应为不带符号、前导零和指数的十进制整数，例如 /tiles/{id}/14/13337/7098.mvt。',
    en: 'The tile address has “{text}” for {axis}; it must be a whole number in plain decimal digits, without sign, leading zero or exponent, as in /tiles/{id}/14/13337/7098.mvt.'
  }
)

const PLAIN_NUMBER = /^(0|[1-9]\d*)$/

/**
 * Reads the three numbers of a tile address.
 * @throws TILE_ADDRESS_MALFORMED (400) where one is not in plain digits, TILE_OUT_OF_RANGE (404) where the grid has
 *   no such tile
 */
export function parseTileId(z: string, x: string, y: string, grid: TileGrid = WEB_MERCATOR_QUAD): TileId {
  const tile = { z: number('z', z), x: number('x', x), y: number('y', y) }
  const check = (axis: keyof TileId, min: number, max: number) => {
    if (tile[axis] < min || tile[axis] > max) throw tileOutOfRange({ z, x, y, axis, min, max })
  }
  check('z', grid.first.level, DEEPEST_ZOOM)
  const { columns, rows } = matrixSize(grid, tile.z)
  check('x', 0, columns - 1)
  check('y', 0, rows - 1)
  return tile
}

function number(axis: keyof TileId, text: string): number {
  if (!PLAIN_NUMBER.test(text)) throw tileAddressMalformed({ axis, text: text.slice(0, 40), id: '{id}' })
  return Number(text)
}

/** west, south, east, north of a tile of WebMercatorQuad in degrees, longitude and latitude. */
export function tileBounds({ z, x, y }: TileId): [number, number, number, number] {
  const size = 2 ** z
  const longitude = (column: number) => (column / size) * 360 - 180
  const latitude = (row: number) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * row) / size))) * 180) / Math.PI
  return [longitude(x), latitude(y + 1), longitude(x + 1), latitude(y)]
}

/** The tile of a level of WebMercatorQuad that a place lies in; latitudes beyond ±85.0511° count to the outermost row. */
export function tileAt(z: number, longitude: number, latitude: number): TileId {
  const size = 2 ** z
  const within = (n: number) => Math.min(Math.max(Math.floor(n), 0), size - 1)
  const sine = Math.sin((latitude * Math.PI) / 180)
  const row = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)
  return { z, x: within((longitude / 360 + 0.5) * size), y: within(row * size) }
}
