import { join, name, type Statement, sql } from '../lib/sql.ts'
import type { Layer } from './layer.ts'
import { tableOf } from './table.ts'

/**
 * The content hash of a revision: SHA-256 over the rows' SHA-256 in byte order of feature_id; a row is its identifier
 * and attributes as JSON text, then its geometry as little-endian WKB. So the same content has the same hash on every
 * database, whatever its collation, time zone or row order.
 */
export const hashOfRows: Statement = sql`encode(sha256(coalesce(
  string_agg(row_hash, ''::bytea ORDER BY feature_id COLLATE "C"), ''::bytea)), 'hex')`

/** feature_id, geom and row_hash of the rows of a layer's table (alias t) that a condition holds for. */
export function hashedRows(layer: Pick<Layer, 'id' | 'fields'>, where: Statement): Statement {
  const attributes = layer.fields.map(field => {
    const column = name(field.name)
    return field.type === 'datetime'
      ? sql`${name('t')}.${column} AT TIME ZONE 'UTC' AS ${column}`
      : sql`${name('t')}.${column}`
  })
  return sql`SELECT t.feature_id, t.geom, sha256(convert_to(to_json(a)::text, 'UTF8') || ST_AsBinary(t.geom, 'NDR')) AS row_hash
    FROM ${tableOf(layer)} t
    CROSS JOIN LATERAL (SELECT t.feature_id, ${join(attributes)}, t.valid_from, t.valid_to) AS a
    WHERE ${where}`
}

/** The content hash that the stored rows of a revision have now; one row with `hash`. */
export function planContentHash(layer: Pick<Layer, 'id' | 'fields'>, revision: number): Statement {
  const rows = sql`t.rev_from <= ${revision}::integer AND (t.rev_to IS NULL OR t.rev_to > ${revision}::integer)`
  return sql`SELECT ${hashOfRows} AS hash FROM (${hashedRows(layer, rows)}) AS hashed`
}
