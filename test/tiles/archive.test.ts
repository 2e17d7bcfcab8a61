import { spawn } from 'node:child_process'
import {
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { PMTiles, tileIdToZxy } from 'pmtiles'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import { TileClient } from '../../scripts/tiling/tile-client.ts'
import { warm } from '../../scripts/tiling/warming.ts'
import { tileAt } from '../../server/lib/tile-id.ts'
import { CGCS2000_QUAD, tileExtent, WEB_MERCATOR_QUAD, WORLD_CRS84_QUAD } from '../../server/lib/tile-matrix.ts'
import { Archives } from '../../server/tiles/archive/archives.ts'
import { blockOf, blocksOf, numbersOf } from '../../server/tiles/archive/area.ts'
import { alongCurve, blockSize, tileNumber } from '../../server/tiles/archive/curve.ts'
import { directories, type Entry } from '../../server/tiles/archive/directory.ts'
import { type Export, exportTiles } from '../../server/tiles/archive/export.ts'
import { noteArchives } from '../../server/tiles/archive/note-archives.ts'
import { ArchiveWriter } from '../../server/tiles/archive/writer.ts'
import { onBothDatabases, testApp } from '../helper.ts'
import {
  BBOX,
  exportOf,
  fakeTiles,
  key,
  layer,
  readyTile,
  tileBytes,
  writeCatalogue,
  writeMbtiles,
  ZOOMS
} from './archive-fixture.ts'
import { decode, propertyOf, publishRows, square, testLayer } from './fixture.ts'

/** A file as the pmtiles package wants to read it. */
function readBack(path: string): PMTiles {
  return new PMTiles({
    getKey: () => path,
    async getBytes(offset, length) {
      const file = await open(path, 'r')
      try {
        const data = new ArrayBuffer(length)
        const { bytesRead } = await file.read(new Uint8Array(data), 0, length, offset)
        return { data: data.slice(0, bytesRead) }
      } finally {
        await file.close()
      }
    }
  })
}

const folderOf = (t: Test) => t.testdir({}) as string

t.test('tiles come along the curve: each once, rising, and no other', async t => {
  const block = fc.integer({ min: 0, max: 9 }).chain(z =>
    fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 0, max: 2 ** z - 1 }))).map(([a, b, c, d]) => ({
      z,
      west: Math.min(a!, b!),
      east: Math.max(a!, b!),
      north: Math.min(c!, d!),
      south: Math.max(c!, d!)
    }))
  )
  const { failed, counterexample } = fc.check(
    fc.property(block, block => {
      const expected: number[] = []
      for (let x = block.west; x <= block.east; x++)
        for (let y = block.north; y <= block.south; y++) expected.push(tileNumber({ z: block.z, x, y }))
      expected.sort((a, b) => a - b)
      return blockSize(block) === expected.length && JSON.stringify([...alongCurve(block)]) === JSON.stringify(expected)
    }),
    { numRuns: 100 }
  )
  t.notOk(failed, JSON.stringify(counterexample))
  const blocks = blocksOf(exportOf('').grid, { min: 5, max: 9 }, BBOX)
  const all = [...numbersOf(blocks, -1)]
  t.strictSame([...numbersOf(blocks, all[7]!)], all.slice(8), 'and from anywhere on')
})

t.test('the tiles of a box are those that touch it, in every grid', async t => {
  for (const grid of [CGCS2000_QUAD, WORLD_CRS84_QUAD]) {
    const level = 10 - grid.zoomOffset
    const { z, west, north, east, south } = blockOf(grid, level, BBOX)
    t.equal(z, 10, 'an archive has them at the zoom of the same scale')
    const [w, , , n] = tileExtent(grid, { z: level, x: west, y: north })
    const [, s, e] = tileExtent(grid, { z: level, x: east, y: south })
    const side = e - tileExtent(grid, { z: level, x: east, y: south })[0]
    t.ok(w <= BBOX[0] && w > BBOX[0] - side && e >= BBOX[2] && e < BBOX[2] + side, grid.id)
    t.ok(n >= BBOX[3] && n < BBOX[3] + side && s <= BBOX[1] && s > BBOX[1] - side, grid.id)
  }
})

