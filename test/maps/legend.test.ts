import { createCanvas, loadImage } from '@napi-rs/canvas'
import t from 'tap'
import { defaultStyle } from '../../server/catalog/default-style.ts'
import type { Field, Layer, StyleLayer } from '../../server/catalog/layer.ts'
import { loadCatalog } from '../../server/catalog/load.ts'
import type { CodeList } from '../../server/catalog/shared.ts'
import { iconSheet } from '../../server/maps/icon-sheet.ts'
import { describeLegend } from '../../server/maps/legend/describe-legend.ts'
import { drawLegend } from '../../server/maps/legend/draw-legend.ts'
import { legendJson } from '../../server/maps/legend/legend-json.ts'
import { legendSize } from '../../server/maps/legend/legend-layout.ts'
import { Sprites } from '../../server/maps/sprites.ts'
import { ROOT } from '../helper.ts'

const text = (zh: string) => ({ zh, en: `${zh} (en)` })
const field = (name: string, type: Field['type'], codelist?: string): Field => ({
  name,
  type,
  title: text(`字段${name}`),
  ...(codelist && { codelist })
})
const layer = {
  id: 'plot',
  title: text('地块'),
  geometry: 'Polygon' as Layer['geometry'],
  zoom: { min: 10, max: 18 },
  fields: [
    field('class', 'code', 'land'),
    field('floors', 'integer'),
    field('price', 'number'),
    field('done', 'boolean'),
    field('kind', 'text')
  ]
}
const land: CodeList = {
  id: 'land',
  title: text('地类'),
  open: true,
  codes: [
    { code: '01', title: text('耕地') },
    { code: '0101', title: text('水田') },
    { code: '02', title: text('园地') },
    { code: '03', title: text('林地') }
  ]
}
const lists = new Map([['land', land]])
const fill = (color: unknown, rest: Partial<StyleLayer> = {}): StyleLayer => ({
  id: 'plot',
  type: 'fill',
  'source-layer': 'plot',
  paint: { 'fill-color': color },
  ...rest
})
const rows = (style: StyleLayer[], options = {}) =>
  describeLegend(layer, style, lists, 'zh', options).map(({ title, marks }) =>
    marks ? `${title} ${marks.map(mark => ('color' in mark ? mark.color : mark.type)).join('+')}` : `# ${title}`
  )
const RED = 'rgba(255,0,0,1)'
const BLUE = 'rgba(0,0,255,1)'
const GREY = 'rgba(128,128,128,1)'

t.test('a style of one look has one line, with the layer’s title', async t => {
  t.strictSame(rows([fill('#ff0000')]), [`地块 ${RED}`])
  t.strictSame(describeLegend(layer, [fill('red')], lists, 'en')[0]?.title, '地块 (en)')
})

t.test('codes that look alike share a line, and their titles are spelled out', async t => {
  const match = ['match', ['get', 'class'], ['01', '0101'], '#ff0000', '02', '#0000ff', '#808080']
  t.strictSame(rows([fill(match)]), ['# 字段class', `耕地 ${RED}`, `园地 ${BLUE}`, `林地、其他 ${GREY}`])
  const some = ['match', ['get', 'class'], '02', '#0000ff', '#808080']
  t.strictSame(rows([fill(some)]), ['# 字段class', `园地 ${BLUE}`, `耕地、林地、其他 ${GREY}`], 'the others last')
  const begins = ['case', ['==', ['slice', ['get', 'class'], 0, 2], '01'], '#ff0000', '#808080']
  t.strictSame(
    rows([fill(begins)]),
    ['# 字段class', `耕地 ${RED}`, `园地、林地、其他 ${GREY}`],
    'whatever is made of a code'
  )
})

t.test('numbers have a line for each class or stop, truths for yes and no, texts for those named', async t => {
  const step = ['step', ['get', 'floors'], '#ff0000', 3, '#0000ff', 7, '#808080']
  t.strictSame(rows([fill(step)]), ['# 字段floors', `< 3 ${RED}`, `3 – 6 ${BLUE}`, `≥ 7 ${GREY}`])
  const ramp = ['interpolate', ['linear'], ['to-number', ['get', 'price']], 0, '#ff0000', 12000, '#0000ff']
  t.strictSame(rows([fill(ramp)]), ['# 字段price', `0 ${RED}`, `12,000 ${BLUE}`])
  t.strictSame(rows([fill(['case', ['get', 'done'], '#ff0000', '#0000ff'])]), ['# 字段done', `是 ${RED}`, `否 ${BLUE}`])
  const named = ['match', ['get', 'kind'], 'a', '#ff0000', '#0000ff']
  t.strictSame(rows([fill(named)]), ['# 字段kind', `a ${RED}`, `其他 ${BLUE}`])
})

