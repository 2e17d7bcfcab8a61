import { type Canvas, createCanvas } from '@napi-rs/canvas'
import fc from 'fast-check'
import t from 'tap'
import type { StyleLayer } from '../../server/catalog/layer.ts'
import type { Value } from '../../server/maps/render/decoded-tile.ts'
import type { TilePlace } from '../../server/maps/render/place.ts'
import { breakLines } from '../../server/maps/symbols/break-lines.ts'
import { collectSymbols } from '../../server/maps/symbols/collect.ts'
import { drawSymbols } from '../../server/maps/symbols/draw-symbols.ts'
import { type Placed, placeSymbols } from '../../server/maps/symbols/place.ts'
import type { SpriteSheet, SymbolLayer, SymbolTile } from '../../server/maps/symbols/symbols.ts'
import { decodedLayer, type Row } from './decoded-layer.ts'

/** Tiles are as wide as the picture; a tile unit is an eighth of a pixel. */
const SIDE = 512
const UNIT = 8

const SPRITES: SpriteSheet = { icons: { box: { x: 0, y: 0, width: 20, height: 10, pixelRatio: 1 } }, image: redBox() }

function redBox(): Canvas {
  const canvas = createCanvas(20, 10)
  const context = canvas.getContext('2d')
  context.fillStyle = '#ff0000'
  context.fillRect(0, 0, 20, 10)
  return canvas
}

interface Look {
  id?: string
  layout?: Record<string, unknown>
  paint?: Record<string, unknown>
}

const style = ({ id = 'label', layout, paint }: Look = {}): StyleLayer => ({
  id,
  type: 'symbol',
  layout: { 'text-field': ['get', 'name'], 'text-font': ['Noto Sans SC Regular'], 'text-size': 12, ...layout },
  ...(paint && { paint })
})

/** A point in pixels of its tile. */
const point = (x: number, y: number, properties: Record<string, Value>, id?: number): Row => ({
  type: 1,
  parts: [[x * UNIT, y * UNIT]],
  properties,
  ...(id !== undefined && { id })
})

const line = (places: readonly number[], name: string): Row => ({
  type: 2,
  parts: [places.map(place => place * UNIT)],
  properties: { name }
})

/** The tile in column x, row y, of a picture that begins `originX` pixels from the tile 0, 0. */
function tile(rows: readonly Row[], x = 0, y = 0, originX = 0): SymbolTile {
  const toPicture: TilePlace['toPicture'] = (xy, from, to, extent, out) => {
    for (let i = 2 * from; i < 2 * to; i++) {
      const origin = i % 2 === 0 ? x * SIDE - originX : y * SIDE
      out[i - 2 * from] = (xy[i]! / extent) * SIDE + origin
    }
  }
  return { layer: decodedLayer(rows), place: { toPicture } as TilePlace, z: 3, x, y, hasNeighbours: true }
}

const layer = (rows: readonly Row[], look: Look = {}): SymbolLayer => ({
  style: style(look),
  tiles: [tile(rows)],
  sprites: SPRITES
})

const SHEET = { width: SIDE, height: SIDE, pixelRatio: 1, zoom: 14, margin: 0 }

/** What is placed of each layer. */
const place = (layers: readonly SymbolLayer[], sheet = SHEET): Placed[][] =>
  placeSymbols(
    layers.map(one => collectSymbols(one, sheet)),
    sheet
  )

const textOf = ({ text }: Placed) =>
  text?.shape?.text ?? text?.glyphs?.map(({ character }) => character).join('') ?? '-'

/** The texts of one layer. */
const shown = (rows: readonly Row[], look: Look = {}) => (place([layer(rows, look)])[0] ?? []).map(textOf)

