import type { Feature, FeatureCollection, Geometry, Position } from 'geojson'
import { type DecodedLayer, LINE, POINT, POLYGON, type Value } from './decoded-tile.ts'

/** Features as a layer of their own, its units being degrees: it has no sides, and nothing is cut off. */
export function decodeFeatures({ features }: FeatureCollection): DecodedLayer {
  const shapes = features.flatMap(feature => shapesOf(feature))
  const parts = shapes.flatMap(shape => shape.parts)
  const count = shapes.length
  const vertices = parts.reduce((sum, part) => sum + part.length, 0)
  const keys = [...new Set(shapes.flatMap(({ properties }) => Object.keys(properties)))]
  const values: Value[] = []
  const tags: number[] = []
  const layer = {
    name: '',
    extent: Number.POSITIVE_INFINITY,
    count,
    type: Uint8Array.from(shapes, shape => shape.type),
    id: Float64Array.from(shapes, ({ id }) => (typeof id === 'number' ? id : Number.NaN)),
    partStart: new Uint32Array(count + 1),
    vertexStart: new Uint32Array(parts.length + 1),
    xy: new Float64Array(2 * vertices),
    box: new Float64Array(4 * count),
    tagStart: new Uint32Array(count + 1),
    columns: new Map(),
    size: 16 * vertices + 200 * count
  }
  let [part, vertex] = [0, 0]
  for (const [i, shape] of shapes.entries()) {
    const [minX, minY, maxX, maxY] = boxOf(shape.parts)
    layer.box.set([minX, minY, maxX, maxY], 4 * i)
    for (const places of shape.parts) {
      for (const [x = 0, y = 0] of places) layer.xy.set([x, y], 2 * vertex++)
      layer.vertexStart[++part] = vertex
    }
    layer.partStart[i + 1] = part
    for (const [key, value] of Object.entries(shape.properties)) tags.push(keys.indexOf(key), values.push(value) - 1)
    layer.tagStart[i + 1] = tags.length
  }
  return { ...layer, keys, values, tags: Uint32Array.from(tags) }
}

interface Shape {
  type: number
  id: string | number | undefined
  properties: Record<string, Value>
  parts: Position[][]
}

function shapesOf({ geometry, id, properties }: Feature): Shape[] {
  const known = Object.entries(properties ?? {}).flatMap(([key, value]) => {
    if (value === null || value === undefined) return []
    return [[key, typeof value === 'object' ? JSON.stringify(value) : (value as Value)] as const]
  })
  return partsOf(geometry).map(([type, parts]) => ({ type, id, properties: Object.fromEntries(known), parts }))
}

function partsOf(geometry: Geometry | null): [number, Position[][]][] {
  if (!geometry) return []
  switch (geometry.type) {
    case 'Point':
      return [[POINT, [[geometry.coordinates]]]]
    case 'MultiPoint':
      return [[POINT, [geometry.coordinates]]]
    case 'LineString':
      return [[LINE, [geometry.coordinates]]]
    case 'MultiLineString':
      return [[LINE, geometry.coordinates]]
    case 'Polygon':
      return [[POLYGON, ringsOf(geometry.coordinates)]]
    case 'MultiPolygon':
      return [[POLYGON, geometry.coordinates.flatMap(ringsOf)]]
    case 'GeometryCollection':
      return geometry.geometries.flatMap(partsOf)
  }
}

/** Rings without their last vertex, the outer one and the holes in opposite directions, as tiles have them. */
function ringsOf(rings: Position[][]): Position[][] {
  return rings.map((ring, i) => {
    const open = ring.slice(0, -1)
    const isOuter = i === 0
    return signedArea(open) >= 0 === isOuter ? open : open.reverse()
  })
}

function signedArea(ring: Position[]): number {
  let sum = 0
  for (const [i, [x = 0, y = 0]] of ring.entries()) {
    const [nextX = 0, nextY = 0] = ring[(i + 1) % ring.length]!
    sum += x * nextY - nextX * y
  }
  return sum
}

function boxOf(parts: Position[][]): [number, number, number, number] {
  let [minX, minY, maxX, maxY] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY
  ]
  for (const part of parts)
    for (const [x = 0, y = 0] of part) {
      minX = Math.min(minX, x)
      maxX = Math.max(maxX, x)
      minY = Math.min(minY, y)
      maxY = Math.max(maxY, y)
    }
  return [minX, minY, maxX, maxY]
}
