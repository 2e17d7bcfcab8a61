import { isDeepStrictEqual } from 'node:util'
import type { Geometry, Position } from 'geojson'
import { VectorTile as StrictTile } from 'mapbox-vector-tile'
import t from 'tap'
import { type Database, name, sql } from '../../server/lib/sql.ts'
import { type TileId, tileAt } from '../../server/lib/tile-id.ts'
import { WEB_MERCATOR_QUAD } from '../../server/lib/tile-matrix.ts'
import { TileWorkers } from '../../server/tiles/cut/worker-pool.ts'
import { BUFFER } from '../../server/tiles/scheme.ts'
import { MemorySource } from '../../server/tiles/sources/memory.ts'
import type { TileMember } from '../../server/tiles/tile-name.ts'
import { createTiles, type TileRequest } from '../../server/tiles/tiles.ts'
import { WHOLE_LAYER } from '../../server/tiles/view.ts'
import { onBothDatabases } from '../helper.ts'
import {
  decode,
  field,
  inflate,
  labelled,
  propertyOf,
  publishRows,
  random,
  square,
  type TestRow,
  testLayer
} from './fixture.ts'

const parcels = testLayer('tile-parcel', {
  style: labelled('tile-parcel'),
  fields: [
    field('code'),
    field('name'),
    field('floors', 'integer'),
    field('area', 'number'),
    field('listed', 'boolean'),
    field('day', 'date'),
    field('seen', 'datetime'),
    field('use', 'code')
  ]
})
const roads = testLayer('tile-road', { geometry: 'MultiLineString' })
const places = testLayer('tile-place', { geometry: 'Point' })
const [WEST, SOUTH] = [113, 23]

/** More rows than one batch holds. */
const parcelRows: TestRow[] = Array.from({ length: 1600 }, (_, i) => ({
  geometry: {
    type: 'MultiPolygon',
    coordinates: [square(WEST + (i % 40) * 0.001, SOUTH + Math.floor(i / 40) * 0.001, 0.001)]
  },
  values: [`P${i}`, i % 2 ? `地块 ${i}` : null, i, i / 7, i % 3 === 0, '2026-11-22', '2026-11-22T08:00:00Z', '0701']
}))

function randomRows(kind: 'road' | 'place', count: number, seed: number): TestRow[] {
  const next = random(seed)
  const near = (x: number, y: number, spread: number) => [x + (next() - 0.5) * spread, y + (next() - 0.5) * spread]
  return Array.from({ length: count }, (_, i) => {
    const [x, y] = near(WEST + 0.02, SOUTH + 0.02, 0.04) as [number, number]
    const geometry: Geometry =
      kind === 'place'
        ? { type: 'Point', coordinates: [x, y] }
        : { type: 'MultiLineString', coordinates: [[[x, y], near(x, y, 0.01), near(x, y, 0.01)]] }
    return { geometry, values: [`${kind} ${i}`] }
  })
}

/** By code: the area, length or number of places of a feature, and how much rounding may change it. */
function summary(mvt: Buffer, layerName: string): Map<unknown, { size: number; slack: number }> {
  const layer = mvt.length > 0 ? decode(mvt).layers[layerName] : undefined
  return new Map(
    Array.from({ length: layer?.length ?? 0 }, (_, i) => {
      const feature = layer!.feature(i)
      const parts = feature.loadGeometry()
      const perimeter = parts.reduce((sum, part) => sum + lengthOf(part), 0)
      const size =
        feature.type === 3
          ? Math.abs(parts.reduce((sum, part) => sum + areaOf(part), 0))
          : feature.type === 2
            ? perimeter
            : parts.flat().length
      return [feature.properties['code'], { size, slack: feature.type === 3 ? 2 * perimeter + 4 : 8 * parts.length }]
    })
  )
}

type Place = { x: number; y: number }

const lengthOf = (part: Place[]) =>
  part.reduce((sum, { x, y }, i) => (i === 0 ? 0 : sum + Math.hypot(x - part[i - 1]!.x, y - part[i - 1]!.y)), 0)

const areaOf = (part: Place[]) =>
  part.reduce((sum, { x, y }, i) => (i === 0 ? 0 : sum + (part[i - 1]!.x * y - x * part[i - 1]!.y) / 2), 0)

