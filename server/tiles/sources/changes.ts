import type { Layer } from '../../catalog/layer.ts'
import { fieldColumns, tableOf } from '../../catalog/table.ts'
import { type Database, join, type Row, type Statement, sql } from '../../lib/sql.ts'
import { packRows, type RowBatch } from '../row-batch.ts'

/** What became of a layer's rows since a revision. */
export interface Changes {
  /** The revision they lead to. */
  revision: number
  /** Rows of the earlier revision that are no longer current. */
  removed: number[]
  added: RowBatch
}

/** Rows that ended after a revision, of those that were current then. */
const planRemoved = (layer: Pick<Layer, 'id'>, revision: number, limit: number): Statement =>
  sql`SELECT fid FROM ${tableOf(layer)} WHERE rev_to > ${revision}::integer AND rev_from <= ${revision}::integer
    LIMIT ${limit}::integer`

const planAdded = (layer: Pick<Layer, 'id' | 'fields'>, revision: number, limit: number): Statement =>
  sql`SELECT fid, feature_id, ST_AsBinary(geom, 'NDR') AS geom, ${join(fieldColumns(layer))}
    FROM ${tableOf(layer)} WHERE rev_to IS NULL AND rev_from > ${revision}::integer LIMIT ${limit}::integer`

/**
 * Reads what changed since a revision, from one snapshot, by the index `<layer>_revisions`.
 * @returns null where more than `most` rows did
 */
export function readChanges(db: Database, layer: Layer, since: number, most: number): Promise<Changes | null> {
  return db.transaction(
    async tx => {
      const [state] = await tx.query<{ revision: number }>(
        sql`SELECT revision FROM yitu.layer WHERE id = ${layer.id}::text`
      )
      const removed = await tx.query<{ fid: number }>(planRemoved(layer, since, most + 1))
      if (removed.length > most) return null
      const added = await tx.query<Row & { fid: number }>(planAdded(layer, since, most + 1))
      if (added.length > most) return null
      added.sort((a, b) => a.fid - b.fid)
      return {
        revision: state?.revision ?? 0,
        removed: removed.map(({ fid }) => fid),
        added: packRows(
          added,
          layer.fields.map(field => field.name)
        )
      }
    },
    { isolation: 'repeatable read', readOnly: true }
  )
}
