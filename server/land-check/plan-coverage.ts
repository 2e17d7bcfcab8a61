import type { Layer } from '../catalog/layer.ts'
import { tableOf } from '../catalog/table.ts'
import { name, type Statement, sql } from '../lib/sql.ts'
import type { MeasureQuery } from './plan-measure.ts'
import { atRevision, inForce, land, OVERLAY_GRID, only, placed } from './plan-pieces.ts'
import type { Ruleset } from './ruleset.ts'

/** A surveyed area, and the layers that were surveyed there. */
export interface SurveyedArea {
  fid: number
  layerIds: string[]
}

export interface CoverageQuery {
  /** The layer of surveyed areas, at one of its revisions. */
  layer: Layer
  gridded: boolean
  areas: SurveyedArea[]
}

/**
 * The surveyed areas of a revision, for ever the same: one row each. Areas that many layers share (as a rule the whole
 * district) are one, so that a check looks at them once.
 */
export function planSurveyed(ruleset: Ruleset, layer: Layer, revision: number, layerIds: string[]): Statement {
  const { field, where } = ruleset.coverage!
  return sql`SELECT min(t.fid) AS fid, json_agg(DISTINCT t.${name(field)}::text) AS "layerIds" FROM ${tableOf(layer)} t
    WHERE ${atRevision(revision)} ${only(where)} AND t.${name(field)}::text = ANY(${layerIds}::text[])
    GROUP BY sha256(ST_AsBinary(t.geom)), t.valid_from, t.valid_to`
}

/** `unsurveyed (n, unsurveyed)`: how much of each parcel the areas of each layer leave out. Invalid areas cover nothing. */
export function coverageRows({ coverage, ruleset, validTime }: MeasureQuery): Statement {
  if (!coverage) return sql`unsurveyed AS (SELECT NULL::integer AS n, NULL::json AS unsurveyed WHERE false)`
  const { geom, near } = placed(coverage, ruleset, 0)
  const pairs = coverage.areas.flatMap(({ fid, layerIds }) => layerIds.map(id => ({ fid, id })))
  return sql`extent AS MATERIALIZED (
      SELECT b.n, t.fid, b.geom AS parcel, ${geom} AS geom, ST_Covers(${geom}, b.geom) AS whole
      FROM parcel b JOIN ${tableOf(coverage.layer)} t ON ${near}
      WHERE b.variant = 'base' AND t.fid = ANY(${coverage.areas.map(({ fid }) => fid)}::bigint[]) AND ${inForce(validTime)}),
    unsurveyed AS MATERIALIZED (
      SELECT s.n, json_object_agg(s.id, CASE WHEN s.whole THEN 0
          ELSE ST_Area(ST_Difference(s.parcel, ${land(sql`ST_UnaryUnion(ST_Collect(s.geoms), ${OVERLAY_GRID})`)}, ${OVERLAY_GRID})) END) AS unsurveyed
      FROM (SELECT e.n, i.id, e.parcel, bool_or(e.whole) AS whole, array_agg(e.geom) FILTER (WHERE NOT e.whole) AS geoms
        FROM extent e JOIN unnest(${pairs.map(({ fid }) => fid)}::bigint[], ${pairs.map(({ id }) => id)}::text[]) AS i (fid, id)
          ON i.fid = e.fid GROUP BY e.n, i.id, e.parcel) AS s
      GROUP BY s.n)`
}
