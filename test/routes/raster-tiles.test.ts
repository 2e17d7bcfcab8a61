import { createCanvas, loadImage } from '@napi-rs/canvas'
import t from 'tap'
import { TILE_GRIDS } from '../../server/lib/tile-matrix.ts'
import { blockOf, tilesOfBlock } from '../../server/maps/tile-block.ts'
import { type DrawnBlock, TilePictures, type TileSheet } from '../../server/maps/tile-pictures.ts'
import { SharedWork } from '../../server/tiles/shared-work.ts'
import { onBothDatabases, testApp } from '../helper.ts'
import { publishRows, square, testLayer } from '../tiles/fixture.ts'
import { publishAll, testCatalogue } from './catalogue.ts'

const RED = '#c81e1e'
/** Two squares on the same side of a block: one is edited later. */
const lot = testLayer('test-lot', {
  fields: [{ name: 'code', type: 'text', title: { zh: '编号', en: 'Code' } }],
  style: [{ id: 'test-lot-fill', type: 'fill', 'source-layer': 'test-lot', paint: { 'fill-color': RED } }]
})
const lotAt = (west: number, code: string) => ({
  geometry: { type: 'MultiPolygon' as const, coordinates: [square(west, 23, 0.004)] },
  values: [code]
})

/** The colour of a picture at a pixel: red, green, blue, alpha. */
async function colourAt(bytes: Buffer, x: number, y: number): Promise<number[]> {
  const image = await loadImage(bytes)
  const context = createCanvas(image.width, image.height).getContext('2d')
  context.drawImage(image, 0, 0)
  return [...context.getImageData(x, y, 1, 1).data]
}

t.test('blocks divide a level without gaps, whoever asks for which tile', async t => {
  for (const grid of TILE_GRIDS) {
    for (const z of [grid.first.level, grid.first.level + 1, 14]) {
      for (const ratio of [1, 2]) {
        const tile = { z, x: z === 14 ? 13_335 : 0, y: z === 14 ? 3050 : 0 }
        const block = blockOf(grid, tile, ratio)
        const tiles = tilesOfBlock(block)
        t.ok(tiles.some(({ x, y }) => x === tile.x && y === tile.y))
        for (const each of tiles) t.strictSame(blockOf(grid, each, ratio), block)
      }
    }
  }
})

t.test('a block is drawn once for all who want its tiles, and again when its data change', async t => {
  const [grid] = TILE_GRIDS as [(typeof TILE_GRIDS)[number]]
  const drawn: DrawnBlock<string>[] = []
  let version = '1'
  const sheet: TileSheet<string> = {
    name: 'sheet',
    layers: [],
    background: null,
    pixelRatio: 1,
    type: 'image/png',
    versionOf: () => version
  }
  const make = (cacheBytes: number) =>
    new TilePictures<string>({
      making: new SharedWork(),
      cacheBytes,
      async drawTiles(block) {
        drawn.push(block)
        return tilesOfBlock(block).map(({ x, y }) => Buffer.from(`${version} ${x} ${y}`))
      }
    })
  const pictures = make(1_000_000)
  const tiles = [0, 1, 2, 3].map(x => ({ z: 10, x, y: 2 }))
  const got = await Promise.all(tiles.map(tile => pictures.get(sheet, grid, tile)))
  t.strictSame(
    got.map(({ bytes }) => String(bytes)),
    ['1 0 2', '1 1 2', '1 2 2', '1 3 2']
  )
  t.equal(drawn.length, 1, 'four at once')
  await pictures.get(sheet, grid, { z: 10, x: 1, y: 1 })
  t.equal(drawn.length, 1, 'one more of the same block')
  t.match(drawn[0], { x: 0, y: 0, columns: 4, rows: 4, size: 256 })
  version = '2'
  const [first] = tiles as [(typeof tiles)[number]]
  t.equal(String((await pictures.get(sheet, grid, first)).bytes), '2 0 2')
  t.not(pictures.key(sheet, grid, first), got[0]!.key)
  t.equal((await pictures.get(sheet, grid, first)).key, pictures.key(sheet, grid, first))
  t.match(pictures.stats(), { tiles: 16, misses: 5, hits: 2 })

  const forgetful = make(0)
  await forgetful.get(sheet, grid, first)
  await forgetful.get(sheet, grid, first)
  t.equal(drawn.length, 4, 'without memory each time')
})

