import { GEOGRAPHIC_SRID, sridOf } from '../../lib/crs.ts'
import { type Statement, sql } from '../../lib/sql.ts'
import { writeWkb } from '../../lib/wkb.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import type { Polygons } from './given.ts'

/** The statements that judge parcels' geometries and carry them to the working CRS; one row a parcel, in order. */

export interface Validity {
  valid: boolean
  reason: string | null
  /** Where it is invalid, in the CRS that was checked and in degrees. */
  at: { x: number; y: number; lon: number; lat: number } | null
  /** What ST_MakeValid would make of it: longitude latitude as an offer, and hex WKB in the working CRS. */
  repair: { geometry: object; areaDelta: number; parts: number; working: string } | null
}

export interface WorkingParcel extends Validity {
  /** In the working CRS, not yet on the grid. */
  wkb: Buffer
}

export interface MadeParcel {
  /** Hex EWKB in the working CRS; null where nothing of the parcel is left after eroding it. */
  base: string
  eroded: string | null
  dilated: string
  /** GeoJSON, longitude latitude. */
  geometry: object
  /** ST_Area, m² */
  area: number
  /** 0 where the working CRS has the official formula, which needs no database. */
  areaGeography: number
  perimeter: number
  /** Longitude latitude of a point inside. */
  inside: [number, number]
}

export interface Placed {
  /** Rings closed, x y. */
  polygons: Polygons
  srid: number
}

/**
 * `checked (n, valid, reason, at, repair, geom)`: strict validity as OGC 06-103r4 §6.1.11 has it, with reason and
 * place, and the offered repair. Materialized, or every use of a geometry would compute it again.
 */
function checked(parcels: readonly Placed[], working: number): Statement {
  const wkbs = parcels.map(({ polygons }) => writeWkb({ type: 'MultiPolygon', coordinates: polygons }))
  const srids = parcels.map(({ srid }) => srid)
  return sql`given AS MATERIALIZED (SELECT u.n, ST_GeomFromWKB(u.wkb, u.srid) AS geom
      FROM unnest(${wkbs}::bytea[], ${srids}::integer[]) WITH ORDINALITY AS u (wkb, srid, n)),
    detail AS MATERIALIZED (SELECT g.n, g.geom, ST_IsValidDetail(g.geom) AS d FROM given g),
    checked AS MATERIALIZED (SELECT v.n, (v.d).valid AS valid, (v.d).reason AS reason,
      CASE WHEN l.location IS NOT NULL THEN json_build_object('x', ST_X(l.location), 'y', ST_Y(l.location),
        'lon', round(ST_X(ST_Transform(l.location, ${GEOGRAPHIC_SRID}::integer))::numeric, 9),
        'lat', round(ST_Y(ST_Transform(l.location, ${GEOGRAPHIC_SRID}::integer))::numeric, 9)) END AS at,
      CASE WHEN NOT (v.d).valid THEN (
        SELECT json_build_object('geometry', ST_AsGeoJSON(ST_Transform(r.g, ${GEOGRAPHIC_SRID}::integer), 10, 0)::json,
          'areaDelta', ST_Area(ST_Transform(r.g, ${working}::integer)) - ST_Area(ST_Transform(v.geom, ${working}::integer)),
          'parts', ST_NumGeometries(r.g),
          'working', encode(ST_AsBinary(ST_Multi(ST_Transform(r.g, ${working}::integer))), 'hex'))
        FROM (SELECT ST_Multi(ST_MakeValid(v.geom, 'method=structure keepcollapsed=false')) AS g OFFSET 0) AS r) END AS repair,
      v.geom
    FROM detail v CROSS JOIN LATERAL (SELECT ST_SetSRID((v.d).location, ST_SRID(v.geom)) AS location) AS l)`
}

/** Are the parcels valid as they came, and where do they lie in the working CRS? */
export function planWorking(parcels: readonly Placed[], ruleset: Ruleset): Statement {
  const working = sridOf(ruleset.workingCrs)
  const statement = sql`WITH ${checked(parcels, working)}
    SELECT c.valid, c.reason, c.at, c.repair, ST_AsBinary(ST_Transform(c.geom, ${working}::integer)) AS wkb
    FROM checked c ORDER BY c.n`
  return { ...statement, keepPlan: true }
}

/**
 * Parcels on the grid, and the same eroded and dilated by `width`, to see whether a verdict depends on accuracy. They
 * go through the same ST_ReducePrecision as the zones: versions of GEOS differ in the last bit of a grid coordinate,
 * and an edge that parcel and zone share must be the same numbers in both.
 */
export function planParcel(
  parcels: readonly Polygons[],
  o: { width: number; ruleset: Ruleset; geography: boolean }
): Statement {
  const { width, ruleset } = o
  const srid = sridOf(ruleset.workingCrs)
  const gridded = (geometry: Statement) => sql`ST_Multi(ST_ReducePrecision(${geometry}, ${ruleset.gridM}::float8))`
  const moved = (by: number) => gridded(sql`ST_Buffer(c.geom, ${by}::float8, 'join=mitre mitre_limit=2')`)
  const geography = o.geography ? sql`ST_Area(s.lonlat::geography)` : sql`0::float8`
  const placed = parcels.map(polygons => ({ polygons, srid }))
  const statement = sql`WITH ${checked(placed, srid)},
    made AS MATERIALIZED (SELECT c.n, ${gridded(sql`c.geom`)} AS base, ${moved(-width)} AS eroded, ${moved(width)} AS dilated,
      ST_Transform(ST_PointOnSurface(c.geom), ${GEOGRAPHIC_SRID}::integer) AS inside FROM checked c WHERE c.valid),
    shown AS MATERIALIZED (SELECT m.n, ST_Transform(m.base, ${GEOGRAPHIC_SRID}::integer) AS lonlat FROM made m)
    SELECT c.valid, c.reason, c.at, c.repair, m.base::text AS base, ST_Area(m.base) AS area,
      ST_Perimeter(m.base) AS perimeter, ${geography} AS "areaGeography", ST_AsGeoJSON(s.lonlat, 10, 0)::json AS geometry,
      CASE WHEN NOT ST_IsEmpty(m.eroded) THEN m.eroded::text END AS eroded, m.dilated::text AS dilated,
      json_build_array(ST_X(m.inside), ST_Y(m.inside)) AS inside
    FROM checked c LEFT JOIN made m ON m.n = c.n LEFT JOIN shown s ON s.n = c.n ORDER BY c.n`
  return { ...statement, keepPlan: true }
}
