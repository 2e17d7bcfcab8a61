import { join, literalSql, name, type Statement, sql } from '../lib/sql.ts'
import type { Layer } from './layer.ts'
import { tableOf } from './table.ts'

/**
 * `yitu.ground`: the features of the layers that land-checks read, in every revision, in a projected CRS on a grid.
 * Publishing keeps it in step with the layers' tables, in the same transaction.
 */

/** Metres: the coordinates a land-check measures lie on this grid. */
export const GRID_M = 0.0001

type Tabled = Pick<Layer, 'id' | 'fields'>

/**
 * How a layer is kept: the CRS, and whether some rule looks farther than a parcel's own ground; null: its features are
 * looked up by number, never by place.
 */
export interface GroundLayer {
  srid: number
  wide: boolean | null
}

/** The {@link GroundLayer} of a layer; no row: no rule set reads it. */
export const planGroundLayer = (layer: Pick<Layer, 'id'>): Statement =>
  sql`SELECT g.srid, g.wide FROM yitu.ground_layer g WHERE g.layer_id = ${layer.id}`

/**
 * Copies rows of a layer's table. Shared boundaries of neighbours become the same numbers on the grid (reference:
 * land-check §3.3, 4). An invalid polygon cannot be measured: its box is kept, to know where something is unknown.
 * @param revision only the rows that begin with it; null: all
 */
export function planGroundRows(layer: Tabled, { srid, wide }: GroundLayer, revision: number | null): Statement {
  const projected = sql`ST_Transform(t.geom, ${srid}::integer)`
  return sql`INSERT INTO yitu.ground (layer_id, fid, feature_id, rev_from, rev_to, valid_from, valid_to, fields, valid, wide, geom)
    SELECT ${layer.id}, t.fid, t.feature_id, t.rev_from, t.rev_to, t.valid_from, t.valid_to, ${fieldsOf(layer)}, v.valid, ${wide}::boolean,
      CASE WHEN v.valid THEN ST_ReducePrecision(${projected}, ${GRID_M}::float8) ELSE ST_Envelope(${projected}) END
    FROM ${tableOf(layer)} t CROSS JOIN LATERAL (SELECT ST_IsValid(t.geom) AS valid OFFSET 0) AS v
    WHERE ${revision}::integer IS NULL OR t.rev_from = ${revision}::integer`
}

/** Ends the rows that a revision ended. */
export const planGroundClose = (layer: Pick<Layer, 'id'>, revision: number): Statement =>
  sql`UPDATE yitu.ground g SET rev_to = ${revision}::integer FROM ${tableOf(layer)} t
    WHERE t.rev_to = ${revision}::integer AND g.layer_id = ${layer.id} AND g.fid = t.fid`

/**
 * How many rows of a layer at a revision are not in yitu.ground as they were copied: missing, left over, or another
 * geometry, field or time. One row, `strays`.
 */
export function planGroundStrays(layer: Tabled, revision: number): Statement {
  const at = (alias: string) => sql`${name(alias)}.rev_from <= ${revision}::integer
    AND (${name(alias)}.rev_to IS NULL OR ${name(alias)}.rev_to > ${revision}::integer)`
  const copied = sql`CASE WHEN ST_IsValid(t.geom) THEN ST_ReducePrecision(ST_Transform(t.geom, t.srid), ${GRID_M}::float8)
    ELSE ST_Envelope(ST_Transform(t.geom, t.srid)) END`
  return sql`SELECT count(*)::integer AS strays
    FROM (SELECT t.*, k.srid FROM ${tableOf(layer)} t JOIN yitu.ground_layer k ON k.layer_id = ${layer.id} WHERE ${at('t')}) AS t
    FULL JOIN (SELECT * FROM yitu.ground g WHERE g.layer_id = ${layer.id} AND ${at('g')}) AS g ON g.fid = t.fid
    WHERE g.fid IS NULL OR t.fid IS NULL OR ST_AsBinary(g.geom) IS DISTINCT FROM ST_AsBinary(${copied})
      OR (g.valid_from, g.valid_to, g.fields) IS DISTINCT FROM (t.valid_from, t.valid_to, ${fieldsOf(layer)})`
}

/** The fields of a row `t` as one object; jsonb_build_object takes at most 100 arguments. */
function fieldsOf(layer: Tabled): Statement {
  const fields = layer.fields.map(field => sql`${literalSql(`'${field.name}'`)}, ${name('t', field.name)}`)
  return join(
    chunks(fields, 40).map(some => sql`jsonb_build_object(${join(some)})`),
    ' || '
  )
}

const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
