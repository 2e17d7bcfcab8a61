import { type GroundLayer, planGroundLayer, planGroundRows } from '../../catalog/ground.ts'
import type { Layer } from '../../catalog/layer.ts'
import { tableOf } from '../../catalog/table.ts'
import { sridOf } from '../../lib/crs.ts'
import { type Database, type Queryable, sql } from '../../lib/sql.ts'
import { isLayerRule } from '../rules/rule.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import { hasMargin } from './plan-near.ts'

/**
 * Sees that the layers rule sets measure by are kept in yitu.ground: a layer that is not yet, or in another CRS, is
 * copied there from its table; from then on publishing keeps it.
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
  const measured = new Set(all.flatMap(({ rules }) => rules.filter(isLayerRule).map(({ layer }) => layer)))
  const srids = new Map(all.flatMap(set => measuredBy(set).map(id => [id, sridOf(set.workingCrs)] as const)))
  for (const [id, srid] of srids) {
    const layer = find(id)
    // A table that is published in place keeps no revisions: nothing measured by it could be measured again.
    if (layer?.source) continue
    // A layer that is not there yet is kept from its first publication on.
    if (await db.transaction(tx => keepLayer(tx, id, layer, { srid, wide: measured.has(id) ? wide.has(id) : null })))
      copied.push(id)
  }
  return copied
}

/** Registers, codes and boundaries are looked up in the layers' own tables. */
const measuredBy = ({ rules, coverage }: Ruleset): string[] => [
  ...rules.filter(isLayerRule).map(({ layer }) => layer),
  ...(coverage ? [coverage.layer] : [])
]

/** Layers of which some rule measures a margin or a setback. */
const wideLayers = ({ rules }: Ruleset): string[] =>
  rules.filter(isLayerRule).flatMap(rule => (rule.kind === 'distance' || hasMargin({ rule }) ? rule.layer : []))

async function keepLayer(tx: Queryable, id: string, layer: Layer | undefined, as: GroundLayer): Promise<boolean> {
  // A publication that asks whether its layer is kept goes on until its end without this, and this without it.
  await tx.query(sql`LOCK TABLE yitu.ground_layer IN SHARE ROW EXCLUSIVE MODE`)
  const [kept] = await tx.query<GroundLayer>(planGroundLayer({ id }))
  // What other rule sets look farther for is met as well where no rule of these does.
  if (kept?.srid === as.srid && (kept.wide || kept.wide === as.wide)) return false
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
