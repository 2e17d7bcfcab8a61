import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Layer } from '../../server/catalog/layer.ts'
import type { TileId } from '../../server/lib/tile-id.ts'
import { tileAt } from '../../server/lib/tile-id.ts'
import { TILE_GRIDS, type TileGrid } from '../../server/lib/tile-matrix.ts'
import { tileZooms } from '../../server/tiles/scheme.ts'
import { compareTiles } from '../checking/compare-tiles.ts'
import { hasOgr, readByOgr } from '../checking/read-by-ogr.ts'
import { tileFaults } from '../checking/tile-faults.ts'
import { random } from '../seeding/random.ts'
import type { OwnServer } from './own-server.ts'
import { askTile, MODES, type Mode, type TileBench, withServer } from './tile-bench.ts'
import { equivalentSql } from './tile-sql.ts'
import { places } from './tile-targets.ts'

/** Random tiles of all grids, read by others and compared with those of ST_AsMVT. */
export interface ValidFigure {
  mode: Mode
  tiles: number
  empty: number
  reduced: number
  features: number
  /** What a reader found wrong, or what differs from ST_AsMVT by more than rounding; the first of it. */
  faults: number
  examples: string[]
  gdal: string
}

const TILES = 500
const OTHERS = 12
/** At lower zooms ST_AsMVT makes tiles of hundreds of thousands of features, and the server reduces them. */
const FIRST_ZOOM = 13
/**
 * What may be missing of a tile: polygons of so many square units, too small to be seen or left out of a reduced one;
 * of a reduced one also points that stand so many units from one that is there (a square of points, and rounding).
 */
const SMALL = { whole: 24, reduced: 4096 }
const REACH = { whole: 0, reduced: 66 }

interface Asked {
  layer: Layer
  grid: TileGrid
  tile: TileId
}

interface Found {
  figure: ValidFigure
  made: (Asked & { mvt: Uint8Array })[]
}

/** Both servers at once: what they make of a tile is compared with one and the same of the database. */
export async function measureValid(bench: TileBench): Promise<ValidFigure[]> {
  const asked = await draw(bench)
  const found: Record<Mode, Found> = { memory: nothingYet('memory'), postgis: nothingYet('postgis') }
  await withServer(bench, { mode: 'memory' }, memory =>
    withServer(bench, { mode: 'postgis' }, async postgis => {
      // The database knows the key of the server that started last.
      const servers = { memory: { ...memory, key: postgis.key }, postgis }
      const rest = asked.values()
      const goOn = async () => {
        for (const one of rest) await check(bench, servers, one, found)
      }
      await Promise.all(Array.from({ length: AT_ONCE }, goOn))
    })
  )
  for (const mode of MODES) {
    const { figure, made } = found[mode]
    figure.gdal = await gdal(made, join(bench.folder, `valid-${mode}`), figure)
  }
  return MODES.map(mode => found[mode].figure)
}

/** While one tile is looked at the database makes the next. */
const AT_ONCE = 3

const nothingYet = (mode: Mode): Found => ({
  figure: { mode, tiles: 0, empty: 0, reduced: 0, features: 0, faults: 0, examples: [], gdal: '' },
  made: []
})

async function check(
  bench: TileBench,
  servers: Record<Mode, OwnServer>,
  one: Asked,
  found: Record<Mode, Found>
): Promise<void> {
  const { layer, grid, tile } = one
  const path = `/tiles/${layer.id}/${grid.id}/${tile.z}/${tile.x}/${tile.y}.mvt`
  const answers = Promise.all(MODES.map(mode => askTile(servers[mode], path)))
  const [[row], replies] = await Promise.all([
    bench.db.query<Record<string, Buffer>>(equivalentSql(layer, grid, tile)),
    answers
  ])
  const theirs = Object.values(row ?? {})[0] ?? null
  for (const [i, mode] of MODES.entries()) {
    const { body, headers } = replies[i]!
    const { figure, made } = found[mode]
    const mvt = body.length > 0 ? gunzipSync(body) : null
    const isReduced = headers['tile-reduced'] !== undefined
    const faults = [...(mvt ? tileFaults(mvt) : []), ...unlike(layer, mvt, theirs, isReduced)]
    figure.tiles++
    if (isReduced) figure.reduced++
    if (mvt) made.push({ ...one, mvt })
    else figure.empty++
    figure.faults += faults.length
    const told = faults.slice(0, 2).map(fault => `${path}: ${fault}`)
    figure.examples.push(...told.slice(0, 10 - figure.examples.length))
  }
}

async function draw({ db, catalog, heavy }: TileBench): Promise<Asked[]> {
  const others = catalog
    .layers()
    .filter(
      layer => !heavy.includes(layer) && catalog.state(layer.id).featureCount > 100 && tileZooms(layer).max > FIRST_ZOOM
    )
  const next = random('valid')
  const chosen = [
    ...heavy,
    ...others.toSorted((a, b) => (a.id < b.id ? -1 : 1)).filter((_, i) => i % Math.ceil(others.length / OTHERS) === 0)
  ]
  const found = await Promise.all(chosen.map(async layer => ({ layer, places: await places(db, layer, 500) })))
  return Array.from({ length: TILES }, (_, i) => {
    // Half of them of the large layers.
    const { layer, places } =
      found[i % 2 === 0 ? Math.floor(next() * heavy.length) : Math.floor(next() * found.length)]!
    const grid = TILE_GRIDS[i % TILE_GRIDS.length]!
    const { min, max } = tileZooms(layer)
    const first = Math.max(FIRST_ZOOM, min)
    const zoom = first + Math.floor(next() * (max - first + 1))
    const { x, y } = places[Math.floor(next() * places.length)]!
    return { layer, grid, tile: tileOf(grid, zoom, x, y) }
  })
}

function tileOf(grid: TileGrid, zoom: number, longitude: number, latitude: number): TileId {
  const z = zoom - grid.zoomOffset
  if (grid.srid === 3857) return tileAt(z, longitude, latitude)
  const side = grid.side / 2 ** z
  return { z, x: Math.floor((longitude - grid.origin[0]) / side), y: Math.floor((grid.origin[1] - latitude) / side) }
}

function unlike(layer: Layer, mvt: Uint8Array | null, theirs: Uint8Array | null, isReduced: boolean): string[] {
  const kind = isReduced ? 'reduced' : 'whole'
  const { missing, extra, differing } = compareTiles(mvt, theirs, layer.id, SMALL[kind], REACH[kind])
  return [...missing.map(id => `lacks ${id}`), ...extra.map(id => `has ${id} besides`), ...differing]
}

/** GDAL counts as on a grid that begins with one tile. */
async function gdal(made: (Asked & { mvt: Uint8Array })[], folder: string, figure: ValidFigure): Promise<string> {
  if (!(await hasOgr())) return 'not installed'
  const complaints: string[] = []
  for (const grid of TILE_GRIDS) {
    const tiles = made
      .filter(one => one.grid === grid)
      .map(({ layer, tile, mvt }) => ({ layer: layer.id, tile: { ...tile, z: tile.z + grid.zoomOffset }, mvt }))
    const read = await readByOgr(tiles, join(folder, grid.id))
    figure.features += read.features
    complaints.push(...read.complaints)
  }
  return complaints.length > 0 ? complaints.join('; ') : 'reads all'
}
