import { fromVectorTileJs, type VectorTileFeatureLike, type VectorTileLayerLike } from '@maplibre/vt-pbf'
import type { RawFeature } from 'geojson-vt'
import { EXTENT } from './scheme.ts'

/**
 * Mapbox Vector Tile 2.1 from geojson-vt's raw tiles. Cutting and rounding leave rings that fell flat or turned over;
 * §4.3.4.4 wants outer rings of positive area, each followed by its holes of negative area, so those are left out.
 */

interface Corner {
  x: number
  y: number
}

type Ring = Int16Array | Int32Array

export interface TileLayer {
  name: string
  features: readonly RawFeature[]
}

/** The bytes of a tile, uncompressed; null where no feature has anything left to draw. */
export function encodeMvt(layers: readonly TileLayer[]): Uint8Array | null {
  const drawn = layers.map(({ name, features }) => layerOf(name, features)).filter(layer => layer.length > 0)
  if (drawn.length === 0) return null
  return fromVectorTileJs({ layers: Object.fromEntries(drawn.map(layer => [layer.name, layer])) })
}

function layerOf(name: string, raw: readonly RawFeature[]): VectorTileLayerLike {
  const features = raw.map(featureOf).filter(feature => feature !== null)
  return { version: 2, name, extent: EXTENT, length: features.length, feature: (i: number) => features[i]! }
}

function featureOf(raw: RawFeature): VectorTileFeatureLike | null {
  const geometry = geometryOf(raw)
  if (geometry.length === 0) return null
  return {
    type: raw.type === 4 ? 1 : raw.type,
    properties: (raw.tags ?? {}) as VectorTileFeatureLike['properties'],
    id: raw.id as number | undefined,
    extent: EXTENT,
    loadGeometry: () => geometry as ReturnType<VectorTileFeatureLike['loadGeometry']>
  }
}

function geometryOf(raw: RawFeature): Corner[][] {
  switch (raw.type) {
    case 4:
      return [[{ x: Math.round(raw.x), y: Math.round(raw.y) }]]
    case 1:
      return raw.geometry.length > 0 ? [corners(raw.geometry)] : []
    case 2:
      return raw.geometry.map(line => withoutRepeats(corners(line))).filter(line => line.length > 1)
    case 3:
      return polygonRings(raw.geometry)
  }
}

function corners(flat: Ring): Corner[] {
  const all: Corner[] = []
  for (let i = 0; i < flat.length; i += 2) all.push({ x: flat[i]!, y: flat[i + 1]! })
  return all
}

const same = (a: Corner | undefined, b: Corner | undefined) => a?.x === b?.x && a?.y === b?.y

const withoutRepeats = (line: Corner[]) => line.filter((corner, i) => i === 0 || !same(corner, line[i - 1]))

/**
 * A hole outside the box of the outer ring before it, or without one, is an outer ring so thin that rounding turned
 * it over: nobody would see it.
 */
function polygonRings(raw: readonly Ring[]): Corner[][] {
  const rings: Corner[][] = []
  let outer: Corner[] | undefined
  for (const flat of raw) {
    const ring = withoutRepeats(corners(flat))
    const area = ring.length > 3 ? doubleArea(ring) : 0
    if (area > 0) outer = ring
    if (area > 0 || (area < 0 && outer && boxWithin(ring, outer))) rings.push(ring)
  }
  return rings
}

/** Positive for clockwise on screen, where y points down (MVT 2.1 §4.3.4.4). */
function doubleArea(ring: Corner[]): number {
  let sum = 0
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++)
    sum += ring[j]!.x * ring[i]!.y - ring[i]!.x * ring[j]!.y
  return sum
}

function boxWithin(inner: Corner[], outer: Corner[]): boolean {
  const [west, south, east, north] = boxOf(outer)
  const [innerWest, innerSouth, innerEast, innerNorth] = boxOf(inner)
  return innerWest >= west && innerSouth >= south && innerEast <= east && innerNorth <= north
}

function boxOf(ring: Corner[]): [number, number, number, number] {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const { x, y } of ring) {
    west = Math.min(west, x)
    east = Math.max(east, x)
    south = Math.min(south, y)
    north = Math.max(north, y)
  }
  return [west, south, east, north]
}
