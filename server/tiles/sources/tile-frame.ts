import { literalSql, type Statement, sql } from '../../lib/sql.ts'
import { type TileId, tileBounds } from '../../lib/tile-id.ts'
import { type TileGrid, tileExtent, WEB_MERCATOR_QUAD } from '../../lib/tile-matrix.ts'
import { BUFFER, EXTENT } from '../scheme.ts'

/** west, south, east, north */
export type Box = readonly [number, number, number, number]

/** Where the rows of a tile are found, and in which CRS they are cut. */
export interface TileFrame {
  /** The tile in degrees, longitude and latitude. */
  bounds: Box
  /** The tile with its buffer, in degrees. */
  search: Box
  /** The tile in the CRS it is cut in. */
  box: Box
  /** The CRS rows are to be transformed to first; null: they are cut in degrees, as they are. */
  srid: number | null
}

/** Units a place may be off, no more than by rounding, where degrees of latitude are taken for evenly spaced. */
const MOST_OFF = 0.5

/**
 * On a grid of degrees rows need no transformation. On Mercator's projection a degree of latitude grows to the north,
 * but hardly within one small tile: from about zoom 12 on a tile is cut in degrees too, which spares PROJ every vertex.
 * The edges are exact all the same, so that neighbours meet.
 */
export function tileFrame(grid: TileGrid, tile: TileId): TileFrame {
  const margin = BUFFER / EXTENT
  if (grid.srid !== WEB_MERCATOR_QUAD.srid) {
    const bounds = tileExtent(grid, tile)
    const [west, south, east, north] = bounds
    const beyond = (east - west) * margin
    return { bounds, search: [west - beyond, south - beyond, east + beyond, north + beyond], box: bounds, srid: null }
  }
  const bounds = tileBounds(tile)
  const [west, south, east, north] = bounds
  const beyond = (east - west) * margin
  const [, lower] = tileBounds({ ...tile, y: tile.y + margin })
  const [, , , upper] = tileBounds({ ...tile, y: tile.y - margin })
  const search: Box = [west - beyond, lower, east + beyond, upper]
  if (bend(tile, south, north) <= MOST_OFF) return { bounds, search, box: bounds, srid: null }
  return { bounds, search, box: tileExtent(grid, tile), srid: grid.srid }
}

/** How many units the middle latitude of a tile lies off the middle of the tile. */
function bend({ z, y }: TileId, south: number, north: number): number {
  const sine = Math.sin((((south + north) / 2) * Math.PI) / 180)
  const row = (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * 2 ** z
  return Math.abs(row - (y + 0.5)) * EXTENT
}

/**
 * Columns `x` and `y`: which of a tile's squares the north-western corner of a geometry's box lies in, counted from the
 * tile's own corner.
 * @param side of the squares, in units
 */
export function squareOf(geometry: Statement, { bounds }: Pick<TileFrame, 'bounds'>, side: number): Statement {
  const [west, south, east, north] = bounds
  const count = literalSql(String(EXTENT / side))
  return sql`floor((ST_XMin(${geometry}::box2d) - ${west}::float8) / ${east - west}::float8 * ${count})::integer AS x,
    floor((${north}::float8 - ST_YMax(${geometry}::box2d)) / ${north - south}::float8 * ${count})::integer AS y`
}
