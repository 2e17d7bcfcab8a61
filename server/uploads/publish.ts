import { type GroundLayer, planGroundClose, planGroundLayer, planGroundRows } from '../catalog/ground.ts'
import type { Layer } from '../catalog/layer.ts'
import { planTable } from '../catalog/table.ts'
import { type Database, type Queryable, sql } from '../lib/sql.ts'
import { type Bounds, planClose, planDuplicates, planInsert, planSummary } from './diff.ts'
import { duplicateKeys, layerTaken } from './problems.ts'
import { dropStaging, stagingTable } from './staging.ts'

export interface PublishOptions {
  stagingId: string
  /** `replace`: what is not staged goes; `append`: staged features are added or, with a known feature_id, updated. */
  mode: 'replace' | 'append'
  kind: 'seed' | 'upload'
  actor: string
  uploadId?: string
}

/** What a layer stands at after publishing. Boxes are [west, south, east, north] in degrees, EPSG:4490. */
export interface Revision {
  layer: string
  revision: number
  /** Nothing differed: `revision` is the one that was already published. */
  unchanged: boolean
  inserted: number
  updated: number
  removed: number
  featureCount: number
  bounds: Bounds | null
  /** What changed lies inside; null where nothing did. */
  dirty: Bounds | null
  contentHash: string
}

interface LayerRow {
  revision: number
  definition: { fields: Layer['fields']; geometry: string } | null
  feature_count: number
  bounds: Bounds | null
  content_hash: string
}

/**
 * Publishes what is staged as the layer's next revision, in one transaction: whoever reads sees the old revision or
 * the new one. Rows that did not change keep their fid and `rev_from`. The staging table goes with it, and
 * `yitu_catalog` is notified of `<layer>:<revision>`.
 * @throws UPLOAD_DUPLICATE_KEYS, UPLOAD_LAYER_TAKEN; then nothing changed, and the staging table stays
 */
export async function publish(db: Database, layer: Layer, options: PublishOptions): Promise<Revision> {
  return db.transaction(async tx => {
    const before = await lockLayer(tx, layer, options.actor)
    for (const statement of planTable(layer)) await tx.query(statement)
    await refuseDuplicates(tx, layer, options.stagingId)
    await tx.query(sql`ANALYZE ${stagingTable(options.stagingId)}`)
    const after = await replaceRows(tx, layer, before, options)
    await dropStaging(tx, options.stagingId)
    // In the same transaction: an upload has its revision exactly when the layer has.
    await tx.query(
      sql`UPDATE yitu.upload SET revision = ${after.revision} WHERE id = ${options.uploadId ?? null}::text`
    )
    if (!after.unchanged) {
      await keepGround(tx, layer, after.revision)
      await record(tx, after, options)
    }
    return after
  })
}

/** Where rule sets read the layer, land-checks find the revision in yitu.ground. */
async function keepGround(tx: Queryable, layer: Layer, revision: number): Promise<void> {
  // Whoever begins to keep the layer now waits for the end of this publication, and copies it too.
  await tx.query(sql`LOCK TABLE yitu.ground_layer IN ROW EXCLUSIVE MODE`)
  const [kept] = await tx.query<GroundLayer>(planGroundLayer(layer))
  if (!kept) return
  await tx.query(planGroundClose(layer, revision))
  await tx.query(planGroundRows(layer, kept, revision))
}

/** The layer's row, made where missing and locked: publications of one layer queue here. */
async function lockLayer(tx: Queryable, layer: Layer, actor: string): Promise<LayerRow> {
  const { id, origin, style, styles: _, ...definition } = layer
  const uploaded = origin === 'upload'
  await tx.query(sql`INSERT INTO yitu.layer (id, definition, style, created_by)
    VALUES (${id}, ${uploaded ? definition : null}::jsonb, ${uploaded ? JSON.stringify(style) : null}::jsonb, ${actor})
    ON CONFLICT (id) DO NOTHING`)
  const [row] = await tx.query<LayerRow>(sql`SELECT revision, definition, feature_count, bounds, content_hash
    FROM yitu.layer WHERE id = ${id} FOR UPDATE`)
  if (!row) throw new Error(`yitu.layer has no row for ${id}`)
  const other = row.definition ? shape(row.definition) !== shape(layer) : uploaded
  if (other) throw layerTaken({ layer: id })
  return row
}

const shape = ({ fields, geometry }: { fields: Layer['fields']; geometry: string }) =>
  JSON.stringify([geometry, fields.map(field => [field.name, field.type])])

async function refuseDuplicates(tx: Queryable, layer: Layer, stagingId: string): Promise<void> {
  const duplicates = await tx.query<{ feature_id: string; total: number }>(planDuplicates(stagingId, 3))
  const [first] = duplicates
  if (!first) return
  const examples = duplicates.map(row => row.feature_id).join('、')
  throw duplicateKeys({ count: first.total, field: layer.fields[0]?.name, examples })
}

async function replaceRows(tx: Queryable, layer: Layer, before: LayerRow, o: PublishOptions): Promise<Revision> {
  const next = before.revision + 1
  const [closed] = await tx.query<{ closed: number; updated: number; box: Bounds | null }>(
    planClose(layer, o.stagingId, o.mode, next)
  )
  const [added] = await tx.query<{ added: number; box: Bounds | null }>(planInsert(layer, o.stagingId, next))
  if (!closed || !added) throw new Error('An aggregate has one row')
  const counts = {
    inserted: added.added - closed.updated,
    updated: closed.updated,
    removed: closed.closed - closed.updated
  }
  // An empty first publication is a revision all the same: "published and empty" is not "never published".
  if (before.revision > 0 && closed.closed + added.added === 0) {
    const { revision, feature_count: featureCount, bounds, content_hash: contentHash } = before
    return { layer: layer.id, revision, unchanged: true, ...counts, featureCount, bounds, dirty: null, contentHash }
  }
  const [now] = await tx.query<{ count: number; box: Bounds | null; hash: string }>(planSummary(layer))
  if (!now) throw new Error('An aggregate has one row')
  const dirty = union(closed.box, added.box)
  const { count: featureCount, box: bounds, hash: contentHash } = now
  return { layer: layer.id, revision: next, unchanged: false, ...counts, featureCount, bounds, dirty, contentHash }
}

async function record(tx: Queryable, now: Revision, o: PublishOptions): Promise<void> {
  await tx.query(sql`INSERT INTO yitu.revision (layer_id, revision, kind, mode, actor, upload_id, inserted, updated, removed,
      feature_count, dirty, content_hash)
    VALUES (${now.layer}, ${now.revision}, ${o.kind}, ${o.mode}, ${o.actor}, ${o.uploadId ?? null}::text, ${now.inserted},
      ${now.updated}, ${now.removed}, ${now.featureCount}, ${json(now.dirty)}::jsonb, ${now.contentHash})`)
  await tx.query(sql`UPDATE yitu.layer SET revision = ${now.revision}, feature_count = ${now.featureCount},
      bounds = ${json(now.bounds)}::jsonb, content_hash = ${now.contentHash}, updated_at = now()
    WHERE id = ${now.layer}`)
  await tx.query(sql`SELECT pg_notify('yitu_catalog', ${`${now.layer}:${now.revision}`})`)
}

const json = (value: unknown) => (value === null ? null : JSON.stringify(value))

function union(a: Bounds | null, b: Bounds | null): Bounds | null {
  if (!a || !b) return a ?? b
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])]
}
