import type { Layer } from '../catalog/layer.ts'
import { tableOf } from '../catalog/table.ts'
import { type Queryable, type Statement, sql } from '../lib/sql.ts'

/** A point on the feature that lies nearest to a place, in longitude latitude; one row at most. */
export function planExamplePlace(
  layer: Pick<Layer, 'id'>,
  [longitude, latitude]: readonly [number, number]
): Statement {
  const place = sql`${`SRID=4490;POINT(${longitude} ${latitude})`}::geometry`
  return sql`SELECT ST_X(p) AS x, ST_Y(p) AS y FROM (SELECT ST_PointOnSurface(nearest.geom) AS p
    FROM (SELECT t.geom FROM ${tableOf(layer)} t WHERE t.rev_to IS NULL ORDER BY t.geom <-> ${place} LIMIT 1) AS nearest
    ) AS found`
}

/** Where there is something of a layer to be seen, close to the middle of what it covers; null where it is empty. */
export async function examplePlace(
  db: Queryable,
  layer: Pick<Layer, 'id'>,
  [west, south, east, north]: readonly [number, number, number, number]
): Promise<[number, number] | null> {
  const [found] = await db.query<{ x: number; y: number }>(
    planExamplePlace(layer, [(west + east) / 2, (south + north) / 2])
  )
  return found ? [found.x, found.y] : null
}
