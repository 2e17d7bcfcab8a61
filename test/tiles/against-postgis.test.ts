import type { Geometry, Position } from 'geojson'
import t, { type Test } from 'tap'
import { compareTiles } from '../../scripts/checking/compare-tiles.ts'
import { hasOgr, readByOgr } from '../../scripts/checking/read-by-ogr.ts'
import { tileFaults } from '../../scripts/checking/tile-faults.ts'
import { shapesOf } from '../../scripts/checking/tile-shapes.ts'
import { equivalentSql } from '../../scripts/measuring/tile-sql.ts'
import type { Layer } from '../../server/catalog/layer.ts'
import { type Database, sql } from '../../server/lib/sql.ts'
import { type TileId, tileAt } from '../../server/lib/tile-id.ts'
import { TILE_GRIDS, type TileGrid, tileDegrees } from '../../server/lib/tile-matrix.ts'
import { SourceChooser } from '../../server/tiles/choose-source.ts'
import { EXTENT, labelLayerName } from '../../server/tiles/scheme.ts'
import type { CutAsk, TileSource } from '../../server/tiles/source.ts'
import { postgisSource } from '../../server/tiles/sources/postgis.ts'
import { openSources } from '../../server/tiles/sources.ts'
import { WHOLE_LAYER } from '../../server/tiles/view.ts'
import { onBothDatabases, testDatabase } from '../helper.ts'
import { field, labelled, publishRows, random, square, type TestRow, testLayer } from './fixture.ts'

const FIELDS = [
  field('code'),
  field('area', 'number'),
  field('floors', 'integer'),
  field('listed', 'boolean'),
  field('day', 'date'),
  field('seen', 'datetime')
]
const LAYERS = {
  areas: testLayer('areas', { geometry: 'MultiPolygon', fields: FIELDS, style: labelled('areas') }),
  parcels: testLayer('parcels', { geometry: 'Polygon', fields: FIELDS }),
  lines: testLayer('lines', { geometry: 'MultiLineString', fields: FIELDS }),
  points: testLayer('points', { geometry: 'Point', fields: FIELDS })
}
/** About the district: west, south, and how far it reaches, in degrees. */
const [WEST, SOUTH, SIDE] = [113, 23, 0.2]

const next = random(5)
const place = (): Position => [WEST + next() * SIDE, SOUTH + next() * SIDE]

/** Around a place, with a hole in every third and a second part in every fourth. */
function blot(i: number): Geometry {
  const ring = ([x, y]: Position, size: number): Position[] => {
    const count = 4 + Math.floor(next() * 20)
    const points = Array.from({ length: count }, (_, k): Position => {
      const [angle, radius] = [(2 * Math.PI * k) / count, size * (0.6 + 0.4 * next())]
      return [x! + radius * Math.cos(angle), y! + radius * Math.sin(angle)]
    })
    return [...points, points[0]!]
  }
  const [at, size] = [place(), 10 ** (-2 - 2 * next())]
  const outer = [ring(at, size), ...(i % 3 === 0 ? [ring(at, size / 3)] : [])]
  return {
    type: 'MultiPolygon',
    coordinates: i % 4 === 0 ? [outer, [ring([at[0]! + 3 * size, at[1]!], size)]] : [outer]
  }
}

/** It never turns back: ST_AsMVTGeom leaves out where a line goes there and back. */
function walk(i: number): Geometry {
  const path = (): Position[] => {
    let [x, y] = place() as [number, number]
    let heading = next() * 2 * Math.PI
    return Array.from({ length: 2 + Math.floor(next() * 40) }, () => {
      heading += next() - 0.5
      ;[x, y] = [x + 0.003 * next() * Math.cos(heading), y + 0.003 * next() * Math.sin(heading)]
      return [x, y]
    })
  }
  return { type: 'MultiLineString', coordinates: i % 3 === 0 ? [path(), path()] : [path()] }
}