async function postgisTile(db: Database, id: string, { z, x, y }: TileId): Promise<Buffer> {
  const [row] = await db.query<{ mvt: Buffer }>(sql`SELECT ST_AsMVT(tile, ${id}, 4096, 'geom', 'fid') AS mvt
    FROM (SELECT ST_AsMVTGeom(ST_Transform(ST_SetSRID(geom, 4326), 3857), ST_TileEnvelope(${z}::int, ${x}::int, ${y}::int),
        4096, 64, true) AS geom, fid, code
      FROM ${name('data', id.replaceAll('-', '_'))} WHERE rev_to IS NULL ORDER BY fid) AS tile WHERE geom IS NOT NULL`)
  return row!.mvt
}

await onBothDatabases(t, async (t, db) => {
  const engine = (more: { cacheBytes?: number; indexBytes?: number } = {}) => {
    // Patient: how much is read and made must not hang on how fast the machine is.
    const tiles = createTiles({ db, cacheBytes: 1e7, indexBytes: 1e9, threads: 2, patienceMs: 60_000, ...more })
    t.teardown(() => tiles.close())
    const get = (members: TileMember[], tile: TileId, more: Partial<TileRequest> = {}) =>
      tiles.get({ members, grid: WEB_MERCATOR_QUAD, tile, coding: 'gzip', ...more })
    return { ...tiles, get }
  }
  await publishRows(db, parcels, parcelRows)
  await publishRows(db, roads, randomRows('road', 300, 1))
  await publishRows(db, places, randomRows('place', 300, 2))
  const tiles = engine()
  const keyIn = (members: TileMember[], tile: TileId) => tiles.key({ members, grid: WEB_MERCATOR_QUAD, tile })
  const member = (layer: typeof parcels, revision = 1) => ({ layer, revision })
  const whole = { z: 9, x: tileAt(9, WEST, SOUTH).x, y: tileAt(9, WEST, SOUTH).y }

  t.test('a tile holds every feature with every field, for both decoders', async t => {
    const { bytes, key } = await tiles.get([member(parcels)], whole)
    t.equal(key, keyIn([member(parcels)], whole))
    const mvt = inflate(bytes)
    const read = decode(mvt)
    t.strictSame(Object.keys(read.layers), ['tile-parcel', 'tile-parcel-label'])
    t.strictSame(propertyOf(read, 'tile-parcel', 'code'), parcelRows.map(row => row.values[0]).sort())
    t.strictSame(propertyOf(read, 'tile-parcel-label', 'code'), parcelRows.map(row => row.values[0]).sort())
    const strict = new StrictTile(mvt).layers['tile-parcel']!
    t.equal(strict.length, 1600)
    const wrong = Array.from({ length: strict.length }, (_, i) => {
      const { properties, id } = read.layers['tile-parcel']!.feature(i)
      const { floors } = properties as { floors: number }
      const expected = {
        code: `P${floors}`,
        ...(floors % 2 && { name: `地块 ${floors}` }),
        floors,
        area: floors / 7,
        listed: floors % 3 === 0,
        day: '2026-11-22',
        seen: '2026-11-22T08:00:00.000Z',
        use: '0701',
        feature_id: `P${floors}`
      }
      const other = strict.feature(i)
      const alike = [properties, other.properties].every(found => isDeepStrictEqual({ ...found }, expected))
      return alike && Number(other.id) === id ? null : { id, properties, other: other.properties }
    }).filter(Boolean)
    t.strictSame(wrong, [])
  })

  t.test('for ourselves a tile is plain where it is made, and gzip where somebody asked for that', async t => {
    const own = engine()
    const readable = (more = {}) => own.get([member(parcels)], whole, { coding: 'readable', ...more })
    const plain = await readable()
    t.equal(plain.coding, 'identity')
    const name = own.name({ members: [member(parcels)], grid: WEB_MERCATOR_QUAD, tile: whole })
    t.equal(own.find(name, 'readable')?.bytes, plain.bytes, 'it is kept')
    const gzip = await own.get([member(parcels)], whole)
    t.ok(inflate(gzip.bytes).equals(plain.bytes!))
    t.not(gzip.etag, plain.etag)
    t.equal(own.find(name, 'readable')?.bytes, gzip.bytes, 'and not kept twice')
    t.equal((await own.get([member(parcels)], whole, { coding: 'br' })).coding, 'br')
    t.equal((await readable()).coding, 'gzip')
    const { hits, misses } = own.stats()
    t.strictSame([hits, misses], [3, 1])
  })

  t.test('what is drawn lies where it was published', async t => {
    const tile = tileAt(16, WEST + 0.0205, SOUTH + 0.0205)
    const layer = decode(inflate((await tiles.get([member(parcels)], tile)).bytes)).layers['tile-parcel']!
    const unit = 360 / 2 ** 16 / 4096
    let checked = 0
    for (let i = 0; i < layer.length; i++) {
      const drawn = layer.feature(i)
      const { geometry } = drawn.toGeoJSON(tile.x, tile.y, tile.z)
      const corners = (geometry.type === 'Polygon' ? geometry.coordinates[0] : undefined) ?? []
      const n = drawn.properties['floors'] as number
      const [ring] = square(WEST + (n % 40) * 0.001, SOUTH + Math.floor(n / 40) * 0.001, 0.001)
      const isWhole = drawn.loadGeometry()[0]!.every(({ x, y }) => x > -64 && y > -64 && x < 4160 && y < 4160)
      if (!isWhole) continue
      checked++
      const near = ([x, y]: Position) =>
        ring!.some(([wx, wy]) => Math.abs(x! - wx!) <= unit && Math.abs(y! - wy!) <= unit)
      t.ok(corners.length > 4 && corners.every(near), `${n}: ${corners.join(' ')}`)
    }
    t.ok(checked >= 4, `${checked} whole parcels`)
  })

  t.test('an edit is in the next tile; the unrelated tile keeps its name', async t => {
    const tile = tileAt(14, WEST + 0.0205, SOUTH + 0.0205)
    const before = await tiles.get([member(roads)], tile)
    const edited = parcelRows.map((row, i) =>
      i === 820 ? { ...row, values: ['P820', '改名', ...row.values.slice(2)] } : row
    )
    const { revision } = await publishRows(db, parcels, edited)
    t.equal(revision, 2)
    const after = await tiles.get([member(parcels, 2)], tile)
    t.ok(propertyOf(decode(inflate(after.bytes)), 'tile-parcel', 'name').includes('改名'))
    const late = await tiles.get([member(parcels, 1)], whole)
    t.equal(late.key, keyIn([member(parcels, 1)], whole), 'made before: kept under its revision')
    const beside = { ...tile, x: tile.x + 1 }
    const fresh = await tiles.get([member(parcels, 1)], beside)
    // What has changed may still be being read into memory: then it is of the revision that was asked for.
    const either = [1, 2].map(revision => keyIn([member(parcels, revision)], beside))
    t.ok(either.includes(fresh.key), `made since: it says what it is: ${fresh.key}`)
    t.equal((await tiles.get([member(roads)], tile)).key, before.key)
  })

  t.test('all who ask at once share one reading and one tile; revisions never mix', async t => {
    const own = engine()
    const asked = Array.from({ length: 30 }, (_, i) => tileAt(12, WEST + (i % 3) * 0.02, SOUTH))
    const all = await Promise.all(asked.map(tile => own.get([member(parcels, 2)], tile)))
    const distinct = new Set(all.map(({ bytes }) => bytes)).size
    t.match(own.stats(), { builds: 1, indexes: 1, misses: distinct, coalesced: 30 - distinct, hits: 0 })
    const moving = publishRows(db, parcels, parcelRows)
    const during = Array.from({ length: 20 }, (_, i) =>
      own.get([member(parcels, i % 2 ? 3 : 2)], tileAt(10, WEST, SOUTH))
    )
    await moving
    for (const { key, bytes } of await Promise.all(during)) {
      const renamed = propertyOf(decode(inflate(bytes)), 'tile-parcel', 'name').includes('改名')
      t.equal(renamed, key.startsWith('2/'), `${key} ${renamed}`)
    }
    const settled = await own.get([member(parcels, 3)], whole)
    t.match(settled.key, /^3\//)
    t.notOk(propertyOf(decode(inflate(settled.bytes)), 'tile-parcel', 'name').includes('改名'))
  })

  t.test('several layers are one tile', async t => {
    const members = [member(roads), member(places), member(testLayer('tile-unpublished'), 0)]
    const { bytes } = await tiles.get(members, whole)
    const read = decode(inflate(bytes))
    t.strictSame(Object.keys(read.layers), ['tile-road', 'tile-place'])
    t.equal(new StrictTile(inflate(bytes)).layers['tile-place']!.length, 300)
    t.equal(propertyOf(read, 'tile-road', 'feature_id').length, 300)
  })

  t.test('nothing is read for what was never published, nor beyond a layer’s zooms', async t => {
    const own = engine()
    t.equal((await own.get([member(testLayer('tile-unpublished'), 0)], whole)).bytes, null)
    t.equal((await own.get([member({ ...roads, zoom: { min: 12, max: 14 } })], whole)).bytes, null)
    t.equal((await own.get([member(places)], tileAt(12, 0, 0))).bytes, null, 'far from all features')
    t.match(own.stats(), { builds: 1, tiles: 3 })
  })

  t.test('memory is bounded: the layer used longest ago is let go, and read again when it is asked for', async t => {
    const own = engine({ indexBytes: 200_000 })
    for (const layer of [places, roads, places]) {
      const { bytes } = await own.get([member(layer)], tileAt(10, WEST + 0.02, SOUTH + 0.02))
      t.ok(bytes)
      t.ok(own.stats().indexBytes <= 200_000)
    }
    const uncached = engine({ indexBytes: 1, cacheBytes: 0 })
    for (let i = 0; i < 2; i++) t.ok((await uncached.get([member(places)], whole)).bytes)
    t.match(uncached.stats(), { indexes: 0 }, 'what does not fit is not held')
  })

  t.test('a thread that dies takes its layers along; the next request reads them again in a new one', async t => {
    const workers = new TileWorkers(1)
    t.teardown(() => workers.close())
    const source = new MemorySource({ db, workers, maxBytes: 1e9 })
    const asked = (layer: typeof parcels) => ({
      layer,
      revision: 1,
      grid: WEB_MERCATOR_QUAD,
      tile: whole,
      view: WHOLE_LAYER
    })
    t.ok((await source.cut(asked(places))).mvt)
    const during = t.rejects(source.cut(asked(roads)), { message: 'The server is closing.' })
    await workers.close()
    await during
    t.ok((await source.cut(asked(places))).mvt)
    t.equal(source.stats().indexes, 1)
  })

  t.test('a failed reading is told to all who wait, and tried again by the next', async t => {
    const own = engine()
    await db.run('ALTER TABLE data.tile_place RENAME TO tile_place_away')
    const both = await Promise.allSettled([
      own.get([member(places)], whole),
      own.get([member(places)], tileAt(10, WEST, SOUTH))
    ])
    t.ok(both.every(result => result.status === 'rejected' && result.reason.code === '42P01'))
    await db.run('ALTER TABLE data.tile_place_away RENAME TO tile_place')
    t.ok((await own.get([member(places)], whole)).bytes)
  })

  t.test(
    'tiles equal those of ST_AsMVT',
    { skip: db.kind === 'embedded' && 'the embedded PostGIS has none' },
    async t => {
      const next = random(3)
      let compared = 0
      for (let i = 0; i < 24; i++) {
        const layer = [parcels, roads, places][i % 3]!
        const tile = tileAt(10 + (i % 9), WEST + next() * 0.04, SOUTH + next() * 0.04)
        const { bytes } = await tiles.get([member(layer, layer === parcels ? 3 : 1)], tile)
        const ours = summary(inflate(bytes), layer.id)
        const theirs = summary(await postgisTile(db, layer.id, tile), layer.id)
        const where = `${layer.id} ${Object.values(tile)}`
        const wrong = [...new Set([...ours.keys(), ...theirs.keys()])].filter(code => {
          const [a, b] = [ours.get(code), theirs.get(code)]
          // What only touches the buffer's edge may be in one and not in the other.
          if (!a || !b) return (a ?? b)!.size > 4 * BUFFER
          return Math.abs(a.size - b.size) > a.slack
        })
        t.strictSame(wrong, [], `${where}: ${ours.size} of ours, ${theirs.size} of theirs`)
        compared += ours.size
      }
      t.ok(compared > 1000, `${compared} features compared`)
    }
  )
})
