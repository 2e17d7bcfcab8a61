import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Position } from 'geojson'
import t from 'tap'
import type { Layer } from '../../server/catalog/layer.ts'
import { sql } from '../../server/lib/sql.ts'
import { type TileId, tileAt } from '../../server/lib/tile-id.ts'
import { CGCS2000_QUAD, type TileGrid, WEB_MERCATOR_QUAD, WORLD_CRS84_QUAD } from '../../server/lib/tile-matrix.ts'
import { TileWorkers } from '../../server/tiles/cut/worker-pool.ts'
import { KeptColumns } from '../../server/tiles/kept-columns.ts'
import type { CutTile, TileSource } from '../../server/tiles/source.ts'
import { MemorySource } from '../../server/tiles/sources/memory.ts'
import { RowsSource } from '../../server/tiles/sources/rows.ts'
import { type LayerView, WHOLE_LAYER } from '../../server/tiles/view.ts'
import { onBothDatabases } from '../helper.ts'
import { decode, field, labelled, propertyOf, publishRows, square, type TestRow, testLayer } from './fixture.ts'

const parcels = testLayer('source-parcel', {
  style: labelled('source-parcel'),
  fields: [
    field('code'),
    field('use', 'code'),
    field('area', 'number'),
    field('total', 'integer'),
    field('division_code')
  ]
})
const [WEST, SOUTH] = [113, 23]
const COUNT = 2500

const parcel = (i: number): TestRow => ({
  geometry: {
    type: 'MultiPolygon',
    coordinates: [square(WEST + (i % 50) * 0.001, SOUTH + Math.floor(i / 50) * 0.001, 0.0009)]
  },
  values: [`P${i}`, `0${i % 3}`, i / 7, i % 5 ? i : null, i % 2 ? '440605101' : '440605102']
})
const all = Array.from({ length: COUNT }, (_, i) => parcel(i))
const roads = testLayer('source-road', { geometry: 'MultiLineString', style: labelled('source-road') })
const roadRows = Array.from({ length: 200 }, (_, i): TestRow => {
  const from: Position = [WEST + (i % 20) * 0.002, SOUTH + i * 1e-4]
  return {
    geometry: { type: 'MultiLineString', coordinates: [[from, [from[0]! + 0.003, from[1]! + 0.001]]] },
    values: [`R${i}`]
  }
})

const inDegrees = ({ side }: TileGrid, z: number): TileId => ({
  z,
  x: Math.floor((WEST + 0.02 + 180) / (side / 2 ** z)),
  y: Math.floor((90 - SOUTH - 0.02) / (side / 2 ** z))
})
const middle = (z: number) => tileAt(z, WEST + 0.02, SOUTH + 0.02)

