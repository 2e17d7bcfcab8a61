import { isInPlace, sourceTable } from '../catalog/in-place.ts'
import type { Layer, TableSource } from '../catalog/layer.ts'
import { planFilter } from '../catalog/plan-filter.ts'
import { tableOf } from '../catalog/table.ts'
import { join, literalSql, name, type Statement, sql } from '../lib/sql.ts'
import type { AskedLayer } from './at-point.ts'
import { placeOf, ringAround, type Spot } from './spot.ts'

/** Vertices that are told as they are. */
const MOST_VERTICES = 2000
/** Digits after the point: degrees to a tenth of a millimetre. */
const DIGITS = 9

/** The rows of a layer at a spot; undefined where the spot is nowhere. */
export function planAtPoint(asked: AskedLayer, spot: Spot, count: number): Statement | undefined {
  const { layer } = asked
  const place = placeOf(spot)
  const isArea = layer.geometry.endsWith('Polygon')
  const ring = isArea ? undefined : ringAround(spot, asked.reach)
  const near = ringAround(spot, 0.5)
  if (!place || !near || (!isArea && !ring)) return undefined
  const point = sql`${`SRID=4490;POINT(${place.join(' ')})`}::geometry`
  const target = ring ? sql`${`SRID=4490;POLYGON((${ring.map(corner => corner.join(' '))}))`}::geometry` : point
  const order = isArea ? sql`ST_Area(t.geom), t.fid` : sql`t.geom <-> ${point}, t.fid`
  const fields = layer.fields.filter(field => asked.fields === null || asked.fields.includes(field.name))
  const columns = [...PLATFORM, ...fields.map(field => field.name)].map(column => name('t', column))
  const halfPixel = Math.abs(near[0]![0] - place[0])
  const simpler = sql`ST_SimplifyPreserveTopology(t.geom, ${halfPixel}::float8)`
  // It may make one shape of a collection of one.
  const kept = layer.geometry.startsWith('Multi') ? sql`ST_Multi(${simpler})` : simpler
  const shape = sql`CASE WHEN ST_NPoints(t.geom) <= ${MOST_VERTICES}::integer THEN t.geom ELSE ${kept} END`
  return sql`SELECT l.revision AS _revision, ST_AsGeoJSON(${shape}, ${literalSql(String(DIGITS))}, 0)::json AS _geometry,
      ${join(columns)}
    FROM yitu.layer l CROSS JOIN LATERAL (
      SELECT * FROM ${rowsShown(asked, target)} ORDER BY ${order} LIMIT ${count}::integer) AS t
    WHERE l.id = ${layer.id}::text ORDER BY ${order}`
}

const PLATFORM = ['feature_id', 'valid_from', 'valid_to']

/** Rows that touch a geometry, as an item for FROM that goes by the name `t`: those that ended have an index of their own. */
function rowsShown({ layer, filter, asOfRevision }: AskedLayer, target: Statement): Statement {
  const shown = filter ? sql` AND ${planFilter(filter, layer, 't')}` : sql``
  const near = isInPlace(layer) ? sql`${nearInSource(layer, target)} AND ` : sql``
  const touching = sql`${near}ST_Intersects(t.geom, ${target})${shown}`
  const current = sql`SELECT t.* FROM ${tableOf(layer)} t WHERE t.rev_to IS NULL AND ${touching}`
  if (asOfRevision === null) return sql`(${current}) AS t`
  return sql`(${current} AND t.rev_from <= ${asOfRevision}::integer
    UNION ALL SELECT t.* FROM ${tableOf(layer)} t WHERE t.rev_to IS NOT NULL AND ${touching}
      AND t.rev_from <= ${asOfRevision}::integer AND t.rev_to > ${asOfRevision}::integer) AS t`
}

/**
 * A table that is published in place is in a reference system of its own, and its index too: there the few rows are
 * looked for that are then transformed.
 */
function nearInSource(layer: Layer & { source: TableSource }, target: Statement): Statement {
  const table = sourceTable(layer)
  const { geometry, key } = layer.source
  const srid = sql`(SELECT ST_SRID(${name(geometry)}) FROM ${table} WHERE ${name(geometry)} IS NOT NULL LIMIT 1)`
  return sql`t.feature_id = ANY(ARRAY(SELECT s.${name(key)}::text FROM ${table} s
    WHERE s.${name(geometry)} && ST_Transform(${target}, ${srid})))`
}