t.test('texts are broken into lines of about one length, Chinese behind any character', async t => {
  const broken = (text: string, most: number): string[] => {
    const characters = [...text].map(character => ({ character, width: 1, isIcon: false }))
    const ends = breakLines(characters, most)
    return ends.map((end, i) => text.slice(ends[i - 1] ?? 0, end))
  }
  t.strictSame(broken('佛山市南海区西樵镇', 5), ['佛山市南海', '区西樵镇'])
  t.strictSame(broken('National Highway Rest', 10), ['National ', 'Highway ', 'Rest'])
  t.strictSame(broken('桂城街道', 10), ['桂城街道'])
  t.strictSame(broken('第一行\n第二', 10), ['第一行\n', '第二'])
  for (const sign of '\uff0c\u3002\uff09\u300b')
    t.notOk(
      broken(`一二三四${sign}五六七八`, 4).some(one => one.startsWith(sign)),
      `no line begins with ${sign}`
    )
  for (const sign of '\uff08\u300a')
    t.notOk(
      broken(`一二三${sign}五六七八`, 4).some(one => one.endsWith(sign)),
      `no line ends with ${sign}`
    )
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...'西樵a b-(\n'), { maxLength: 40 }),
      fc.integer({ min: 1, max: 9 }),
      (all, most) => {
        const ends = breakLines(
          all.map(character => ({ character, width: 1, isIcon: false })),
          most
        )
        t.equal(ends.at(-1), all.length)
        t.ok(ends.every((end, i) => i === 0 || end > ends[i - 1]!))
      }
    ),
    { numRuns: 60 }
  )
})

t.test('no two symbols of a picture lie on each other', async () => {
  const places = fc.array(fc.tuple(fc.integer({ min: 0, max: 511 }), fc.integer({ min: 0, max: 511 })), {
    maxLength: 60
  })
  fc.assert(
    fc.property(places, places, (below, above) => {
      const rows = (all: [number, number][]) => all.map(([x, y], i) => point(x, y, { name: `西樵${i}` }))
      const look = { layout: { 'text-padding': 0 } }
      const boxes = place([layer(rows(below), look), layer(rows(above), look)])
        .flat()
        .map(({ x, y, text }) => {
          const { left, top, right, bottom } = text!.shape!
          return [x + left * 12, y + top * 12, x + right * 12, y + bottom * 12] as const
        })
      for (const [i, a] of boxes.entries())
        for (const b of boxes.slice(0, i)) if (a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1]) return false
      return boxes.length > 0 || below.length + above.length === 0
    }),
    { numRuns: 40 }
  )
})

t.test('the layer at the top chooses first, in a layer the lower sort key, then the first feature', async t => {
  const at = (name: string, rank = 0) => point(100, 100, { name, rank })
  t.strictSame(
    place([layer([at('below')]), layer([at('above')])]).map(one => one.map(textOf)),
    [[], ['above']]
  )
  t.strictSame(shown([at('first'), at('second')]), ['first'])
  t.strictSame(shown([at('first', 2), at('second', 1)], { layout: { 'symbol-sort-key': ['get', 'rank'] } }), ['second'])
  const both = { layout: { 'text-allow-overlap': true } }
  t.strictSame(shown([at('first'), at('second')], both), ['first', 'second'], 'text-allow-overlap')
  t.strictSame(shown([at('first'), at('second')], { layout: { 'text-overlap': 'always' } }), ['first', 'second'])
  const ignored = place([layer([at('below')]), layer([at('above')], { layout: { 'text-ignore-placement': true } })])
  t.strictSame(
    ignored.map(one => one.map(textOf)),
    [['below'], ['above']],
    'text-ignore-placement'
  )
  t.strictSame(shown([at('first')], { layout: { visibility: 'none' } }), [])
})

t.test('icon and text stand together, or one alone where the other is optional', async t => {
  const look = (more: Record<string, unknown>) => ({ layout: { 'icon-image': 'box', 'text-offset': [0, 2], ...more } })
  const obstacle = (y: number) => layer([point(100, y, { name: '障碍' })], { layout: { 'text-padding': 0 } })
  const found = (y: number, more: Record<string, unknown>) => {
    const [symbols = []] = place([layer([point(100, 100, { name: '名称' })], look(more)), obstacle(y)])
    return symbols.map(({ text, icon }) => [text !== null, icon !== null])
  }
  t.strictSame(found(300, {}), [[true, true]], 'both have room')
  t.strictSame(found(124, {}), [], 'no room for the text')
  t.strictSame(found(124, { 'text-optional': true }), [[false, true]])
  t.strictSame(found(100, { 'text-optional': true }), [], 'no room for the icon')
  t.strictSame(found(100, { 'icon-optional': true }), [[true, false]])
  t.strictSame(found(100, { 'icon-allow-overlap': true }), [[true, true]])
  t.strictSame(found(300, { 'icon-image': 'constructor' }), [[true, false]], 'an icon that is not in the sheet')
})

