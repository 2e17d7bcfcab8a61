import type { Field, Layer } from '../../server/catalog/layer.ts'
import { tableOf } from '../../server/catalog/table.ts'
import { join, literalSql, name, type Statement, sql } from '../../server/lib/sql.ts'
import type { TileId } from '../../server/lib/tile-id.ts'
import type { TileGrid } from '../../server/lib/tile-matrix.ts'
import { hasLabelPoints, labelLayerName } from '../../server/tiles/scheme.ts'

/**
 * The statement that servers of vector tiles send for a tile with the same features, fields and label points: rows
 * found by the tile's envelope with its buffer, transformed to the grid's CRS, cut, encoded. All of them, however many.
 */
export function equivalentSql(layer: Layer, grid: TileGrid, { z, x, y }: TileId): Statement {
  const envelope = envelopeSql(grid, { z, x, y })
  const fields = join([sql`fid`, ...layer.fields.map(attribute), sql`feature_id`])
  const srid = literalSql(String(grid.srid))
  const rows = sql`${tableOf(layer)}, (SELECT ${envelope} AS tile, ST_Expand(${envelope}, ${margin(grid, z)}) AS wide) AS e
    WHERE rev_to IS NULL AND geom && ST_Transform(e.wide, 4490)`
  const shapes = sql`SELECT ST_AsMVTGeom(ST_Transform(geom, ${srid}), e.tile, 4096, 64, true) AS geom, ${fields} FROM ${rows}`
  const encoded = sql`(SELECT ST_AsMVT(f, ${layer.id}, 4096, 'geom', 'fid') FROM (${shapes}) AS f)`
  if (!hasLabelPoints(layer, z + grid.zoomOffset)) return sql`SELECT ${encoded}`
  const points = sql`SELECT ST_AsMVTGeom(ST_Transform(ST_PointOnSurface(geom), ${srid}), e.tile, 4096, 0, true) AS geom, ${fields} FROM ${rows}`
  const labels = sql`(SELECT ST_AsMVT(f, ${labelLayerName(layer.id)}, 4096, 'geom', 'fid') FROM (${points}) AS f)`
  return sql`SELECT ${encoded} || ${labels}`
}

/** An instant in the form that does not hang on the session. */
const attribute = ({ name: field, type }: Field): Statement =>
  type === 'datetime'
    ? sql`to_char(${name(field)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ${name(field)}`
    : sql`${name(field)}`

/** ST_TileEnvelope knows grids that begin with one square: one of two squares is the upper half of the next level. */
function envelopeSql(grid: TileGrid, { z, x, y }: TileId): Statement {
  const number = (value: number) => literalSql(String(value))
  const [west, north] = grid.origin
  const side = grid.side * (grid.first.columns / 2 ** grid.first.level)
  const level = z + Math.log2(side / grid.side)
  const bounds = sql`ST_MakeEnvelope(${number(west)}, ${number(north - side)}, ${number(west + side)}, ${number(north)}, ${number(grid.srid)})`
  return sql`ST_TileEnvelope(${number(level)}, ${number(x)}, ${number(y)}, ${bounds})`
}

const margin = ({ side }: TileGrid, z: number): Statement => literalSql(String((side / 2 ** z) * (64 / 4096)))
