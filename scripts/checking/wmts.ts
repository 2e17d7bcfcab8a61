import type { Ask, Checked, Listed } from './service.ts'
import { countFeatures } from './tiles.ts'

/** So many tiles of one grid are asked for before a layer counts as empty in it. */
const MOST_REQUESTS = 400
/** More tiles than this are not looked through one by one. */
const FEW = 64

/** Protocol `wmts`: metadata of the one layer and, in each grid it has, by the limits it names, a tile with a feature. */
export async function checkWmts(service: Listed, ask: Ask): Promise<Checked> {
  const metadata = await (await ask(service.urls['kvp'] ?? '')).text()
  const layers = inside(metadata, 'Layer')
  const [layer = ''] = layers
  if (layers.length !== 1) throw new Error(`the metadata has ${layers.length} layers`)
  const template = VECTOR_TILES.exec(layer)?.[1]?.replaceAll('&amp;', '&')
  if (!template) throw new Error('the layer has no ResourceURL')
  const links = inside(layer, 'TileMatrixSetLink')
  if (links.length === 0) throw new Error('the layer has no grid')

  let requests = 1
  const found: string[] = []
  for (const link of links) {
    const [grid = ''] = inside(link, 'TileMatrixSet')
    const tile = await findFeatures(template, grid, inside(link, 'TileMatrixLimits').map(readLimits), ask)
    requests += tile.requests
    found.push(`${tile.features} features in ${grid} ${tile.place}`)
  }
  return { answer: found.join(', '), requests }
}

const VECTOR_TILES = /<ResourceURL format="application\/vnd\.mapbox-vector-tile"[^>]* template="([^"]*)"/

const inside = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}(?: [^>]*)?>(.*?)</${name}>`, 'gs'))].map(match => match[1] ?? '')

interface Limits {
  level: string
  north: number
  south: number
  west: number
  east: number
}

function readLimits(xml: string): Limits {
  const value = (name: string) => inside(xml, name)[0] ?? ''
  const [north, south, west, east] = ['MinTileRow', 'MaxTileRow', 'MinTileCol', 'MaxTileCol'].map(value).map(Number)
  return { level: value('TileMatrix'), north: north!, south: south!, west: west!, east: east! }
}

const count = ({ north, south, west, east }: Limits) => (south - north + 1) * (east - west + 1)

/**
 * Looks through the finest level of few tiles and then, as a tile may have been reduced to nothing, through finer ones.
 * Of a level with many tiles the western ones are enough: some feature reaches the edge, or the limits were narrower.
 */
async function findFeatures(template: string, grid: string, limits: readonly Limits[], ask: Ask) {
  const start = Math.max(
    limits.findLastIndex(level => count(level) <= FEW),
    0
  )
  let requests = 0
  for (const place of limits.slice(start).flatMap(places)) {
    if (++requests > MOST_REQUESTS) break
    const values: Record<string, unknown> = { Style: 'default', TileMatrixSet: grid, ...place }
    const url = template.replace(/\{(\w+)\}/g, (_, name) => String(values[name]))
    const features = countFeatures(new Uint8Array(await (await ask(url)).arrayBuffer()))
    if (features > 0) return { features, requests, place: Object.values(place).join('/') }
  }
  throw new Error(`no tile of ${grid} has a feature`)
}

function places(limits: Limits): { TileMatrix: string; TileRow: number; TileCol: number }[] {
  const { level: TileMatrix, north, south, west } = limits
  // The westernmost may be there only for strokes that reach into it.
  const east = count(limits) > FEW ? Math.min(west + 1, limits.east) : limits.east
  // The whole world at a deep level must not be listed.
  const rows = Array.from({ length: Math.min(south - north + 1, MOST_REQUESTS) }, (_, i) => north + i)
  return rows.flatMap(TileRow =>
    Array.from({ length: east - west + 1 }, (_, i) => ({ TileMatrix, TileRow, TileCol: west + i }))
  )
}
