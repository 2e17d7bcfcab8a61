import type { Layer } from '../catalog/layer.ts'
import { tableOf } from '../catalog/table.ts'
import { GEOGRAPHIC_SRID, sridOf } from '../lib/crs.ts'
import { join, literalSql, name, type Statement, sql } from '../lib/sql.ts'
import type { Rule, Ruleset } from './ruleset.ts'

/** The parcel itself, and the parcel with its boundary moved in and out by the accuracy. */
export const VARIANTS = ['base', 'eroded', 'dilated'] as const
export type Variant = (typeof VARIANTS)[number]

/** Hex EWKB in the working CRS, by variant; a variant with nothing left is absent. */
export type Shapes = Partial<Record<Variant, string>> & { base: string }

export interface RuleContext {
  ruleset: Ruleset
  rule: Rule
  layer: Layer
  shapes: Shapes
  /** The day whose law applies, YYYY-MM-DD. */
  validTime: string
  /** Overlap parts up to this area are tested for thickness; null: none is a sliver. */
  sliverArea: number | null
  /** Parts thinner than this may be slivers, metres. */
  width: number
}

/** A connected piece of what the rule's features cover of a variant. */
export interface Part {
  area: number
  perimeter: number
  /** No point of it is farther than half the width from its edge. */
  thin: boolean
  /** Longitude latitude; for the base only. */
  geometry: object | null
}

export interface Overlap {
  featureId: string
  /** Since which revision of the layer the feature is as it is. */
  since: number
  attributes: Record<string, unknown>
  area: number
  geometry: object
}

export interface RuleMeasure {
  /** Features near the parcel whose stored polygon is invalid. */
  invalid: string[]
  features: Overlap[]
  /** Features whose interior meets the variant's, and the connected pieces of their union. */
  variants: Partial<Record<Variant, { overlaps: number; parts: Part[]; clip: string }>>
  /** From the parcel to the nearest feature, metres, 0 when touching; null: none within the search distance. */
  distanceM: number | null
  /** How far the overlap reaches into the parcel from what is clear of it, metres; null when all of it is overlapped. */
  depthM: number | null
}

/**
 * Overlays are noded on a grid of 0.1 µm, a thousandth of the coordinates' own: fine enough that no area is rounded by
 * it (10⁻⁷ m × perimeter), and snap rounding always ends in valid polygons. Floating overlay may fail inside and be
 * tried again by GEOS, which the embedded database cannot do: it answers nothing then (see rows.ts).
 */
export const OVERLAY_GRID = sql`1e-7::float8`

const degrees = (geometry: Statement) =>
  sql`ST_AsGeoJSON(ST_Transform(${geometry}, ${GEOGRAPHIC_SRID}::integer), 9, 0)::json`

/** Rows of a layer that are published, in force on the day, and of the wanted codes. */
export function currentRows(layer: Layer, validTime: string, where?: Rule['where']): Statement {
  const alias = name('t')
  const only = where ? sql`AND ${alias}.${name(where.field)}::text = ANY(${where.in}::text[])` : sql``
  return sql`FROM ${tableOf(layer)} t WHERE t.rev_to IS NULL
    AND (t.valid_from IS NULL OR t.valid_from <= ${validTime}::date)
    AND (t.valid_to IS NULL OR t.valid_to > ${validTime}::date) ${only}`
}

/** The parcel's surroundings in degrees, for the index: its box widened in the working CRS. */
const near = (distance: number): Statement =>
  sql`(SELECT ST_Transform(ST_Segmentize(ST_Envelope(ST_Expand(p.geom, ${distance}::float8)), 1000), ${GEOGRAPHIC_SRID}::integer)
    FROM parcel p WHERE p.variant = 'base')`

/** `WITH parcel` of the given shapes, and how a stored geometry comes to the grid of the working CRS. */
export function parcelRows(shapes: Shapes): Statement {
  const given = VARIANTS.flatMap(variant => shapes[variant] ?? [])
  const names = VARIANTS.filter(variant => shapes[variant])
  return sql`parcel AS MATERIALIZED (SELECT v.variant, v.geom::geometry AS geom
    FROM unnest(${names}::text[], ${given}::text[]) AS v (variant, geom))`
}

export const onGrid = (ruleset: Ruleset, geometry: Statement): Statement =>
  sql`ST_ReducePrecision(ST_Transform(${geometry}, ${sridOf(ruleset.workingCrs)}::integer), ${ruleset.gridM}::float8)`

