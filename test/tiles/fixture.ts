import { gunzipSync } from 'node:zlib'
import { VectorTile } from '@mapbox/vector-tile'
import type { Geometry, Position } from 'geojson'
import { PbfReader } from 'pbf'
import type { Field, Layer } from '../../server/catalog/layer.ts'
import type { Database } from '../../server/lib/sql.ts'
import { writeWkb } from '../../server/lib/wkb.ts'
import { publish, type Revision } from '../../server/uploads/publish.ts'
import { createStaging, stageRows } from '../../server/uploads/staging.ts'

const text = (words: string) => ({ zh: words, en: words })

export const field = (name: string, type: Field['type'] = 'text'): Field => ({ name, type, title: text(`the ${name}`) })

/** A layer as the catalogue would hold it. */
export function testLayer(id: string, more: Partial<Layer> = {}): Layer {
  return {
    id,
    theme: 'planning',
    origin: 'file',
    style: [],
    title: { zh: `图层 ${id}`, en: `Layer ${id}` },
    department: 'natural-resources',
    geometry: 'MultiPolygon',
    fields: [field('code')],
    sharing: 'open',
    updateCycle: 'irregular',
    divisionLevel: 'district',
    systems: [],
    zoom: { min: 0, max: 24 },
    standard: 'local',
    landCheck: { role: 'none' },
    ...more
  }
}

/** A style that asks for label points. */
export const labelled = (id: string): Layer['style'] => [
  { id: `${id}-fill`, type: 'fill', 'source-layer': id },
  { id: `${id}-label`, type: 'symbol', 'source-layer': `${id}-label`, layout: { 'text-field': ['get', 'code'] } }
]

export interface TestRow {
  geometry: Geometry
  values: unknown[]
}

let stagings = 0

/** Publishes the rows as all there is of the layer. */
export async function publishRows(db: Database, layer: Layer, rows: TestRow[]): Promise<Revision> {
  const stagingId = `tiles_${++stagings}`
  await createStaging(db, layer, stagingId)
  for (let i = 0; i < rows.length; i += 500) {
    const batch = rows.slice(i, i + 500).map(({ geometry, values }) => ({ geometry: writeWkb(geometry), values }))
    await stageRows(db, layer, stagingId, batch)
  }
  return publish(db, layer, { stagingId, mode: 'replace', kind: 'upload', actor: 'test' })
}

export function decode(mvt: Uint8Array): VectorTile {
  return new VectorTile(new PbfReader(mvt))
}

export const inflate = (gzip: Buffer | null): Buffer => (gzip ? gunzipSync(gzip) : Buffer.alloc(0))

/** A property of every feature of a tile's layer, sorted. */
export function propertyOf(tile: VectorTile, layer: string, property: string): unknown[] {
  const found = tile.layers[layer]
  return Array.from({ length: found?.length ?? 0 }, (_, i) => found!.feature(i).properties[property]).sort()
}

/** A square: south-west corner and side in degrees. */
export function square(west: number, south: number, side: number): Position[][] {
  const [east, north] = [west + side, south + side]
  return [
    [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south]
    ]
  ]
}

/** The same pseudo-random numbers, 0 to 1, for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
