/** Feature types of the Mapbox Vector Tile specification 2.1 (§4.3.4). */
export const POINT = 1
export const LINE = 2
export const POLYGON = 3

/** What a property can be. */
export type Value = string | number | boolean

/**
 * The features of one MVT layer, without an object a feature. Feature `i` has the parts `partStart[i]` to
 * `partStart[i + 1]`, part `p` the vertices `vertexStart[p]` to `vertexStart[p + 1]`, vertex `v` the place `xy[2 * v]`,
 * `xy[2 * v + 1]`. All the points of a (multi)point are one part; a ring's last vertex is not its first again.
 */
export interface DecodedLayer {
  name: string
  /** Units along the tile's side; y counts to the south. Geometry reaches a little beyond 0 and `extent`. */
  extent: number
  count: number
  /** POINT, LINE, POLYGON, or 0: unknown */
  type: Uint8Array
  /** NaN where a feature has none. */
  id: Float64Array
  partStart: Uint32Array
  vertexStart: Uint32Array
  xy: Int32Array | Float64Array
  /** minx, miny, maxx, maxy of each feature. */
  box: Int32Array | Float64Array
  keys: readonly string[]
  values: readonly Value[]
  /** The tags of feature `i` are `tags[tagStart[i]]` to `tags[tagStart[i + 1]]`: a key's number and a value's, in turns. */
  tagStart: Uint32Array
  tags: Uint32Array
  /** Numbers of values by key, made by `columnOf` when they are first wanted. */
  columns: Map<string, Int32Array>
  /** Bytes it takes, roughly. */
  size: number
}

export type DecodedTile = ReadonlyMap<string, DecodedLayer>

/** Of each feature the number its value of a key has in `values`; -1 where it has none. */
export function columnOf(layer: DecodedLayer, key: string): Int32Array {
  const known = layer.columns.get(key)
  if (known) return known
  const column = new Int32Array(layer.count).fill(-1)
  const wanted = layer.keys.indexOf(key)
  if (wanted >= 0)
    for (let i = 0; i < layer.count; i++)
      for (let at = layer.tagStart[i]!; at < layer.tagStart[i + 1]!; at += 2)
        if (layer.tags[at] === wanted) column[i] = layer.tags[at + 1]!
  layer.columns.set(key, column)
  return column
}

/** All the properties of a feature. */
export function propertiesOf(layer: DecodedLayer, feature: number): Record<string, Value> {
  const properties: Record<string, Value> = {}
  for (let at = layer.tagStart[feature]!; at < layer.tagStart[feature + 1]!; at += 2)
    properties[layer.keys[layer.tags[at]!]!] = layer.values[layer.tags[at + 1]!]!
  return properties
}