t.test('filters make lines, too; what is never drawn has none', async t => {
  const style = [
    fill('#ff0000', { filter: ['==', ['get', 'class'], '02'] }),
    fill('#0000ff', { id: 'plot-b', filter: ['==', ['get', 'class'], '03'] })
  ]
  t.strictSame(rows(style), ['# 字段class', `园地 ${RED}`, `林地 ${BLUE}`])
  t.strictSame(rows([fill('#ff0000', { layout: { visibility: 'none' } })]), [])
})

t.test('a second field adds the looks it makes, under its own title', async t => {
  const both = ['case', ['get', 'done'], '#808080', ['step', ['get', 'floors'], '#ff0000', 3, '#0000ff']]
  t.strictSame(rows([fill(both)]), ['# 字段floors', `< 3 ${RED}`, `≥ 3 ${BLUE}`, `字段done：是 ${GREY}`])
})

t.test('only what is drawn at the zoom that was asked for is in it', async t => {
  const style = [fill('#ff0000', { maxzoom: 12 }), fill('#0000ff', { id: 'plot-near', minzoom: 12 })]
  t.strictSame(rows(style, { zoom: 11 }), [`地块 ${RED}`])
  t.strictSame(rows(style, { zoom: 12 }), [`地块 ${BLUE}`])
})

t.test('hostile data and expressions that fail come to defaults, not to errors', async t => {
  const wrong = ['interpolate', ['linear'], ['number', ['get', 'kind']], 0, '#ff0000', 1, '#0000ff']
  t.equal(rows([fill(wrong)]).length, 3)
  t.equal(rows([fill(['get', 'kind'])]).length, 1, 'a colour from the data')
})

t.test('a picture is as large as is said before, in every type', async t => {
  const match = ['match', ['get', 'class'], '01', '#ff0000', '02', '#0000ff', '#808080']
  const entries = describeLegend(layer, [fill(match)], lists, 'zh')
  const size = legendSize(entries)
  for (const type of ['image/png', 'image/png; mode=8bit', 'image/webp', 'image/jpeg'] as const)
    for (const pixelRatio of [1, 2]) {
      const { bytes, width, height } = await drawLegend(entries, { type, pixelRatio, sheet: null })
      const image = await loadImage(bytes)
      t.strictSame([image.width, image.height], [width, height])
      t.strictSame([width, height], [size.width * pixelRatio, size.height * pixelRatio], `${type} @${pixelRatio}x`)
    }
  const long = [{ title: '很'.repeat(500), marks: null, shape: 'area' as const }]
  t.ok(legendSize(long).width < 400, 'a title of any length')
})

t.test('the swatches have the colours of the style, and the ground is transparent where that is asked for', async t => {
  const entries = describeLegend(layer, [fill('#ff0000')], lists, 'zh')
  const { bytes, width, height } = await drawLegend(entries, { type: 'image/png', sheet: null, background: null })
  const context = createCanvas(width, height).getContext('2d')
  context.drawImage(await loadImage(bytes), 0, 0)
  t.strictSame([...context.getImageData(15, 15, 1, 1).data], [255, 0, 0, 255])
  t.strictSame([...context.getImageData(1, 1, 1, 1).data], [0, 0, 0, 0])
})

t.test('each layer of the district has a legend, drawn with its icons, and the same again', async t => {
  const catalog = await loadCatalog(`${ROOT}layers`, `${ROOT}styles`)
  const sheet = await iconSheet(new Sprites(catalog.sprites), false, 2)
  t.ok(sheet)
  let classes = 0
  for (const language of ['zh', 'en'] as const)
    for (const one of catalog.layers().filter(({ geometry }) => geometry !== 'Raster')) {
      const entries = describeLegend(one, one.style, catalog.codeLists, language)
      classes += entries.length
      const rows = entries.filter(({ marks }) => marks !== null)
      t.ok(rows.length > 0 && rows.length <= 40, `${one.id}: ${rows.length} lines`)
      t.notOk(
        entries.some(({ title }) => title === '' || /undefined|null/.test(title)),
        `${one.id} has titles`
      )
      t.strictSame(
        (legendJson([{ id: one.id, title: one.title[language], entries }]) as { Legend: { rules: unknown[] }[] })
          .Legend[0]?.rules.length,
        rows.length
      )
    }
  t.ok(classes > 600)
  const sample = catalog.layers().filter(({ style }) => style.some(({ layout }) => layout?.['icon-image']))
  const entries = sample.flatMap(one => describeLegend(one, one.style, catalog.codeLists, 'zh'))
  const [first, second] = await Promise.all(
    [1, 2].map(() => drawLegend(entries, { type: 'image/png', pixelRatio: 2, sheet }))
  )
  t.ok(first!.bytes.equals(second!.bytes))
})

t.test('uploaded layers without a style have one line', async t => {
  const uploaded = { ...layer, id: 'upload', geometry: 'MultiLineString' as const }
  const entries = describeLegend(uploaded, defaultStyle(uploaded), lists, 'zh')
  t.strictSame(
    entries.map(({ title, shape }) => [title, shape]),
    [['地块', 'line']]
  )
})
