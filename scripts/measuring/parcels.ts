import { type Database, sql } from '../../server/lib/sql.ts'

/** Parcels to ask about: as WKT of EPSG:4547, millimetres. */
export interface Drawn {
  wkt: string
  crs: 'EPSG:4547'
}

/**
 * Draws parcels of 8–12 m by 10–14 m, turned any way, three of four on a registered homestead and one in a buildable
 * zone. The same database gives the same parcels, none twice.
 * @throws when the layers hold too few features
 */
export async function drawParcels(db: Database, count: number): Promise<Drawn[]> {
  const rows = await db.query<{ x: number; y: number; r: number }>(sql`
    WITH homestead AS (
      SELECT ST_PointOnSurface(h.geom) AS p, h.feature_id AS id FROM yitu.ground h
      WHERE h.layer_id = 'homestead-parcel' AND h.rev_to IS NULL AND h.valid
      ORDER BY md5(h.feature_id) LIMIT ${Math.ceil(count * 0.75)}::integer),
    zone AS (
      SELECT (ST_Dump(ST_GeneratePoints(z.geom, 8, 7))).geom AS p, z.feature_id AS id FROM yitu.ground z
      WHERE z.layer_id = 'homestead-buildable-zone' AND z.rev_to IS NULL AND z.valid ORDER BY md5(z.feature_id) LIMIT ${Math.ceil(count * 0.25)}::integer)
    SELECT ST_X(a.p) AS x, ST_Y(a.p) AS y, abs(hashtext(a.id || ST_X(a.p)::text))::float8 AS r
    FROM (SELECT * FROM homestead UNION ALL SELECT * FROM zone) AS a ORDER BY md5(a.id || ST_X(a.p)::text)`)
  const parcels = [...new Set(rows.map(({ x, y, r }) => rectangle(x, y, r)))]
  if (parcels.length < count) throw new Error(`Only ${parcels.length} parcels can be drawn, ${count} are needed.`)
  return parcels.slice(0, count).map(wkt => ({ wkt, crs: 'EPSG:4547' }))
}

/** A rectangle around a point; `chance` decides about its sides and its direction. */
function rectangle(x: number, y: number, chance: number): string {
  const [width, depth] = [8 + (chance % 41) / 10, 10 + (chance % 37) / 9]
  const angle = ((chance % 360) * Math.PI) / 180
  const corner = (e: number, n: number) => {
    const east = x + (e * width * Math.cos(angle)) / 2 - (n * depth * Math.sin(angle)) / 2
    const north = y + (e * width * Math.sin(angle)) / 2 + (n * depth * Math.cos(angle)) / 2
    return `${east.toFixed(3)} ${north.toFixed(3)}`
  }
  const corners = [corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1), corner(-1, -1)]
  return `POLYGON ((${corners.join(', ')}))`
}
