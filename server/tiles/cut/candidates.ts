import Flatbush from 'flatbush'
import { type Columns, type FeatureSet, NO_VALUE } from './columns.ts'
import { HIGH, LOW, Placing, type TileFrame } from './frame.ts'
import { readValue } from './values.ts'

/** Features of the same columns that a tile may show, by number, ascending: in the order of their fids. */
export interface Group {
  columns: Columns
  placing: Placing
  features: Uint32Array
}

/** Whether a feature is wanted, by the values of its fields. */
export type Match = (value: (field: string) => unknown) => boolean

const trees = new WeakMap<SharedArrayBuffer, Flatbush>()

/** All features whose boxes touch the tile or its margin: those that are still there, then those that were added. */
export function candidates({ base, removed, added }: FeatureSet, frame: TileFrame): Group[] {
  const first = search(base, frame)
  if (removed) first.features = first.features.filter(feature => removed[feature] === 0)
  return added ? [first, search(added, frame)] : [first]
}

function search(columns: Columns, frame: TileFrame): Group {
  const placing = new Placing(frame, columns)
  if (!columns.tree) return { columns, placing, features: new Uint32Array(0) }
  const tree = trees.get(columns.tree) ?? Flatbush.from(columns.tree)
  trees.set(columns.tree, tree)
  // A unit more, as the way back from degrees is not exact.
  const [west, east] = [placing.columnX(LOW) - 1, placing.columnX(HIGH) + 1]
  const [north, south] = [placing.columnY(LOW) - 1, placing.columnY(HIGH) + 1]
  if (west <= tree.minX && east >= tree.maxX && north <= tree.minY && south >= tree.maxY) {
    return { columns, placing, features: Uint32Array.from({ length: columns.count }, (_, i) => i) }
  }
  return { columns, placing, features: Uint32Array.from(tree.search(west, north, east, south)).sort() }
}

/** Leaves out the features that do not match. @param names of the columns' fields */
export function keepMatching({ columns, features, placing }: Group, names: readonly string[], match: Match): Group {
  const known = new Map<number, unknown>()
  let feature = 0
  const value = (field: string) => {
    const column = names.indexOf(field)
    const number = column < 0 ? NO_VALUE : columns.fields[feature * columns.width + column]!
    if (number === NO_VALUE) return null
    if (!known.has(number)) known.set(number, readValue(columns.values, number))
    return known.get(number)
  }
  const kept = features.filter(candidate => {
    feature = candidate
    return match(value)
  })
  return { columns, placing, features: kept }
}
