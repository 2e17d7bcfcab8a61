import { GEOGRAPHIC_SRID } from '../../lib/crs.ts'
import { literalSql, name, type Statement, sql } from '../../lib/sql.ts'
import type { LayerRule } from '../rules/rule.ts'

/** Expressions that several statements of the land-check share. */

/**
 * Overlays are noded on a grid of 0.1 µm, a thousandth of the coordinates' own: fine enough that no area is rounded by
 * it (10⁻⁷ m × perimeter), and snap rounding always ends in valid polygons. Floating overlay may fail inside and be
 * tried again by GEOS, which the embedded database cannot do: it answers nothing then (see rows.ts).
 */
export const OVERLAY_GRID = literalSql('1e-7::float8')

/** What is left of an overlay that is land: lines and points where pieces touch are none, and no overlay takes both. */
export const land = (overlay: Statement): Statement => sql`ST_CollectionExtract(${overlay}, 3)`

/**
 * Aggregate: the union of geometries; one alone is left as it is, and costs nothing. Where some are known to be as large
 * as a union can get (`whole`), any of them is it.
 * @param only which rows count; NULL where none does
 */
export function union(
  geometry: Statement,
  order: Statement,
  whole?: Statement,
  only: Statement = sql`true`
): Statement {
  const all = sql`array_agg(${geometry} ORDER BY ${order}) FILTER (WHERE ${only}`
  const rest = united(sql`${all})`)
  return whole ? sql`CASE WHEN bool_or(${whole} AND ${only}) THEN (${all} AND ${whole}))[1] ELSE ${rest} END` : rest
}

/** The union of an array of geometries. */
export const united = (geometries: Statement): Statement =>
  sql`CASE WHEN cardinality(${geometries}) = 1 THEN (${geometries})[1]
    ELSE ${land(sql`ST_UnaryUnion(ST_Collect(${geometries}), ${OVERLAY_GRID})`)} END`

export const degrees = (geometry: Statement): Statement =>
  sql`ST_AsGeoJSON(ST_Transform(${geometry}, ${literalSql(String(GEOGRAPHIC_SRID))}), 10, 0)::json`

/** Whether every point is within half the width of the edge: eroding by half the width leaves nothing. */
export const isThin = (geometry: Statement, area: Statement, width: Statement): Statement =>
  sql`CASE WHEN ST_Area(${geometry}) <= ${area} THEN ST_IsEmpty(ST_Buffer(${geometry}, -${width} / 2, 'join=mitre')) ELSE false END`

/** The columns a rule needs of its layer: those it shows and those it judges by. */
export function columns(rule: LayerRule, shown: readonly string[]): string[] {
  const judged = rule.kind === 'tenure' ? [rule.codeField, rule.holderField, rule.mustCover?.collectiveField] : []
  return [...new Set([...shown, ...judged.flatMap(field => field ?? [])])]
}

/** A layer's rows `t` at a revision. */
export const atRevision = (revision: number): Statement =>
  sql`t.rev_from <= ${revision}::integer AND (t.rev_to IS NULL OR t.rev_to > ${revision}::integer)`

/** Rows `t` in force on a day, YYYY-MM-DD: from the first day of theirs, up to the last but not on it. */
export const inForce = (day: string): Statement => sql`(t.valid_from IS NULL OR t.valid_from <= ${day}::date)
  AND (t.valid_to IS NULL OR t.valid_to > ${day}::date)`

export const only = (where: LayerRule['where']): Statement =>
  where ? sql`AND ${name('t', where.field)}::text = ANY(${where.in}::text[])` : sql``
