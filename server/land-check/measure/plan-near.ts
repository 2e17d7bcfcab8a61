import type { Layer } from '../../catalog/layer.ts'
import { literalSql, type Statement, sql } from '../../lib/sql.ts'
import type { LayerRule, Tolerance } from '../rules/rule.ts'
import { type Ruleset, sensitivityWidth, toleranceWidth } from '../rules/ruleset.ts'
import { type Shapes, VARIANTS } from './measure.ts'
import { inForce, land, OVERLAY_GRID } from './plan-pieces.ts'

/** A rule and what it reads: a layer at one of its revisions. */
export interface RuleQuery {
  /** Place in the rule set. */
  place: number
  rule: LayerRule
  layer: Layer
  revision: number
  /** Metres around the parcel in which features count. */
  searchM: number
}

export interface NearQuery {
  ruleset: Ruleset
  rules: RuleQuery[]
  /** By parcel. */
  shapes: Shapes[]
  /** The day whose law applies, YYYY-MM-DD. */
  validTime: string
}

/** Rules whose features' distance, or depth, is the margin. */
export const hasMargin = ({ rule }: Pick<RuleQuery, 'rule'>): boolean =>
  rule.kind === 'overlap' && (rule.effect === 'prohibit' || rule.effect === 'restrict')

/** Metres: what the parcel meets with its boundary moved out by its accuracy is looked at too. */
export const leastSearchM = (ruleset: Ruleset): number => Math.max(1, sensitivityWidth(ruleset) + 0.01)

/**
 * What a rule set says, as rows: `rule (place, layer, …)`. Rules are data of the one statement, not part of its text, so
 * its plan is made once for all rule sets.
 */
export function ruleRows({ ruleset, rules }: Pick<NearQuery, 'ruleset' | 'rules'>): Statement {
  const rows = rules.map(({ place, rule, layer, revision, searchM }) => {
    const distance = rule.kind === 'distance' ? rule.distance : {}
    const tolerance = toleranceOf(rule, ruleset)
    return {
      ...{ place, layer: layer.id, revision, search: searchM, kind: rule.kind },
      effect: rule.kind === 'overlap' ? rule.effect : null,
      ...(rule.where && { field: rule.where.field, allowed: rule.where.in }),
      ...(distance.field && { code: distance.field }),
      ...(distance.offsetField && { offset_field: distance.offsetField }),
      ...(tolerance && { thin_area: tolerance.maxAreaM2, thin_width: toleranceWidth(ruleset, rule) })
    }
  })
  return sql`rule AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r (place integer,
    layer text, revision integer, search float8, kind text, effect text, field text, allowed jsonb, code text,
    offset_field text, thin_area float8, thin_width float8))`
}

function toleranceOf(rule: LayerRule, ruleset: Ruleset): Tolerance | null {
  if (rule.kind === 'tenure') return ruleset.sliver
  const decides = rule.kind === 'overlap' && rule.effect !== 'allow' && rule.effect !== 'inform'
  return decides && rule.sliver !== false ? (rule.sliver ?? ruleset.sliver) : null
}

/** `parcel (n, variant, geom)` of the given shapes. */
export function parcelRows({ shapes }: Pick<NearQuery, 'shapes'>): Statement {
  const rows = shapes.flatMap((of, n) =>
    VARIANTS.flatMap(variant => (of[variant] ? [{ n, variant, geom: of[variant] }] : []))
  )
  return sql`parcel AS MATERIALIZED (SELECT v.n, v.variant, v.geom::geometry AS geom
    FROM unnest(${rows.map(({ n }) => n)}::integer[], ${rows.map(({ variant }) => variant)}::text[],
      ${rows.map(({ geom }) => geom)}::text[]) AS v (n, variant, geom))`
}

/**
 * `near`: all features of the rules' layers around the parcels; `candidate`: those a rule looks at; `invalid`: those it
 * would look at, were they valid. Stands on `parcel` and `rule`. Rules without a margin look at the parcel's own ground,
 * those with one tens of metres around, setbacks up to a hundred: each kind of layers is looked for by itself. A layer
 * that is kept as wide for the sake of other rule sets is found among the wide.
 */
export function nearRows({ ruleset, rules, validTime }: NearQuery): Statement {
  const wide = rules.filter(rule => hasMargin(rule) || rule.rule.kind === 'distance')
  const marginM = Math.max(leastSearchM(ruleset), ruleset.marginSearchM)
  const far = wide.filter(({ searchM }) => searchM > marginM)
  const idsOf = (some: RuleQuery[]) => [...new Set(some.map(({ layer }) => layer.id))]
  const wideIds = new Set(idsOf(wide))
  const farIds = new Set(idsOf(far))
  const touching = idsOf(rules).filter(id => !wideIds.has(id))
  const touchM = Math.max(1, ...rules.filter(({ layer }) => !wideIds.has(layer.id)).map(({ searchM }) => searchM))
  const farM = Math.max(marginM, ...far.map(({ searchM }) => searchM))
  return sql`near AS MATERIALIZED (
      ${around(touchM, touching, validTime, true)} UNION ALL ${around(touchM, touching, validTime, false)}
      UNION ALL ${around(
        marginM,
        [...wideIds].filter(id => !farIds.has(id)),
        validTime,
        true
      )} UNION ALL ${around(farM, [...farIds], validTime, true)}),
    looked AS MATERIALIZED (
      SELECT c.n, r.place AS rule, r.kind, r.effect, c.feature_id, c.rev_from AS since, c.fields AS attributes, c.geom, c.valid,
        c.fields ->> r.code AS code, (c.fields ->> r.offset_field)::float8 AS offset_m
      FROM near c JOIN rule r ON r.layer = c.layer_id AND c.rev_from <= r.revision AND (c.rev_to IS NULL OR c.rev_to > r.revision)
        AND c.geom && ST_Expand(c.parcel, CASE WHEN c.valid THEN r.search ELSE ${leastSearchM(ruleset)}::float8 END)
        -- A row that was kept without the field is no row that is not meant: dividing by zero says so.
        AND CASE WHEN r.field IS NULL THEN true WHEN 1 / (c.fields ? r.field)::integer = 1 THEN r.allowed ? (c.fields ->> r.field) END),
    candidate AS MATERIALIZED (SELECT * FROM looked l WHERE l.valid),
    invalid AS MATERIALIZED (SELECT l.n, l.rule, l.feature_id FROM looked l WHERE NOT l.valid)`
}

/**
 * A polygon of many corners is cut to where it can count: every function after this reads it again. The cut runs a
 * metre beyond the distance, so neither overlaps nor distances within it change.
 */
const around = (metres: number, layers: readonly string[], validTime: string, wide: boolean): Statement =>
  sql`SELECT b.n, b.geom AS parcel, t.layer_id, t.feature_id, t.rev_from, t.rev_to, t.fields, t.valid,
      CASE WHEN t.valid AND pg_column_size(t.geom) > 4000 AND ST_Dimension(t.geom) = 2
        THEN ${land(sql`ST_Intersection(t.geom, ST_Expand(ST_Envelope(b.geom), ${metres + 1}::float8), ${OVERLAY_GRID})`)}
        ELSE t.geom END AS geom
    FROM parcel b JOIN yitu.ground t ON ${literalSql(wide ? 't.wide' : 'NOT t.wide')} AND t.geom && ST_Expand(b.geom, ${metres}::float8)
    WHERE b.variant = 'base' AND t.layer_id = ANY(${layers}::text[]) AND ${inForce(validTime)}`
