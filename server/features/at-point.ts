import type { Geometry } from 'geojson'
import type { Filter } from '../catalog/filter.ts'
import type { Layer } from '../catalog/layer.ts'
import { planFilter } from '../catalog/plan-filter.ts'
import { tableOf } from '../catalog/table.ts'
import { join, literalSql, name, type Queryable, type Row, type Statement, sql } from '../lib/sql.ts'
import { placeOf, ringAround, type Spot } from './spot.ts'

/** Rows to look among, of one layer. */
export interface AskedLayer {
  layer: Layer
  /** The fields to tell; null: all. */
  fields: readonly string[] | null
  /** Only rows it holds for. */
  filter: Filter | null
  /** Rows of an earlier revision; null: the current ones. */
  asOfRevision: number | null
  /** How far from the spot a line or point may be, in pixels. An area has to be under it. */
  reach: number
}

/** A row that lies at a spot. */
export interface FoundFeature {
  layer: Layer
  /** The revision it is of: read with it. */
  revision: number
  featureId: string
  /** By the names of the fields asked for. */
  values: Row
  /** Legal effect, `YYYY-MM-DD`. */
  validFrom: string | null
  validTo: string | null
  /** Longitude latitude in degrees; of very many vertices to half a pixel only. */
  geometry: Geometry
}

/** Layers that are looked through at the same time. */
const AT_ONCE = 4

/**
 * The rows at a spot: of each layer the nearest first, of areas the smallest first, at most `count`; layers in their
 * order. Nothing where the spot is beyond what its CRS can say.
 * @throws the signal's reason
 */
export async function featuresAt(
  db: Queryable,
  asked: readonly AskedLayer[],
  spot: Spot,
  count: number,
  signal?: AbortSignal
): Promise<FoundFeature[]> {
  const found: FoundFeature[][] = []
  for (let i = 0; i < asked.length; i += AT_ONCE) {
    found.push(...(await Promise.all(asked.slice(i, i + AT_ONCE).map(one => rowsAt(db, one, spot, count, signal)))))
  }
  return found.flat()
}

/** No field's name begins with `_`. */
interface FoundRow extends Row {
  _revision: number
  _geometry: Geometry
  feature_id: string
  valid_from: string | null
  valid_to: string | null
}

async function rowsAt(db: Queryable, asked: AskedLayer, spot: Spot, count: number, signal?: AbortSignal) {
  const statement = planAtPoint(asked, spot, count)
  const rows = statement ? await db.query<FoundRow>(statement, { signal }) : []
  return rows.map(row => {
    const { _revision, _geometry, feature_id, valid_from, valid_to, ...values } = row
    return {
      layer: asked.layer,
      revision: _revision,
      featureId: feature_id,
      values,
      validFrom: valid_from,
      validTo: valid_to,
      geometry: _geometry
    }
  })
}

/** Vertices that are told as they are. */
const MOST_VERTICES = 5000
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
  const shape = sql`CASE WHEN ST_NPoints(t.geom) <= ${MOST_VERTICES}::integer THEN t.geom
    ELSE ST_SimplifyPreserveTopology(t.geom, ${halfPixel}::float8) END`
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
  const touching = sql`ST_Intersects(t.geom, ${target})${shown}`
  const current = sql`SELECT t.* FROM ${tableOf(layer)} t WHERE t.rev_to IS NULL AND ${touching}`
  if (asOfRevision === null) return sql`(${current}) AS t`
  return sql`(${current} AND t.rev_from <= ${asOfRevision}::integer
    UNION ALL SELECT t.* FROM ${tableOf(layer)} t WHERE t.rev_to IS NOT NULL AND ${touching}
      AND t.rev_from <= ${asOfRevision}::integer AND t.rev_to > ${asOfRevision}::integer) AS t`
}
