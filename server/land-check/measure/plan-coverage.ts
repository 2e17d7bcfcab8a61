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

/**
 * `unsurveyed (n, unsurveyed)`: how much of each parcel the areas of each group leave out, m² by the group's place.
 * Invalid areas cover nothing. Areas are cut to the parcel's surroundings first: they have thousands of corners.
 */
export function coverageRows({ coverage, validTime }: Pick<MeasureQuery, 'coverage' | 'validTime'>): Statement {
  if (!coverage) return sql`unsurveyed AS (SELECT NULL::integer AS n, NULL::json AS unsurveyed WHERE false)`
  const pairs = coverage.groups.flatMap(({ fids }, place) => fids.map(fid => ({ fid, place })))
  return sql`area AS MATERIALIZED (SELECT t.fid, t.geom FROM yitu.ground t
      WHERE t.layer_id = ${coverage.layer.id} AND t.fid = ANY(${pairs.map(({ fid }) => fid)}::bigint[]) AND t.valid AND ${inForce(validTime)}),
    extent AS MATERIALIZED (
      SELECT b.n, a.fid, b.geom AS parcel, ${land(sql`ST_Intersection(b.geom, a.geom, ${OVERLAY_GRID})`)} AS geom
      FROM parcel b JOIN area a ON a.geom && b.geom WHERE b.variant = 'base'),
    unsurveyed AS MATERIALIZED (
      SELECT s.n, json_object_agg(s.place, CASE WHEN ST_Equals(s.parcel, s.geom) THEN 0
          ELSE ST_Area(ST_Difference(s.parcel, s.geom, ${OVERLAY_GRID})) END) AS unsurveyed
      FROM (SELECT e.n, e.parcel, i.place, ${union(sql`e.geom`, sql`e.fid`)} AS geom
        FROM extent e JOIN unnest(${pairs.map(({ fid }) => fid)}::bigint[], ${pairs.map(({ place }) => place)}::integer[])
          AS i (fid, place) ON i.fid = e.fid GROUP BY e.n, e.parcel, i.place) AS s
      GROUP BY s.n)`
}
