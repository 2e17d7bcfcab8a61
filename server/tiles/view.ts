import { DIVISION_FIELD } from '../catalog/divisions.ts'
import type { Filter } from '../catalog/filter.ts'

/** What of a layer's rows a tile shows, as it was asked for and checked against the layer. */
export interface LayerView {
  /** The fields a feature carries, in the layer's order; null: all. `feature_id` is always there. */
  fields: readonly string[] | null
  filter: Filter | null
  /** Only features whose `division_code` begins with this. */
  divisionPrefix: string | null
  /** The rows of an earlier revision; null: the current ones. */
  asOfRevision: number | null
  /** All of the above in one canonical text, `''` where nothing was asked for: part of the tile's key. */
  key: string
}

export const WHOLE_LAYER: LayerView = { fields: null, filter: null, divisionPrefix: null, asOfRevision: null, key: '' }

/** All the conditions of a view on a row's fields as one filter; null: none. `asOfRevision` is not among them. */
export function viewFilter({ filter, divisionPrefix }: LayerView): Filter | null {
  if (divisionPrefix === null) return filter
  const inDivision: Filter = { op: 'like', field: DIVISION_FIELD, pattern: `${divisionPrefix}%` }
  return filter === null ? inDivision : { op: 'and', parts: [inDivision, filter] }
}
