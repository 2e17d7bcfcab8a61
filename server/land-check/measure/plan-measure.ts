import { LRUCache } from 'lru-cache'
import type { Layer } from '../../catalog/layer.ts'
import { tableOf } from '../../catalog/table.ts'
import { join, literalSql, name, type Statement, sql } from '../../lib/sql.ts'
import type { LayerRule, Tolerance } from '../rules/rule.ts'
import { type Ruleset, toleranceWidth } from '../rules/ruleset.ts'
import { type Shapes, VARIANTS } from './measure.ts'
import { type CoverageQuery, coverageRows } from './plan-coverage.ts'
import { planNet } from './plan-net.ts'
import {
  around,
  atRevision,
  columns,
  degrees,
  inForce,
  isThin,
  land,
  OVERLAY_GRID,
  only,
  placed,
  shared,
  union
} from './plan-pieces.ts'

/** A rule and what it reads: a layer at one of its revisions. */
export interface RuleQuery {
  /** Place in the rule set. */
  place: number
  rule: LayerRule
  layer: Layer
  revision: number
  /** The layer's table keeps grid_geom in the working CRS; without it geometries are brought there in the query. */
  gridded: boolean
  /** Some feature of the revision is invalid, so that it must be looked for. */
  invalid: boolean
  /** Metres around the parcel in which features count. */
  searchM: number
}

export interface MeasureQuery {
  ruleset: Ruleset
  rules: RuleQuery[]
  coverage: CoverageQuery | null
  /** By parcel. */
  shapes: Shapes[]
  /** The day whose law applies, YYYY-MM-DD. */
  validTime: string
}

/**
 * Every layer rule against every parcel of a chunk and its variants, coverage and the net partition, in one statement
 * with one row a parcel, in order. Overlap means that interiors meet (DE-9IM T********): a shared edge or corner is
 * none. Features of one rule are united before areas are taken: nothing is counted twice.
 */
export function planMeasure(query: MeasureQuery): Statement {
  const { ruleset, rules, coverage, validTime } = query
  const asked = rules.map(({ place, revision, gridded, invalid, searchM }) => [
    place,
    revision,
    gridded,
    invalid,
    searchM
  ])
  const covering = coverage && [coverage.layer.id, coverage.gridded, coverage.groups]
  const key = JSON.stringify([ruleset.id, ruleset.hash, validTime, asked, covering])
  // The layers too: a definition that changed under the same id is another object.
  const layers = rules.map(({ layer }) => layer)
  const found = planned.get(key)
  const plan = found?.layers.every((layer, i) => layer === layers[i])
    ? found
    : { layers, statement: writeMeasure(query) }
  planned.set(key, plan)
  return {
    text: plan.statement.text,
    values: [...shapeValues(query.shapes), ...plan.statement.values.slice(3)],
    keepPlan: true
  }
}

/** Writing the statement takes longer than running parts of it, and only the parcels differ from check to check. */
const planned = new LRUCache<string, { layers: Layer[]; statement: Statement }>({ max: 64 })

