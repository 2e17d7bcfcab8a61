import { VectorTile } from '@mapbox/vector-tile'
import { createCanvas } from '@napi-rs/canvas'
import fc from 'fast-check'
import { PbfReader } from 'pbf'
import sharp from 'sharp'
import t from 'tap'
import type { StyleLayer } from '../../server/catalog/layer.ts'
import { findPictureCrs, projectionOf } from '../../server/lib/picture-crs.ts'
import type { TileId } from '../../server/lib/tile-id.ts'
import { TILE_GRIDS, tileDegrees, WEB_MERCATOR_QUAD } from '../../server/lib/tile-matrix.ts'
import type { Picture, PictureFrame, PictureType } from '../../server/maps/picture.ts'
import { decodeTile } from '../../server/maps/render/decode-tile.ts'
import { POINT, propertiesOf } from '../../server/maps/render/decoded-tile.ts'
import { pictureZoom } from '../../server/maps/render/zoom.ts'
import { blockFrame, createRenderer, type RendererOptions } from '../../server/maps/renderer.ts'
import type { Row } from './decoded-layer.ts'
import { mvt } from './mvt.ts'

/** Tiles by what they show: a test's rows of a tile. */
type Tiles = (tile: TileId) => readonly Row[]

const asked: string[] = []

const renderer = createRenderer<Tiles>({
  async tileOf(tiles, grid, tile) {
    const bytes = mvt('a', tiles(tile))
    asked.push(`${grid.id}/${tile.z}/${tile.x}/${tile.y}`)
    return { key: `${grid.id} ${tile.z} ${tile.x} ${tile.y} ${bytes.toString('base64')}`, bytes }
  },
  sheetOf: async () => null,
  threads: 1,
  deadlineMs: 120_000
})
t.teardown(() => renderer.close())

const FULL: Row = { type: 3, parts: [[-64, -64, 4160, -64, 4160, 4160, -64, 4160]] }
const fill = (paint: StyleLayer['paint']): StyleLayer => ({ id: 'a', type: 'fill', 'source-layer': 'a', paint: paint! })
const line = (paint: StyleLayer['paint'], layout: StyleLayer['layout'] = {}): StyleLayer => ({
  id: 'a',
  type: 'line',
  'source-layer': 'a',
  paint: paint!,
  layout: layout!
})

/** A tile of zoom 12, 512 pixels wide; moved by so many pixels there are four of them in the picture. */
const [X, Y] = [3333, 1773]
const block = (right = 0, up = 0): PictureFrame => {
  const place = { grid: WEB_MERCATOR_QUAD, level: 12, x: X, y: Y, columns: 1, rows: 1, size: 512, pixelRatio: 1 }
  const frame = blockFrame(place)
  const [west, south, east, north] = frame.box
  const [x, y] = [right, up].map(by => (by / 512) * (east - west)) as [number, number]
  return { ...frame, box: [west + x, south + y, east + x, north + y] }
}

async function pixelsOf(picture: Partial<Picture<Tiles>> & { style: StyleLayer[]; tiles: Tiles }) {
  const { style, tiles, frame = block(), background = null, type = 'image/png', margin = 0 } = picture
  const source = { kind: 'tiles', member: tiles, zooms: { min: 0, max: 14 }, grids: TILE_GRIDS } as const
  const file = await renderer.draw({ frame, layers: [{ style, source }], background, type, margin })
  const { data, info } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  const at = (x: number, y: number) => [...data.subarray(4 * (y * info.width + x), 4 * (y * info.width + x) + 4)]
  return { at, width: info.width, height: info.height, data: new Uint32Array(new Uint8Array(data).buffer) }
}

