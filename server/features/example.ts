import type { Layer } from '../catalog/layer.ts'
import { tableOf } from '../catalog/table.ts'
import { type Queryable, type Statement, sql } from '../lib/sql.ts'

/** A feature that can stand for its layer. */
export interface Example {
  /** A point on it, longitude latitude. */
  place: [number, number]
  /** The longer side of its box, in degrees. */
  side: number
}

/** The feature that lies nearest to a place in longitude latitude; one row at most. */
export function planExample(layer: Pick<Layer, 'id'>, [longitude, latitude]: readonly [number, number]): Statement {
  const place = sql`${`SRID=4490;POINT(${longitude} ${latitude})`}::geometry`
  return sql`SELECT ST_X(p) AS x, ST_Y(p) AS y, side FROM (SELECT ST_PointOnSurface(nearest.geom) AS p,
      greatest(ST_XMax(nearest.geom) - ST_XMin(nearest.geom), ST_YMax(nearest.geom) - ST_YMin(nearest.geom)) AS side
    FROM (SELECT t.geom FROM ${tableOf(layer)} t WHERE t.rev_to IS NULL ORDER BY t.geom <-> ${place} LIMIT 1) AS nearest
    ) AS found`
}

/** A feature of a layer close to the middle of what it covers; null where it is empty. */
export async function exampleOf(
  db: Queryable,
  layer: Pick<Layer, 'id'>,
  [west, south, east, north]: readonly [number, number, number, number]
): Promise<Example | null> {
  const [found] = await db.query<{ x: number; y: number; side: number }>(
    planExample(layer, [(west + east) / 2, (south + north) / 2])
  )
  return found ? { place: [found.x, found.y], side: found.side } : null
}