function writeMeasure(query: MeasureQuery): Statement {
  const { rules } = query
  const margin = places(rules.filter(hasMargin))
  const distance = places(rules.filter(({ rule }) => rule.kind === 'distance'))
  // What only informs decides nothing, so how it stands to the moved boundary is not asked.
  const informing = places(rules.filter(({ rule }) => rule.kind === 'overlap' && rule.effect === 'inform'))
  const tenure = places(rules.filter(({ rule }) => rule.kind === 'tenure'))
  return sql`WITH ${parcelRows(query)},
    candidate AS MATERIALIZED (${join([NO_CANDIDATE, ...rules.map(rule => candidates(query, rule))], ' UNION ALL ')}),
    invalid AS MATERIALIZED (${join([NO_INVALID, ...rules.flatMap(rule => invalidRows(query, rule))], ' UNION ALL ')}),
    overlay AS MATERIALIZED (
      SELECT p.n, p.variant, c.rule, c.feature_id, c.since, c.attributes, p.geom AS parcel, c.geom AS zone,
        ${shared(sql`p.geom`, sql`c.geom`)} AS geom
      FROM parcel p JOIN candidate c ON c.n = p.n AND NOT c.rule = ANY(${distance}::integer[])
        AND (p.variant = 'base' OR NOT c.rule = ANY(${informing}::integer[])) AND p.geom && c.geom
        AND ST_Intersects(p.geom, c.geom)),
    hit AS MATERIALIZED (
      SELECT o.n, o.variant, o.rule, o.feature_id, o.since, o.attributes, o.geom FROM overlay o
      WHERE NOT ST_IsEmpty(o.geom) OR ST_Relate(o.parcel, o.zone, 'T********')),
    merged AS MATERIALIZED (
      SELECT h.n, h.variant, h.rule, count(*)::integer AS overlaps, ${union(sql`h.geom`, sql`h.feature_id COLLATE "C"`)} AS geom
      FROM hit h GROUP BY h.n, h.variant, h.rule),
    piece AS MATERIALIZED (
      SELECT m.n, m.rule, json_object_agg(m.variant, json_build_object('overlaps', m.overlaps, 'parts', (
        SELECT coalesce(json_agg(json_build_object('area', ST_Area(d.geom), 'perimeter', ST_Perimeter(d.geom),
            'thin', d.thin, 'geometry', CASE WHEN m.variant = 'base' AND d.thin THEN ${degrees(literalSql('d.geom'))} END)
          ORDER BY ST_Area(d.geom) DESC, ST_XMin(d.geom), ST_YMin(d.geom)), '[]')
        FROM (SELECT d.geom, ${thin(query, 'd')} AS thin FROM ST_Dump(m.geom) AS d OFFSET 0) AS d))) AS variants,
        max((SELECT max(ST_Distance(v.geom, c.clear))
          FROM (SELECT ST_Difference(p.geom, m.geom, ${OVERLAY_GRID}) AS clear FROM parcel p
            WHERE p.n = m.n AND p.variant = 'base' AND m.variant = 'base' AND m.rule = ANY(${margin}::integer[]) OFFSET 0) AS c
          CROSS JOIN LATERAL ST_DumpPoints(m.geom) AS v
          WHERE NOT ST_IsEmpty(c.clear))) AS depth
      FROM merged m GROUP BY m.n, m.rule),
    feature AS MATERIALIZED (
      SELECT h.n, h.rule, json_agg(json_build_object('featureId', h.feature_id, 'since', h.since, 'attributes', h.attributes,
          'area', ST_Area(h.geom), 'geometry', ${degrees(literalSql('h.geom'))}) ORDER BY h.feature_id COLLATE "C") AS features
      FROM hit h WHERE h.variant = 'base' GROUP BY h.n, h.rule),
    held AS MATERIALIZED (
      SELECT h.n, h.rule, json_object_agg(h.variant, h.held) AS held FROM (
        SELECT m.n, m.rule, m.variant, json_agg(json_build_object('attributes', m.attributes, 'area', ST_Area(m.geom),
          'thin', ${thin(query, 'm')}) ORDER BY m.feature_id COLLATE "C") AS held
        FROM hit m WHERE m.rule = ANY(${tenure}::integer[]) GROUP BY m.n, m.rule, m.variant) AS h
      GROUP BY h.n, h.rule),
    distant AS MATERIALIZED (
      SELECT c.n, c.rule, c.feature_id, c.since, c.attributes, c.code, c.offset_m, ST_Distance(b.geom, c.geom) AS distance
      FROM candidate c JOIN parcel b ON b.n = c.n AND b.variant = 'base' WHERE c.rule = ANY(${[...margin, ...distance]}::integer[])),
    nearest AS MATERIALIZED (
      SELECT d.n, d.rule, min(d.distance) AS distance,
        json_agg(json_build_object('featureId', d.feature_id, 'since', d.since, 'attributes', d.attributes,
          'distanceM', d.distance, 'code', d.code, 'offsetM', d.offset_m) ORDER BY d.feature_id COLLATE "C")
          FILTER (WHERE d.rule = ANY(${distance}::integer[])) AS near
      FROM distant d GROUP BY d.n, d.rule),
    met AS MATERIALIZED (SELECT c.n, c.rule FROM candidate c UNION SELECT i.n, i.rule FROM invalid i),
    ruled AS MATERIALIZED (
      SELECT m.n, json_object_agg(m.rule, json_build_object(
        'invalid', (SELECT coalesce(json_agg(i.feature_id ORDER BY i.feature_id COLLATE "C"), '[]') FROM invalid i WHERE i.n = m.n AND i.rule = m.rule),
        'features', coalesce(f.features, '[]'), 'near', coalesce(d.near, '[]'), 'held', coalesce(w.held, '{}'), 'variants', coalesce(v.variants, '{}'),
        'distanceM', d.distance, 'depthM', v.depth)) AS rules
      FROM met m
      LEFT JOIN feature f ON f.n = m.n AND f.rule = m.rule
      LEFT JOIN nearest d ON d.n = m.n AND d.rule = m.rule
      LEFT JOIN held w ON w.n = m.n AND w.rule = m.rule
      LEFT JOIN piece v ON v.n = m.n AND v.rule = m.rule
      GROUP BY m.n),
    ${coverageRows(query)},
    ${planNet(query)}
    SELECT coalesce(r.rules, '{}') AS rules, coalesce(u.unsurveyed, '{}') AS unsurveyed, net.classes, net.parts, net.uncovered, net.areas
    FROM net LEFT JOIN ruled r ON r.n = net.n LEFT JOIN unsurveyed u ON u.n = net.n ORDER BY net.n`
}

const places = (rules: RuleQuery[]): number[] => rules.map(({ place }) => place)

/** Rules whose features' distance, or depth, is the margin. */
export const hasMargin = ({ rule }: Pick<RuleQuery, 'rule'>): boolean =>
  rule.kind === 'overlap' && (rule.effect === 'prohibit' || rule.effect === 'restrict')

