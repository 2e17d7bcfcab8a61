import { type GroundLayer, planGroundLayer, planGroundRows } from '../../catalog/ground.ts'
import type { Layer } from '../../catalog/layer.ts'
import { tableOf } from '../../catalog/table.ts'
import { sridOf } from '../../lib/crs.ts'
import { type Database, name, type Queryable, sql } from '../../lib/sql.ts'
import { isLayerRule } from '../rules/rule.ts'
import { layersOf, type Ruleset } from '../rules/ruleset.ts'
import { hasMargin } from './plan-near.ts'

/**
 * Sees that the layers of the rule sets are kept in yitu.ground: a layer that is not yet, or in another CRS, is copied
 * there from its table; from then on publishing keeps it. Registers and codes get the indexes they are looked up by.
 * @param find the layer of an id, or undefined
 * @returns the ids of the layers that were copied
 */
export async function keepGround(
  db: Database,
  rulesets: Iterable<Ruleset>,
  find: (id: string) => Layer | undefined
): Promise<string[]> {
  const copied: string[] = []
  const all = [...rulesets]
  const wide = new Set(all.flatMap(wideLayers))
  const srids = new Map(all.flatMap(set => layersOf(set).map(id => [id, sridOf(set.workingCrs)] as const)))
  for (const [id, srid] of srids) {
    const layer = find(id)
    // A table that is published in place keeps no revisions: nothing measured by it could be measured again.
    if (layer?.source) continue
    // A layer that is not there yet is kept from its first publication on.
    if (await db.transaction(tx => keepLayer(tx, id, layer, { srid, wide: wide.has(id) }))) copied.push(id)
  }
  for (const { layer: id, field } of all.flatMap(lookedUp)) {
    const layer = find(id)
    if (layer && (await hasTable(db, layer))) await index(db, layer, field)
  }
  return copied
}

/** Layers of which some rule measures a margin or a setback. */
const wideLayers = ({ rules }: Ruleset): string[] =>
  rules.filter(isLayerRule).flatMap(rule => (rule.kind === 'distance' || hasMargin({ rule }) ? rule.layer : []))

async function keepLayer(tx: Queryable, id: string, layer: Layer | undefined, as: GroundLayer): Promise<boolean> {
  // A publication that asks whether its layer is kept goes on until its end without this, and this without it.
  await tx.query(sql`LOCK TABLE yitu.ground_layer IN SHARE ROW EXCLUSIVE MODE`)
  const [kept] = await tx.query<GroundLayer>(planGroundLayer({ id }))
  // What other rule sets look farther for is met as well where no rule of these does.
  if (kept?.srid === as.srid && (kept.wide || !as.wide)) return false
  await tx.query(sql`DELETE FROM yitu.ground_layer WHERE layer_id = ${id}`)
  await tx.query(sql`INSERT INTO yitu.ground_layer (layer_id, srid, wide)
    VALUES (${id}, ${as.srid}::integer, ${as.wide}::boolean)`)
  if (!layer || !(await hasTable(tx, layer))) return false
  await tx.query(planGroundRows(layer, as, null))
  return true
}

async function hasTable(db: Queryable, layer: Layer): Promise<boolean> {
  const [row] = await db.query<{ exists: boolean }>(
    sql`SELECT to_regclass(${tableOf(layer).identifier}) IS NOT NULL AS exists`
  )
  return row?.exists ?? false
}

/** The fields by which rule sets look features up. */
const lookedUp = ({ rules, parcelLayer }: Ruleset): { layer: string; field: string }[] => [
  ...rules.flatMap(rule => (rule.kind === 'household' ? { layer: rule.layer, field: rule.holderField } : [])),
  ...(parcelLayer?.unitField ? [{ layer: parcelLayer.layer, field: parcelLayer.unitField }] : [])
]

async function index(db: Queryable, layer: Layer, field: string): Promise<void> {
  if (layer.fields.every(other => other.name !== field)) return
  const indexName = name(`${layer.id.replaceAll('-', '_')}_${field}`)
  await db.query(sql`CREATE INDEX IF NOT EXISTS ${indexName} ON ${tableOf(layer)} (${name(field)})`)
}
