import { GEOGRAPHIC_SRID, sridOf } from '../../lib/crs.ts'
import { type Statement, sql } from '../../lib/sql.ts'
import { writeWkb } from '../../lib/wkb.ts'
import type { Polygons } from '../intake/given.ts'
import { closeRings, toMetres } from '../intake/rings.ts'
import type { Ruleset } from '../rules/ruleset.ts'

/** A shape to be checked again, as it is answered. */
export interface Drawn {
  /** GeoJSON, longitude latitude; ten decimals (11 µm), so that it comes back to the same points of the grid. */
  geometry: object
  /** The largest circle inside, longitude latitude and metres. */
  circle: { lon: number; lat: number; radius: number }
}

/** Hex EWKB of whole numbers of the grid. */
export const gridWkb = (grid: Polygons, gridM: number): string =>
  writeWkb({ type: 'MultiPolygon', coordinates: closeRings(toMetres(grid, gridM)) }).toString('hex')

/** One row a shape (hex WKB or EWKB of the working CRS), in order. */
export function planDrawn(ruleset: Ruleset, shapes: string[]): Statement {
  const srid = sql`${sridOf(ruleset.workingCrs)}::integer`
  const degrees = (geometry: Statement) => sql`ST_Transform(${geometry}, ${GEOGRAPHIC_SRID}::integer)`
  return sql`SELECT ST_AsGeoJSON(${degrees(sql`g.geom`)}, 10, 0)::json AS geometry,
      json_build_object('lon', round(ST_X(c.at)::numeric, 9), 'lat', round(ST_Y(c.at)::numeric, 9), 'radius', c.radius) AS circle
    FROM unnest(${shapes}::text[]) WITH ORDINALITY AS s (geom, nth)
    CROSS JOIN LATERAL (SELECT ST_SetSRID(s.geom::geometry, ${srid}) AS geom) AS g
    CROSS JOIN LATERAL (SELECT ${degrees(sql`(m.c).center`)} AS at, (m.c).radius AS radius
      FROM (SELECT ST_MaximumInscribedCircle(g.geom) AS c) AS m) AS c
    ORDER BY s.nth`
}
