import type { Field, Layer } from '../catalog/layer.ts'
import { tableOf } from '../catalog/table.ts'
import { type Database, join, name, type Statement, sql } from '../lib/sql.ts'

/** Enough to hide the way to the database, few enough not to hold up the event loop. */
const BATCH = { rows: 8000, bytes: 2 ** 26 }

interface Packed {
  /** The last one's `fid`; null: there are no more. */
  last: number | null
  /** Row after row as `record_send` writes them: `fid`, `feature_id`, the geometry (WKB) and the fields. */
  rows: Buffer | null
}

/**
 * The next rows of a layer's present revision, by fid, with their geometry as WKB (EPSG:4490, longitude latitude): as
 * one value, in binary, so that the event loop need not take them apart. Days and instants are texts.
 */
export function planPacked(layer: Pick<Layer, 'id' | 'fields'>, afterFid: number, limit: number): Statement {
  return sql`SELECT max(r.fid) AS last, string_agg(record_send(r), ''::bytea) AS rows FROM (
    SELECT t.fid::bigint AS fid, feature_id, ST_AsBinary(geom, 'NDR') AS geom, ${join(layer.fields.map(column))}
    FROM ${tableOf(layer)} t WHERE rev_to IS NULL AND t.fid > ${afterFid}::bigint ORDER BY t.fid LIMIT ${limit}::integer) AS r`
}

/** As the drivers' own parsers have it (see db/values.ts). */
function column({ name: field, type }: Field): Statement {
  if (type === 'date') return sql`${name(field)}::text AS ${name(field)}`
  if (type !== 'datetime') return sql`${name(field)}`
  return sql`to_char(${name(field)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ${name(field)}`
}

/** What is known of a layer before its rows are read. */
const planState = (layer: Pick<Layer, 'id'>): Statement =>
  sql`SELECT l.revision, (SELECT max(pg_column_size(t.geom)) FROM ${tableOf(layer)} t WHERE t.rev_to IS NULL) AS largest
    FROM yitu.layer l WHERE l.id = ${layer.id}::text`

/**
 * Reads a layer's present rows, in batches, from one snapshot: whatever is published meanwhile, the rows are those of
 * exactly the revision that is returned.
 * @param take is given memory that is its own
 */
export function loadRows(db: Database, layer: Layer, take: (packed: Uint8Array<ArrayBuffer>) => void): Promise<number> {
  return db.transaction(
    async tx => {
      const [state] = await tx.query<{ revision: number; largest: number | null }>(planState(layer))
      if (!state || state.revision === 0) return 0
      const limit = Math.min(BATCH.rows, Math.max(1, Math.floor(BATCH.bytes / (state.largest ?? 1))))
      for (let last: number | null = 0; last !== null; ) {
        const [batch]: Packed[] = await tx.query<Packed & Record<string, unknown>>(planPacked(layer, last, limit))
        if (batch?.rows) take(new Uint8Array(batch.rows))
        last = batch?.last ?? null
      }
      return state.revision
    },
    { isolation: 'repeatable read', readOnly: true }
  )
}