t.test('an archive is read by others as it was written', async t => {
  const file = join(folderOf(t), 'a.pmtiles')
  const made = await exportTiles(exportOf(file))
  t.strictSame(await readdir(join(file, '..')), ['a.pmtiles'], 'nothing is left beside it')
  const archive = readBack(file)
  const header = await archive.getHeader()
  t.match(header, { specVersion: 3, clustered: true, tileType: 1, tileCompression: 2, minZoom: 0, maxZoom: 15 })
  t.match([header.minLon, header.minLat, header.maxLon, header.maxLat], [...BBOX])
  t.match(await archive.getMetadata(), {
    name: '图层 tile-stored',
    version: /^3-/,
    tile_matrix_set: 'WebMercatorQuad',
    vector_layers: [{ id: 'tile-stored', minzoom: 0, maxzoom: 15, fields: { code: 'the code (text)' } }]
  })
  const size = (await stat(file)).size
  const { jsonMetadataLength, leafDirectoryLength = 0, tileDataLength = 0 } = header
  t.equal(size, 16384 + jsonMetadataLength + leafDirectoryLength + tileDataLength, 'no byte is lost between its parts')

  const numbers = [...numbersOf(blocksOf(exportOf('').grid, ZOOMS, BBOX), -1)]
  let filled = 0
  const wrong: number[] = []
  const distinct = new Set<string>()
  for (const number of numbers) {
    const [z, x, y] = tileIdToZxy(number)
    const expected = tileBytes({ z, x, y })
    const found = await archive.getZxy(z, x, y)
    if (expected) distinct.add(expected.toString('latin1'))
    if (expected) filled++
    if (expected ? !found || !Buffer.from(found.data).equals(gunzipSync(expected)) : found) wrong.push(number)
  }
  t.strictSame(wrong, [])
  t.match(made, { done: numbers.length, total: numbers.length, tiles: filled })
  t.match(header, { numAddressedTiles: filled, numTileContents: distinct.size })
  t.ok(header.numTileEntries < filled, 'runs of equal tiles are one entry')
})

t.test('a directory too large for the front of the file is divided into leaves', async t => {
  const entries: Entry[] = []
  for (let i = 0, offset = 0; i < 40_000; i++) {
    const length = 100 + ((i * 7919) % 5000)
    entries.push({ tile: i * 3 + (i % 2), offset, length, run: 1 + (i % 2) })
    offset += length
  }
  const { root, leaves } = directories(entries)
  t.ok(root.length <= 16384 - 127 && leaves.length > 0)
  const file = join(folderOf(t), 'b.pmtiles')
  const writer = await ArchiveWriter.begin(file, '{}')
  const bytes = (i: number) => gzipSync(`${i}`)
  for (let i = 0; i < 12_000; i++) await writer.add(i * 2, bytes(i))
  await writer.finish({ metadata: {}, bounds: [0, 0, 1, 1], center: [0, 0] })
  const archive = readBack(file)
  t.ok(((await archive.getHeader()).leafDirectoryLength ?? 0) > 0)
  for (const i of [0, 1, 4095, 4096, 9999, 11_999]) {
    const found = await archive.getZxy(...tileIdToZxy(i * 2))
    t.equal(found && Buffer.from(found.data).toString(), String(i))
    t.equal(await archive.getZxy(...tileIdToZxy(i * 2 + 1)), undefined)
  }
})

t.test('killed in the middle, again and again, and resumed: the same bytes', async t => {
  const folder = folderOf(t)
  const whole = join(folder, 'whole.pmtiles')
  const { total } = await exportTiles(exportOf(whole))
  const expected = await readFile(whole)
  const file = join(folder, 'killed.pmtiles')
  const program = fileURLToPath(new URL('./export-until-killed.js', import.meta.url))
  for (const tiles of [0.4, 0.7, 0.71, 0.95].map(share => Math.floor(share * total))) {
    const signal = await new Promise(resolve => {
      spawn(process.execPath, [program, file, String(tiles)], { stdio: 'inherit' }).on('exit', (_, by) => resolve(by))
    })
    t.equal(signal, 'SIGKILL')
    t.strictSame((await readdir(folder)).sort(), ['killed.pmtiles.journal', 'killed.pmtiles.part', 'whole.pmtiles'])
  }
  const { size } = await stat(`${file}.journal`)
  await truncate(`${file}.journal`, size - 7)
  const asked: number[] = []
  const made = await exportTiles(
    exportOf(file, {
      tiles: fakeTiles(async ({ tile }) => {
        asked.push(tileNumber(tile))
        return tileBytes(tile)
      })
    })
  )
  t.ok(made.resumed >= 500, `${made.resumed} were not made again`)
  t.equal(asked.length, made.total - made.resumed)
  t.ok((await readFile(file)).equals(expected))
})