await onBothDatabases(t, async (t, db) => {
  const { app, as } = await testApp(t, db, await testCatalogue(t, [lot]))
  await publishAll(db)
  await publishRows(db, lot, [lotAt(113.001, 'A'), lotAt(113.15, 'B')])
  await app.refreshCatalog()
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })
  /** Of WebMercatorQuad, with lot A; the pixel lies in it. */
  const PLACE = '14/13334/7115'
  const INSIDE = [230, 200] as const

  t.test('a tile is a picture in each format, once and twice as fine, with nothing behind the features', async t => {
    for (const [ending, type] of [
      ['png', 'image/png'],
      ['webp', 'image/webp'],
      ['jpg', 'image/jpeg']
    ] as const) {
      for (const [suffix, ratio] of [
        ['', 1],
        ['@2x', 2]
      ] as const) {
        const reply = await get(`/tiles/test-lot/${PLACE}${suffix}.${ending}`)
        t.match(reply, { statusCode: 200, headers: { 'content-type': type, 'cache-control': 'public, no-cache' } })
        const { width, height } = await loadImage(reply.rawPayload)
        t.strictSame([width, height], [256 * ratio, 256 * ratio], `${ending} ${ratio}`)
        const [red = 0, green = 0] = await colourAt(reply.rawPayload, INSIDE[0] * ratio, INSIDE[1] * ratio)
        t.ok(red > 190 && green < 45, 'the lot')
        const outside = await colourAt(reply.rawPayload, 20, 20)
        t.equal(outside[3], ending === 'jpg' ? 255 : 0, 'transparent where the format can be')
      }
    }
  })

  t.test('the same place is the same picture in every grid, to a pixel', async t => {
    for (const [grid, place, x, y] of [
      ['WebMercatorQuad', PLACE, ...INSIDE],
      ['WorldCRS84Quad', '13/13334/3049', 230, 39],
      ['CGCS2000Quad', '14/13334/3049', 230, 39]
    ] as const) {
      const reply = await get(`/tiles/test-lot/${grid}/${place}.png`)
      t.equal(reply.statusCode, 200, grid)
      t.equal((await colourAt(reply.rawPayload, x, y))[3], 255, `${grid} shows the lot`)
    }
    const degrees = await get('/tiles/test-lot/CGCS2000Quad/14/13334/3049.png')
    t.strictSame((await get('/tiles/test-lot/WorldCRS84Quad/13/13334/3049.png')).rawPayload, degrees.rawPayload)
  })

  t.test('an empty tile is a transparent picture; deep ones are drawn from the last there are', async t => {
    const empty = await get('/tiles/test-lot/14/100/100.png')
    t.equal(empty.statusCode, 200)
    t.strictSame(await colourAt(empty.rawPayload, 128, 128), [0, 0, 0, 0])
    const deep = await get('/tiles/test-lot/22/3413732/1821656.png')
    t.equal(deep.statusCode, 200)
    t.equal((await colourAt(deep.rawPayload, 128, 128))[3], 255)
  })

  t.test('TileJSON of pictures names their address, and a tile by it may be kept for a year', async t => {
    const document = (await get('/tiles/test-lot.json?format=png&filter=code%3D%27A%27')).json()
    t.match(document, { tilejson: '3.0.0', maxzoom: 22 })
    t.notOk('vector_layers' in document)
    const url = String(document.tiles[0]).replace('http://localhost:80', '').replace('{z}/{x}/{y}', PLACE)
    t.match(url, /^\/tiles\/test-lot\/14\/13334\/7115\.png\?v=[^&]+&filter=/)
    t.match((await get(url)).headers['cache-control'], /public, max-age=31536000/)
    t.equal((await get('/tiles/test-lot/CGCS2000Quad.json?format=webp')).json().tiles[0].includes('.webp?'), true)
    t.equal((await get('/tiles/test-lot.json?format=gif')).statusCode, 400)
  })

  t.test('who has a tile gets it not again; an edit makes tiles new where it was, and only there', async t => {
    const near = `/tiles/test-lot/${PLACE}.png`
    const far = '/tiles/test-lot/14/13341/7115.png'
    const [a, b] = [await get(near), await get(far)]
    const has = (reply: typeof a) => ({ 'if-none-match': String(reply.headers['etag']) })
    t.match(await get(near, has(a)), { statusCode: 304, payload: '' })
    await publishRows(db, lot, [lotAt(113.001, 'A'), lotAt(113.1501, 'B')])
    await app.refreshCatalog()
    t.equal((await get(near, has(a))).statusCode, 304, 'nothing was changed there')
    const edited = await get(far, has(b))
    t.equal(edited.statusCode, 200)
    t.notSame(edited.rawPayload, b.rawPayload)
    t.strictSame((await get(`${far}?asof=1`)).rawPayload, b.rawPayload, 'as it was')
  })

  t.test('what cannot be drawn is refused, and what is hidden is not there', async t => {
    for (const [url, status] of [
      ['/tiles/test-lot/14/16384/0.png', 404],
      ['/tiles/test-lot/25/0/0.png', 404],
      ['/tiles/test-lot/14/1.5/0.png', 400],
      ['/tiles/test-lot/14/0/0@3x.png', 400],
      ['/tiles/test-lot/14/0/@2x.png', 400],
      ['/tiles/test-lot/Nothing/14/0/0.png', 404],
      ['/tiles/nothing/14/0/0.png', 404],
      ['/tiles/test-camera/14/0/0.png', 404],
      [`/tiles/test-lot/${PLACE}.png?style=nothing`, 404],
      [`/tiles/test-lot/${PLACE}.png?style=__proto__`, 404],
      [`/tiles/test-lot,test-plot/${PLACE}.png?style=default`, 404],
      [`/tiles/test-lot/${PLACE}.png?filter=secret%3D1`, 400],
      [`/tiles/test-lot/${PLACE}.png?filter=${'('.repeat(3000)}`, 400],
      [`/tiles/test-lot/${PLACE}.png?asof=%27%3B--`, 400],
      [`/tiles/test-lot/${PLACE}.png?division=%27`, 400],
      ['/tiles/..%2f..%2fetc%2fpasswd/14/0/0.png', 404],
      ['/tiles/test-lot%00/14/0/0.png', 404],
      ['/tiles/test-lot/1e3/0/0.png', 400],
      ['/tiles/test-lot/-1/0/0.png', 400],
      [`/tiles/test-lot/${PLACE}.gif`, 404]
    ] as const) {
      t.equal((await get(url)).statusCode, status, url)
    }
    const camera = await get('/tiles/test-camera/14/13343/7106.png', as.publisher)
    t.match(camera, { statusCode: 200, headers: { 'cache-control': 'private, no-cache' } })
    t.equal((await get('/tiles/test-camera/14/13343/7106.png')).statusCode, 404, 'after it was drawn for another')
    t.equal((await get(`/tiles/test-map/${PLACE}.png`)).statusCode, 200)
    const byDefault = await get(`/tiles/test-lot/${PLACE}.png?style=default`)
    t.strictSame(byDefault.rawPayload, (await get(`/tiles/test-lot/${PLACE}.png`)).rawPayload)
  })
})
