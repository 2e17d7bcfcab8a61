import type { Layer } from '../../server/catalog/layer.ts'
import type { StagedRow } from '../../server/uploads/staging.ts'
import type { Feature } from './feature.ts'
import { toWkb } from './shape.ts'

/** A feature as a row of its layer. Throws where its values are not exactly the layer's fields: the generator is wrong. */
export function toRow(layer: Pick<Layer, 'id' | 'fields'>, { shape, values }: Feature): StagedRow {
  const names = Object.keys(values)
  const unknown = names.filter(name => !layer.fields.some(field => field.name === name))
  const missing = layer.fields.filter(field => !(field.name in values)).map(field => field.name)
  if (unknown.length + missing.length > 0)
    throw new Error(`${layer.id}: values without a field: ${unknown.join()}; fields without a value: ${missing.join()}`)
  return { geometry: toWkb(shape), values: layer.fields.map(field => values[field.name] ?? null) }
}
