import { access, mkdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Catalog } from '../server/catalog/catalog.ts'
import { type Collection, findCollection, shownAtFirst } from '../server/catalog/collection.ts'
import { loadCatalog } from '../server/catalog/load.ts'
import { refreshCatalog } from '../server/catalog/sync.ts'
import { readConfig } from '../server/config.ts'
import { migrate } from '../server/db/migrate.ts'
import { openDatabase } from '../server/db/open.ts'
import { TILE_GRIDS, type TileGrid, WEB_MERCATOR_QUAD } from '../server/lib/tile-matrix.ts'
import { Archives } from '../server/tiles/archive/archives.ts'
import { type Bbox, overlap } from '../server/tiles/archive/area.ts'
import { describe } from '../server/tiles/archive/describe.ts'
import { type ExportPlan, exportTiles } from '../server/tiles/archive/export.ts'
import { noteArchives } from '../server/tiles/archive/note-archives.ts'
import { boundsOf, tileJson } from '../server/tiles/tilejson.ts'
import { createTiles } from '../server/tiles/tiles.ts'
import { checkLayerCount, checkVector, tilesetZooms } from '../server/tiles/tileset.ts'
import { bothZooms, parseBbox, parseZooms } from './tiling/area-options.ts'
import { progressBar, size } from './tiling/progress-bar.ts'

const HELP = `Writes the vector tiles of a layer or a map into a PMTiles archive (version 3).

  ./scripts/export-tiles --layer parcel --out parcel.pmtiles [--bbox w,s,e,n] [--zooms 8-14] [--grid ID] [--lang zh]
  ./scripts/export-tiles --map base --out base.pmtiles …

  --layer, --map  what: a layer, layers joined by commas, or a map
  --bbox          west, south, east, north in degrees (default: all there is)
  --zooms         zooms of WebMercatorQuad, as in 8-14 (default: all there are, to 14 at most)
  --grid          ${TILE_GRIDS.map(({ id }) => id).join(', ')} (default: the first). Maps of others than
                  the first need a client that knows the grid; the archive's metadata name it
  --lang          zh or en: the language of the names in the metadata
  --force         replace the file where there is one

When it is interrupted, even killed, the same command goes on where it was. The tiles are cut from the database of
DATABASE_URL or DATA_DIR; stop a server that uses the embedded database first.`

const { values } = parseArgs({
  options: {
    layer: { type: 'string' },
    map: { type: 'string' },
    out: { type: 'string' },
    bbox: { type: 'string' },
    zooms: { type: 'string' },
    grid: { type: 'string', default: WEB_MERCATOR_QUAD.id },
    lang: { type: 'string', default: 'zh' },
    force: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false }
  }
})

/** Where nothing is said: a unit of a tile is 60 cm there. */
const DEEPEST_ZOOM = 14
const config = readConfig()

interface Asked {
  id: string
  file: string
  grid: TileGrid
  bbox: Bbox | null
  zooms: { min: number; max: number }
  language: 'zh' | 'en'
}

async function readOptions(): Promise<Asked> {
  const grid = TILE_GRIDS.find(known => known.id === values.grid)
  const [id, ...more] = [values.layer, values.map].filter(given => given !== undefined)
  if (!id || more.length > 0) throw new Error('Say what: either --layer or --map. --help explains.')
  if (!values.out?.endsWith('.pmtiles')) throw new Error('Say where to: --out FILE.pmtiles')
  if (!grid) throw new Error(`--grid is one of ${TILE_GRIDS.map(known => known.id).join(', ')}, not ${values.grid}`)
  if (values.lang !== 'zh' && values.lang !== 'en') throw new Error(`--lang is zh or en, not ${values.lang}`)
  const file = resolve(values.out)
  const exists = await access(file).then(
    () => true,
    () => false
  )
  if (exists && !values.force) throw new Error(`${file} is there already; --force replaces it.`)
  return {
    id,
    file,
    grid,
    bbox: values.bbox === undefined ? null : parseBbox(values.bbox),
    zooms: values.zooms === undefined ? { min: 0, max: DEEPEST_ZOOM } : parseZooms(values.zooms),
    language: values.lang
  }
}

/** What of the collection has been published, and where and how deep it is to be exported. */
function choose(catalog: Catalog, asked: Asked) {
  checkLayerCount(asked.id.split(',').length)
  const collection = shownAtFirst(findCollection(catalog, asked.id, () => true))
  checkVector(collection.id, collection.members)
  const members = collection.members.filter(({ revision }) => revision > 0)
  if (members.length === 0) throw new Error(`Of ${asked.id} nothing was published yet.`)
  const guarded = members.filter(({ layer }) => layer.sharing !== 'open').map(({ layer }) => layer.id)
  if (guarded.length > 0)
    console.error(`Mind whom you give the file: ${guarded.join(', ')} may not be seen by everybody.`)
  const { extent } = catalog.district
  const bounds = boundsOf({ members, extent })
  const bbox = asked.bbox ? overlap(asked.bbox, bounds) : bounds
  if (!bbox) throw new Error(`Nothing of ${asked.id} lies there; it reaches over ${bounds.join(',')}.`)
  const zooms = bothZooms(asked.zooms, tilesetZooms(members, WEB_MERCATOR_QUAD), asked.id)
  return { collection: { ...collection, members }, bbox, zooms }
}

function description(catalog: Catalog, collection: Collection, { grid, language }: Asked) {
  const attribution = collection.members.flatMap(({ layer }) => catalog.departments.get(layer.department)?.title ?? [])
  const tileset = { ...collection, grid, attribution, extent: catalog.district.extent, tilesUrl: '' }
  return (plan: ExportPlan) => describe(tileJson(tileset, language), grid, plan)
}

async function main(): Promise<void> {
  if (values.help) return console.log(HELP)
  const asked = await readOptions()
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(new Interrupted()))
  const catalog = await loadCatalog(config.layersDir, config.stylesDir)
  const db = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir, poolSize: 4 })
  const archives = new Archives(join(config.dataDir, 'archives'))
  await migrate(db, config.migrationsDir)
  await refreshCatalog(db, catalog)
  await noteArchives(catalog, archives)
  const options = { cacheBytes: 0, indexBytes: config.tileIndexBytes, deadlineMs: PATIENCE_MS }
  const tiles = createTiles({ db, archives, ...options })
  try {
    const { collection, bbox, zooms } = choose(catalog, asked)
    await mkdir(dirname(asked.file), { recursive: true })
    const bar = progressBar(process.stderr)
    const { members } = collection
    const made = await exportTiles({
      ...asked,
      tiles,
      members,
      bbox,
      zooms,
      ahead: AHEAD,
      signal: stop.signal,
      describe: description(catalog, collection, asked),
      onProgress: ({ done, total, tiles, bytes, resumed, zoom }) =>
        bar({ done, total, before: resumed, words: `zoom ${zoom}  ${tiles} tiles, ${size(bytes)}` })
    })
    if (made.tiles === 0) throw new Error('All tiles there are empty; no archive was written.')
    console.log(`${asked.file}: ${made.tiles} tiles, ${size(made.bytes)}`)
  } finally {
    await tiles.close()
    await archives.close()
    await db.close()
  }
}

/** Nobody waits at a map: a tile of everything may take its time. */
const PATIENCE_MS = 600_000

/** Enough that threads, compression and the disk all have something to do. */
const AHEAD = 16

class Interrupted extends Error {
  constructor() {
    super('\nInterrupted. The same command goes on where it was.')
  }
}

main().catch(error => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = error instanceof Interrupted ? 130 : 1
})