t.test('an area in many tiles is one area, whatever the projection: no line where tiles meet', async t => {
  const [west, south, east, north] = tileDegrees(WEB_MERCATOR_QUAD, { z: 12, x: X, y: Y })
  for (const code of ['EPSG:3857', 'EPSG:4490', 'CRS:84', 'EPSG:4547', 'EPSG:4526']) {
    const crs = findPictureCrs(code)!
    const { forward } = projectionOf(crs)
    const [[minX, minY], [maxX, maxY]] = [forward(west, south), forward(east, north)]
    const reach = 0.7 * (maxX - minX)
    const box = [minX - reach, minY - reach, maxX + reach, maxY + reach] as const
    const frame = { crs, box, width: 401, height: 399, pixelRatio: 1 }
    const style = [fill({ 'fill-color': '#ff0000', 'fill-opacity': 0.5 })]
    const { data } = await pixelsOf({ frame, style, tiles: () => [FULL] })
    t.equal(new Set(data).size, 1, code)
  }
})

t.test('areas that share a border show no line between them, and where they lie on each other are darker', async t => {
  const half = (from: number, to: number): Row => ({
    type: 3,
    parts: [[from, -64, to, -64, to + 700, 4160, from + 700, 4160]]
  })
  const style = [fill({ 'fill-color': '#0000ff', 'fill-opacity': 0.5 })]
  const side = await pixelsOf({ style, tiles: () => [half(-1000, 1003), half(1003, 5000)] })
  t.equal(new Set(side.data).size, 1)
  const over = await pixelsOf({ style, tiles: () => [half(-1000, 2500), half(1003, 5000)] })
  t.ok(over.at(280, 256)[3]! > 185 && over.at(280, 256)[3]! < 195, 'both')
  t.ok(Math.abs(over.at(20, 256)[3]! - 128) < 2, 'one')
})

t.test('a pattern is turned as its line runs, in its own size, its middle on the line', async t => {
  const canvas = createCanvas(8, 8)
  const context = canvas.getContext('2d')
  for (const [color, x, y] of [
    ['#ff0000', 0, 0],
    ['#00ff00', 4, 0],
    ['#0000ff', 0, 4],
    ['#ffff00', 4, 4]
  ] as const) {
    context.fillStyle = color
    context.fillRect(x, y, 4, 4)
  }
  const json = Buffer.from(JSON.stringify({ arrow: { x: 0, y: 0, width: 8, height: 8, pixelRatio: 1 } }))
  const png = await canvas.encode('png')
  const tiles: Tiles = () => [
    { type: 2, parts: [[400, 800, 4096, 800]] },
    { type: 2, parts: [[800, 1600, 800, 4096]] }
  ]
  const patterned = createRenderer<Tiles>({
    tileOf: async (rows, _grid, { z, x, y }) => ({ key: `${z} ${x} ${y}`, bytes: mvt('a', rows({ z, x, y })) }),
    sheetOf: async () => ({ json, png }),
    threads: 1,
    deadlineMs: 120_000
  })
  t.teardown(() => patterned.close())
  const style = [line({ 'line-pattern': 'arrow', 'line-width': 8 })]
  const source = { kind: 'tiles', member: tiles, zooms: { min: 0, max: 14 }, grids: TILE_GRIDS } as const
  const layers = [{ style, source }]
  const file = await patterned.draw({ frame: block(), layers, background: null, type: 'image/png' })
  const { data } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  const at = (x: number, y: number) => [...data.subarray(4 * (y * 512 + x), 4 * (y * 512 + x) + 3)]
  // From 50 100 to the east: its upper side is the northern one.
  t.strictSame(
    [at(51, 97), at(55, 97), at(51, 102), at(55, 102), at(59, 97)],
    [
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
      [255, 255, 0],
      [255, 0, 0]
    ]
  )
  // From 100 200 to the south: its upper side is the eastern one.
  t.strictSame(
    [at(102, 201), at(102, 205), at(97, 201), at(97, 205)],
    [
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
      [255, 255, 0]
    ]
  )
  t.equal(data[4 * (92 * 512 + 200) + 3], 0, 'beside the line')
})

