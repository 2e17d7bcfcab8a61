import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec'
import t, { type Test } from 'tap'
import { createKey, revokeKey } from '../../server/access/keys.ts'
import type { Layer } from '../../server/catalog/layer.ts'
import { tileAt } from '../../server/lib/tile-id.ts'
import { overloaded } from '../../server/tiles/problems.ts'
import { tileVersion } from '../../server/tiles/scheme.ts'
import { onBothDatabases, testApp } from '../helper.ts'
import { decode, field, labelled, propertyOf, publishRows, square, testLayer } from './fixture.ts'

const layers = [
  testLayer('tile-plot', { style: labelled('tile-plot'), fields: [field('code'), field('area', 'number')] }),
  testLayer('tile-well', {
    geometry: 'Point',
    zoom: { min: 10, max: 20 },
    description: { zh: '井 <b>', en: 'Wells <b>' },
    style: [{ id: 'tile-well', type: 'circle', 'source-layer': 'tile-well' }]
  }),
  testLayer('tile-farm', { sharing: 'conditional', style: labelled('tile-farm') }),
  testLayer('tile-camera', {
    sharing: 'restricted',
    geometry: 'Point',
    style: [{ id: 'tile-camera', type: 'circle', 'source-layer': 'tile-camera' }]
  }),
  testLayer('tile-photo', { geometry: 'Raster', style: [{ id: 'tile-photo', type: 'raster' }] })
]
const title = (zh: string, en: string) => ({ zh, en })
const maps = {
  'tile-map': {
    title: title('全部', 'All of it'),
    background: '#ffffff',
    layers: ['tile-farm', 'tile-plot', 'tile-well', 'tile-camera'],
    hidden: ['tile-well']
  },
  'tile-secret': { title: title('内部', 'Internal'), background: '#ffffff', layers: ['tile-camera'] }
}

/** layers/ and styles/ of these tests. */
async function folders(t: Test): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'yitu-tiles-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const write = async (file: string, content: unknown) => {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), JSON.stringify(content))
  }
  const extent = [112.83, 22.8, 113.27, 23.32]
  await write('layers/district.json', {
    code: '440605000000',
    title: title('南海区', 'Nanhai'),
    extent,
    workingCrs: 'EPSG:4547'
  })
  await write('layers/themes.json', [{ id: 'planning', title: title('规划', 'Planning') }])
  await write('layers/departments.json', [{ id: 'natural-resources', title: title('自然资源局', 'Natural Resources') }])
  await mkdir(join(folder, 'layers/codelists'), { recursive: true })
  for (const { id, theme, origin: _origin, style, ...definition } of layers) {
    await write(`layers/${theme}/${id}.json`, definition)
    await write(`styles/layers/${theme}/${id}.json`, style)
  }
  for (const [id, map] of Object.entries(maps)) await write(`styles/maps/${id}.json`, map)
  return { LAYERS_DIR: join(folder, 'layers'), STYLES_DIR: join(folder, 'styles') }
}

const [plots, wells, farms, cameras] = layers as [Layer, Layer, Layer, Layer]
const plotRows = [0, 1, 2].map(i => ({
  geometry: { type: 'MultiPolygon' as const, coordinates: [square(113 + i * 0.01, 23, 0.01)] },
  values: [`A${i}`, i]
}))
const pointRows = [{ geometry: { type: 'Point' as const, coordinates: [113.005, 23.005] }, values: ['W1'] }]
/** Where the rows are. */
const TILE = Object.values(tileAt(12, 113.015, 23.005)).join('/')

