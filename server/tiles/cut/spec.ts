import type { Layer } from '../../catalog/layer.ts'
import { labelZoom, tileZooms } from '../scheme.ts'
import type { LayerView } from '../view.ts'
import type { BuildSpec } from './column-builder.ts'
import type { CutSpec } from './cut-tile.ts'

/** Fields of these types have few values, by which styles tell features apart. */
const TELLING = new Set(['code', 'boolean', 'integer'])

/** @param fields those the columns have, in the layer's order; default: all */
export function cutSpec(layer: Layer, fields = layer.fields): CutSpec {
  return {
    id: layer.id,
    names: [...fields.map(field => field.name), 'feature_id'],
    squareColumns: fields.flatMap(({ type }, column) => (TELLING.has(type) ? [column] : [])),
    maxZoom: tileZooms(layer).max,
    labels: labelZoom(layer) !== null,
    labelZoom: labelZoom(layer) ?? 0,
    cluster: layer.cluster ?? null
  }
}

export const buildSpec = ({ names, maxZoom, labels }: CutSpec): BuildSpec => ({
  fields: names.length - 1,
  maxZoom,
  labels
})

/** The columns that features of a view carry. */
export function viewColumns({ names }: CutSpec, { fields }: LayerView): number[] {
  return names.flatMap((name, column) =>
    fields === null || fields.includes(name) || column === names.length - 1 ? [column] : []
  )
}
