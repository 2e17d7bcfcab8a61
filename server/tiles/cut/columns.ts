/**
 * A layer's features at one revision as columns of numbers, in the order of their fids. All of them lie in shared
 * memory, so that every thread cuts from the one copy, and what they take is known to the byte.
 */
export interface Columns {
  count: number
  /** The grid of coordinates: so many units as 2^shift make the world's girth, in x and in y. */
  shift: number
  /** The place x = y = 0 on that grid, counted from the north-western corner of WebMercatorQuad. */
  originX: number
  originY: number
  /** Of each vertex, on the sphere's Mercator projection: x to the east, y to the south. */
  x: Int32Array
  y: Int32Array
  /** Of each vertex: the first zoom it is needed at. */
  levels: Uint8Array
  /** Of each ring, line or set of points: one beyond its last vertex. Rings do not repeat their first vertex. */
  partEnds: Uint32Array
  /** Of each part: 1 where it is the outer ring of a polygon. Those run clockwise on screen, holes the other way. */
  outer: Uint8Array
  /** Of each feature: one beyond its last part. */
  featureEnds: Uint32Array
  /** Of each feature: POINT, LINE or POLYGON. */
  kinds: Uint8Array
  fids: Float64Array
  /** Of each feature: its area in square units, its length in units; 0 for points. */
  sizes: Float64Array
  /** Of each feature: x y of its label point; NO_PLACE where it has none. Empty where the layer has no labels. */
  labels: Int32Array
  /** A flatbush of Int32 boxes; null where there are no features. */
  tree: SharedArrayBuffer | null
  /** How many fields a feature has; the last one is `feature_id`. */
  width: number
  /** Of each feature its fields side by side: the number of the value; NO_VALUE for null. */
  fields: Int32Array
  values: ValueStore
}

/** Every value that occurs, once, as the bytes of its entry in an MVT layer (field 4 with its length). */
export interface ValueStore {
  /** Numbers below this are values of the store that this one adds to. */
  first: number
  bytes: Uint8Array
  /** Of each value: one beyond its last byte. */
  ends: Uint32Array
  /** Open addressing by the hash of the bytes: number + 1, 0 where free. Its size is a power of two. */
  slots: Int32Array
}

/** Geometry types of MVT 2.1 §4.3.4. */
export const POINT = 1
export const LINE = 2
export const POLYGON = 3

export const NO_VALUE = -1
export const NO_PLACE = -0x80000000

/** What a tile is cut from: the columns and, where the layer has changed since, what is to be left out and added. */
export interface FeatureSet {
  base: Columns
  /** By feature of `base`: 1 where it is no longer there. */
  removed: Uint8Array | null
  /** Their values may have numbers of `base`. */
  added: Columns | null
}

/** A feature's first vertex, which stands for where it lies. */
export function firstVertex({ featureEnds, partEnds }: Columns, feature: number): number {
  const part = feature > 0 ? featureEnds[feature - 1]! : 0
  return part > 0 ? partEnds[part - 1]! : 0
}

/** Bytes that columns take. */
export function columnBytes(columns: Columns): number {
  const { x, y, levels, partEnds, outer, featureEnds, kinds, fids, sizes, labels, tree, fields, values } = columns
  const arrays = [x, y, levels, partEnds, outer, featureEnds, kinds, fids, sizes, labels, fields]
  const all = [...arrays, values.bytes, values.ends, values.slots].reduce((sum, array) => sum + array.byteLength, 0)
  return all + (tree?.byteLength ?? 0)
}

export const setBytes = ({ base, removed, added }: FeatureSet): number =>
  columnBytes(base) + (removed?.byteLength ?? 0) + (added ? columnBytes(added) : 0)
