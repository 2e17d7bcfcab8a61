import { type Statement, sql } from '../../lib/sql.ts'
import { land, OVERLAY_GRID } from '../measure/plan-pieces.ts'
import { type Ruleset, sensitivityWidth } from '../rules/ruleset.ts'
import { type Against, againstRows, type Body, nothing } from './plan-against.ts'

/** What is left of the parcel, hex EWKB on the grid of the working CRS. */
export interface LeftPart {
  kind: 'trim' | 'largest-buildable'
  geom: string
}

/** m²: what is smaller is no building land. */
const LEAST_M2 = 1
/** Metres kept from a slanted edge, so that putting the cut on the grid makes no overlap. */
const CLEAR_M = 0.0002
/** Segments a quadrant of a setback's arc, and its share of the radius so that the arc lies outside of it. */
const SEGMENTS = 16
const OUTSIDE = 1 / Math.cos(Math.PI / (4 * SEGMENTS))

/**
 * Attempts, best first. `trim` cuts along the edges of what is against the parcel, once exactly (edges on the grid stay
 * there) and once clear of it; `largest-buildable` also keeps the accuracy of the surveys from everything. A corner of
 * the parcel that points at an obstacle reaches twice the accuracy when dilated: hence the second distance.
 */
const ATTEMPTS: { kind: LeftPart['kind']; clear: number; widths: number }[] = [
  { kind: 'trim', clear: 0, widths: 1 },
  { kind: 'trim', clear: CLEAR_M, widths: 1 },
  { kind: 'trim', clear: CLEAR_M, widths: 2 },
  { kind: 'largest-buildable', clear: CLEAR_M, widths: 1 },
  { kind: 'largest-buildable', clear: CLEAR_M, widths: 2 }
]

/** What is left of the parcel without what is against it, a row for each attempt that leaves something, best first. */
export function planParts(ruleset: Ruleset, body: Body, against: Against): Statement {
  const width = sensitivityWidth(ruleset)
  const grid = sql`${ruleset.gridM}::float8`
  const eroded = (geometry: Statement) => sql`ST_Buffer(${geometry}, ${-width / 2}::float8, 'join=mitre')`
  const opened = sql`ST_Buffer(${eroded(sql`l.geom`)}, ${width / 2}::float8, 'join=mitre')`
  return sql`WITH ${againstRows(ruleset, body, against)},
    attempt AS MATERIALIZED (SELECT t.nth, t.kind, t.kind = 'largest-buildable' AS largest, t.clear, t.widths * ${width}::float8 AS width
      FROM unnest(${ATTEMPTS.map(a => a.kind)}::text[], ${ATTEMPTS.map(a => a.clear)}::float8[], ${ATTEMPTS.map(a => a.widths)}::integer[])
        WITH ORDINALITY AS t (kind, clear, widths, nth)),
    kept AS (SELECT t.nth, a.geom, a.keep,
        t.clear + CASE WHEN t.largest OR a.near THEN t.width ELSE 0 END + a.keep * ${OUTSIDE}::float8 AS by
      FROM attempt t CROSS JOIN against a),
    offending AS MATERIALIZED (SELECT k.nth, ${land(sql`ST_Union(CASE WHEN k.by = 0 THEN k.geom
        WHEN k.keep > 0 THEN ST_Buffer(k.geom, k.by, ${SEGMENTS}::integer)
        ELSE ST_Buffer(k.geom, k.by, 'join=mitre') END, ${OVERLAY_GRID})`)} AS geom
      FROM kept k JOIN body b ON ST_DWithin(k.geom, b.base, k.by) GROUP BY k.nth),
    remaining AS MATERIALIZED (SELECT t.nth, t.kind, t.largest,
        ${land(sql`ST_Difference(b.base, coalesce(o.geom, ${nothing(ruleset)}), ${OVERLAY_GRID})`)} AS geom
      FROM body b CROSS JOIN attempt t LEFT JOIN offending o USING (nth)),
    piece AS (SELECT l.nth, l.kind, l.largest, d.geom,
        row_number() OVER (PARTITION BY l.nth ORDER BY ST_Area(d.geom) DESC, ST_XMin(d.geom), ST_YMin(d.geom)) AS place
      FROM remaining l CROSS JOIN LATERAL ST_Dump(CASE WHEN l.largest THEN ${opened} ELSE l.geom END) AS d
      WHERE ST_Area(d.geom) >= ${LEAST_M2}::float8 AND NOT ST_IsEmpty(${eroded(sql`d.geom`)})),
    part AS (SELECT p.nth, p.kind, ST_Multi(ST_ReducePrecision(ST_Collect(p.geom ORDER BY p.place), ${grid})) AS geom
      FROM piece p WHERE NOT p.largest OR p.place = 1 GROUP BY p.nth, p.kind)
    SELECT p.kind, p.geom::text AS geom FROM part p CROSS JOIN body b
    WHERE NOT ST_IsEmpty(p.geom) AND ST_Area(p.geom) < ST_Area(b.base) - 1e-4 ORDER BY p.nth`
}