t.test('a text takes the first of its anchors that is free', async t => {
  const look = {
    layout: { 'text-variable-anchor': ['top', 'left'], 'text-radial-offset': 0.5, 'text-justify': 'auto' }
  }
  const choose = (obstacles: Row[]) => {
    const [[symbol] = []] = place([layer([point(100, 100, { name: '名' })], look), layer(obstacles)])
    return symbol?.text?.shape && [Math.sign(symbol.text.shape.left), Math.sign(symbol.text.shape.top)].map(Number)
  }
  t.strictSame(choose([]), [-1, 0], 'below its point')
  t.strictSame(choose([point(100, 120, { name: '障碍' })]), [0, -1], 'to the right of it')
  const round = [point(100, 120, { name: '障' }), point(116, 100, { name: '碍' })]
  t.equal(choose(round), undefined, 'nowhere')
})

t.test('a feature is labelled once, whatever tiles it lies in', async t => {
  const shop = point(511.9, 50, { name: '店' }, 7)
  const inNext = point(-0.1, 50, { name: '店' }, 7)
  const edge = point(512, 80, { name: '界' }, 8)
  const edgeInNext = point(0, 80, { name: '界' }, 8)
  const field = (from: number): Row => ({
    type: 3,
    id: 9,
    parts: [[from, 1600, from + 2000, 1600, from + 2000, 2400, from, 2400]],
    properties: { name: '地块' }
  })
  const tiles = [tile([shop, edge, field(2160)]), tile([inNext, edgeInNext, field(-64)], 1)]
  const [symbols = []] = place([{ style: style(), tiles, sprites: null }], { ...SHEET, width: 2 * SIDE })
  t.strictSame(symbols.map(textOf).sort(), ['地块', '店', '界'])
})

t.test('an area is labelled inside, where it is widest', async t => {
  const ring = [0, 0, 4000, 0, 4000, 3000, 3000, 3000, 3000, 400, 0, 400]
  const [[symbol] = []] = place([layer([{ type: 3, parts: [ring], properties: { name: '名' } }])])
  t.ok(symbol!.x > 375 && symbol!.x < 500 && symbol!.y < 375, `${symbol!.x} ${symbol!.y}`)
})

t.test('texts along lines keep their distance, run from left to right, and leave out sharp bends', async t => {
  const along = (more: Record<string, unknown> = {}): Look => ({
    layout: { 'symbol-placement': 'line', 'symbol-spacing': 200, ...more }
  })
  const long = place([layer([line([0, 100, 512, 100], '桂澜路')], along())])[0]!
  t.ok(long.length >= 2)
  t.ok(long.every(({ x }, i) => i === 0 || Math.abs(x - long[i - 1]!.x) > 150))
  const backward = place([layer([line([400, 100, 100, 100], '北环 Road')], along())])[0]![0]!
  const xs = backward.text!.glyphs!.map(({ x }) => x)
  t.strictSame(
    xs,
    xs.toSorted((a, b) => a - b),
    'read from left to right'
  )
  t.ok(backward.text!.glyphs!.every(({ angle }) => Math.abs(Math.sin(angle)) < 1e-9 && Math.cos(angle) > 0.9))
  const upward = place([layer([line([100, 400, 100, 100], '佛山大道')], along())])[0]![0]!
  const ys = upward.text!.glyphs!.map(({ y }) => y)
  t.strictSame(
    ys,
    ys.toSorted((a, b) => a - b),
    'Chinese from the top down'
  )
  t.ok(
    upward.text!.glyphs!.every(({ angle }) => Math.abs(angle) < 1e-9),
    'and upright'
  )
  const numbered = place([layer([line([100, 100, 100, 400], '佛山4号线 Ring')], along())])[0]![0]!
  const turned = numbered.text!.glyphs!.filter(({ angle }) => Math.abs(angle) > 1e-9).map(({ character }) => character)
  t.equal(turned.join('').trim(), 'Ring', 'numbers among them too')
  const latin = place([layer([line([100, 100, 100, 400], 'Ring Road')], along())])[0]![0]!
  t.ok(
    latin.text!.glyphs!.every(({ angle }) => Math.abs(Math.abs(angle) - Math.PI / 2) < 1e-9),
    'Latin along the line'
  )
  t.strictSame(shown([line([100, 100, 130, 100, 130, 130], '转角处的道路')], along()), [], 'no room, and a bend')
  t.strictSame(shown([line([0, 100, 30, 100, 0, 101], '急弯名称')], along()), [], 'sharper than text-max-angle')
  t.strictSame(shown([line([100, 100, 112, 100], '道路')], along()), [], 'longer than its line')
  t.equal(
    shown([line([100, 50, 250, 50], '桂'), line([100, 80, 250, 80], '桂')], along()).length,
    1,
    'two lanes of one road'
  )
  const zoomed = (zoom: number) => {
    const toPicture: TilePlace['toPicture'] = (xy, from, to, extent, out) => {
      for (let i = 2 * from; i < 2 * to; i++) out[i - 2 * from] = (xy[i]! / extent) * SIDE * 2 ** (zoom - 14)
    }
    const tiles = [{ ...tile([line([0, 100, 512, 100], '桂澜路')]), place: { toPicture } as TilePlace }]
    const [symbols = []] = place([{ style: style(along()), tiles, sprites: null }], { ...SHEET, width: 2 * SIDE, zoom })
    return symbols.map(({ x }) => Math.round(x / 2 ** (zoom - 14)))
  }
  t.strictSame(zoomed(14.7), zoomed(14), 'they stay where they are while one zooms in')
  const halves = [line([200, 100, 320, 100], '合并之后长的名称'), line([80, 100, 200, 100], '合并之后长的名称')]
  t.equal(shown(halves, along()).length, 1, 'two halves of one line')
  t.equal(shown([line([100, 50, 400, 50], '中')], along({ 'symbol-placement': 'line-center' })).length, 1)
})