t.test('the edge of an area that is not to be smooth is of whole pixels, without gaps between neighbours', async t => {
  const slanted = (from: number, to: number, color: string): Row => ({
    type: 3,
    parts: [[from, -64, to, -64, to + 700, 4160, from + 700, 4160]],
    properties: { color }
  })
  const rows = [slanted(-1000, 1003, '#ff0000'), slanted(1003, 2500, '#0000ff')]
  const colored = (more: StyleLayer['paint']) => [fill({ 'fill-color': ['get', 'color'], ...more })]
  const soft = await pixelsOf({ style: colored({}), tiles: () => rows })
  t.ok(new Set(soft.data).size > 10)
  const hard = await pixelsOf({ style: colored({ 'fill-antialias': false }), tiles: () => rows })
  t.equal(new Set(hard.data).size, 3, 'red, blue and nothing')
  let gaps = 0
  for (let y = 0; y < 512; y++) for (let x = 0; x < 300; x++) if (hard.at(x, y)[3] === 0) gaps++
  t.equal(gaps, 0)
})

t.test('borders of areas are not drawn where tiles cut the areas off', async t => {
  const style = [line({ 'line-color': '#000000', 'line-width': 30 })]
  const inside = await pixelsOf({ style, tiles: () => [FULL], frame: block(256, 256) })
  t.strictSame(new Set(inside.data), new Set([0]))
  const island: Row = { type: 3, parts: [[1000, 1000, 3000, 1000, 3000, 4160, 1000, 4160]] }
  const { at } = await pixelsOf({ style, tiles: ({ y }) => (y === Y ? [FULL, island] : []) })
  t.equal(at(125, 400)[3], 255, 'its side')
  t.equal(at(256, 508)[3], 0, 'where it is cut')
})

t.test('lines have their width, dashes, caps, offset and gap', async t => {
  const row: Row = { type: 2, parts: [[0, 2048, 4096, 2048]] }
  const across = async (paint: StyleLayer['paint'], layout?: StyleLayer['layout']) => {
    const { at } = await pixelsOf({ style: [line({ 'line-color': '#000', ...paint }, layout)], tiles: () => [row] })
    return (x: number, y: number) => at(x, y)[3]!
  }
  const plain = await across({ 'line-width': 6 })
  t.strictSame(
    [252, 253, 256, 258, 259].map(y => plain(100, y)),
    [0, 255, 255, 255, 0]
  )
  const thin = await across({ 'line-width': 1, 'line-opacity': 0.5 })
  t.strictSame(
    [254, 255, 256, 257].map(y => thin(100, y) > 0),
    [false, true, true, false]
  )
  const dashed = await across({ 'line-width': 4, 'line-dasharray': [2, 1] })
  t.strictSame(
    [2, 6, 10, 14, 22].map(x => dashed(x, 256)),
    [255, 255, 0, 255, 0]
  )
  const right = await across({ 'line-width': 2, 'line-offset': 10 })
  t.strictSame(
    [256, 265, 266].map(y => right(100, y)),
    [0, 255, 255],
    'to the right, which is below'
  )
  const gap = await across({ 'line-width': 2, 'line-gap-width': 8 })
  t.strictSame(
    [249, 250, 251, 254, 256, 260, 262].map(y => gap(100, y)),
    [0, 255, 255, 0, 0, 255, 0]
  )
})

t.test('a bend is pointed, cut off or round; a sharp one is never long', async t => {
  const bend: Row = { type: 2, parts: [[1000, 3000, 2000, 3000, 2000, 2000]] }
  const corner = async (layout: StyleLayer['layout']) => {
    const { at } = await pixelsOf({
      style: [line({ 'line-color': '#000', 'line-width': 20 }, layout)],
      tiles: () => [bend]
    })
    return [at(258, 383)[3]! > 128, at(256, 381)[3]! > 128]
  }
  t.strictSame(await corner({ 'line-join': 'miter' }), [true, true])
  t.strictSame(await corner({ 'line-join': 'bevel' }), [false, false])
  t.strictSame(await corner({ 'line-join': 'round' }), [false, true])
  const back: Row = { type: 2, parts: [[1000, 3000, 3000, 3000, 1000, 3010]] }
  const { at } = await pixelsOf({ style: [line({ 'line-color': '#000', 'line-width': 20 })], tiles: () => [back] })
  t.equal(at(390, 376)[3], 0)
})

