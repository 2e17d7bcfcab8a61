import type { Feature, Point, Position } from 'geojson'
import GeoJSONVT, { type RawFeature } from 'geojson-vt'
import type { TileId } from '../lib/tile-id.ts'
import { encodeMvt } from './encode-mvt.ts'
import { labelPoint } from './label-point.ts'
import { BUFFER, EXTENT, labelLayerName } from './scheme.ts'

/** A layer's features of one revision, ready to be cut into tiles; lives in a tile worker. */
export interface LayerIndex {
  id: string
  shapes: GeoJSONVT
  labels: GeoJSONVT | null
  /** An estimate of the memory it takes; it grows with the tiles cut. */
  bytes: number
}

export interface IndexSpec {
  id: string
  maxZoom: number
  labels: boolean
}

/** Tile units a line may be off after simplification: an eighth of a screen pixel; none at the deepest zoom. */
const TOLERANCE = 1

/** What is kept of a feature, of one of its vertices and properties, and of its part in one tile: measured, within half. */
const BYTES = { feature: 150, vertex: 12, property: 40, tileFeature: 120, tileVertex: 16 }

export function buildIndex({ id, maxZoom, labels }: IndexSpec, features: Feature[]): LayerIndex {
  const options = { maxZoom, extent: EXTENT, tolerance: TOLERANCE }
  const points = labels ? features.flatMap(labelFeature) : []
  const index: LayerIndex = {
    id,
    shapes: new GeoJSONVT({ type: 'FeatureCollection', features }, { ...options, buffer: BUFFER }),
    // Without a buffer tiles are half open, so that each label point is in one tile only.
    labels: labels ? new GeoJSONVT({ type: 'FeatureCollection', features: points }, { ...options, buffer: 0 }) : null,
    bytes: features.reduce((sum, feature) => sum + featureBytes(feature), 0) + points.length * BYTES.feature
  }
  index.bytes += tileBytes(index.shapes, 0) + (index.labels ? tileBytes(index.labels, 0) : 0)
  return index
}

function labelFeature(feature: Feature): Feature<Point>[] {
  const { geometry } = feature
  const parts =
    geometry.type === 'MultiPolygon' ? geometry.coordinates : geometry.type === 'Polygon' ? [geometry.coordinates] : []
  const coordinates = labelPoint(parts)
  return coordinates ? [{ ...feature, geometry: { type: 'Point', coordinates } }] : []
}

/** A tile's bytes, uncompressed MVT; null where it is empty. */
export function cutTile(index: LayerIndex, tile: TileId): Uint8Array | null {
  const shapes = cut(index, index.shapes, tile)
  const labels = index.labels ? cut(index, index.labels, tile).map(insideTile) : []
  return encodeMvt([
    { name: index.id, features: shapes },
    { name: labelLayerName(index.id), features: labels }
  ])
}

function cut(index: LayerIndex, tiles: GeoJSONVT, { z, x, y }: TileId): readonly RawFeature[] {
  const before = tiles.tileCoords.length
  const features = tiles.getTileRaw(z, x, y)?.features ?? []
  index.bytes += tileBytes(tiles, before)
  return features
}

/** What geojson-vt's tiles take, from the one made as number `from`: on the way down it keeps all that it passes. */
function tileBytes({ tileCoords, tiles }: GeoJSONVT & Kept, from: number): number {
  let bytes = 0
  for (let i = from; i < tileCoords.length; i++) {
    const { z, x, y } = tileCoords[i]!
    const tile = tiles?.[(2 ** z * y + x) * 32 + z]
    if (tile) bytes += tile.numFeatures * BYTES.tileFeature + tile.numPoints * BYTES.tileVertex
  }
  return bytes
}

/** Part of geojson-vt's interface, says its source, though its types leave it out. */
interface Kept {
  tiles?: Record<number, { numFeatures: number; numPoints: number }>
}

/** A point in the last half unit would be rounded onto the next tile's edge. */
function insideTile(feature: RawFeature): RawFeature {
  if (feature.type !== 4) return feature
  return { ...feature, x: Math.min(feature.x, EXTENT - 1), y: Math.min(feature.y, EXTENT - 1) }
}

function featureBytes({ geometry, properties }: Feature): number {
  const vertices = geometry.type === 'GeometryCollection' ? 0 : countVertices(geometry.coordinates)
  const texts = Object.values(properties ?? {}).reduce((sum: number, value) => sum + textBytes(value), 0)
  return BYTES.feature + vertices * BYTES.vertex + texts
}

const textBytes = (value: unknown) => BYTES.property + (typeof value === 'string' ? value.length * 2 : 0)

type Coordinates = Position | Coordinates[]

function countVertices(coordinates: Coordinates): number {
  if (!Array.isArray(coordinates[0])) return 1
  return (coordinates as Coordinates[]).reduce((sum, part) => sum + countVertices(part), 0)
}