/** A canvas with the symbols drawn on grey. */
function draw(layers: readonly SymbolLayer[], width = SIDE, margin = 0, pixelRatio = 1): Uint8ClampedArray {
  const [across, down] = [width * pixelRatio, SIDE * pixelRatio]
  const context = createCanvas(across, down).getContext('2d')
  context.fillStyle = '#808080'
  context.fillRect(0, 0, across, down)
  drawSymbols(context, layers, { ...SHEET, width, margin, pixelRatio })
  return context.getImageData(0, 0, across, down).data
}

/** The box of the pixels that are not grey: left, top, right, bottom. */
function ink(data: Uint8ClampedArray, is = (r: number, g: number, b: number) => r !== 128 || g !== 128 || b !== 128) {
  const box = [SIDE, SIDE, -1, -1]
  for (let i = 0; i < data.length; i += 4) {
    if (!is(data[i]!, data[i + 1]!, data[i + 2]!)) continue
    const [x, y] = [(i / 4) % SIDE, Math.floor(i / 4 / SIDE)]
    box[0] = Math.min(box[0]!, x)
    box[1] = Math.min(box[1]!, y)
    box[2] = Math.max(box[2]!, x)
    box[3] = Math.max(box[3]!, y)
  }
  return box as [number, number, number, number]
}

t.test('text is drawn in its colours, around its point', async t => {
  const paint = { 'text-color': '#0000ff', 'text-halo-color': '#ffff00', 'text-halo-width': 2 }
  const rows = [point(256, 256, { name: '国家' })]
  const data = draw([layer(rows, { layout: { 'text-size': 40 }, paint })])
  const text = ink(data, (r, g, b) => b > 220 && r < 40 && g < 40)
  t.ok(text[2] - text[0] > 70 && text[2] - text[0] < 82, `as wide as two characters: ${text}`)
  t.ok(Math.abs(text[0] + text[2] - 511) <= 4 && Math.abs(text[1] + text[3] - 511) <= 6, `in the middle: ${text}`)
  const halo = ink(data, (r, g, b) => r > 220 && g > 220 && b < 60)
  t.ok(halo[0] < text[0] && halo[3] > text[3], 'with a halo around it')
  t.strictSame(ink(draw([layer(rows, { paint: { ...paint, 'text-opacity': 0 } })])), [SIDE, SIDE, -1, -1])
  const double = draw([{ ...layer(rows, { layout: { 'text-size': 40 }, paint }) }], SIDE / 2, 0, 2)
  t.notSame(ink(double), [SIDE, SIDE, -1, -1], 'at twice the pixels')
})

t.test('icons are drawn where their anchor says, and stretched to the text', async t => {
  const icon = (layout: Record<string, unknown>, name = '') =>
    ink(
      draw([
        layer([point(256, 256, { name })], {
          layout: { 'icon-image': 'box', ...layout },
          paint: { 'text-color': 'red' }
        })
      ])
    )
  t.strictSame(icon({}), [246, 251, 265, 260])
  t.strictSame(icon({ 'icon-anchor': 'top-left' }), [256, 256, 275, 265])
  t.strictSame(icon({ 'icon-size': 2, 'icon-offset': [0, 10] }), [236, 266, 275, 285])
  t.strictSame(icon({ 'icon-rotate': 90 }), [251, 246, 260, 265])
  const around = icon({ 'icon-text-fit': 'both', 'icon-text-fit-padding': [1, 2, 3, 4], 'text-size': 20 }, '国家')
  t.strictSame([around[0], around[2] - around[0] + 1], [256 - 20 - 4, 46], 'as wide as two characters and the padding')
})