/** Squares side by side: what one loses at an edge its neighbour does not cover. */
const parcel = (i: number): Geometry => ({
  type: 'Polygon',
  coordinates: square(WEST + (i % 20) * 0.01, SOUTH + Math.floor(i / 20) * 0.01, 0.01)
})

const GEOMETRIES: Record<keyof typeof LAYERS, (i: number) => Geometry> = {
  areas: blot,
  parcels: parcel,
  lines: walk,
  points: () => ({ type: 'Point', coordinates: place() })
}

const rows = (make: (i: number) => Geometry): TestRow[] =>
  Array.from({ length: 400 }, (_, i) => ({
    geometry: make(i),
    values: [`南${i}`, i % 7 === 0 ? null : i / 8, i - 200, i % 2 === 0, '2026-02-28', '2026-02-28T08:00:00.250+08:00']
  }))

/** The tile of a grid that a place lies in. */
function tileOf(grid: TileGrid, zoom: number, [x, y]: Position): TileId {
  const z = zoom - grid.zoomOffset
  if (grid.srid === 3857) return tileAt(z, x!, y!)
  const side = grid.side / 2 ** z
  return { z, x: Math.floor((x! + 180) / side), y: Math.floor((90 - y!) / side) }
}

interface Asked {
  layer: Layer
  grid: TileGrid
  tile: TileId
}

const askOf = ({ layer, grid, tile }: Asked): CutAsk => ({ layer, revision: 1, grid, tile, view: WHOLE_LAYER })

const randomTiles = (count: number): Asked[] =>
  Array.from({ length: count }, (_, i) => {
    const grid = TILE_GRIDS[i % 3]!
    const layers = Object.values(LAYERS)
    const zoom = Math.max(6 + Math.floor(next() * 13), grid.first.level + grid.zoomOffset)
    return { layer: layers[Math.floor(i / 3) % layers.length]!, grid, tile: tileOf(grid, zoom, place()) }
  })

async function oracle(db: Database, { layer, grid, tile }: Asked): Promise<Uint8Array | null> {
  const [row] = await db.query<Record<string, Buffer>>(equivalentSql(layer, grid, tile))
  return Object.values(row ?? {})[0] ?? null
}

const skip = process.env['TEST_DATABASE_URL'] ? false : 'TEST_DATABASE_URL is not set: there is no ST_AsMVT'

