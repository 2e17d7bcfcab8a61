import { planGroundRows } from '../../catalog/ground.ts'
import type { Layer } from '../../catalog/layer.ts'
import { tableOf } from '../../catalog/table.ts'
import { sridOf } from '../../lib/crs.ts'
import { type Database, name, type Queryable, sql } from '../../lib/sql.ts'
import { layersOf, type Ruleset } from '../rules/ruleset.ts'

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
  for (const [id, srid] of new Map(
    all.flatMap(set => layersOf(set).map(id => [id, sridOf(set.workingCrs)] as const))
  )) {
    const layer = find(id)
    // A table that is published in place keeps no revisions: nothing measured by it could be measured again.
    if (!layer || layer.source) continue
    if (await db.transaction(tx => keepLayer(tx, layer, srid))) copied.push(id)
  }
  for (const { layer: id, field } of all.flatMap(lookedUp)) {
    const layer = find(id)
    if (layer && (await hasTable(db, layer))) await index(db, layer, field)
  }
  return copied
}

async function keepLayer(tx: Queryable, layer: Layer, srid: number): Promise<boolean> {
  // Publications of the layer wait here, as they wait for each other.
  await tx.query(sql`SELECT FROM yitu.layer l WHERE l.id = ${layer.id} FOR UPDATE`)
  const [kept] = await tx.query<{ srid: number }>(
    sql`SELECT g.srid FROM yitu.ground_layer g WHERE g.layer_id = ${layer.id}`
  )
  if (kept?.srid === srid) return false
  await tx.query(sql`DELETE FROM yitu.ground_layer WHERE layer_id = ${layer.id}`)
  await tx.query(sql`INSERT INTO yitu.ground_layer (layer_id, srid) VALUES (${layer.id}, ${srid}::integer)`)
  if (!(await hasTable(tx, layer))) return false
  await tx.query(planGroundRows(layer, srid, null))
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