t.test('no character is taken from the fonts of the machine', async t => {
  const drawn = (name: string) => draw([layer([point(256, 256, { name })], { layout: { 'text-size': 30 } })])
  const box = drawn('\u25a1')
  t.notSame(ink(box), [SIDE, SIDE, -1, -1])
  for (const missing of ['\u{20bb7}', '\u0627', '\u{1f600}', '\u0e01'])
    t.ok(Buffer.compare(Buffer.from(box.buffer), Buffer.from(drawn(missing).buffer)) === 0, `a box for ${missing}`)
  const plain = Buffer.from(drawn('国').buffer)
  t.ok(plain.equals(Buffer.from(drawn('国\ufe0f\u200d').buffer)), 'what has no shape is left out')
  t.ok(plain.equals(Buffer.from(drawn('\u0007国\u202e').buffer)), 'and what steers others')
})

t.test('neighbouring pictures draw the same labels along their common side', async t => {
  const random = seeded(7)
  const rows = Array.from({ length: 4 }, (_, x) =>
    Array.from({ length: 60 }, (_, i) =>
      point(random() * SIDE, random() * SIDE, { name: `西樵山${x}${i}` }, x * 100 + i)
    )
  )
  const ways = Array.from({ length: 4 }, (_, x) =>
    Array.from({ length: 8 }, (_, i) =>
      line([-8, random() * 512, 256, random() * 512, 520, random() * 512], `桂澜路${(x + i) % 3}`)
    )
  )
  const picture = (originX: number, width: number, margin: number) => {
    const near = [0, 1, 2, 3].filter(x => x * SIDE < originX + width + margin && (x + 1) * SIDE > originX - margin)
    const of = (all: Row[][]) => near.map(x => tile(all[x]!, x, 0, originX))
    const roads = style({ layout: { 'symbol-placement': 'line' } })
    const layers = [
      { style: style(), tiles: of(rows), sprites: null },
      { style: roads, tiles: of(ways), sprites: null }
    ]
    return draw(layers, width, margin)
  }
  const whole = picture(0, 4 * SIDE, 0)
  let [different, differentAlone] = [0, 0]
  for (const x of [0, 1, 2, 3]) {
    const [one, alone] = [picture(x * SIDE, SIDE, 128), picture(x * SIDE, SIDE, 0)]
    for (let i = 0; i < one.length; i += 4) {
      const at = 4 * (Math.floor(i / 4 / SIDE) * 4 * SIDE + x * SIDE + ((i / 4) % SIDE))
      // The lowest and uppermost labels are looked at in the margin too.
      const isInside = i / 4 / SIDE > 40 && i / 4 / SIDE < SIDE - 40
      if (isInside && Math.abs(one[i]! - whole[at]!) > 32) different++
      if (isInside && Math.abs(alone[i]! - whole[at]!) > 32) differentAlone++
    }
  }
  t.equal(different, 0, 'with a margin')
  t.ok(differentAlone > 0, 'without one labels would be cut')
})

t.test('a text at a point is written downward where its layer says so, and it has characters that read so', async t => {
  const down = (layout: object) => ({ layout: { 'text-writing-mode': ['vertical'], ...layout } })
  const one = (name: string, look: Look = {}) => place([layer([point(256, 256, { name })], look)])[0]![0]!
  const glyphs = one('西樵山', down({})).text!.glyphs!
  t.strictSame(
    glyphs.map(({ character, x, y, angle }) => [character, x, y, Math.round(angle * 100)].join(' ')),
    ['西 256 244 0', '樵 256 256 0', '山 256 268 0']
  )
  t.equal(one('Xiqiao', down({})).text!.glyphs, null)
  const [first, , third] = one('西樵山风景', down({ 'text-max-width': 3 })).text!.glyphs!
  const last = one('西樵山风景', down({ 'text-max-width': 3 })).text!.glyphs!.at(-1)!
  t.ok(first!.x === third!.x && last.x < first!.x, 'lines from the right to the left')
  const below = one('西樵山', down({ 'text-anchor': 'top' })).text!.glyphs!
  t.ok(below[0]!.x === 256 && below[0]!.y > 256, 'an anchor above the text is above it')
  const aside = one('西樵山', down({ 'text-anchor': 'left' })).text!.glyphs!
  t.ok(aside[1]!.x > 256 && Math.abs(aside[1]!.y - 256) < 1e-6)
  const either = [point(256, 256, { name: '西樵山' }), point(286, 256, { name: '桂城街' })]
  const modes = { layout: { 'text-writing-mode': ['horizontal', 'vertical'] } }
  t.strictSame(
    (place([layer(either, modes)])[0] ?? []).map(({ text }) => text?.glyphs !== null),
    [false, true],
    'where there is no room across'
  )
})

