import { GEOGRAPHIC_SRID, sridOf } from '../lib/crs.ts'
import { type Statement, sql } from '../lib/sql.ts'
import { writeWkb } from '../lib/wkb.ts'
import type { Polygons } from './given.ts'
import type { Ruleset } from './ruleset.ts'

/** The statements that judge a parcel's geometry and carry it to the working CRS. */

interface Validity {
  valid: boolean
  reason: string | null
  /** Where it is invalid, in the CRS that was checked and in degrees. */
  at: { x: number; y: number; lon: number; lat: number } | null
  /** What ST_MakeValid would make of it, longitude latitude: an offer. */
  repair: { geometry: object; areaDelta: number } | null
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
  areaGeography: number
  perimeter: number
  /** Longitude latitude of a point inside. */
  inside: [number, number]
}

const multiPolygon = (polygons: Polygons, srid: number) =>
  sql`ST_GeomFromWKB(${writeWkb({ type: 'MultiPolygon', coordinates: polygons })}::bytea, ${srid}::integer)`

/** Strict validity as OGC 06-103r4 §6.1.11 has it, with reason and place, and the offered repair. */
function validity(geometry: Statement, working: number): Statement {
  return sql`SELECT d.valid, d.reason,
      CASE WHEN d.location IS NOT NULL THEN json_build_object('x', ST_X(d.location), 'y', ST_Y(d.location),
        'lon', round(ST_X(ST_Transform(d.location, ${GEOGRAPHIC_SRID}::integer))::numeric, 9),
        'lat', round(ST_Y(ST_Transform(d.location, ${GEOGRAPHIC_SRID}::integer))::numeric, 9)) END AS at,
      CASE WHEN NOT d.valid THEN (
        SELECT json_build_object('geometry', ST_AsGeoJSON(ST_Transform(r.g, ${GEOGRAPHIC_SRID}::integer), 9, 0)::json,
          'areaDelta', ST_Area(ST_Transform(r.g, ${working}::integer)) - ST_Area(ST_Transform(g.geom, ${working}::integer)))
        FROM (SELECT ST_MakeValid(g.geom, 'method=structure keepcollapsed=false') AS g) AS r) END AS repair,
      g.geom
    FROM (SELECT ${geometry} AS geom) AS g
    CROSS JOIN LATERAL (SELECT (v.d).valid, (v.d).reason, ST_SetSRID((v.d).location, ST_SRID(g.geom)) AS location
      FROM (SELECT ST_IsValidDetail(g.geom) AS d) AS v) AS d`
}

/** Is the parcel valid as it came, and where does it lie in the working CRS? */
export function planWorking(polygons: Polygons, srid: number, ruleset: Ruleset): Statement {
  const working = sridOf(ruleset.workingCrs)
  return sql`SELECT c.valid, c.reason, c.at, c.repair, ST_AsBinary(ST_Transform(c.geom, ${working}::integer)) AS wkb
    FROM (${validity(multiPolygon(polygons, srid), working)}) AS c`
}

/**
 * The parcel on the grid, and the same eroded and dilated by `width`, to see whether a verdict depends on accuracy. It
 * goes through the same ST_ReducePrecision as the zones: versions of GEOS differ in the last bit of a grid coordinate,
 * and an edge that parcel and zone share must be the same numbers in both.
 */
export function planParcel(polygons: Polygons, width: number, ruleset: Ruleset): Statement {
  const working = sridOf(ruleset.workingCrs)
  const gridded = (geometry: Statement) => sql`ST_Multi(ST_ReducePrecision(${geometry}, ${ruleset.gridM}::float8))`
  const moved = (by: number) => gridded(sql`ST_Buffer(c.geom, ${by}::float8, 'join=mitre mitre_limit=2')`)
  return sql`SELECT c.valid, c.reason, c.at, c.repair, m.base::text AS base, ST_Area(m.base) AS area,
      ST_Perimeter(m.base) AS perimeter,
      ST_Area(ST_Transform(m.base, ${GEOGRAPHIC_SRID}::integer)::geography) AS "areaGeography",
      ST_AsGeoJSON(ST_Transform(m.base, ${GEOGRAPHIC_SRID}::integer), 9, 0)::json AS geometry,
      CASE WHEN NOT ST_IsEmpty(m.eroded) THEN m.eroded::text END AS eroded, m.dilated::text AS dilated,
      json_build_array(ST_X(m.inside), ST_Y(m.inside)) AS inside
    FROM (${validity(multiPolygon(polygons, working), working)}) AS c
    LEFT JOIN LATERAL (SELECT ${gridded(sql`c.geom`)} AS base, ${moved(-width)} AS eroded, ${moved(width)} AS dilated,
      ST_Transform(ST_PointOnSurface(c.geom), ${GEOGRAPHIC_SRID}::integer) AS inside) AS m ON c.valid`
}