t.test('what was left is taken up only as far as it holds, and only for the same archive', async t => {
  const folder = folderOf(t)
  const file = join(folder, 'c.pmtiles')
  const interrupted = async (more = {}) => {
    const stop = new AbortController()
    const onProgress = ({ done }: { done: number }) => done >= 1200 && stop.abort(new Error('enough'))
    await t.rejects(exportTiles(exportOf(file, { signal: stop.signal, onProgress, ...more })), { message: 'enough' })
  }
  await interrupted()
  const { size } = await stat(`${file}.part`)
  await truncate(`${file}.part`, size - 5000)
  const resumed = await ArchiveWriter.resume(file)
  t.ok(resumed && resumed.writer.size.bytes < size - 5000 - 16384)
  await resumed?.writer.close()
  const damaged = await readFile(`${file}.part`)
  damaged.fill(0, damaged.length - 50)
  await writeFile(`${file}.part`, damaged)
  const again = await ArchiveWriter.resume(file)
  t.ok(again && again.writer.last < resumed!.writer.last, 'bytes that are not those recorded are made again')
  await again?.writer.close()
  t.match(await exportTiles(exportOf(file, { zooms: { min: 0, max: 9 } })), { resumed: 0 }, 'other zooms')
  await interrupted()
  t.match(await exportTiles(exportOf(file, { bbox: [112.9, 22.9, 113.2, 23.2] })), { resumed: 0 }, 'another box')
  t.equal(await ArchiveWriter.resume(file), null, 'nothing is left of a finished one')
  const none = await exportTiles(exportOf(join(folder, 'd.pmtiles'), { tiles: fakeTiles(async () => null) }))
  t.equal(none.tiles, 0)
  t.notOk(
    (await readdir(folder)).some(name => name.startsWith('d.')),
    'of nothing there is no archive'
  )
})

t.test('an archive shows one revision, whatever is published while it is written', async t => {
  const folder = folderOf(t)
  const engine = (publishedAfter: number) => {
    let made = 0
    const asked: string[] = []
    const tiles = fakeTiles(async () => null)
    tiles.get = async request => {
      const asOf = request.members[0]!.view?.asOfRevision
      asked.push(`${asOf ?? request.members[0]!.revision}`)
      const revision = asOf ?? (++made > publishedAfter ? 4 : request.members[0]!.revision)
      const bytes = gzipSync(`${revision}: ${request.tile.z}/${request.tile.x}/${request.tile.y}`)
      return readyTile(key({ ...request, members: [{ layer, revision }] }), bytes)
    }
    return { tiles, asked }
  }
  const [still, edited] = [join(folder, 'still.pmtiles'), join(folder, 'edited.pmtiles')]
  await exportTiles(exportOf(still, { tiles: engine(Number.POSITIVE_INFINITY).tiles }))
  await exportTiles(exportOf(edited, { tiles: engine(500).tiles }))
  t.ok((await readFile(still)).equals(await readFile(edited)))

  const later = join(folder, 'later.pmtiles')
  const stop = new AbortController()
  const onProgress = ({ done }: { done: number }) => done >= 1200 && stop.abort(new Error('enough'))
  const first = exportOf(later, { tiles: engine(Number.POSITIVE_INFINITY).tiles, signal: stop.signal, onProgress })
  await t.rejects(exportTiles(first), { message: 'enough' })
  await exportTiles(exportOf(later, { tiles: engine(0).tiles, members: [{ layer, revision: 4 }] }))
  t.ok((await readFile(still)).equals(await readFile(later)), 'resumed after an edit, it shows what it was begun with')

  const inPlace = { ...layer, source: { schema: 'a', table: 'b', geometry: 'c', key: 'd' } }
  const timeless = exportOf(join(folder, 'e.pmtiles'), {
    tiles: engine(500).tiles,
    members: [{ layer: inPlace, revision: 3 }]
  })
  await t.rejects(exportTiles(timeless), { message: /published anew.*begin anew/ }, 'a table without history')
})