t.test('in a picture that stands alone no text is cut at its edge', async t => {
  const alone = { ...SHEET, wholeTexts: true }
  const here = (rows: readonly Row[], look: Look = {}, sheet = alone) => place([layer(rows, look)], sheet)[0] ?? []
  const edge = [point(2, 256, { name: '西樵山' }), point(256, 256, { name: '桂城' })]
  t.strictSame(
    here(edge, {}, { ...alone, wholeTexts: false })
      .map(textOf)
      .toSorted(),
    ['桂城', '西樵山']
  )
  t.strictSame(here(edge).map(textOf), ['桂城'])
  const anchors = { layout: { 'text-variable-anchor': ['right', 'left'], 'text-radial-offset': 0.5 } }
  t.ok(here(edge, anchors).length === 2, 'where it is whole on the other side of its point it stands there')
  const icon = { layout: { 'icon-image': 'box' } }
  t.strictSame(
    here(edge, icon).map(symbol => [textOf(symbol), symbol.icon !== null]),
    [
      ['-', true],
      ['桂城', true]
    ],
    'its icon is there'
  )
  const shield = { layout: { 'icon-image': 'box', 'icon-text-fit': 'both' } }
  t.strictSame(here(edge, shield).map(textOf), ['桂城'], 'but for what is the ground of the text')
  const road = [line([-8, 20, 60, 20, 520, 20], '桂澜路')]
  const along = { layout: { 'symbol-placement': 'line', 'symbol-spacing': 80 } }
  for (const { text } of here(road, along))
    t.ok(
      text!.glyphs!.every(({ x }) => x > 6 && x < SIDE - 6),
      'along a line'
    )
})

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

t.test('texts of any kind are drawn or left out, in all styles', async t => {
  const names = [
    '',
    ' ',
    '\n\n',
    'a'.repeat(3000),
    '国'.repeat(3000),
    '\u{20bb7}\u0301',
    '\ud800',
    '<b>&',
    '\u200b\u200b'
  ]
  const rows = names.map((name, i) => point(60 + 40 * i, 256, { name, i }))
  const text = [
    'format',
    ['get', 'name'],
    { 'font-scale': 1.5 },
    ['image', 'box'],
    {},
    '\n',
    {},
    ['get', 'i'],
    { 'text-color': 'red' }
  ]
  for (const layout of [
    {},
    { 'text-field': text },
    { 'text-size': 0 },
    { 'text-max-width': 0 },
    { 'text-letter-spacing': -1 },
    { 'text-field': ['get', 'i'], 'text-size': ['get', 'name'] },
    { 'icon-image': 'box', 'icon-size': 0 },
    { 'text-transform': 'uppercase', 'text-rotate': 45, 'text-writing-mode': ['vertical'] },
    { 'text-variable-anchor-offset': ['top', [0, 1], 'left', [1, 0]] },
    { 'symbol-avoid-edges': true, 'symbol-z-order': 'source' }
  ])
    t.ok(
      draw([layer(rows, { layout, paint: { 'text-halo-color': 'white', 'text-halo-width': 99, 'text-halo-blur': 1 } })])
    )
  const degenerate: Row[] = [
    line([5, 5], '点'),
    line([5, 5, 5, 5], '点'),
    { type: 3, parts: [[8, 8, 8, 8]], properties: { name: '面' } },
    { type: 3, parts: [], properties: { name: '无' } }
  ]
  for (const placement of ['point', 'line', 'line-center'])
    t.ok(draw([layer(degenerate, { layout: { 'symbol-placement': placement, 'symbol-spacing': 1 } })]))
})