/** `parcel (n, variant, geom)` of the given shapes: $1, $2 and $3 of a statement that begins with it. */
export function parcelRows({ shapes }: Pick<MeasureQuery, 'shapes'>): Statement {
  const [places, variants, geometries] = shapeValues(shapes)
  return sql`parcel AS MATERIALIZED (SELECT v.n, v.variant, v.geom::geometry AS geom
    FROM unnest(${places}::integer[], ${variants}::text[], ${geometries}::text[]) AS v (n, variant, geom))`
}

function shapeValues(shapes: Shapes[]): [number[], string[], string[]] {
  const rows = shapes.flatMap((of, n) =>
    VARIANTS.flatMap(variant => (of[variant] ? [{ n, variant, geom: of[variant] }] : []))
  )
  return [rows.map(({ n }) => n), rows.map(({ variant }) => variant), rows.map(({ geom }) => geom)]
}

/** What the rules' rows are added to: no rule, no row. */
const NO_CANDIDATE = literalSql(`SELECT NULL::integer AS n, NULL::integer AS rule, NULL::text AS feature_id,
      NULL::integer AS since, NULL::jsonb AS attributes, NULL::geometry AS geom, NULL::text AS code,
      NULL::float8 AS offset_m WHERE false`)
const NO_INVALID = literalSql('SELECT NULL::integer AS n, NULL::integer AS rule, NULL::text AS feature_id WHERE false')

export function candidates({ ruleset, validTime }: MeasureQuery, query: RuleQuery): Statement {
  const { place: nth, rule, layer, revision, searchM } = query
  const { geom: whole, near } = placed(query, ruleset, searchM)
  const geom = rule.kind === 'distance' ? whole : local(whole, searchM)
  const fields = rule.attributes ?? [layer.fields[0]!.name]
  const shown = join(columns(rule, fields).map(field => sql`${literalSql(`'${field}'`)}, ${name('t', field)}`))
  const distance = rule.kind === 'distance' ? rule.distance : {}
  const code = distance.field ? sql`${name('t', distance.field)}::text` : sql`NULL::text`
  const offset = distance.offsetField ? sql`${name('t', distance.offsetField)}::float8` : sql`NULL::float8`
  return sql`SELECT b.n, ${nth}::integer AS rule, t.feature_id, t.rev_from AS since, jsonb_build_object(${shown}) AS attributes,
      ${geom} AS geom, ${code} AS code, ${offset} AS offset_m
    FROM parcel b JOIN ${tableOf(layer)} t ON ${near}
    WHERE b.variant = 'base' AND ${atRevision(revision)} AND ${inForce(validTime)} ${only(rule.where)}`
}

/**
 * A polygon of many corners, cut to where it can count: every function after this reads it again. The cut runs a metre
 * beyond the search distance, so neither overlaps nor distances within it change.
 */
const local = (geometry: Statement, searchM: number): Statement =>
  sql`CASE WHEN pg_column_size(${geometry}) <= 4000 THEN ${geometry} ELSE
    ${land(sql`ST_Intersection(${geometry}, ST_Expand(ST_Envelope(b.geom), ${searchM + 1}::float8), ${OVERLAY_GRID})`)} END`

function invalidRows({ validTime }: MeasureQuery, { place: nth, rule, layer, revision, gridded, invalid }: RuleQuery) {
  if (gridded && !invalid) return []
  return sql`SELECT b.n, ${nth}::integer AS rule, t.feature_id FROM parcel b JOIN ${tableOf(layer)} t ON t.geom && ${around(1)}
    WHERE b.variant = 'base' AND ${gridded ? sql`t.grid_geom IS NULL` : sql`NOT ST_IsValid(t.geom)`} AND ${atRevision(revision)} AND ${inForce(validTime)} ${only(rule.where)}`
}

/** Whether a piece of rule `m.rule`, column geom of the alias, is thin; asked only where it may be a sliver. */
function thin({ ruleset, rules }: MeasureQuery, alias: 'd' | 'm'): Statement {
  const limits = rules.flatMap(({ place: nth, rule }) => {
    const tolerance = toleranceOf(rule, ruleset)
    return tolerance ? [{ nth, maxAreaM2: tolerance.maxAreaM2, width: toleranceWidth(ruleset, rule) }] : []
  })
  return sql`coalesce((SELECT ${isThin(literalSql(`${alias}.geom`), literalSql('l.area'), literalSql('l.width'))}
    FROM unnest(${limits.map(l => l.nth)}::integer[], ${limits.map(l => l.maxAreaM2)}::float8[], ${limits.map(l => l.width)}::float8[])
      AS l (rule, area, width) WHERE l.rule = m.rule), false)`
}

function toleranceOf(rule: LayerRule, ruleset: Ruleset): Tolerance | null {
  if (rule.kind === 'tenure') return ruleset.sliver
  const decides = rule.kind === 'overlap' && rule.effect !== 'allow' && rule.effect !== 'inform'
  return decides && rule.sliver !== false ? (rule.sliver ?? ruleset.sliver) : null
}