t.test('both kinds of archives hand out tiles as they are stored', async t => {
  const folder = folderOf(t)
  const archives = new Archives(folder)
  t.teardown(() => archives.close())
  const tile = tileAt(13, 113.1, 23.05)
  const stored = gzipSync('a tile')
  const json = JSON.stringify({ vector_layers: [{ id: 'roads', fields: { name: 'String' } }, { id: 7 }] })
  const metadata = { format: 'pbf', bounds: '112.9,22.9,113.3,23.2', json }
  writeMbtiles(join(folder, 'm.mbtiles'), metadata, [
    { ...tile, bytes: stored },
    { z: 2, x: 0, y: 0, bytes: Buffer.from('plain') }
  ])
  t.match(await archives.facts('m.mbtiles'), {
    grid: 'WebMercatorQuad',
    zoom: { min: 2, max: 13 },
    bounds: [112.9, 22.9, 113.3, 23.2],
    layers: [{ id: 'roads', fields: { name: 'String' } }]
  })
  t.match((await archives.tile('m.mbtiles', tile)).stored, { bytes: stored, coding: 'gzip' })
  t.match((await archives.tile('m.mbtiles', { z: 2, x: 0, y: 0 })).stored, {
    bytes: Buffer.from('plain'),
    coding: 'identity'
  })
  t.equal((await archives.tile('m.mbtiles', { ...tile, x: tile.x + 1 })).stored, null)
  t.strictSame(
    (await readdir(folder)).filter(name => name.includes('lock')),
    [],
    'no lock is left beside it'
  )

  const file = join(folder, 'p.pmtiles')
  await exportTiles(exportOf(file))
  const before = await archives.facts('p.pmtiles')
  t.match(before, { zoom: { min: 0, max: 15 }, bounds: [...BBOX], layers: [{ id: 'tile-stored' }] })
  for (const number of numbersOf(blocksOf(exportOf('').grid, { min: 11, max: 13 }, BBOX), -1)) {
    const [z, x, y] = tileIdToZxy(number)
    const expected = tileBytes({ z, x, y })
    const { stored } = await archives.tile('p.pmtiles', { z, x, y })
    if (expected ? !stored?.bytes.equals(expected) : stored) t.fail(`${z}/${x}/${y}`)
  }
  t.equal((await archives.tile('p.pmtiles', { z: 20, x: 0, y: 0 })).stored, null)

  let changed = ''
  archives.onChange = name => {
    changed = name
  }
  const next = join(folder, 'next.pmtiles')
  await exportTiles(exportOf(next, { tiles: fakeTiles(async () => stored), zooms: { min: 3, max: 5 } }))
  const reading = archives.tile('p.pmtiles', tile)
  await rename(next, file)
  t.ok(await reading, 'what was begun comes to its end')
  t.match((await archives.tile('p.pmtiles', tileAt(4, 113, 23))).stored, { bytes: stored })
  t.equal(changed, 'p.pmtiles')
  const after = await archives.facts('p.pmtiles')
  t.match(after, { zoom: { min: 3, max: 5 } })
  t.not(after.identity, before.identity)
  await utimes(file, new Date(), new Date('2026-01-02T03:04:05Z'))
  t.match(await archives.facts('p.pmtiles'), { changedAt: '2026-01-02T03:04:05.000Z' })
})

t.test('what cannot be served is refused, saying why', async t => {
  const folder = folderOf(t)
  const inside = join(folder, 'archives')
  await mkdir(inside)
  const archives = new Archives(inside)
  t.teardown(() => archives.close())
  await writeFile(join(folder, 'outside.pmtiles'), 'x')
  await writeFile(join(inside, 'text.pmtiles'), 'no archive at all, but long enough to be looked at '.repeat(10))
  await writeFile(join(inside, 'text.mbtiles'), 'no archive at all '.repeat(100))
  writeMbtiles(join(inside, 'png.mbtiles'), { format: 'png' }, [])
  writeMbtiles(join(inside, 'tiff.mbtiles'), { format: 'tiff' }, [])
  const create = { width: 2, height: 1, channels: 3, background: '#fff' } as const
  const odd = await sharp({ create }).png().toBuffer()
  writeMbtiles(join(inside, 'odd.mbtiles'), { format: 'png' }, [{ z: 0, x: 0, y: 0, bytes: odd }])
  await exportTiles(exportOf(join(inside, 'torn.pmtiles')))
  await truncate(join(inside, 'torn.pmtiles'), 20_000)
  const whole = join(inside, 'png.pmtiles')
  await exportTiles(exportOf(whole, { zooms: { min: 0, max: 6 } }))
  const bytes = await readFile(whole)
  bytes[99] = 2
  await writeFile(whole, bytes)
  for (const [name, message] of [
    ['missing.pmtiles', /ENOENT/],
    ['../outside.pmtiles', /leads out/],
    ['text.pmtiles', /magic number/],
    ['text.mbtiles', /not a database/],
    ['png.mbtiles', /it has no tiles/],
    ['odd.mbtiles', /not square, but 2 × 1 pixels/],
    ['tiff.mbtiles', /neither vector tiles nor pictures/],
    ['png.pmtiles', /unsupported image format/],
    ['torn.pmtiles', /./]
  ] as const) {
    await t.rejects(archives.facts(name), { message }, name)
  }
})

