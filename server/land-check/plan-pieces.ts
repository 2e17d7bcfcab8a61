import { GEOGRAPHIC_SRID } from '../lib/crs.ts'
import { literalSql, type Statement, sql } from '../lib/sql.ts'
import type { LayerRule } from './rule.ts'

/** Expressions that several statements of the land-check share. */

/**
 * Overlays are noded on a grid of 0.1 µm, a thousandth of the coordinates' own: fine enough that no area is rounded by
 * it (10⁻⁷ m × perimeter), and snap rounding always ends in valid polygons. Floating overlay may fail inside and be
 * tried again by GEOS, which the embedded database cannot do: it answers nothing then (see rows.ts).
 */
export const OVERLAY_GRID = literalSql('1e-7::float8')

/** What is left of an overlay that is land: lines and points where pieces touch are none, and no overlay takes both. */
export const land = (overlay: Statement): Statement => sql`ST_CollectionExtract(${overlay}, 3)`

/** Aggregate: the union of geometries; one alone is left as it is. */
export const union = (geometry: Statement, order: Statement): Statement =>
  sql`CASE WHEN count(*) = 1 THEN (array_agg(${geometry}))[1] ELSE ${land(sql`ST_Union(${geometry}, ${OVERLAY_GRID} ORDER BY ${order})`)} END`

export const degrees = (geometry: Statement): Statement =>
  sql`ST_AsGeoJSON(ST_Transform(${geometry}, ${literalSql(String(GEOGRAPHIC_SRID))}), 9, 0)::json`

/** Whether every point is within half the width of the edge: eroding by half the width leaves nothing. */
export const isThin = (geometry: Statement, area: Statement, width: Statement): Statement =>
  sql`CASE WHEN ST_Area(${geometry}) <= ${area} THEN ST_IsEmpty(ST_Buffer(${geometry}, -${width} / 2, 'join=mitre')) ELSE false END`

/** The columns a rule needs of its layer: those it shows and those it judges by. */
export function columns(rule: LayerRule, shown: readonly string[]): string[] {
  const judged = rule.kind === 'tenure' ? [rule.codeField, rule.holderField, rule.mustCover?.collectiveField] : []
  return [...new Set([...shown, ...judged.flatMap(field => field ?? [])])]
}
