import type { Geometry } from 'geojson'
import { GEOGRAPHIC_SRID, sridOf } from '../../lib/crs.ts'
import { type Queryable, sql } from '../../lib/sql.ts'
import type { LandCheckResult } from '../answer/result.ts'
import { one } from '../measure/rows.ts'
import type { Projected } from './input.ts'

/**
 * Carries every geometry of an answer (longitude latitude) to its working CRS, by the PROJ that the check itself used.
 * @returns metres with four decimals, y north
 */
export async function projectResult(db: Queryable, result: LandCheckResult): Promise<Projected> {
  const overlaps = result.rules.map(({ features }) => features.map(({ geometry }) => geometry))
  const all = [
    result.parcel.geometry,
    ...result.net.map(({ geometry }) => geometry),
    ...overlaps.flat(),
    ...result.slivers.map(({ geometry }) => geometry),
    ...result.suggestions.map(({ geometry }) => geometry)
  ]
  const projected = await project(db, all, sridOf(result.parcel.crsWorking))
  const take = (count: number) => projected.splice(0, count)
  const [parcel] = take(1)
  if (!parcel) throw new Error(`The parcel of ${result.id} has no geometry.`)
  return {
    parcel,
    net: take(result.net.length),
    overlaps: overlaps.map(({ length }) => take(length) as Geometry[]),
    slivers: take(result.slivers.length) as Geometry[],
    suggestions: take(result.suggestions.length) as Geometry[]
  }
}

async function project(db: Queryable, geometries: (object | null)[], srid: number): Promise<(Geometry | null)[]> {
  const found = await db.query<{
    all: (Geometry | null)[]
  }>(sql`SELECT json_agg(CASE WHEN jsonb_typeof(g.json) = 'object' THEN
      ST_AsGeoJSON(ST_Transform(ST_SetSRID(ST_GeomFromGeoJSON(g.json), ${GEOGRAPHIC_SRID}::integer), ${srid}::integer), 4, 0)::json
    END ORDER BY g.i) AS "all"
    FROM jsonb_array_elements(${JSON.stringify(geometries)}::jsonb) WITH ORDINALITY AS g (json, i)`)
  return one<{ all: (Geometry | null)[] }>(found).all
}

/** The definition of a CRS as PostGIS keeps it (WKT 1), for a .prj file. */
export async function wktOfCrs(db: Queryable, code: string): Promise<string> {
  const rows = await db.query<{ wkt: string }>(
    sql`SELECT srtext AS wkt FROM spatial_ref_sys WHERE srid = ${sridOf(code)}::integer`
  )
  return one<{ wkt: string }>(rows).wkt
}