t.test('tiles are those of ST_AsMVT', { skip }, async t => {
  const db = await testDatabase(t, 'postgres')
  for (const [id, layer] of Object.entries(LAYERS))
    await publishRows(db, layer, rows(GEOMETRIES[id as keyof typeof LAYERS]))
  const sources = openSources({ db, indexBytes: 2 ** 28 })
  t.teardown(() => sources.close())
  const asked = randomTiles(500)
  for (const one of asked) await sources.ready?.(askOf(one))
  const made = { memory: sources as TileSource, postgis: postgisSource(db) }
  const folder = t.testdir()
  const withOgr = await hasOgr()

  for (const [name, source] of Object.entries(made)) {
    await t.test(`${name}: 500 tiles of all grids`, async t => {
      const tiles: { grid: string; layer: string; tile: TileId; mvt: Uint8Array }[] = []
      const faults: string[] = []
      for (const one of asked) {
        const { mvt } = await source.cut(askOf(one))
        const where = `${one.layer.id} ${one.grid.id} ${one.tile.z}/${one.tile.x}/${one.tile.y}`
        faults.push(...(await unlike(db, one, mvt)).map(text => `${where}: ${text}`))
        if (!mvt) continue
        faults.push(...tileFaults(mvt).map(text => `${where}: ${text}`))
        // GDAL counts as on a grid that begins with one tile.
        const z = one.tile.z + one.grid.zoomOffset
        tiles.push({ grid: one.grid.id, layer: one.layer.id, tile: { ...one.tile, z }, mvt })
      }
      t.strictSame(faults.slice(0, 20), [], `${faults.length} faults`)
      t.ok(tiles.length > 400, `${tiles.length} tiles have features`)
      t.test('and GDAL reads them', { skip: withOgr ? false : 'GDAL is not installed' }, async t => {
        for (const grid of new Set(tiles.map(tile => tile.grid))) {
          const read = await readByOgr(
            tiles.filter(tile => tile.grid === grid),
            `${folder}/${name}/${grid}`
          )
          t.strictSame(read.complaints, [])
          t.ok(read.features > 0, `${grid}: ${read.features} features`)
        }
      })
    })
  }

  await t.test('each polygon has one label point, in one tile of each grid', async t => {
    for (const grid of TILE_GRIDS) {
      const zoom = 12
      const [from, to] = [
        tileOf(grid, zoom, [WEST - 0.1, SOUTH + SIDE + 0.1]),
        tileOf(grid, zoom, [WEST + SIDE + 0.1, SOUTH - 0.1])
      ]
      for (const [name, source] of Object.entries(made)) {
        const seen: number[] = []
        for (let x = from.x; x <= to.x; x++) {
          for (let y = from.y; y <= to.y; y++) {
            const { mvt } = await source.cut(askOf({ layer: LAYERS.areas, grid, tile: { ...from, x, y } }))
            const labels = shapesOf(mvt, labelLayerName('areas'))
            seen.push(...labels.keys())
            const outside = [...labels.values()]
              .flatMap(({ parts }) => parts.flat())
              .filter(p => Math.min(p.x, p.y) < 0 || Math.max(p.x, p.y) >= EXTENT)
            if (outside.length > 0) t.fail(`${name} ${grid.id}: ${JSON.stringify(outside)}`)
          }
        }
        t.strictSame([seen.length, new Set(seen).size], [400, 400], `${name}, ${grid.id}`)
      }
    }
  })

  await t.test('a view is seen by its fields, its filter and its time', async t => {
    const layer = LAYERS.parcels
    await publishRows(db, layer, rows(parcel).slice(0, 30))
    const ask = askOf({ layer, grid: TILE_GRIDS[0]!, tile: tileAt(9, WEST + 0.05, SOUTH + 0.05) })
    const shapes = async (view: Partial<CutAsk['view']>) =>
      shapesOf((await made.postgis.cut({ ...ask, view: { ...WHOLE_LAYER, ...view } })).mvt, layer.id)
    t.equal((await shapes({})).size, 30)
    t.equal((await shapes({ asOfRevision: 1 })).size, 400, 'rows that ended since')
    const some = await shapes({ filter: { op: '<', field: 'floors', value: -190 }, fields: ['floors'] })
    t.equal(some.size, 10)
    t.strictSame(Object.keys([...some.values()][0]!.properties), ['floors', 'feature_id'])
  })

  await t.test('what would be too much is the largest, and says so', async t => {
    const layer = testLayer('crowd', { geometry: 'MultiPolygon' })
    const crowd = Array.from({ length: 34_000 }, (_, i): TestRow => {
      const side = i % 100 === 0 ? 0.008 : 0.0004
      const [x, y] = place() as [number, number]
      return { geometry: { type: 'MultiPolygon', coordinates: [square(x, y, side)] }, values: [`${i}`] }
    })
    await publishRows(db, layer, crowd)
    const { mvt, reduced } = await made.postgis.cut(
      askOf({ layer, grid: TILE_GRIDS[0]!, tile: tileAt(9, WEST + 0.05, SOUTH + 0.05) })
    )
    t.ok(reduced && reduced.total === 34_000 && reduced.shown >= 200, JSON.stringify(reduced))
    t.ok(mvt && mvt.length < 1_500_000, `${mvt?.length} bytes`)
    t.strictSame(tileFaults(mvt!), [])
    const shown = shapesOf(mvt, 'crowd')
    t.ok(shown.size > reduced!.shown, `${shown.size} features, squares for the small ones among them`)
    t.strictSame(shown.get(1)?.properties['code'], '0')
  })

  await t.test(
    'of too many points those that stand alone stay, and each other stands beside one that does',
    async t => {
      const fields = Array.from({ length: 10 }, (_, i) => field(`f${i}`))
      const layer = testLayer('dots', { geometry: 'Point', fields })
      const asked = { layer, grid: TILE_GRIDS[0]!, tile: tileAt(12, WEST + 0.05, SOUTH + 0.05) }
      const [west, south, east, north] = tileDegrees(asked.grid, asked.tile)
      let dots = 0
      const dot = (x: number, y: number): TestRow => ({
        geometry: { type: 'Point', coordinates: [west + (east - west) * x, south + (north - south) * y] },
        values: fields.map((_, i) => (i === 0 ? `${dots++}` : 'dot'))
      })
      const dense = Array.from({ length: 30_000 }, () => dot(0.6 * next(), next()))
      const alone = Array.from({ length: 25 }, (_, i) => dot(0.7 + 0.06 * (i % 5), 0.1 + 0.18 * Math.floor(i / 5)))
      await publishRows(db, layer, [...dense, ...alone])
      const { mvt, reduced } = await made.postgis.cut(askOf(asked))
      t.ok(reduced && reduced.total === 30_025 && reduced.shown > 2000 && reduced.shown < 9000, JSON.stringify(reduced))
      const shown = shapesOf(mvt, layer.id)
      t.ok(alone.every((_, i) => shown.has(30_001 + i)))
      t.strictSame(compareTiles(mvt, await oracle(db, asked), layer.id, 24, 66).missing, [])
    }
  )

  await t.test('a cut that nobody waits for is given up', async t => {
    const gone = new Error('the client has left')
    await t.rejects(made.postgis.cut(askOf(asked[0]!), AbortSignal.abort(gone)), gone)
  })
})

