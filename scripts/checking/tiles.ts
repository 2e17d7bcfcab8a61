import { VectorTile } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'
import { type TileId, tileAt, tileBounds } from '../../server/lib/tile-id.ts'
import type { Ask, Checked, Listed } from './service.ts'
import { tileFaults } from './tile-faults.ts'

interface TileJson {
  tilejson: string
  tiles: string[]
  minzoom: number
  maxzoom: number
  bounds: Bounds
  vector_layers: { id: string }[]
}

type Bounds = [west: number, south: number, east: number, north: number]

/** So many tiles are asked for before a layer counts as empty. */
const MOST_REQUESTS = 400

/** Protocol `tiles`: a valid TileJSON, a style of its layers, and a tile with a feature. */
export async function checkTiles(service: Listed, ask: Ask): Promise<Checked> {
  const document = (await (await ask(service.urls['tilejson'] ?? '')).json()) as TileJson
  const fault = faultOf(document)
  if (fault) throw new Error(`TileJSON: ${fault}`)
  await checkStyle(service, document, ask)
  const { requests, tile, features } = await findFeatures(document, ask)
  return { answer: `${features} features in ${tile.z}/${tile.x}/${tile.y}`, requests: requests + 2 }
}

function faultOf({ tilejson, tiles, minzoom, maxzoom, bounds, vector_layers }: TileJson): string | undefined {
  if (tilejson !== '3.0.0') return `tilejson is ${tilejson}`
  if (!tiles?.[0]?.includes('{z}/{x}/{y}')) return 'tiles has no template'
  if (!(minzoom >= 0 && minzoom <= maxzoom)) return `zooms ${minzoom} to ${maxzoom}`
  if (!(bounds?.length === 4 && bounds[0] <= bounds[2] && bounds[1] <= bounds[3])) return `bounds ${bounds}`
  return vector_layers?.length > 0 ? undefined : 'vector_layers is empty'
}

async function checkStyle({ urls }: Listed, document: TileJson, ask: Ask): Promise<void> {
  const style = (await (await ask(urls['style'] ?? '')).json()) as {
    version: number
    sources: Record<string, unknown>
    layers: { id: string; type: string; source?: string; 'source-layer'?: string; layout?: { visibility?: string } }[]
  }
  if (style.version !== 8) throw new Error(`style: version ${style.version}`)
  const drawn = style.layers.filter(layer => layer.type !== 'background')
  const lost = drawn.find(layer => !layer.source || !style.sources[layer.source])
  if (lost) throw new Error(`style: ${lost.id} has no source`)
  const known = new Set(document.vector_layers.map(({ id }) => id))
  // A map's own tiles have what it shows at first.
  const shown = drawn.filter(layer => layer.layout?.visibility !== 'none')
  const foreign = shown.find(layer => !known.has(layer['source-layer'] ?? ''))
  if (foreign) throw new Error(`style: ${foreign.id} draws ${foreign['source-layer']}, which the tiles lack`)
  if (drawn.length === 0) throw new Error('style: nothing is drawn')
}

interface Found {
  tile: TileId
  features: number
  requests: number
}

/** More tiles than this are not looked through one by one. */
const FEW = 64

/**
 * Looks through the tiles of one zoom inside the bounds and then, as a tile may have been reduced to nothing, into their
 * quarters, until one has a feature. Where the first zoom has many tiles already, those along the western edge of the
 * bounds are enough: some feature reaches it, or the bounds would be narrower.
 */
async function findFeatures({ tiles, minzoom, maxzoom, bounds }: TileJson, ask: Ask): Promise<Found> {
  const start = Math.min(Math.max(minzoom, 12), maxzoom)
  const all = touched(start, bounds)
  let waiting = all.length <= FEW ? all : touched(minzoom, [bounds[0], bounds[1], bounds[0], bounds[3]])
  for (let requests = 1; requests <= MOST_REQUESTS; requests++) {
    const [tile, ...rest] = waiting
    if (!tile) break
    const { z, x, y } = tile
    const url = (tiles[0] ?? '').replace('{z}/{x}/{y}', `${z}/${x}/${y}`)
    const features = countFeatures(new Uint8Array(await (await ask(url)).arrayBuffer()))
    if (features > 0) return { tile, features, requests }
    waiting = z < maxzoom ? [...rest, ...quarters(tile).filter(isIn(bounds))] : rest
  }
  throw new Error('no tile has a feature')
}

function touched(z: number, [west, south, east, north]: Bounds): TileId[] {
  const [from, to] = [tileAt(z, west, north), tileAt(z, east, south)]
  const [columns, rows] = [to.x - from.x + 1, to.y - from.y + 1]
  // The whole world at a deep zoom must not be listed.
  return Array.from({ length: Math.min(columns * rows, 10 * MOST_REQUESTS) }, (_, i) => ({
    z,
    x: from.x + (i % columns),
    y: from.y + Math.floor(i / columns)
  }))
}

const quarters = ({ z, x, y }: TileId): TileId[] =>
  [0, 1, 2, 3].map(i => ({ z: z + 1, x: x * 2 + (i % 2), y: y * 2 + (i >> 1) }))

const isIn =
  ([west, south, east, north]: Bounds) =>
  (tile: TileId): boolean => {
    const [left, bottom, right, top] = tileBounds(tile)
    return left <= east && right >= west && bottom <= north && top >= south
  }

/** @throws where the tile is not as MVT 2.1 wants it */
export function countFeatures(bytes: Uint8Array): number {
  if (bytes.length === 0) return 0
  const [fault] = tileFaults(bytes)
  if (fault) throw new Error(`the tile is faulty: ${fault}`)
  let count = 0
  for (const layer of Object.values(new VectorTile(new PbfReader(bytes)).layers)) {
    for (let i = 0; i < layer.length; i++) {
      if (layer.feature(i).loadGeometry().length > 0) count++
    }
  }
  return count
}