await onBothDatabases(t, async (t, db) => {
  const { app, as } = await testApp(t, db, await folders(t))
  const faults = app.catalog.problems.filter(({ file }) => !file.endsWith('tile-photo.json'))
  t.strictSame(faults, [], 'a raster layer has no vector style; nothing else is wrong')
  await publishRows(db, plots, plotRows)
  await publishRows(db, wells, pointRows)
  await publishRows(db, cameras, pointRows)
  await publishRows(db, farms, plotRows.map(row => ({ ...row, values: ['F'] })).slice(0, 1))
  await app.refreshCatalog()
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })
  const version = (id: string) => tileVersion(app.catalog.get(id), app.catalog.state(id).revision)

  t.test('a tile comes as gzip to those who take it, plain to others, with the same content', async t => {
    const zipped = await get(`/tiles/tile-plot/${TILE}.mvt`, { 'accept-encoding': 'gzip, br' })
    t.equal(zipped.statusCode, 200)
    t.match(zipped.headers, {
      'content-type': 'application/vnd.mapbox-vector-tile',
      'content-encoding': 'gzip',
      'content-length': String(zipped.rawPayload.length),
      'cache-control': 'public, no-cache',
      vary: /Accept-Encoding/,
      'access-control-allow-origin': '*'
    })
    const plain = await get(`/tiles/tile-plot/${TILE}.mvt`, { 'accept-encoding': 'gzip;q=0' })
    t.equal(plain.headers['content-encoding'], undefined)
    t.strictSame(gunzipSync(zipped.rawPayload), plain.rawPayload)
    t.not(plain.headers['etag'], zipped.headers['etag'], 'other bytes, another strong tag')
    t.strictSame(propertyOf(decode(plain.rawPayload), 'tile-plot', 'code'), ['A0', 'A1', 'A2'])
    t.strictSame(propertyOf(decode(plain.rawPayload), 'tile-plot-label', 'code'), ['A0', 'A1', 'A2'])
    const refused = await get(`/tiles/tile-plot/${TILE}.mvt`, { 'accept-encoding': 'identity;q=0, *;q=0' })
    t.match(refused.json(), { status: 406, code: 'TILE_ENCODING_REFUSED' })
  })

  t.test('with the version of the TileJSON a tile may be kept for a year, else it is asked for again', async t => {
    const cases: [query: string, headers: Record<string, string>, layer: string, cacheControl: string][] = [
      [`?v=${version('tile-plot')}`, {}, 'tile-plot', 'public, max-age=31536000, immutable'],
      ['?v=1-000000', {}, 'tile-plot', 'public, no-cache'],
      ['?v=', {}, 'tile-plot', 'public, no-cache'],
      [`?v=${version('tile-farm')}`, as.reader, 'tile-farm', 'private, max-age=31536000, immutable'],
      ['', as.reader, 'tile-farm', 'private, no-cache']
    ]
    for (const [query, headers, layer, cacheControl] of cases) {
      const reply = await get(`/tiles/${layer}/${TILE}.mvt${query}`, headers)
      t.match(reply, { statusCode: 200, headers: { 'cache-control': cacheControl } }, `${layer}${query}`)
    }
  })

  t.test('who has a tile already gets a 304, and nobody does any work for it', async t => {
    const url = `/tiles/tile-plot/${TILE}.mvt?v=${version('tile-plot')}`
    const first = await get(url)
    const before = app.tiles.stats()
    for (const tag of [first.headers['etag'], `W/${first.headers['etag']}`, `"x", ${first.headers['etag']}`, '*']) {
      const again = await get(url, { 'if-none-match': String(tag) })
      t.match(again, {
        statusCode: 304,
        payload: '',
        headers: {
          etag: first.headers['etag'],
          'cache-control': first.headers['cache-control'],
          vary: /Accept-Encoding/
        }
      })
    }
    t.strictSame(app.tiles.stats(), before)
    t.equal((await get(url, { 'if-none-match': '"x"' })).statusCode, 200)
  })

  t.test('an empty tile is a 204, kept and tagged like others', async t => {
    const url = `/tiles/tile-plot/12/0/0.mvt?v=${version('tile-plot')}`
    const empty = await get(url)
    t.match(empty, { statusCode: 204, payload: '', headers: { 'cache-control': /^public.*immutable$/, etag: /^"/ } })
    t.equal((await get(url, { 'if-none-match': String(empty.headers['etag']) })).statusCode, 304)
    const hits = app.tiles.stats().hits
    await get(url)
    t.equal(app.tiles.stats().hits, hits + 1)
  })

  t.test('an edit shows in the next request; other layers are still a 304', async t => {
    const url = `/tiles/tile-plot/${TILE}.mvt`
    const [before, other] = [await get(url), await get(`/tiles/tile-well/${TILE}.mvt`)]
    const oldVersion = version('tile-plot')
    await publishRows(db, plots, [...plotRows.slice(1), { ...plotRows[0]!, values: ['edited', 0] }])
    await app.refreshCatalog()
    const after = await get(url, { 'if-none-match': String(before.headers['etag']) })
    t.equal(after.statusCode, 200)
    t.strictSame(propertyOf(decode(after.rawPayload), 'tile-plot', 'code'), ['A1', 'A2', 'edited'])
    const unrelated = await get(`/tiles/tile-well/${TILE}.mvt`, { 'if-none-match': String(other.headers['etag']) })
    t.equal(unrelated.statusCode, 304)
    t.equal((await get(`${url}?v=${oldVersion}`)).headers['cache-control'], 'public, no-cache')
    t.not((await get('/tiles/tile-plot.json')).json().tiles[0].split('?')[1], `v=${oldVersion}`)
  })

  t.test('addresses of no tile are refused with what is wrong', async t => {
    const url = '/tiles/tile-plot/1/2/0.mvt?lang=en'
    const reply = await get(url)
    t.equal(reply.headers['content-type'], 'application/problem+json; charset=utf-8')
    const { requestId, ...body } = reply.json()
    t.type(requestId, 'string')
    t.strictSame(body, {
      type: 'urn:yitu:problem:tile-out-of-range',
      title: 'Tile out of range',
      status: 404,
      detail: 'There is no tile 1/2/0: x must be 0 to 1. The TileJSON names the zooms there are.',
      code: 'TILE_OUT_OF_RANGE',
      messages: {
        zh: '瓦片 1/2/0 不存在：x 应在 0 到 1 之间。可用级别见 TileJSON。',
        en: 'There is no tile 1/2/0: x must be 0 to 1. The TileJSON names the zooms there are.'
      },
      instance: '/tiles/tile-plot/1/2/0.mvt'
    })
    const cases: [path: string, status: number, code: string][] = [
      ['tile-plot/1/0/-1', 400, 'TILE_ADDRESS_MALFORMED'],
      ['tile-plot/1e1/0/0', 400, 'TILE_ADDRESS_MALFORMED'],
      ['tile-plot/01/0/0', 400, 'TILE_ADDRESS_MALFORMED'],
      ['tile-plot/1/0/0%00', 400, 'TILE_ADDRESS_MALFORMED'],
      ['tile-plot/1/0/{y}', 400, 'TILE_ADDRESS_MALFORMED'],
      ['tile-plot/1/0/99999999999999999999', 404, 'TILE_OUT_OF_RANGE'],
      ['tile-plot/99999999999999999999/0/0', 404, 'TILE_OUT_OF_RANGE'],
      ['tile-plot/19/0/0', 404, 'TILE_OUT_OF_RANGE'],
      ['tile-well/9/0/0', 404, 'TILE_OUT_OF_RANGE'],
      ['tile-photo/9/0/0', 404, 'TILE_NO_ARCHIVE'],
      ['no-such-layer/9/0/0', 404, 'LAYER_NOT_FOUND'],
      ['__proto__/9/0/0', 404, 'LAYER_NOT_FOUND'],
      ['tile-plot,/9/0/0', 404, 'LAYER_NOT_FOUND'],
      [`${Array.from({ length: 20 }, (_, i) => `${'a'.repeat(37)}-${i}`)}/9/0/0`, 404, 'LAYER_NOT_FOUND'],
      [`${Array.from({ length: 21 }, (_, i) => `a${i}`)}/9/0/0`, 400, 'TILE_TOO_MANY_LAYERS']
    ]
    for (const [path, status, code] of cases) t.match((await get(`/tiles/${path}.mvt`)).json(), { status, code }, path)
  })

  t.test('a hidden layer is a missing one, until one may see it', async t => {
    const [secret, missing] = ['tile-farm', 'tile-none'] as const
    for (const path of [
      `/tiles/ID/${TILE}.mvt`,
      '/tiles/ID.json',
      '/styles/ID.json',
      `/tiles/tile-plot,ID/${TILE}.mvt`
    ]) {
      const hidden = await get(path.replace('ID', secret))
      const absent = await get(path.replace('ID', missing))
      t.equal(hidden.statusCode, 404, path)
      const same = (body: string) => body.replaceAll(secret, missing).replace(/"requestId":"[^"]*"/, '')
      t.equal(same(hidden.payload), same(absent.payload), path)
    }
    const tagged = await get(`/tiles/tile-farm/${TILE}.mvt`, as.reader)
    t.equal(tagged.statusCode, 200)
    const stolen = await get(`/tiles/tile-farm/${TILE}.mvt`, { 'if-none-match': String(tagged.headers['etag']) })
    t.equal(stolen.statusCode, 404, 'a tag opens nothing')
    t.equal((await get(`/tiles/tile-camera/${TILE}.mvt`, as.checker)).statusCode, 404)
    t.equal((await get(`/tiles/tile-camera/${TILE}.mvt`, as.publisher)).statusCode, 200)
    t.equal((await get('/tiles/tile-secret.json', as.checker)).statusCode, 404)
  })

  t.test('a map is what the caller may see of it', async t => {
    const layersFor = async (headers: Record<string, string>) =>
      Object.keys(decode((await get(`/tiles/tile-map/${TILE}.mvt`, headers)).rawPayload).layers)
    t.strictSame(await layersFor({}), ['tile-plot', 'tile-plot-label'], 'what is switched off at first is left out')
    const seen = await layersFor(as.publisher)
    t.strictSame(seen, ['tile-farm', 'tile-farm-label', 'tile-plot', 'tile-plot-label', 'tile-camera'])
    const { tiles, minzoom, maxzoom } = (await get('/tiles/tile-map.json')).json()
    const own = new URL(tiles[0]).search
    t.match([minzoom, maxzoom], [0, 18])
    t.match((await get(`/tiles/tile-map/${TILE}.mvt${own}`)).headers['cache-control'], /^public.*immutable$/)
    t.equal(
      (await get(`/tiles/tile-map/${TILE}.mvt${own}`, as.publisher)).headers['cache-control'],
      'private, no-cache'
    )
    const joined = await get(`/tiles/tile-well,tile-plot,tile-well/${TILE}.mvt`)
    t.strictSame(Object.keys(decode(joined.rawPayload).layers), ['tile-well', 'tile-plot', 'tile-plot-label'])
    t.strictSame(
      (await get('/api/maps')).json(),
      {
        maps: [
          {
            id: 'tile-map',
            title: maps['tile-map'].title,
            layers: ['tile-plot', 'tile-well'],
            hidden: ['tile-well'],
            links: {
              style: '/styles/tile-map.json',
              tilejson: '/tiles/tile-map.json',
              picture: '/api/maps/tile-map/picture'
            }
          }
        ]
      },
      'a map of which nothing may be seen is not named'
    )
  })

  t.test('TileJSON says all a client needs', async t => {
    const reply = await get('/tiles/tile-well.json', { host: 'maps.example:8443', 'accept-language': 'en' })
    t.equal(reply.headers['content-type'], 'application/json; charset=utf-8')
    t.strictSame(reply.json(), {
      tilejson: '3.0.0',
      name: 'Layer tile-well',
      description: 'Wells <b>',
      attribution: 'Natural Resources',
      scheme: 'xyz',
      tiles: [`http://maps.example:8443/tiles/tile-well/{z}/{x}/{y}.mvt?v=${version('tile-well')}`],
      minzoom: 10,
      maxzoom: 18,
      bounds: [113.005, 23.005, 113.005, 23.005],
      center: [113.005, 23.005, 18],
      vector_layers: [
        {
          id: 'tile-well',
          description: 'Layer tile-well',
          minzoom: 10,
          maxzoom: 18,
          fields: { code: 'the code (text)', feature_id: 'Feature id (text)' }
        }
      ]
    })
    t.match(reply.headers, { 'cache-control': 'public, no-cache', vary: /Accept-Language/ })
    const again = await get('/tiles/tile-well.json', {
      host: 'maps.example:8443',
      'accept-language': 'en',
      'if-none-match': String(reply.headers['etag'])
    })
    t.equal(again.statusCode, 304)
    const chinese = (await get('/tiles/tile-plot.json')).json()
    t.equal(chinese.name, '图层 tile-plot')
    t.strictSame(
      chinese.vector_layers.map((layer: { id: string }) => layer.id),
      ['tile-plot', 'tile-plot-label']
    )
    const signed = await get('/tiles/tile-farm.json?key=admin-key-of-the-tests')
    t.match(signed.json().tiles[0], /&key=admin-key-of-the-tests$/, 'tiles are signed as the TileJSON was')
    t.equal(signed.headers['cache-control'], 'private, no-cache')
    const signedOpen = await get('/tiles/tile-well.json?key=admin-key-of-the-tests')
    t.equal(signedOpen.headers['cache-control'], 'private, no-cache', 'nobody else is handed the key')
    t.equal((await get('/tiles/tile-well.json', { host: 'a.example/"><script>' })).statusCode, 400)
  })

  t.test('what was never published is an empty tileset of version 0', async t => {
    await db.query({ text: "UPDATE yitu.layer SET revision = 0, bounds = NULL WHERE id = 'tile-camera'", values: [] })
    await app.refreshCatalog()
    const { tiles, bounds } = (await get('/tiles/tile-camera.json', as.admin)).json()
    t.match(tiles[0], /\?v=0$/)
    t.strictSame(bounds, [112.83, 22.8, 113.27, 23.32], 'the district')
    t.match(await get(`/tiles/tile-camera/${TILE}.mvt?v=0`, as.admin), { statusCode: 204 })
  })

  t.test(
    'the other grids have tiles and TileJSON too; one that is unknown is refused with those there are',
    async t => {
      for (const [grid, tile] of [
        ['WorldCRS84Quad', '14/26669/6098'],
        ['CGCS2000Quad', '15/26669/6098']
      ]) {
        const { tiles, minzoom, tileMatrixSet } = (await get(`/tiles/tile-well/${grid}.json`)).json()
        t.equal(tileMatrixSet, grid)
        t.equal(minzoom, grid === 'WorldCRS84Quad' ? 9 : 10)
        t.match(tiles[0], new RegExp(`/tiles/tile-well/${grid}/\\{z\\}/\\{x\\}/\\{y\\}\\.mvt\\?v=`))
        t.equal(
          (await get(`/tiles/tile-well.json?tms=${grid}`)).payload,
          (await get(`/tiles/tile-well/${grid}.json`)).payload
        )
        const reply = await get(`/tiles/tile-well/${grid}/${tile}.mvt`)
        t.strictSame(propertyOf(decode(reply.rawPayload), 'tile-well', 'code'), ['W1'], `${grid} ${reply.statusCode}`)
      }
      t.equal((await get(`/tiles/tile-well/WebMercatorQuad/${TILE}.mvt`)).statusCode, 200)
      t.match((await get(`/tiles/tile-well/NoQuad/${TILE}.mvt?lang=en`)).json(), {
        status: 404,
        code: 'TILE_GRID_UNKNOWN',
        detail: 'There is no tile grid named NoQuad. There are: WebMercatorQuad, WorldCRS84Quad, CGCS2000Quad.'
      })
      t.match((await get('/tiles/tile-well/CGCS2000Quad/0/0/0.mvt')).json(), { code: 'TILE_OUT_OF_RANGE' })
      t.match((await get('/tiles/tile-well/WorldCRS84Quad/12/8192/0.mvt')).json(), { code: 'TILE_OUT_OF_RANGE' })
    }
  )

  t.test('a view of a layer has tiles of its own, and a TileJSON that leads to them', async t => {
    const view = `fields=area&filter=${encodeURIComponent("code = 'A1'")}`
    const { tiles, vector_layers } = (await get(`/tiles/tile-plot.json?${view}`)).json()
    t.strictSame(Object.keys(vector_layers[0].fields), ['area', 'feature_id'])
    const { pathname, search } = new URL(tiles[0].replace('{z}/{x}/{y}', TILE))
    const reply = await get(pathname + search)
    t.match(reply.headers['cache-control'], /immutable$/)
    const drawn = decode(reply.rawPayload).layers['tile-plot']!
    t.equal(drawn.length, 1)
    t.strictSame(Object.keys(drawn.feature(0).properties).sort(), ['area', 'feature_id'])
    const whole = await get(`/tiles/tile-plot/${TILE}.mvt`)
    t.not(reply.headers['etag'], whole.headers['etag'])
    const past = await get(`/tiles/tile-plot/${TILE}.mvt?asof=1`)
    t.strictSame(propertyOf(decode(past.rawPayload), 'tile-plot', 'code'), ['A0', 'A1', 'A2'], 'before the edit')
    t.match((await get(`/tiles/tile-plot/${TILE}.mvt?filter=colour=1`)).json(), {
      status: 400,
      code: 'VIEW_FIELD_UNKNOWN'
    })
  })

  t.test('brotli is for those who like it better', async t => {
    const reply = await get(`/tiles/tile-plot/${TILE}.mvt`, { 'accept-encoding': 'br, gzip;q=0.8' })
    t.equal(reply.headers['content-encoding'], 'br')
    const plain = await get(`/tiles/tile-plot/${TILE}.mvt`)
    t.strictSame(brotliDecompressSync(reply.rawPayload), plain.rawPayload)
  })

  t.test('metrics count by layer and zoom; what one may not see goes unnamed', async t => {
    await get(`/tiles/tile-camera/${TILE}.mvt`, as.admin)
    const open = await get('/metrics')
    t.match(open.headers, { 'content-type': /^text\/plain; version=0.0.4/, 'cache-control': 'no-store' })
    t.match(open.payload, /^yitu_tile_requests_total\{layer="tile-plot",zoom="12",result="hit"\} [1-9]/m)
    t.match(open.payload, /^yitu_tile_requests_total\{layer="tile-plot",zoom="12",result="unchanged"\} [1-9]/m)
    t.match(open.payload, /^yitu_tile_cut_seconds_total\{layer="tile-plot",zoom="12"\} /m)
    t.match(open.payload, /^yitu_tile_bytes_total\{layer="several",zoom="12"\} /m)
    t.match(open.payload, /^yitu_tile_cache_bytes [1-9]/m)
    t.match(open.payload, /^process_resident_memory_bytes /m)
    t.notMatch(open.payload, /tile-camera|tile-farm|tile-secret/)
    t.match(open.payload, /\{layer="\*",zoom="12"/)
    t.match((await get('/metrics', as.admin)).payload, /layer="tile-camera"/)
  })

  t.test(
    'without a place a tile is refused with the time to come back; stale ones are asked for again soon',
    async t => {
      const { app } = await testApp(t, db, { ...(await folders(t)), TILE_QUEUE: '2', RATE_LIMIT: '0' })
      const asks = Array.from(
        { length: 30 },
        (_, i) => `/tiles/tile-plot/14/${Number(TILE.split('/')[1]) + i}/7000.mvt`
      )
      const replies = await Promise.all(asks.map(url => app.inject({ url })))
      const refused = replies.filter(({ statusCode }) => statusCode === 503)
      t.ok(refused.length > 0 && refused.length < 30, `${refused.length} refused`)
      t.match(refused[0], { headers: { 'retry-after': '1', 'cache-control': 'no-store' } })
      t.match(refused[0]!.json(), { code: 'TILE_OVERLOADED', retryAfter: 1 })
      const url = `/tiles/tile-farm/${TILE}.mvt`
      const before = await app.inject({ url, headers: as.reader })
      await db.run('ALTER TABLE data.tile_farm RENAME TO tile_farm_away')
      await db.run(`UPDATE yitu.layer SET revision = revision + 1 WHERE id = 'tile-farm'`)
      await app.refreshCatalog()
      const stale = await app.inject({ url, headers: as.reader })
      await db.run('ALTER TABLE data.tile_farm_away RENAME TO tile_farm')
      t.match(stale, {
        statusCode: 200,
        headers: { etag: before.headers['etag'], 'cache-control': 'private, max-age=5', warning: /^110 / }
      })
      t.strictSame(stale.rawPayload, before.rawPayload)
    }
  )

  t.test('a tile that is asked for again comes the short way, and is the same', async t => {
    const { app, as } = await testApp(t, db, await folders(t))
    const base = await app.listen({ port: 0, host: '127.0.0.1' })
    const ask = async (path: string, headers: Record<string, string> = {}) => {
      const reply = await fetch(base + path, { headers })
      const { date, 'keep-alive': _, connection: __, ...told } = Object.fromEntries(reply.headers)
      return { status: reply.status, headers: told, body: Buffer.from(await reply.arrayBuffer()) }
    }
    const routed = t.capture(app, 'collection', app.collection)
    const isShort = async (path: string, headers: Record<string, string> = {}) => {
      const first = await ask(path, headers)
      const before = app.tiles.stats().hits
      routed()
      const again = await ask(path, headers)
      t.strictSame(again, first, `${path} ${JSON.stringify(headers)}`)
      t.equal(routed().length, 0, 'no route was taken')
      return { ...again, hits: app.tiles.stats().hits - before }
    }
    const url = `/tiles/tile-plot/${TILE}.mvt`
    await ask(url)
    const { headers, hits } = await isShort(url)
    t.equal(hits, 1)
    t.match(await isShort(url, { 'if-none-match': headers['etag']! }), { status: 304, hits: 0 })
    t.equal((await isShort(`${url}?v=${version('tile-plot')}`)).headers['cache-control']?.includes('immutable'), true)
    t.equal((await isShort(`${url}?fields=area`)).status, 200)
    t.match(await ask(url, { 'accept-encoding': 'identity' }), {
      status: 200,
      headers: { 'content-encoding': undefined }
    })

    const closed = `/tiles/tile-farm/${TILE}.mvt`
    await ask(closed, as.reader)
    t.match(await isShort(closed, as.reader), { status: 200, headers: { 'cache-control': 'private, no-cache' } })
    t.equal((await ask(closed)).status, 404, 'others are not let in')
    t.equal((await ask(closed, { authorization: 'Bearer no-key' })).status, 401)
    const { key, id } = await createKey(db, 'reader', 'to be revoked')
    const own = `${closed}?key=${key}`
    await ask(own)
    t.equal((await isShort(own)).status, 200)
    const knowledge = app.keyKnowledge()
    await revokeKey(db, id)
    for (let i = 0; i < 100 && app.keyKnowledge() === knowledge; i++) await wait(20)
    t.equal((await ask(own)).status, 401, 'a revoked key opens nothing')

    const late = await createKey(db, 'reader', 'to be revoked while it opens something')
    const { parseView } = app
    const parsed = t.capture(app, 'parseView', async (...view: Parameters<typeof parseView>) => {
      const before = app.keyKnowledge()
      await revokeKey(db, late.id)
      for (let i = 0; i < 100 && app.keyKnowledge() === before; i++) await wait(20)
      return parseView(...view)
    })
    const half = `${closed}?key=${late.key}&filter=code IS NOT NULL`
    t.equal((await ask(encodeURI(half))).status, 200)
    t.equal(parsed().length, 1)
    t.equal((await ask(encodeURI(half))).status, 401, 'nor one that was revoked while its request was under way')

    await publishRows(db, wells, [{ ...pointRows[0]!, values: ['before'] }])
    await app.refreshCatalog()
    await ask(`/tiles/tile-well/${TILE}.mvt`)
    await publishRows(db, wells, [{ ...pointRows[0]!, values: ['after'] }])
    await app.refreshCatalog()
    const edited = await ask(`/tiles/tile-well/${TILE}.mvt`)
    t.strictSame(propertyOf(decode(edited.body), 'tile-well', 'code'), ['after'])
  })

  t.test('where there is no place that is told the short way too, and only of what is not there', async t => {
    const { app, as } = await testApp(t, db, { ...(await folders(t)), TILE_QUEUE: '2' })
    const base = await app.listen({ port: 0, host: '127.0.0.1' })
    const ask = async (path: string, headers: Record<string, string> = {}) => {
      const reply = await fetch(base + path, { headers })
      const {
        date,
        'keep-alive': _,
        connection: __,
        'content-length': ___,
        ...told
      } = Object.fromEntries(reply.headers)
      const text = await reply.text()
      return { status: reply.status, headers: told, body: reply.status === 503 ? JSON.parse(text) : text }
    }
    const routed = t.capture(app, 'collection', app.collection)
    const isShort = async (path: string, headers: Record<string, string> = {}) => {
      routed()
      const reply = await ask(path, headers)
      return { ...reply, isShort: routed().length === 0 }
    }
    const there = `/tiles/tile-plot/${TILE}.mvt`
    const elsewhere = there.replace(/\d+\.mvt/, '40.mvt')
    const closed = there.replace('plot', 'farm')
    t.equal((await ask(there)).status, 200)
    t.equal((await ask(`${there}?filter=area=1`)).status, 200)
    t.equal((await ask(`${closed}?filter=code='F'`, as.reader)).status, 200)

    const many = Array.from({ length: 30 }, (_, i) => elsewhere.replace('40.mvt', `${i}.mvt`))
    const replies = await Promise.all(many.map(url => ask(url)))
    const refused = replies.findIndex(({ status }) => status === 503)
    t.match(replies[refused], { body: { code: 'TILE_OVERLOADED', requestId: /^req-/ } })

    app.tiles.refusal = () => overloaded({ id: 'tile-plot' })
    const { isShort: short, ...again } = await isShort(many[refused]!)
    t.ok(short)
    t.notSame(again.body.requestId, replies[refused]!.body.requestId)
    t.strictSame(again, { ...replies[refused]!, body: { ...replies[refused]!.body, requestId: again.body.requestId } })
    t.match(await isShort(many[refused]!, { 'accept-language': 'en' }), {
      isShort: true,
      body: { title: 'Too many tiles at once' }
    })
    t.match(await isShort(there), { isShort: true, status: 200 }, 'what is there is sent')
    t.match(await isShort(`${there}?filter=area=1`), { isShort: true, status: 200 })
    t.match(await isShort(elsewhere), { isShort: false }, 'of what was never asked for more is to be found out')

    t.match(await isShort(`${there}?filter=area=2&lang=en`), {
      isShort: true,
      status: 503,
      body: { instance: there, title: 'Too many tiles at once' }
    })
    t.match(await isShort(`${elsewhere}?filter=area=1`), { isShort: false }, 'others may have asked for this view')
    t.match(await isShort(`${there}?filter=area=3`, { 'if-none-match': '"a"' }), { isShort: false })
    t.match(await isShort(there.replace('/12/', '/13/').concat('?filter=area=4')), { isShort: false }, 'another zoom')
    t.match(await isShort(`${there}?filter=area=5`, { authorization: 'Bearer no-key' }), { status: 401 })
    t.match(await isShort(`${there}?filter=area=6&key=no-key`), { status: 401 })
    t.match(await isShort(`${closed}?filter=code='G'`), { status: 404 }, 'who is not let in is told nothing')
    t.match(await isShort(`${closed}?filter=code='G'`, as.reader), { isShort: true, status: 503 })
  })

  t.test('when the client leaves, the work for it is given up', async t => {
    const { app } = await testApp(t, db, await folders(t))
    const base = await app.listen({ port: 0, host: '127.0.0.1' })
    const asked = new Promise<AbortSignal>(resolve => {
      app.tiles.get = ({ signal }) => {
        resolve(signal!)
        return new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason)))
      }
    })
    const leave = new AbortController()
    const left = fetch(`${base}/tiles/tile-plot/${TILE}.mvt`, { signal: leave.signal })
    const signal = await asked
    leave.abort()
    await t.rejects(left)
    for (let i = 0; i < 100 && !signal.aborted; i++) await wait(20)
    t.ok(signal.aborted)
  })

  t.test('styles are complete and valid, of what the caller may see', async t => {
    const reply = await get('/styles/tile-map.json?lang=en', { host: 'maps.example' })
    const style = reply.json()
    t.strictSame(validateStyleMin(style), [])
    t.equal(style.name, 'All of it')
    t.strictSame(style.sources, {
      'tile-plot': { type: 'vector', url: 'http://maps.example/tiles/tile-plot.json' },
      'tile-well': { type: 'vector', url: 'http://maps.example/tiles/tile-well.json' }
    })
    const etag = String(reply.headers['etag'])
    const again = await get('/styles/tile-map.json?lang=en', { host: 'maps.example', 'if-none-match': etag })
    t.equal(again.statusCode, 304)
    t.strictSame(Object.keys((await get('/styles/tile-well.json')).json().sources), ['tile-well'])
    const signed = (await get('/styles/tile-map.json?key=admin-key-of-the-tests')).json()
    t.match(signed.sources['tile-farm'].url, /\/tiles\/tile-farm\.json\?key=admin-key-of-the-tests$/)
  })
})