/** What the tile lacks or has too much against the one of ST_AsMVT. */
async function unlike(db: Database, asked: Asked, mvt: Uint8Array | null): Promise<string[]> {
  const { missing, extra, differing, areas } = compareTiles(mvt, await oracle(db, asked), asked.layer.id, 24)
  const [mine, theirs] = areas
  return [
    ...(missing.length > 0 ? [`lacks ${missing.slice(0, 5)}`] : []),
    ...(extra.length > 0 ? [`has ${extra.slice(0, 5)} besides`] : []),
    ...differing.slice(0, 3),
    ...(Math.abs(mine - theirs) > 0.001 * theirs + 3 * EXTENT ? [`covers ${mine}, not ${theirs}`] : [])
  ]
}

await onBothDatabases(t, async (t: Test, db: Database) => {
  await t.test('a source is chosen by the bytes of the rows and by their time', async t => {
    const layer = testLayer('weighed')
    await publishRows(
      db,
      layer,
      rows(parcel).map(row => ({ ...row, values: [row.values[0]] }))
    )
    const ask = askOf({ layer, grid: TILE_GRIDS[0]!, tile: { z: 0, x: 0, y: 0 } })
    const search = db.kind === 'postgres' ? 'postgis' : 'rows'
    const roomy = new SourceChooser(db, 2 ** 20)
    t.equal(await roomy.choose(ask), 'memory')
    t.equal(roomy.choose(ask), 'memory', 'and known from then on')
    t.equal(await new SourceChooser(db, 50_000).choose(ask), search)
    t.equal(roomy.choose({ ...ask, view: { ...WHOLE_LAYER, asOfRevision: 1 } }), search)
    await db.query(sql`UPDATE yitu.layer SET feature_count = 1000000 WHERE id = 'weighed'`)
    t.equal(await roomy.choose({ ...ask, revision: 2 }), search, 'weighed again when there is a new revision')
  })
})
