import { join, type Statement, sql } from '../../lib/sql.ts'
import type { CoverageQuery } from '../measure/plan-coverage.ts'
import { nearRows, parcelRows, type RuleQuery, ruleRows } from '../measure/plan-near.ts'
import { inForce, OVERLAY_GRID } from '../measure/plan-pieces.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import { REACH_M } from './plan-against.ts'

interface NearbyQuery {
  ruleset: Ruleset
  rules: RuleQuery[]
  coverage: CoverageQuery | null
  /** Hex EWKB in the working CRS. */
  base: string
  /** The day whose law applies, YYYY-MM-DD. */
  validTime: string
}

/** Corners up to which a feature is left whole. */
const WHOLE = 500

/**
 * Every feature of the rules' layers, and every surveyed area, that a parcel moved by up to the reach could meet: one
 * statement for all rules. Features of many corners are cut to where it could meet them; the others keep their
 * coordinates to the last bit, so that the parcel can be moved until it touches them.
 */
export function planNearby({ ruleset, rules, coverage, base, validTime }: NearbyQuery): Statement {
  // One metre more: the dilated parcel reaches farther than the parcel.
  const reachOf = ({ rule, searchM }: RuleQuery) => REACH_M + 1 + (rule.kind === 'distance' ? searchM : 0)
  const query = {
    ruleset,
    shapes: [{ base }],
    validTime,
    rules: rules.map(rule => ({ ...rule, searchM: reachOf(rule) }))
  }
  const found = sql`SELECT c.rule, c.attributes, c.code, c.offset_m, NULL::json AS surveyed, c.geom, r.search AS reach, c.feature_id AS id
    FROM candidate c JOIN rule r ON r.place = c.rule`
  return sql`WITH ${parcelRows(query)}, ${ruleRows(query)}, ${nearRows(query)},
    found AS MATERIALIZED (${join([found, ...surveyedAreas({ coverage, validTime })], ' UNION ALL ')}),
    cut AS (SELECT f.*, CASE WHEN ST_NPoints(f.geom) <= ${WHOLE}::integer THEN f.geom WHEN ST_Covers(f.geom, x.box) THEN x.box
        ELSE ST_CollectionExtract(ST_Intersection(f.geom, x.box, ${OVERLAY_GRID}), ST_Dimension(f.geom) + 1) END AS part
      FROM found f CROSS JOIN parcel b
      CROSS JOIN LATERAL (SELECT ST_Expand(ST_Envelope(b.geom), f.reach) AS box) AS x)
    SELECT c.rule, c.attributes, c.code, c.offset_m AS "offsetM", c.surveyed, c.part::text AS geom, ST_NPoints(c.part) AS points
    FROM cut c WHERE NOT ST_IsEmpty(c.part) ORDER BY c.rule, c.id COLLATE "C", c.part::text`
}

function surveyedAreas({ coverage, validTime }: Pick<NearbyQuery, 'coverage' | 'validTime'>): Statement[] {
  if (!coverage) return []
  const fids = [...new Set(coverage.groups.flatMap(group => group.fids))]
  const layersAt = (fid: number) => coverage.groups.flatMap(group => (group.fids.includes(fid) ? group.layerIds : []))
  return fids.map(
    fid => sql`SELECT NULL::integer, NULL::jsonb, NULL::text, NULL::float8, ${JSON.stringify(layersAt(fid))}::json, t.geom,
        ${REACH_M + 1}::float8, '' FROM parcel b JOIN yitu.ground t ON t.geom && ST_Expand(b.geom, ${REACH_M + 1}::float8)
        WHERE t.layer_id = ${coverage.layer.id} AND t.fid = ${fid}::bigint AND t.valid AND ${inForce(validTime)}`
  )
}
