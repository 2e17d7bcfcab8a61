import { type Statement, sql } from '../../lib/sql.ts'
import { land, OVERLAY_GRID } from '../measure/plan-pieces.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import { type Against, againstRows, type Body, REACH_M } from './plan-against.ts'

/** Whole units of the grid, east and north. */
export interface Shift {
  east: number
  north: number
}

/** m²: one square millimetre. Overlays of slanted edges leave such pieces where no ground is (as in compose.ts). */
const DUST = 1e-6
/** Metres by which a distance on the grid may be off (as in kinds/distance.ts). */
const NOISE = 1e-6
/** Segments a quadrant of a setback's buffer, and by what share of the setback it is too narrow between its corners. */
const SEGMENTS = 128
const SHORT = 1 / Math.cos(Math.PI / (4 * SEGMENTS)) - 1

/**
 * The shortest translation, up to 30 m, after which the parcel is clear of everything against it; no row: there is
 * none. A parcel P moved by t meets an obstacle O exactly where t lies in the Minkowski sum O ⊕ −P, so the free
 * translations are a disc less these sums, and the shortest is its nearest point. The sum of two polygons is what their
 * edges sweep (a parallelogram for each pair of edges; the hull of −P at both ends of an edge where P is convex) and one
 * copy of each at a corner of the other.
 *
 * The nearest point is no point of the grid: the points of the grid around it are tried, nearest first, by the
 * predicates of the check itself. It is looked for twice: with the parcel one unit of the grid narrower, so that a gap
 * which it just fits is found, and wider, so that the point found is good if the first was not.
 * @param hull moves the parcel's convex hull, which may be farther than need be, for parcels of many corners
 */
