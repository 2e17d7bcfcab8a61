import type { RawFeature } from 'geojson-vt'
import { PbfWriter } from 'pbf'
import { geometryCommands } from './mvt-geometry.ts'
import { EXTENT } from './scheme.ts'

/**
 * Mapbox Vector Tile 2.1 (vector_tile.proto) straight from geojson-vt's raw tiles. Written here as @maplibre/vt-pbf
 * mixes up fields named like members of a JavaScript object (`constructor`) and fails on whole numbers above 2^64.
 */

export interface TileLayer {
  name: string
  features: readonly RawFeature[]
}

interface Drawn {
  feature: RawFeature
  commands: number[]
}

/** Field numbers of vector_tile.proto. */
const TILE = { layers: 3 }
const LAYER = { name: 1, features: 2, keys: 3, values: 4, extent: 5, version: 15 }
const FEATURE = { id: 1, tags: 2, type: 3, geometry: 4 }
const VALUE = { string: 1, double: 3, uint: 5, sint: 6, bool: 7 }
const POINT = 1

/** The bytes of a tile, uncompressed; null where no feature has anything left to draw. */
export function encodeMvt(layers: readonly TileLayer[]): Uint8Array | null {
  const pbf = new PbfWriter()
  for (const { name, features } of layers) {
    const drawn = features
      .map(feature => ({ feature, commands: geometryCommands(feature) }))
      .filter(({ commands }) => commands.length > 0)
    if (drawn.length > 0) pbf.writeMessage(TILE.layers, writeLayer, { name, drawn })
  }
  return pbf.pos > 0 ? pbf.finish() : null
}

function writeLayer({ name, drawn }: { name: string; drawn: Drawn[] }, pbf: PbfWriter): void {
  pbf.writeVarintField(LAYER.version, 2)
  pbf.writeStringField(LAYER.name, name)
  const keys = new Map<string, number>()
  const values = new Map<unknown, number>()
  for (const { feature, commands } of drawn) {
    const tags = Object.entries(feature.tags ?? {}).flatMap(([key, value]) => [place(keys, key), place(values, value)])
    pbf.writeMessage(LAYER.features, writeFeature, { feature, commands, tags })
  }
  for (const key of keys.keys()) pbf.writeStringField(LAYER.keys, key)
  for (const value of values.keys()) pbf.writeMessage(LAYER.values, writeValue, value)
  pbf.writeVarintField(LAYER.extent, EXTENT)
}

/** Where something stands in its list; it is put at the end where it is new. */
function place<T>(list: Map<T, number>, item: T): number {
  const known = list.get(item)
  if (known !== undefined) return known
  list.set(item, list.size)
  return list.size - 1
}

function writeFeature({ feature, commands, tags }: Drawn & { tags: number[] }, pbf: PbfWriter): void {
  if (typeof feature.id === 'number') pbf.writeVarintField(FEATURE.id, feature.id)
  pbf.writePackedVarint(FEATURE.tags, tags)
  pbf.writeVarintField(FEATURE.type, feature.type === 4 ? POINT : feature.type)
  pbf.writePackedVarint(FEATURE.geometry, commands)
}

function writeValue(value: unknown, pbf: PbfWriter): void {
  if (typeof value === 'string') pbf.writeStringField(VALUE.string, value)
  else if (typeof value === 'boolean') pbf.writeBooleanField(VALUE.bool, value)
  else if (typeof value !== 'number') pbf.writeStringField(VALUE.string, JSON.stringify(value))
  else if (!Number.isSafeInteger(value)) pbf.writeDoubleField(VALUE.double, value)
  else if (value < 0) pbf.writeSVarintField(VALUE.sint, value)
  else pbf.writeVarintField(VALUE.uint, value)
}
