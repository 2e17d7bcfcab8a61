import type { Catalog } from '../../server/catalog/catalog.ts'
import type { Layer } from '../../server/catalog/layer.ts'
import type { Database } from '../../server/lib/sql.ts'
import { publish } from '../../server/uploads/publish.ts'
import { createStaging, dropStaging, type StagedRow, stageRows } from '../../server/uploads/staging.ts'
import type { Generator } from './feature.ts'
import { generators } from './generators.ts'
import { makePlan, type Plan } from './plan.ts'
import { toRow } from './rows.ts'

export interface SeedOptions {
  /** The share of each layer's expected features, 0 … 1; small layers are always whole. Default 0.02. */
  scale?: number
  /** Default: every layer that has a generator. */
  layers?: readonly string[]
  /** Another seed, another district. Default 1. */
  seed?: number
  /** `done` features of about `total`; once the layer is published, `finished` and both are what it has. */
  onProgress?: (progress: { layer: string; done: number; total: number; finished: boolean }) => void
}

export interface SeedReport {
  scale: number
  seed: number
  layers: { layer: string; features: number; revision: number; seconds: number }[]
}

const BATCH = 2000

export const DEFAULT_SCALE = 0.02

/** A world and, for each layer of the catalogue that can be seeded, its generator. */
export function prepare(catalog: Catalog, { scale = DEFAULT_SCALE, seed = 1, layers }: SeedOptions = {}) {
  const all = catalog.layers().filter(layer => layer.origin === 'file')
  const expected = new Map(all.map(layer => [layer.id, layer.expectedFeatures ?? 0]))
  const table = generators(all.filter(layer => layer.landCheck.role !== 'none').map(layer => layer.id))
  const unknown = (layers ?? []).filter(id => !(id in table) || !expected.has(id))
  if (unknown.length > 0) throw new Error(`No demonstration data can be made for: ${unknown.join(', ')}`)
  const chosen = all.filter(layer => layer.id in table && (!layers || layers.includes(layer.id)))
  return { plan: makePlan(seed, scale, expected), chosen: chosen.map(layer => ({ layer, make: table[layer.id]! })) }
}

/**
 * Fills the catalogue's layers with the invented district, one revision a layer (kind `seed`), replacing what is there.
 * Features are made and stored in batches: memory does not grow with the scale.
 * @throws what `publish` throws; the layers before keep their new revision
 */
export async function seed(db: Database, catalog: Catalog, options: SeedOptions = {}): Promise<SeedReport> {
  const { plan, chosen } = prepare(catalog, options)
  const report: SeedReport = { scale: plan.scale, seed: plan.world.seed, layers: [] }
  for (const { layer, make } of chosen) {
    const started = performance.now()
    const revision = await seedLayer(db, layer, make, plan, options.onProgress ?? (() => {}))
    const seconds = Math.round(performance.now() - started) / 1000
    report.layers.push({ layer: layer.id, features: revision.featureCount, revision: revision.revision, seconds })
  }
  return report
}

async function seedLayer(
  db: Database,
  layer: Layer,
  make: Generator,
  plan: Plan,
  onProgress: NonNullable<SeedOptions['onProgress']>
) {
  const stagingId = `seed_${layer.id.replaceAll('-', '_')}`
  const total = plan.wanted(layer.id)
  let done = 0
  let batch: StagedRow[] = []
  const store = async () => {
    await stageRows(db, layer, stagingId, batch)
    done += batch.length
    batch = []
    onProgress({ layer: layer.id, done, total: Math.max(total, done + 1), finished: false })
  }
  await dropStaging(db, stagingId)
  await createStaging(db, layer, stagingId)
  for (const feature of make(plan)) {
    batch.push(toRow(layer, feature))
    if (batch.length >= BATCH) await store()
  }
  await store()
  const revision = await publish(db, layer, { stagingId, mode: 'replace', kind: 'seed', actor: 'seed' })
  onProgress({ layer: layer.id, done, total: done, finished: true })
  return revision
}