export function planShift(ruleset: Ruleset, body: Body, against: Against, hull = false): Statement {
  const grid = sql`${ruleset.gridM}::float8`
  const reach = sql`${REACH_M}::float8`
  const wider = 2 * ruleset.gridM + SHORT * Math.max(0, ...against.obstacles.map(({ keepM }) => keepM))
  const moved = (geometry: Statement) =>
    sql`ST_ReducePrecision(ST_Translate(${geometry}, s.east * ${grid}, s.north * ${grid}), ${grid})`
  return sql`WITH ${againstRows(ruleset, body, against)},
    part AS MATERIALIZED (SELECT v.near, d.geom, ST_StartPoint(ST_ExteriorRing(d.geom)) AS corner,
        ST_Affine(ST_SetSRID(d.geom, 0), -1, 0, 0, -1, 0, 0) AS turned,
        ST_Area(ST_ConvexHull(d.geom)) - ST_Area(d.geom) < 1e-3 AS convex
      FROM body b CROSS JOIN LATERAL (VALUES (false, b.base), (true, b.dilated)) AS v (near, geom)
      CROSS JOIN LATERAL ST_Dump(ST_Buffer(${hull ? sql`ST_ConvexHull(v.geom)` : sql`v.geom`}, -${grid}, 'join=mitre')) AS d),
    side AS MATERIALIZED (SELECT a.a, a.near, a.keep, ST_StartPoint(s.geom) AS p, ST_EndPoint(s.geom) AS q, s.geom
      FROM against a CROSS JOIN LATERAL ST_DumpSegments(a.geom) AS s),
    swept AS (
      SELECT e.near, e.keep, ST_ConvexHull(ST_Collect(
        ST_Translate(m.turned, ST_X(e.p), ST_Y(e.p)), ST_Translate(m.turned, ST_X(e.q), ST_Y(e.q)))) AS geom
      FROM side e JOIN part m ON m.near = e.near AND m.convex AND ST_DWithin(e.geom, m.geom, ${reach} + e.keep)
      UNION ALL
      SELECT x.near, x.keep, ST_MakePolygon(ST_MakeLine(ARRAY[
        ST_Point(x.px - x.rx, x.py - x.ry), ST_Point(x.qx - x.rx, x.qy - x.ry), ST_Point(x.qx - x.sx, x.qy - x.sy),
        ST_Point(x.px - x.sx, x.py - x.sy), ST_Point(x.px - x.rx, x.py - x.ry)]))
      FROM (SELECT e.near, e.keep, ST_X(e.p) AS px, ST_Y(e.p) AS py, ST_X(e.q) AS qx, ST_Y(e.q) AS qy,
          ST_X(ST_StartPoint(f.geom)) AS rx, ST_Y(ST_StartPoint(f.geom)) AS ry,
          ST_X(ST_EndPoint(f.geom)) AS sx, ST_Y(ST_EndPoint(f.geom)) AS sy
        FROM side e JOIN part m ON m.near = e.near AND NOT m.convex
        CROSS JOIN LATERAL ST_DumpSegments(m.geom) AS f WHERE ST_DWithin(e.geom, f.geom, ${reach} + e.keep)) AS x
      WHERE abs((x.qx - x.px) * (x.sy - x.ry) - (x.qy - x.py) * (x.sx - x.rx)) > 1e-9
      UNION ALL
      SELECT a.near, a.keep, ST_Translate(ST_SetSRID(a.geom, 0), -ST_X(m.corner), -ST_Y(m.corner))
      FROM against a JOIN part m ON m.near = a.near AND ST_Dimension(a.geom) = 2
      UNION ALL
      SELECT a.near, a.keep, ST_Translate(m.turned, ST_X(c.geom), ST_Y(c.geom))
      FROM against a JOIN part m ON m.near = a.near CROSS JOIN LATERAL (SELECT ST_PointN(
        CASE ST_Dimension(a.geom) WHEN 2 THEN ST_ExteriorRing(a.geom) WHEN 1 THEN a.geom ELSE ST_MakeLine(a.geom, a.geom) END, 1) AS geom) AS c),
    sums AS MATERIALIZED (SELECT ${land(sql`ST_Union(w.geom, ${OVERLAY_GRID})`)} AS geom
      FROM (SELECT CASE WHEN s.keep > 0 THEN ST_Buffer(s.geom, s.keep, ${SEGMENTS}::integer) ELSE s.geom END AS geom
        FROM (SELECT s.keep, ${land(sql`ST_Union(s.geom, ${OVERLAY_GRID})`)} AS geom FROM swept s GROUP BY s.near, s.keep) AS s) AS w),
    nearest AS MATERIALIZED (SELECT ST_ClosestPoint(f.free, ST_Point(0, 0)) AS t
      FROM (VALUES (0), (${wider}::float8)) AS v (wider)
      CROSS JOIN LATERAL (SELECT ST_Difference(ST_Buffer(ST_Point(0, 0), ${reach}, 64),
        CASE WHEN v.wider > 0 THEN ST_Buffer(s.geom, v.wider, 'join=mitre') ELSE s.geom END, ${OVERLAY_GRID}) AS free FROM sums s) AS f
      WHERE NOT ST_IsEmpty(f.free))
    SELECT s.east, s.north FROM (
      SELECT DISTINCT (round(ST_X(n.t) / ${grid}) + i)::float8 AS east, (round(ST_Y(n.t) / ${grid}) + j)::float8 AS north,
        (round(ST_X(n.t) / ${grid}) + i) ^ 2 + (round(ST_Y(n.t) / ${grid}) + j) ^ 2 AS far
      FROM nearest n CROSS JOIN generate_series(-2, 2) AS i CROSS JOIN generate_series(-2, 2) AS j
      ORDER BY far, east, north OFFSET 0) AS s
    CROSS JOIN body b CROSS JOIN LATERAL (SELECT ${moved(sql`b.base`)} AS base, ${moved(sql`b.dilated`)} AS dilated OFFSET 0) AS m
    WHERE NOT EXISTS (SELECT FROM against a WHERE CASE
      WHEN a.keep > 0 THEN ST_DWithin(a.geom, m.base, a.keep) AND ST_Distance(a.geom, m.base) + ${NOISE}::float8 < a.keep
      WHEN a.near THEN a.geom && m.dilated AND ST_Relate(m.dilated, a.geom, 'T********')
      WHEN a.outside THEN a.geom && m.base AND ST_Area(${land(sql`ST_Intersection(m.base, a.geom, ${OVERLAY_GRID})`)}) > ${DUST}::float8
      ELSE a.geom && m.base AND ST_Relate(m.base, a.geom, 'T********') END)
    LIMIT 1`
}
