import type { Layer } from '../../catalog/layer.ts'
import { fieldIndexes, planGridColumn, tableOf } from '../../catalog/table.ts'
import { type Database, name, sql } from '../../lib/sql.ts'
import type { Ruleset } from '../rules/ruleset.ts'

/**
 * Gives the tables of layers that a land-check reads their grid_geom and the indexes of what features are looked up by,
 * where they were made before they had them.
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
  const indexed = wanted.filter(layer => layer.fields.some(field => field.indexed))
  const made = await db.query<{ id: string }>(sql`SELECT w.id
    FROM unnest(${indexed.map(({ id }) => id)}::text[], ${indexed.map(layer => tableOf(layer).identifier)}::text[]) AS w (id, tab)
    WHERE to_regclass(w.tab) IS NOT NULL`)
  for (const layer of indexed.filter(layer => made.some(({ id }) => id === layer.id))) {
    for (const statement of fieldIndexes(layer)) await db.query(statement)
  }
  return changed.map(({ id }) => id)
}

/**
 * An index for every register that rule sets ask by pseudonym, where its table exists.
 * @param find the layer of an id, or undefined
 */
export async function ensureRegisters(
  db: Database,
  rulesets: Iterable<Ruleset>,
  find: (id: string) => Layer | undefined
): Promise<void> {
  const rules = [...rulesets].flatMap(ruleset => ruleset.rules.flatMap(rule => (rule.kind === 'household' ? rule : [])))
  for (const { layer: id, holderField } of rules) {
    const layer = find(id)
    if (!layer?.fields.some(field => field.name === holderField)) continue
    const [{ exists } = { exists: false }] = await db.query<{ exists: boolean }>(
      sql`SELECT to_regclass(${tableOf(layer).identifier}) IS NOT NULL AS exists`
    )
    if (!exists) continue
    const index = name(`${id.replaceAll('-', '_')}_${holderField}`)
    await db.query(sql`CREATE INDEX IF NOT EXISTS ${index} ON ${tableOf(layer)} ((${name(holderField)}::text))`)
  }
}
