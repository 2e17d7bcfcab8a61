import type { Layer } from '../catalog/layer.ts'
import { fieldColumns, tableOf } from '../catalog/table.ts'
import { type Database, join, type Row, type Statement, sql } from '../lib/sql.ts'
import { packRows, type RowBatch } from './row-batch.ts'

/** Enough to hide the way to the database, few enough not to hold up the event loop. */
const BATCH = 2000

/** The next rows of a layer's present revision, by fid, with their geometry as WKB (EPSG:4490, longitude latitude). */
export function planRows(layer: Pick<Layer, 'id' | 'fields'>, afterFid: number, limit: number): Statement {
  return sql`SELECT fid, feature_id, ST_AsBinary(geom) AS geom, ${join(fieldColumns(layer))}
    FROM ${tableOf(layer)} WHERE rev_to IS NULL AND fid > ${afterFid}::bigint ORDER BY fid LIMIT ${limit}::integer`
}

/**
 * Reads a layer's present rows, in batches, from one snapshot: whatever is published meanwhile, the rows are those of
 * exactly the revision that is returned.
 */
export function loadRows(db: Database, layer: Layer, take: (batch: RowBatch) => void): Promise<number> {
  const fields = layer.fields.map(field => field.name)
  return db.transaction(
    async tx => {
      const [state] = await tx.query<{ revision: number }>(
        sql`SELECT revision FROM yitu.layer WHERE id = ${layer.id}::text`
      )
      if (!state || state.revision === 0) return 0
      let rows: Row[] = []
      do {
        const last = (rows.at(-1)?.['fid'] as number | undefined) ?? 0
        rows = await tx.query(planRows(layer, last, BATCH))
        if (rows.length > 0) take(packRows(rows, fields))
      } while (rows.length === BATCH)
      return state.revision
    },
    { isolation: 'repeatable read', readOnly: true }
  )
}
