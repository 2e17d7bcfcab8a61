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

/** How a layer is kept: the CRS, and whether some rule looks farther than a parcel's own ground. */
export interface GroundLayer {
  srid: number
  wide: boolean
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
  const fields = layer.fields.map(field => sql`${literalSql(`'${field.name}'`)}, ${name('t', field.name)}`)
  // jsonb_build_object takes at most 100 arguments.
  const objects = chunks(fields, 40).map(some => sql`jsonb_build_object(${join(some)})`)
  return sql`INSERT INTO yitu.ground (layer_id, fid, feature_id, rev_from, rev_to, valid_from, valid_to, fields, valid, wide, geom)
    SELECT ${layer.id}, t.fid, t.feature_id, t.rev_from, t.rev_to, t.valid_from, t.valid_to, ${join(objects, ' || ')}, v.valid, ${wide}::boolean,
      CASE WHEN v.valid THEN ST_ReducePrecision(${projected}, ${GRID_M}::float8) ELSE ST_Envelope(${projected}) END
    FROM ${tableOf(layer)} t CROSS JOIN LATERAL (SELECT ST_IsValid(t.geom) AS valid OFFSET 0) AS v
    WHERE ${revision}::integer IS NULL OR t.rev_from = ${revision}::integer`
}

/** Ends the rows that a revision ended. */
export const planGroundClose = (layer: Pick<Layer, 'id'>, revision: number): Statement =>
  sql`UPDATE yitu.ground g SET rev_to = ${revision}::integer FROM ${tableOf(layer)} t
    WHERE t.rev_to = ${revision}::integer AND g.layer_id = ${layer.id} AND g.fid = t.fid`

const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