t.test('a point beyond the side of its tile is the neighbour’s: a circle is drawn once, and whole', async t => {
  const style: StyleLayer[] = [
    {
      id: 'a',
      type: 'circle',
      'source-layer': 'a',
      paint: {
        'circle-radius': 10,
        'circle-color': ['match', ['get', 'kind'], 'one', '#00ff00', '#ff0000'],
        'circle-opacity': 0.5
      }
    }
  ]
  const row = (x: number): Row => ({ type: POINT, parts: [[x, 2048]], properties: { kind: 'one' } })
  const tiles: Tiles = ({ x }) => [row(x === X ? 4100 : x === X + 1 ? 4 : -9999)]
  const frame = block(256)
  const { at } = await pixelsOf({ style, tiles, frame })
  const place = 256
  t.strictSame(at(place, 255), [0, 255, 0, 128])
  t.strictSame(at(place - 6, 255), at(place + 6, 255), 'on both sides of the cut')
})

t.test('filters, zooms and expressions decide what is drawn, and how', async t => {
  const rows = [-1, 0, 7].map((n, i): Row => {
    const [from, to] = [i * 1365, (i + 1) * 1365]
    return { type: 3, parts: [[from, 0, to, 0, to, 4096, from, 4096]], properties: { n, name: `n${n}` } }
  })
  const zoom = pictureZoom(block())
  t.ok(Math.abs(zoom - 12) < 1e-9, 'a tile 512 pixels wide has its own zoom')
  const color = ['case', ['<', ['get', 'n'], 0], '#ff0000', ['==', ['get', 'name'], 'n0'], '#00ff00', ['get', 'color']]
  const items: StyleLayer[] = [
    fill({ 'fill-color': color }),
    { ...fill({ 'fill-color': '#123456' }), minzoom: 12.5 },
    { ...fill({ 'fill-color': '#123456' }), maxzoom: 12 },
    { ...fill({ 'fill-color': '#0000ff' }), filter: ['==', ['get', 'n'], 7], minzoom: 12, maxzoom: 12.5 }
  ]
  const { at } = await pixelsOf({ style: items, tiles: () => rows })
  t.strictSame(
    [80, 256, 440].map(x => at(x, 100)),
    [
      [255, 0, 0, 255],
      [0, 255, 0, 255],
      [0, 0, 255, 255]
    ]
  )
  const { at: hidden } = await pixelsOf({ style: items.slice(0, 1), tiles: () => rows })
  t.strictSame(hidden(440, 100), [0, 0, 0, 255], 'what an expression fails for has the default')
})

t.test('tiles drawn as a block are those of one picture', async t => {
  const dot: Row = { type: POINT, parts: [[4090, 4090]] }
  const style: StyleLayer[] = [
    fill({ 'fill-color': '#ffee00' }),
    { id: 'b', type: 'circle', 'source-layer': 'a', paint: { 'circle-radius': 20, 'circle-color': '#000' } }
  ]
  const source = {
    kind: 'tiles',
    member: (() => [FULL, dot]) as Tiles,
    zooms: { min: 0, max: 14 },
    grids: TILE_GRIDS
  } as const
  const grid = TILE_GRIDS[2]!
  const place = { grid, level: 12, x: 3330, y: 750, columns: 2, rows: 2, size: 256, pixelRatio: 2 } as const
  const how = { layers: [{ style, source }], background: null, type: 'image/png', margin: 0 } as const
  const files = await renderer.drawTiles({ ...place, ...how })
  const tiles = await Promise.all(files.map(file => sharp(file).ensureAlpha().raw().toBuffer()))
  const whole = await renderer.draw({ frame: blockFrame(place), ...how })
  const part = await sharp(whole)
    .extract({ left: 512, top: 512, width: 512, height: 512 })
    .ensureAlpha()
    .raw()
    .toBuffer()
  t.equal(files.length, 4)
  t.ok(tiles[3]!.equals(part))
})