await onBothDatabases(t, async (t, db) => {
  const workers = new TileWorkers(2)
  t.teardown(() => workers.close())
  const memorySource = (more: { meanwhile?: TileSource; maxBytes?: number } = {}) =>
    new MemorySource({ db, workers, maxBytes: 1e9, ...more })
  const rows = new RowsSource(db, workers)
  const memory = memorySource()
  const ask = (layer: Layer, tile: TileId, revision = 1, view: LayerView = WHOLE_LAYER, grid = WEB_MERCATOR_QUAD) => ({
    layer,
    revision,
    grid,
    tile,
    view
  })
  const bytes = ({ mvt }: CutTile) => Buffer.from(mvt ?? [])
  const codes = (cut: CutTile) => propertyOf(decode(bytes(cut)), parcels.id, 'code')
  await publishRows(db, parcels, all)
  await publishRows(db, roads, roadRows)

  t.test('rows and memory give the same bytes, in every grid and view', async t => {
    const views: LayerView[] = [
      WHOLE_LAYER,
      { ...WHOLE_LAYER, fields: ['use', 'total'] },
      { ...WHOLE_LAYER, filter: { op: '>', field: 'total', value: 700 }, divisionPrefix: '440605101' },
      { ...WHOLE_LAYER, fields: [], filter: { op: '=', field: 'use', value: '01' } }
    ]
    for (const view of views) {
      for (const z of [9, 13, 16]) {
        const [a, b] = await Promise.all([memory, rows].map(source => source.cut(ask(parcels, middle(z), 1, view))))
        t.ok(a!.mvt && bytes(a!).equals(bytes(b!)), `${JSON.stringify(view)} ${z}`)
        t.strictSame([a!.revision, a!.reduced], [b!.revision, b!.reduced])
      }
    }
    for (const grid of [WORLD_CRS84_QUAD, CGCS2000_QUAD]) {
      for (const layer of [parcels, roads]) {
        const asked = ask(layer, inDegrees(grid, 14), 1, WHOLE_LAYER, grid)
        const [a, b] = await Promise.all([memory, rows].map(source => source.cut(asked)))
        t.ok(a!.mvt && bytes(a!).equals(bytes(b!)), `${grid.id} ${layer.id}`)
        t.strictSame(Object.keys(decode(bytes(a!)).layers), [layer.id, `${layer.id}-label`])
      }
    }
    const away = await rows.cut(ask(parcels, tileAt(12, 0, 0)))
    t.strictSame(away, { revision: 1, mvt: null, reduced: null })
    t.strictSame(await rows.cut(ask(testLayer('source-road', roads), tileAt(12, 0, 0))), away)
  })

  t.test('where there are more rows than are read for a tile it has the largest, and says so', async t => {
    const few = await new RowsSource(db, workers, 100).cut(ask(parcels, middle(9)))
    t.strictSame(few.reduced, { shown: 100, total: COUNT })
    t.equal(codes(few).length, 100)
  })

  t.test('of too many points one of each square is read before any other', async t => {
    const dots = testLayer('source-dot', { geometry: 'Point' })
    const dot = (code: string, x: number, y: number): TestRow => ({
      geometry: { type: 'Point', coordinates: [WEST + x, SOUTH + y] },
      values: [code]
    })
    const dense = Array.from({ length: 3000 }, (_, i) => dot(`dense ${i}`, (i % 60) * 4e-5, Math.floor(i / 60) * 4e-5))
    const alone = Array.from({ length: 12 }, (_, i) =>
      dot(`alone ${i}`, 0.01 * (1 + (i % 4)), 0.01 * (1 + Math.floor(i / 4)))
    )
    await publishRows(db, dots, [...dense, ...alone])
    const few = await new RowsSource(db, workers, 30).cut(ask(dots, middle(9)))
    t.strictSame(few.reduced, { shown: 30, total: 3012 })
    const shown = propertyOf(decode(bytes(few)), dots.id, 'code').map(String)
    t.strictSame(shown.filter(code => code.startsWith('alone')).length, 12)
  })

  t.test('one changed row is read by itself; the tile is as if all had been read again', async t => {
    const before = memory.stats().builds
    const edited = all.with(1020, { ...parcel(1020), values: ['P1020', '09', 1, 2, '440605'] }).toSpliced(1021, 1)
    edited.push({ ...parcel(3), values: ['new', '01', 5, 5, '440605'] })
    const { revision } = await publishRows(db, parcels, edited)
    t.equal(revision, 2)
    t.equal(memory.holds(parcels, 2), false)
    await memory.ready(ask(parcels, middle(16), 2))
    t.equal(memory.holds(parcels, 2), true)
    const fresh = memorySource()
    for (const z of [9, 14, 16]) {
      const [a, b] = await Promise.all([memory, fresh].map(source => source.cut(ask(parcels, middle(z), 2))))
      t.ok(bytes(a!).equals(bytes(b!)), `zoom ${z}`)
      t.equal(a!.revision, 2)
    }
    t.equal(memory.stats().builds, before)
    const seen = codes(await memory.cut(ask(parcels, middle(9), 2)))
    t.strictSame([seen.length, seen.includes('new'), seen.includes('P1021')], [COUNT, true, false])
  })

  t.test('what was is read from the rows that were current then', async t => {
    const past = { ...WHOLE_LAYER, asOfRevision: 1, key: 'asof 1' }
    const then = codes(await rows.cut(ask(parcels, middle(9), 2, past)))
    t.strictSame([then.length, then.includes('new'), then.includes('P1021')], [COUNT, false, true])
  })

  t.test('many changed rows are made columns again behind the scenes; too many are read whole', async t => {
    const { builds } = memory.stats()
    const edited = all.map((row, i) => (i < 700 ? { ...row, values: [`P${i}`, '09', 1, 2, '440605'] } : row))
    await publishRows(db, parcels, edited)
    const soon = await memory.cut(ask(parcels, middle(14), 3))
    while (memory.stats().builds === builds) await new Promise(resolve => setTimeout(resolve, 10))
    t.equal(soon.revision, 3)
    t.ok(bytes(soon).equals(bytes(await memory.cut(ask(parcels, middle(14), 3)))))
    await publishRows(
      db,
      parcels,
      all.map((row, i) => ({ ...row, values: [`P${i}`, '08', 1, 2, '440605'] }))
    )
    const whole = await memory.cut(ask(parcels, middle(9), 4))
    t.equal(whole.revision, 4)
    t.strictSame(new Set(propertyOf(decode(bytes(whole)), parcels.id, 'use')), new Set(['08']))
    t.ok(memory.stats().builds >= builds + 2)
  })

  t.test('while a layer is read its tiles may come from elsewhere', async t => {
    const source = memorySource({ meanwhile: rows })
    const first = await source.cut(ask(parcels, middle(14), 4))
    t.ok(bytes(first).equals(bytes(await memory.cut(ask(parcels, middle(14), 4)))))
    while (!source.holds(parcels, 4)) await source.ready(ask(parcels, middle(14), 4))
    t.ok(bytes(first).equals(bytes(await source.cut(ask(parcels, middle(14), 4)))))
  })

  t.test('columns that were kept are those that were read, and what changed since is added', async t => {
    const folder = join(t.testdir(), 'columns')
    const layers = [
      parcels,
      roads,
      testLayer('kept-tree', { geometry: 'Point', fields: [field('name')] }),
      testLayer('kept-nothing', {})
    ]
    const trees = [1, 2, 3].map(i => ({
      geometry: { type: 'Point' as const, coordinates: [WEST, SOUTH + i] },
      values: [`树${i}`]
    }))
    await publishRows(db, layers[2]!, trees)
    await publishRows(db, layers[3]!, [])
    const life = () => {
      const kept = new KeptColumns({ db, folder, maxBytes: 1e8, leastBytes: 0 })
      return { kept, source: new MemorySource({ db, workers, maxBytes: 1e9, kept }) }
    }
    const cuts = (source: TileSource, revision = 4) =>
      Promise.all(
        layers.flatMap(layer => {
          const ofIts = layer === parcels ? revision : 1
          return [0, 9, 14, 16].map(z =>
            source.cut(ask(layer, layer.id === 'kept-tree' ? tileAt(z, WEST, SOUTH + 1) : middle(z), ofIts))
          )
        })
      )
    const first = life()
    const read = await cuts(first.source)
    await first.kept.close()
    t.equal(first.source.stats().builds, layers.length)

    const second = life()
    t.strictSame(await cuts(second.source), read)
    t.equal(second.source.stats().builds, 0, 'nothing was read again')

    const edited = all.map((row, i) => ({ ...row, values: [`P${i}`, i === 7 ? '11' : '08', 1, 2, '440605'] }))
    await publishRows(db, parcels, edited)
    const third = life()
    t.strictSame(await cuts(third.source, 5), await cuts(memorySource(), 5))
    t.equal(third.source.stats().builds, 0, 'one row was read')

    const path = join(folder, `${parcels.id}.columns`)
    const whole = await readFile(path)
    const flawed = [
      whole.subarray(0, -1),
      whole.subarray(0, 10),
      Buffer.alloc(0),
      Buffer.from(whole.map((byte, i) => (i === 5000 ? byte ^ 1 : byte))),
      Buffer.concat([whole.subarray(0, 8), Buffer.from([9]), whole.subarray(9)])
    ]
    for (const file of flawed) {
      await writeFile(path, file)
      const { source, kept } = life()
      t.strictSame((await source.cut(ask(parcels, middle(16), 5))).revision, 5)
      t.equal(source.stats().builds, 1, `${file.length} bytes that are not as they were written are read again`)
      await kept.close()
    }
    await writeFile(path, whole)
    await db.query(sql`UPDATE yitu.revision SET content_hash = 'other' WHERE layer_id = ${parcels.id} AND revision = 4`)
    t.equal(await life().kept.find(parcels), undefined, 'another database has other rows at the same revision')

    const [small] = await Promise.all(
      layers.map(layer => stat(join(folder, `${layer.id}.columns`)).catch(() => undefined))
    )
    const cramped = new KeptColumns({ db, folder, maxBytes: small!.size + 10, leastBytes: 0 })
    const found = await cramped.find(roads)
    await cramped.keep(roads, 1, found!.columns)
    t.strictSame(await readdir(folder), [`${roads.id}.columns`], 'the others had to make room')
  })

  t.test('a tile that nobody waits for is not cut; the others are', async t => {
    const leaving = new AbortController()
    const asked = Array.from({ length: 20 }, (_, i) =>
      memory.cut(ask(parcels, middle(9 + (i % 9)), 4), i % 2 ? leaving.signal : undefined)
    )
    leaving.abort(new Error('gone'))
    const ends = await Promise.allSettled(asked)
    t.ok(ends.every(({ status }, i) => status === (i % 2 ? 'rejected' : 'fulfilled')))
    t.ok(ends.every(end => end.status === 'fulfilled' || end.reason.message === 'gone'))
    await t.rejects(rows.cut(ask(parcels, middle(9), 4), leaving.signal), { message: 'gone' })
  })
})
