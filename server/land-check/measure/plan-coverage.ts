import type { Layer } from '../../catalog/layer.ts'
import { tableOf } from '../../catalog/table.ts'
import { name, type Statement, sql } from '../../lib/sql.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import type { MeasureQuery } from './plan-measure.ts'
import { atRevision, inForce, land, OVERLAY_GRID, only, union } from './plan-pieces.ts'

/** Surveyed areas, and the layers that were surveyed exactly there. */
export interface SurveyedGroup {
  fids: number[]
  layerIds: string[]
}

export interface CoverageQuery {
  /** The layer of surveyed areas, at one of its revisions. */
  layer: Layer
  groups: SurveyedGroup[]
  /** Places, in the chunk, of the parcels the areas are laid over; default: all. */
  parcels?: readonly number[]
}

/**
 * The surveyed areas of a revision, for ever the same: one row a group. Areas that many layers share (as a rule the whole
 * district) are one, and layers of the same areas are one group, so that a check looks at them once.
 */
export function planSurveyed(ruleset: Ruleset, layer: Layer, revision: number, layerIds: string[]): Statement {
  const { field, where } = ruleset.coverage!
  return sql`SELECT to_json(string_to_array(g.fids, ',')::bigint[]) AS fids, json_agg(g.id ORDER BY g.id COLLATE "C") AS "layerIds"
    FROM (
      SELECT a.id, string_agg(a.fid::text, ',' ORDER BY a.fid) AS fids FROM (
        SELECT DISTINCT t.${name(field)}::text AS id,
          min(t.fid) OVER (PARTITION BY sha256(ST_AsBinary(t.geom)), t.valid_from, t.valid_to) AS fid
        FROM ${tableOf(layer)} t
        WHERE ${atRevision(revision)} ${only(where)} AND t.${name(field)}::text = ANY(${layerIds}::text[])) AS a
      GROUP BY a.id) AS g
    GROUP BY g.fids`
}

/** Areas by their fid, with their shape as WKB (working CRS) and the days they are in force; invalid ones cover nothing. */
export const planAreas = (layer: Layer, fids: readonly number[]): Statement =>
  sql`SELECT t.fid, ST_AsBinary(t.geom) AS wkb, t.valid_from::text AS "validFrom", t.valid_to::text AS "validTo"
    FROM yitu.ground t WHERE t.layer_id = ${layer.id} AND t.fid = ANY(${fids}::bigint[]) AND t.valid ORDER BY t.fid`

/**
 * `unsurveyed (n, unsurveyed)`: how much of each parcel the areas of each group leave out, m² by the group's place.
 * Invalid areas cover nothing. A parcel that lies in an area needs no overlay, as most do.
 */
export function coverageRows({
  coverage,
  shapes,
  validTime
}: Pick<MeasureQuery, 'coverage' | 'shapes' | 'validTime'>): Statement {
  if (!coverage || coverage.parcels?.length === 0)
    return sql`unsurveyed AS (SELECT NULL::integer AS n, NULL::json AS unsurveyed WHERE false)`
  const parcels = coverage.parcels ?? [...shapes.keys()]
  const pairs = coverage.groups.flatMap(({ fids }, place) => fids.map(fid => ({ fid, place })))
  return sql`area AS MATERIALIZED (SELECT t.fid, t.geom FROM yitu.ground t
      WHERE t.layer_id = ${coverage.layer.id} AND t.fid = ANY(${pairs.map(({ fid }) => fid)}::bigint[]) AND t.valid AND ${inForce(validTime)}),
    extent AS MATERIALIZED (
      SELECT b.n, a.fid, b.geom AS parcel, w.whole,
        CASE WHEN w.whole THEN b.geom ELSE ${land(sql`ST_Intersection(b.geom, a.geom, ${OVERLAY_GRID})`)} END AS geom
      FROM area a JOIN parcel b ON a.geom && b.geom AND b.variant = 'base' AND b.n = ANY(${parcels}::integer[])
      CROSS JOIN LATERAL (SELECT ST_CoveredBy(b.geom, a.geom) AS whole OFFSET 0) AS w),
    unsurveyed AS MATERIALIZED (
      SELECT s.n, json_object_agg(s.place, CASE WHEN s.whole OR ST_Equals(s.parcel, s.geom) THEN 0
          ELSE ST_Area(ST_Difference(s.parcel, s.geom, ${OVERLAY_GRID})) END) AS unsurveyed
      FROM (SELECT e.n, e.parcel, i.place, bool_or(e.whole) AS whole, ${union(sql`e.geom`, sql`e.fid`, sql`e.whole`)} AS geom
        FROM extent e JOIN unnest(${pairs.map(({ fid }) => fid)}::bigint[], ${pairs.map(({ place }) => place)}::integer[])
          AS i (fid, place) ON i.fid = e.fid GROUP BY e.n, e.parcel, i.place) AS s
      GROUP BY s.n)`
}