t.test('a picture is written in each type, few colours with a table', async t => {
  const style = [fill({ 'fill-color': '#336699' })]
  const source = {
    kind: 'tiles',
    member: (() => [FULL]) as Tiles,
    zooms: { min: 0, max: 14 },
    grids: TILE_GRIDS
  } as const
  const draw = (type: PictureType, background: string | null) =>
    renderer.draw({ frame: { ...block(), width: 300, height: 100 }, layers: [{ style, source }], background, type })
  for (const [type, format] of [
    ['image/png', 'png'],
    ['image/png; mode=8bit', 'png'],
    ['image/jpeg', 'jpeg'],
    ['image/webp', 'webp']
  ] as const) {
    const file = await draw(type, null)
    const { format: found, width, height } = await sharp(file).metadata()
    t.strictSame([found, width, height], [format, 300, 100], type)
    const [r = 0, g = 0, b = 0] = await sharp(file).removeAlpha().raw().toBuffer()
    t.ok(Math.abs(r - 0x33) + Math.abs(g - 0x66) + Math.abs(b - 0x99) < 9, `${type} ${[r, g, b]}`)
  }
  t.equal((await draw('image/png', null))[25], 3, 'colour type 3: a table')
})

t.test('what a thread has is not got again, and what it has lost is', async t => {
  let got = 0
  const rows: Row[] = [FULL]
  const options: RendererOptions<string> = {
    keyOf: (member, _, { z, x, y }) => `${member} ${z} ${x} ${y}`,
    async tileOf(member, _, { z, x, y }) {
      got++
      const bytes = member === 'broken' ? Buffer.from('1aff01', 'hex') : mvt('a', rows)
      return { key: `${member} ${z} ${x} ${y}`, bytes }
    },
    sheetOf: async () => null,
    threads: 1
  }
  const own = createRenderer(options)
  t.teardown(() => own.close())
  const draw = (member: string) =>
    own.draw({
      frame: block(),
      layers: [
        {
          style: [fill({ 'fill-color': '#336699' })],
          source: { kind: 'tiles', member, zooms: { min: 0, max: 14 }, grids: TILE_GRIDS }
        }
      ],
      background: null,
      type: 'image/png'
    })
  const first = await draw('one')
  const times = got
  t.ok(first.equals(await draw('one')))
  t.equal(got, times)
  await t.rejects(draw('broken'))
  t.ok(first.equals(await draw('two')), 'after a picture that failed the next is as it should be')
})

t.test('too many pictures are refused; one that takes too long, or that nobody waits for, is given up', async t => {
  const never = createRenderer<Tiles>({
    tileOf: (_member, _grid, _tile, signal) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    sheetOf: async () => null,
    queue: 1,
    deadlineMs: 300
  })
  t.teardown(() => never.close())
  const source = { kind: 'tiles', member: (() => []) as Tiles, zooms: { min: 0, max: 14 }, grids: TILE_GRIDS } as const
  const picture: Picture<Tiles> = {
    frame: block(),
    layers: [{ style: [fill({})], source }],
    background: null,
    type: 'image/png'
  }
  const slow = never.draw(picture)
  await t.rejects(never.draw(picture), { code: 'PICTURE_OVERLOADED', status: 503, members: { retryAfter: 1 } })
  await t.rejects(slow, { code: 'PICTURE_TOO_SLOW', status: 503 })
  const left = new AbortController()
  const waiting = never.draw(picture, left.signal)
  left.abort(new Error('gone'))
  await t.rejects(waiting, { message: 'gone' })
  t.equal(never.stats().pictures, 0)
})

t.test('a box of any shape asks for a bounded number of tiles, one beyond the Earth for none', async t => {
  const style = [fill({ 'fill-color': '#336699' })]
  const crs = findPictureCrs('CRS:84')!
  asked.length = 0
  const strip = { crs, box: [113, -90, 113.0001, 90] as const, width: 4, height: 4000, pixelRatio: 1 }
  await pixelsOf({ frame: strip, style, tiles: () => [] })
  t.ok(asked.length <= 256, `${asked.length}`)
  asked.length = 0
  const { data } = await pixelsOf({ frame: { ...strip, box: [200, 10, 201, 11] }, style, tiles: () => [FULL] })
  t.strictSame([asked.length, new Set(data)], [0, new Set([0])])
})

const SIDE = 64
/** How far a place is from the middle of a tile of zoom 12, in such tiles, as red and green. */
const ramp = (x: number, y: number) => [x, y].map(by => 128 + 40 * by) as [number, number]

