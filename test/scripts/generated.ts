import { createHash } from 'node:crypto'
import { toRow } from '../../scripts/seeding/rows.ts'
import { prepare } from '../../scripts/seeding/seed.ts'
import { loadCatalog } from '../../server/catalog/load.ts'
import { ROOT } from '../helper.ts'

export const SCALE = 0.004

export const catalog = await loadCatalog(`${ROOT}layers`, `${ROOT}styles`)

/** All layers' rows at a small scale, and what they hash to. */
export function generate(number: number) {
  const { plan, chosen } = prepare(catalog, { scale: SCALE, seed: number })
  return chosen.map(({ layer, make }) => {
    const rows = [...make(plan)].map(feature => toRow(layer, feature))
    const digest = createHash('sha256')
    for (const { geometry, values } of rows) digest.update(geometry).update(JSON.stringify(values))
    return { layer, rows, wanted: plan.wanted(layer.id), hash: digest.digest('hex') }
  })
}

export const made = generate(1)

/** The values of a field in all rows of a layer. */
export function column(id: string, field: string): string[] {
  const entry = made.find(({ layer }) => layer.id === id)
  const i = entry?.layer.fields.findIndex(({ name }) => name === field) ?? -1
  if (!entry || i < 0) throw new Error(`no ${id}.${field}`)
  return entry.rows.map(row => String(row.values[i]))
}
