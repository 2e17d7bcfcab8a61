import { sridOf } from '../../lib/crs.ts'
import { type Statement, sql } from '../../lib/sql.ts'
import { land, OVERLAY_GRID } from '../measure/plan-pieces.ts'
import { type Ruleset, sensitivityWidth } from '../rules/ruleset.ts'

/** Metres: no suggestion moves a parcel farther (reference: land-check §3.4). */
export const REACH_M = 30

/** Ground the parcel must keep clear of. Geometries are hex EWKB in the working CRS. */
export interface Obstacle {
  geom: string
  /** Metres to be kept from it; 0: it must not be overlapped. */
  keepM: number
  /** It must be clear even of the parcel dilated by the accuracy of the surveys. */
  zeroTolerance: boolean
}

/** Ground the parcel must lie in, whole: what is outside of it is an obstacle. */
export interface Needed {
  geoms: string[]
  /** Gaps thinner than the accuracy of the surveys are no obstacles: neighbouring zones were digitised apart. */
  ignoreGaps: boolean
}

export interface Against {
  obstacles: Obstacle[]
  needed: Needed[]
}

/** The parcel, and the parcel dilated by the accuracy: hex EWKB in the working CRS. */
export interface Body {
  base: string
  dilated: string
}

/**
 * `body (base, dilated, box)` and `against (a, geom, keep, near)`: connected pieces of all that counts against the
 * parcel within the reach; `outside` marks those that are the lack of something.
 */
export function againstRows(ruleset: Ruleset, body: Body, { obstacles, needed }: Against): Statement {
  const width = sensitivityWidth(ruleset)
  const ground = needed.flatMap(({ geoms }, k) => geoms.map(geom => ({ k, geom })))
  const opened = sql`ST_Buffer(ST_Buffer(m.geom, ${-width / 2}::float8, 'join=mitre'), ${width / 2 + 0.001}::float8, 'join=mitre')`
  return sql`body AS MATERIALIZED (SELECT g.base, g.dilated, ST_Expand(ST_Envelope(g.dilated), ${REACH_M + 1}::float8) AS box
      FROM (SELECT ${body.base}::text::geometry AS base, ${body.dilated}::text::geometry AS dilated) AS g),
    ground AS MATERIALIZED (SELECT g.k, g.geom::geometry AS geom
      FROM unnest(${ground.map(({ k }) => k)}::integer[], ${ground.map(({ geom }) => geom)}::text[]) AS g (k, geom)),
    missing AS MATERIALIZED (SELECT n.gaps, ${land(sql`ST_Difference(b.box, coalesce(
        (SELECT ${land(sql`ST_Union(g.geom, ${OVERLAY_GRID})`)} FROM ground g WHERE g.k = n.k),
        ${nothing(ruleset)}), ${OVERLAY_GRID})`)} AS geom
      FROM body b CROSS JOIN unnest(${needed.map((_, k) => k)}::integer[], ${needed.map(n => n.ignoreGaps)}::boolean[]) AS n (k, gaps)
      WHERE NOT EXISTS (SELECT FROM ground g WHERE g.k = n.k AND ST_Covers(g.geom, b.box))),
    against AS MATERIALIZED (SELECT row_number() OVER () AS a, d.geom, s.keep, s.near, s.outside
      FROM (
        SELECT o.geom::geometry AS geom, o.keep, o.near, false AS outside
        FROM unnest(${obstacles.map(o => o.geom)}::text[], ${obstacles.map(o => o.keepM)}::float8[],
          ${obstacles.map(o => o.zeroTolerance)}::boolean[]) AS o (geom, keep, near)
        UNION ALL
        SELECT CASE WHEN m.gaps THEN ${land(sql`ST_Intersection(m.geom, ${opened}, ${OVERLAY_GRID})`)} ELSE m.geom END,
          0, false, true FROM missing m WHERE NOT ST_IsEmpty(m.geom)) AS s
      CROSS JOIN LATERAL ST_Dump(s.geom) AS d)`
}

export const nothing = (ruleset: Ruleset): Statement =>
  sql`ST_GeomFromText('POLYGON EMPTY', ${sridOf(ruleset.workingCrs)}::integer)`