const style = (id: string) => [{ id, type: 'fill', 'source-layer': 'tile-plot' }]
const plots = testLayer('tile-plot', { style: style('tile-plot'), zoom: { min: 8, max: 16 } })
const stored = ['tile-kept.pmtiles', 'tile-old.mbtiles', 'tile-absent.pmtiles'].map(archive => {
  const [id = ''] = archive.split('.')
  return testLayer(id, { style: style(id), source: { archive } })
})
const rows = (name: string) =>
  Array.from({ length: 400 }, (_, i) => ({
    geometry: {
      type: 'MultiPolygon' as const,
      coordinates: [square(113 + (i % 20) * 0.002, 23 + Math.floor(i / 20) * 0.002, 0.002)]
    },
    values: [`${name}${i}`]
  }))
const place = tileAt(12, 113.015, 23.015)
const TILE = `${place.z}/${place.x}/${place.y}.mvt`
const GZIP = { 'accept-encoding': 'gzip' }

await onBothDatabases(t, async (t, db) => {
  const folder = await mkdtemp(join(tmpdir(), 'yitu-archive-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, 'archives'))
  const kept = join(folder, 'archives/tile-kept.pmtiles')
  writeMbtiles(join(folder, 'archives/tile-old.mbtiles'), { format: 'pbf' }, [{ ...place, bytes: gzipSync('old') }])
  await exportTiles(exportOf(kept, { zooms: { min: 8, max: 9 } }))
  const { app } = await testApp(t, db, await writeCatalogue(folder, [plots, ...stored]))
  const get = (url: string, headers: Record<string, string> = GZIP) => app.inject({ url, headers })
  await publishRows(db, plots, rows('A'))
  await app.refreshCatalog()

  const exportPlots = (file: string, more: Partial<Export> = {}) => {
    const members = [{ layer: app.catalog.get('tile-plot'), revision: app.catalog.state('tile-plot').revision }]
    const area = { zooms: { min: 8, max: 16 }, bbox: [113, 23, 113.04, 23.04] as const }
    return exportTiles({ ...exportOf(file), ...area, tiles: app.tiles, members, ...more })
  }

  t.test('what the server cuts is exported, as of one revision though it is edited meanwhile', async t => {
    const [still, edited] = [join(folder, 'still.pmtiles'), join(folder, 'edited.pmtiles')]
    await exportPlots(still)
    const stop = new AbortController()
    const onProgress = ({ done }: { done: number }) => done >= 20 && stop.abort(new Error('enough'))
    await t.rejects(exportPlots(edited, { signal: stop.signal, onProgress }), { message: 'enough' })
    await publishRows(db, plots, rows('B'))
    await app.refreshCatalog()
    t.match(await exportPlots(edited), { resumed: 20 })
    const [one, other] = [readBack(still), readBack(edited)]
    for (const number of numbersOf(blocksOf(WEB_MERCATOR_QUAD, { min: 8, max: 16 }, [113, 23, 113.04, 23.04]), -1)) {
      const [before, after] = await Promise.all([one, other].map(archive => archive.getZxy(...tileIdToZxy(number))))
      const codes = (tile: typeof before) =>
        tile ? propertyOf(decode(Buffer.from(tile.data)), 'tile-plot', 'code') : []
      t.strictSame(codes(after), codes(before))
      t.ok(codes(after).every(code => String(code).startsWith('A')))
    }
  })

  t.test('a layer is served from an archive as it is stored; one that is put in its place is taken up', async t => {
    const first = (await get('/tiles/tile-kept.json')).json()
    t.match(first, { minzoom: 8, maxzoom: 9, bounds: [...BBOX], vector_layers: [{ id: 'tile-stored' }] })
    t.equal((await get(`/tiles/tile-kept/${TILE}`)).json().code, 'TILE_OUT_OF_RANGE')
    await rename(join(folder, 'still.pmtiles'), kept)
    await noteArchives(app.catalog, app.archives)
    const second = (await get('/tiles/tile-kept.json')).json()
    t.match(second, { minzoom: 8, maxzoom: 16, bounds: [113, 23, 113.04, 23.04] })
    t.not(second.tiles[0], first.tiles[0])

    const address = new URL(second.tiles[0].replace(/{z}.*mvt/, TILE))
    const tile = await get(address.pathname + address.search)
    t.match(tile.headers, { 'content-encoding': 'gzip', 'cache-control': 'public, max-age=31536000, immutable' })
    const inFile = await app.archives.tile('tile-kept.pmtiles', place)
    t.strictSame(tile.rawPayload, inFile.stored?.bytes, 'not a byte is changed')
    t.ok(propertyOf(decode(gunzipSync(tile.rawPayload)), 'tile-plot', 'code').includes('A21'))
    const again = await get(address.pathname, { ...GZIP, 'if-none-match': String(tile.headers['etag']) })
    t.equal(again.statusCode, 304)
    const plain = await get(address.pathname, {})
    t.strictSame(plain.rawPayload, gunzipSync(tile.rawPayload))
    t.equal((await get('/tiles/tile-kept/12/0/0.mvt')).statusCode, 204)
    const both = await get(`/tiles/tile-old,tile-kept/${TILE}`, {})
    t.strictSame(both.rawPayload, Buffer.concat([Buffer.from('old'), gunzipSync(tile.rawPayload)]))
    t.match((await get(`/tiles/tile-old/${TILE}`)).rawPayload, gzipSync('old'))
  })

  t.test('what an archive does not have is said to be missing, not empty', async t => {
    const grid = await get(`/tiles/tile-kept/CGCS2000Quad/${TILE}`)
    t.match(grid.json(), { status: 404, code: 'TILE_GRID_NOT_STORED' })
    t.match((await get(`/tiles/tile-kept/${TILE}?fields=code`)).json(), { status: 400 })
    t.match((await get('/api/layers/tile-kept/summary')).json(), { status: 404, code: 'LAYER_WITHOUT_FEATURES' })
    const [problem] = app.catalog.problems.filter(({ file }) => file.endsWith('tile-absent'))
    t.match(problem?.message, /archives\/tile-absent.pmtiles: ENOENT/)
    await rename(join(folder, 'archives/tile-old.mbtiles'), join(folder, 'away.mbtiles'))
    t.match((await get('/tiles/tile-old/12/0/0.mvt')).json(), { status: 503 }, 'the file is gone')
    t.equal((await get(`/tiles/tile-old/${TILE}`)).statusCode, 200, 'what was made of it is still there')
    const services = (await get('/api/services?q=tile-kept')).json().services.map(({ id }: { id: string }) => id)
    t.ok(services.includes('tile-kept.tiles'), services.join())
  })

  t.test('a cache is warmed from the first zoom down, below empty tiles not at all', async t => {
    const base = await app.listen({ port: 0, host: '127.0.0.1' })
    const client = new TileClient(base, { connections: 4, coding: 'gzip', key: '' })
    t.teardown(() => client.close())
    const area = { grid: WEB_MERCATOR_QUAD, bbox: [112.6, 22.6, 113.04, 23.04] as const, levels: { min: 9, max: 13 } }
    const template = '/tiles/tile-kept/{z}/{x}/{y}.mvt'
    const done = await warm({ ...area, client, template, concurrency: 4, rate: 0 })
    t.match(done, { done: done.total, failed: 0 })
    t.ok(done.skipped > done.empty && done.tiles >= 10, JSON.stringify(done))
    const { misses } = app.tiles.stats()
    const again = await warm({ ...area, client, template, concurrency: 4, rate: 0 })
    t.match(again, { tiles: done.tiles, bytes: done.bytes })
    t.equal(app.tiles.stats().misses, misses, 'all of it was there')
    const failed = await warm({ ...area, client, template: '/tiles/none/{z}/{x}/{y}.mvt', concurrency: 2, rate: 500 })
    t.match(failed, { tiles: 0, failed: failed.total, failure: /^\/tiles\/none.*404/ })
  })
})