type IsThere = (tile: TileId) => boolean | 'checkered'

/** Tiles whose pixels say where they lie, in blue or in a blue chequer; those that a test wants to be missing are. */
const pictures = createRenderer<IsThere>({
  async tileOf(isThere, grid, tile) {
    const { z, x, y } = tile
    const key = `${grid.id} ${z} ${x} ${y} ${isThere}`
    if (!isThere(tile)) return { key, bytes: null }
    const pixels = Buffer.alloc(4 * SIDE * SIDE, 255)
    for (let j = 0; j < SIDE; j++)
      for (let i = 0; i < SIDE; i++) {
        const blue = isThere(tile) === 'checkered' && (i + j) % 2 === 0 ? 0 : 255
        pixels.set([...ramp(x + (i + 0.5) / SIDE - X, y + (j + 0.5) / SIDE - Y), blue], 4 * (j * SIDE + i))
      }
    const raw = { width: SIDE, height: SIDE, channels: 4 } as const
    return { key, bytes: await sharp(pixels, { raw }).png().toBuffer() }
  },
  sheetOf: async () => null,
  threads: 1,
  deadlineMs: 120_000
})
t.teardown(() => pictures.close())

async function rasterPixels(frame: PictureFrame, paint: StyleLayer['paint'], isThere: IsThere = () => true) {
  const style: StyleLayer[] = [{ id: 'a', type: 'raster', paint: paint! }]
  const source = {
    kind: 'pictures',
    member: isThere,
    zooms: { min: 12, max: 12 },
    grids: [WEB_MERCATOR_QUAD],
    side: SIDE
  } as const
  const file = await pictures.draw({ frame, layers: [{ style, source }], background: null, type: 'image/png' })
  const { data, info } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return (x: number, y: number) => [...data.subarray(4 * (y * info.width + x), 4 * (y * info.width + x) + 4)]
}

t.test(
  'pictures are drawn where they lie, whatever the projection and scale, without a line between tiles',
  async t => {
    const [west, south, east, north] = tileDegrees(WEB_MERCATOR_QUAD, { z: 12, x: X, y: Y })
    const mercator = projectionOf(findPictureCrs('EPSG:3857')!)
    const [[left, bottom], [right, top]] = [mercator.forward(west, south), mercator.forward(east, north)]
    for (const code of ['EPSG:3857', 'EPSG:4490', 'EPSG:4547', 'EPSG:4526']) {
      const crs = findPictureCrs(code)!
      const { forward, inverse } = projectionOf(crs)
      const [[minX, minY], [maxX, maxY]] = [forward(west, south), forward(east, north)]
      const reach = 0.7 * (maxX - minX)
      const box = [minX - reach, minY - reach, maxX + reach, maxY + reach] as const
      for (const [width, pixelRatio] of [
        [60, 1],
        [154, 1],
        [200, 2],
        [700, 1]
      ] as const) {
        const at = await rasterPixels({ crs, box, width, height: width, pixelRatio }, {})
        const all = width * pixelRatio
        let off = 0
        for (let y = 0; y < all; y += 3)
          for (let x = 0; x < all; x += 3) {
            const per = (box[2] - box[0]) / all
            const down = (box[3] - box[1]) / all
            const place = mercator.forward(...inverse(box[0] + (x + 0.5) * per, box[3] - (y + 0.5) * down))
            const wanted = ramp((place[0] - left) / (right - left), (top - place[1]) / (top - bottom))
            const found = at(x, y)
            off = Math.max(off, Math.abs(found[0]! - wanted[0]), Math.abs(found[1]! - wanted[1]), 255 - found[3]!)
          }
        t.ok(off <= 1.6, `${code}, ${width} × ${pixelRatio}: ${off}`)
      }
    }
  }
)

t.test('where there is no picture nothing is drawn; the edge of one is sharp', async t => {
  const at = await rasterPixels(block(256, 256), {}, ({ x, y }) => x === X && y === Y)
  t.strictSame([at(255, 300)[3], at(256, 300)[3], at(100, 255)[3]], [255, 0, 0])
  const far = await rasterPixels({ ...block(), width: 8, height: 8 }, {})
  t.strictSame(far(4, 4), [0, 0, 0, 0], 'smaller than the first level is shown at')
})

