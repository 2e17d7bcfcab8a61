import type { Layer } from '../catalog/layer.ts'
import { planGridColumn, tableOf } from '../catalog/table.ts'
import { type Database, sql } from '../lib/sql.ts'

/**
 * Gives the tables of layers that a land-check reads their grid_geom, where they were made before they had it.
 * @param layers those of the catalogue
 * @returns the ids of the layers that were changed
 */
export async function ensureGrids(db: Database, layers: readonly Layer[]): Promise<string[]> {
  const wanted = layers.filter(layer => layer.gridSrid !== undefined && !layer.source)
  const tables = wanted.map(layer => tableOf(layer).identifier)
  const lacking = await db.query<{ id: string }>(sql`SELECT w.id
    FROM unnest(${wanted.map(({ id }) => id)}::text[], ${tables}::text[]) AS w (id, tab)
    WHERE to_regclass(w.tab) IS NOT NULL AND NOT EXISTS (
      SELECT FROM pg_attribute a WHERE a.attrelid = to_regclass(w.tab) AND a.attname = 'grid_geom' AND NOT a.attisdropped)`)
  const changed = wanted.filter(layer => lacking.some(({ id }) => id === layer.id))
  for (const layer of changed) {
    for (const statement of planGridColumn(layer)) await db.query(statement)
  }
  return changed.map(({ id }) => id)
}
