import { parseArgs } from 'node:util'
import { readConfig } from '../server/config.ts'
import { TILE_GRIDS, WEB_MERCATOR_QUAD } from '../server/lib/tile-matrix.ts'
import { overlap } from '../server/tiles/archive/area.ts'
import { bothZooms, parseBbox, parseZooms } from './tiling/area-options.ts'
import { progressBar, size } from './tiling/progress-bar.ts'
import { TileClient } from './tiling/tile-client.ts'
import { warm } from './tiling/warming.ts'

const HELP = `Asks a running server for vector tiles, so that they are in its cache when somebody needs them.

  ./scripts/warm --layer parcel [--bbox w,s,e,n] [--zooms 8-14] [--concurrency 4] [--rate 50]
  ./scripts/warm --map base …

  --layer, --map  what: a layer, layers joined by commas, or a map
  --bbox          west, south, east, north in degrees (default: all there is)
  --zooms         levels of the grid, as in 8-14 (default: all there are, to 14 at most)
  --grid          ${TILE_GRIDS.map(({ id }) => id).join(', ')} (default: the first)
  --concurrency   requests under way at once (default 4)
  --rate          requests a second at most (default: as they come)
  --coding        gzip or br, as the clients will ask (default gzip)
  --base          the server's URL (default: PUBLIC_URL, or the port of PORT on this computer)
  --key           a key, for layers that not everybody may see`

const { values } = parseArgs({
  options: {
    layer: { type: 'string' },
    map: { type: 'string' },
    bbox: { type: 'string' },
    zooms: { type: 'string' },
    grid: { type: 'string', default: WEB_MERCATOR_QUAD.id },
    concurrency: { type: 'string', default: '4' },
    rate: { type: 'string', default: '0' },
    coding: { type: 'string', default: 'gzip' },
    base: { type: 'string' },
    key: { type: 'string', default: '' },
    help: { type: 'boolean', short: 'h', default: false }
  }
})
const DEEPEST_ZOOM = 14

/** What the server says of a tileset. */
interface Tileset {
  tiles: [string]
  bounds: [number, number, number, number]
  minzoom: number
  maxzoom: number
}

async function main(): Promise<void> {
  if (values.help) return console.log(HELP)
  const [id, ...more] = [values.layer, values.map].filter(given => given !== undefined)
  if (!id || more.length > 0) throw new Error('Say what: either --layer or --map. --help explains.')
  const grid = TILE_GRIDS.find(known => known.id === values.grid)
  if (!grid) throw new Error(`--grid is one of ${TILE_GRIDS.map(known => known.id).join(', ')}, not ${values.grid}`)
  const [concurrency, rate] = [Number(values.concurrency), Number(values.rate)]
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 256)
    throw new Error(`--concurrency is 1 to 256, not ${values.concurrency}`)
  if (!(rate >= 0)) throw new Error(`--rate is a number of requests a second, not ${values.rate}`)

  const config = readConfig()
  const base = values.base ?? (config.publicUrl || `http://localhost:${config.port}`)
  const client = new TileClient(base, { connections: concurrency, coding: values.coding, key: values.key })
  try {
    const tileset = await readTileset(client, id, grid.id)
    const bbox = values.bbox === undefined ? tileset.bounds : overlap(parseBbox(values.bbox), tileset.bounds)
    if (!bbox) throw new Error(`Nothing of ${id} lies there; it reaches over ${tileset.bounds.join(',')}.`)
    const asked = values.zooms === undefined ? { min: 0, max: DEEPEST_ZOOM } : parseZooms(values.zooms)
    const levels = bothZooms(asked, { min: tileset.minzoom, max: tileset.maxzoom }, id)
    const template = tileset.tiles[0].slice(tileset.tiles[0].indexOf('/tiles/'))
    const bar = progressBar(process.stderr)
    const words = (tiles: number, bytes: number) => `${tiles} tiles, ${size(bytes)}`
    const done = await warm({
      client,
      template,
      grid,
      bbox,
      levels,
      concurrency,
      rate,
      onProgress: ({ done, total, tiles, bytes }) => bar({ done, total, words: words(tiles, bytes) })
    })
    console.log(`${words(done.tiles, done.bytes)}; ${done.empty} empty, ${done.skipped} below those not asked for`)
    if (done.failed > 0) throw new Error(`${done.failed} tiles did not come, the first: ${done.failure}`)
  } finally {
    client.close()
  }
}

async function readTileset(client: TileClient, id: string, grid: string): Promise<Tileset> {
  const path = grid === WEB_MERCATOR_QUAD.id ? `/tiles/${id}.json` : `/tiles/${id}/${grid}.json`
  const { status, body } = await client.get(path, { 'accept-encoding': 'identity' })
  if (status !== 200) throw new Error(`${path}: ${status} ${body}`)
  return JSON.parse(body.toString())
}

main().catch(error => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