t.test('a raster style changes colours as MapLibre does', async t => {
  const frame = block()
  const plain = (await rasterPixels(frame, {}))(300, 100)
  t.strictSame(plain, [151, 135, 255, 255])
  for (const [paint, wanted] of [
    [{ 'raster-opacity': 0.5 }, [152, 136, 255, 128]],
    [{ 'raster-saturation': -1 }, [181, 181, 181, 255]],
    [{ 'raster-hue-rotate': 120 }, [255, 151, 136, 255]],
    [{ 'raster-brightness-min': 0.5 }, [204, 196, 255, 255]],
    [{ 'raster-brightness-max': 0.5 }, [76, 68, 128, 255]],
    [{ 'raster-contrast': -0.5 }, [140, 132, 191, 255]],
    [{ 'raster-contrast': 0.5 }, [175, 145, 255, 255]]
  ] as const) {
    const found = (await rasterPixels(frame, paint))(300, 100)
    t.ok(
      wanted.every((part, i) => Math.abs(part - found[i]!) <= 2),
      `${JSON.stringify(paint)}: ${found}`
    )
  }
  const blues = async (paint: StyleLayer['paint']) => {
    const at = await rasterPixels(frame, paint, () => 'checkered')
    return [4, 6, 7, 8, 10, 12].map(x => at(x, 4)[2]!)
  }
  t.strictSame(await blues({ 'raster-resampling': 'nearest' }), [0, 0, 0, 255, 255, 255])
  const soft = await blues({})
  t.ok(
    soft.every((blue, i) => i === 0 || blue > soft[i - 1]!),
    soft.join()
  )
})

t.test('tiles are read as the reference implementation reads them', t => {
  const number = fc.integer({ min: -5000, max: 9000 })
  const part = (vertices: number) =>
    fc.array(number, { minLength: 2 * vertices, maxLength: 40 }).map(a => a.slice(0, a.length & ~1))
  const value = fc.oneof(
    fc.string(),
    fc.boolean(),
    fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
    fc.double({ noNaN: true, noDefaultInfinity: true })
  )
  const properties = fc.dictionary(fc.constantFrom('甲', 'b', 'c'), value)
  const row = fc.oneof(
    fc.record({ type: fc.constant(1 as const), id: fc.nat(), parts: fc.tuple(part(1)), properties }),
    fc.record({
      type: fc.constant(2 as const),
      id: fc.nat(),
      parts: fc.array(part(2), { minLength: 1, maxLength: 3 }),
      properties
    }),
    fc.record({
      type: fc.constant(3 as const),
      id: fc.nat(),
      parts: fc.array(part(3), { minLength: 1, maxLength: 3 }),
      properties
    })
  )
  fc.assert(
    fc.property(fc.array(row, { maxLength: 5 }), rows => {
      const bytes = mvt('层', rows)
      const layer = decodeTile(bytes).get('层')!
      const known = new VectorTile(new PbfReader(bytes)).layers['层']
      for (let i = 0; i < rows.length; i++) {
        const feature = known!.feature(i)
        t.strictSame({ ...propertiesOf(layer, i) }, { ...feature.properties })
        const rings = feature.loadGeometry().map(ring => ring.flatMap(({ x, y }) => [x, y]))
        const own = Array.from({ length: layer.partStart[i + 1]! - layer.partStart[i]! }, (_, k) => {
          const [from, to] = [0, 1].map(end => layer.vertexStart[layer.partStart[i]! + k + end]!)
          const flat = [...layer.xy.subarray(2 * from!, 2 * to!)]
          return layer.type[i] === 3 ? [...flat, ...flat.slice(0, 2)] : flat
        })
        t.strictSame(own, layer.type[i] === 1 ? [rings.flat()] : rings)
        t.equal(layer.id[i], feature.id)
      }
      return true
    }),
    { numRuns: 60 }
  )
  t.end()
})