/** Whether every point is within half the width of the edge: eroding by half the width leaves nothing. */
export const isThin = (geometry: Statement, area: number | null, width: number): Statement =>
  area === null
    ? sql`false`
    : sql`CASE WHEN ST_Area(${geometry}) <= ${area}::float8
        THEN ST_IsEmpty(ST_Buffer(${geometry}, ${-width / 2}::float8, 'join=mitre')) ELSE false END`

/**
 * One rule against the parcel, in one row: invalid features, overlaps a feature, pieces after union (nothing is
 * counted twice), distance and depth. Overlap means that interiors meet (DE-9IM T********): a shared edge or corner is
 * none.
 */
export function planRule(context: RuleContext): Statement {
  const { ruleset, rule, layer, shapes, validTime, sliverArea, width } = context
  const wantsMargin = rule.effect === 'prohibit' || rule.effect === 'restrict'
  const search = wantsMargin ? ruleset.marginSearchM : 0
  const fields = rule.attributes ?? [layer.fields[0]!.name]
  const attributes = join(fields.map(field => sql`${field}::text, ${name('t')}.${name(field)}`))
  const part = literalSql('d.geom')
  return sql`WITH ${parcelRows(shapes)},
    candidate AS MATERIALIZED (
      SELECT t.feature_id, t.rev_from, jsonb_build_object(${attributes}) AS attributes, t.geom, ST_IsValid(t.geom) AS valid
      ${currentRows(layer, validTime, rule.where)} AND t.geom && ${near(Math.max(search, 1))}),
    zone AS MATERIALIZED (
      SELECT c.feature_id, c.rev_from, c.attributes, ${onGrid(ruleset, literalSql('c.geom'))} AS geom FROM candidate c WHERE c.valid),
    hit AS MATERIALIZED (
      SELECT p.variant, z.feature_id, z.rev_from, z.attributes, ST_CollectionExtract(ST_Intersection(p.geom, z.geom, ${OVERLAY_GRID}), 3) AS geom
      FROM parcel p JOIN zone z ON p.geom && z.geom AND ST_Relate(p.geom, z.geom, 'T********')),
    merged AS MATERIALIZED (
      SELECT h.variant, count(*)::integer AS overlaps, ST_Union(h.geom, ${OVERLAY_GRID} ORDER BY h.feature_id COLLATE "C") AS geom
      FROM hit h GROUP BY h.variant),
    measured AS (
      SELECT m.variant, json_build_object('overlaps', m.overlaps, 'clip', m.geom::text, 'parts', (
        SELECT coalesce(json_agg(json_build_object('area', ST_Area(d.geom), 'perimeter', ST_Perimeter(d.geom),
            'thin', ${isThin(part, sliverArea, width)},
            'geometry', CASE WHEN m.variant = 'base' THEN ${degrees(part)} END)
          ORDER BY ST_Area(d.geom) DESC, ST_XMin(d.geom), ST_YMin(d.geom)), '[]')
        FROM ST_Dump(m.geom) AS d)) AS measure
      FROM merged m)
    SELECT
      (SELECT coalesce(json_agg(c.feature_id ORDER BY c.feature_id COLLATE "C"), '[]') FROM candidate c
        WHERE NOT c.valid AND c.geom && ${near(1)}) AS invalid,
      (SELECT coalesce(json_agg(json_build_object('featureId', h.feature_id, 'since', h.rev_from, 'attributes', h.attributes,
          'area', ST_Area(h.geom), 'geometry', ${degrees(literalSql('h.geom'))}) ORDER BY h.feature_id COLLATE "C"), '[]')
        FROM hit h WHERE h.variant = 'base') AS features,
      (SELECT coalesce(json_object_agg(v.variant, v.measure), '{}') FROM measured v) AS variants,
      ${wantsMargin ? margin : literalSql('NULL::float8 AS "distanceM", NULL::float8 AS "depthM"')}`
}

const margin = sql`(SELECT min(ST_Distance(p.geom, z.geom)) FROM parcel p, zone z WHERE p.variant = 'base') AS "distanceM",
      (SELECT max(ST_Distance(v.geom, c.clear)) FROM merged m
        JOIN parcel p ON p.variant = m.variant
        CROSS JOIN LATERAL (SELECT ST_Difference(p.geom, m.geom, ${OVERLAY_GRID}) AS clear) AS c
        CROSS JOIN LATERAL ST_DumpPoints(m.geom) AS v
        WHERE m.variant = 'base' AND NOT ST_IsEmpty(c.clear)) AS "depthM"`
