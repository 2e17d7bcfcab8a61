import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec'
import fc from 'fast-check'
import t from 'tap'
import { checkStyle } from '../../server/catalog/check-style.ts'
import { findCollection, shownAtFirst } from '../../server/catalog/collection.ts'
import { composeStyle } from '../../server/catalog/compose-style.ts'
import { defaultStyle, labelField } from '../../server/catalog/default-style.ts'
import { type Field, GEOMETRY_TYPES, type Layer } from '../../server/catalog/layer.ts'
import { loadCatalog } from '../../server/catalog/load.ts'
import { ROOT } from '../helper.ts'

const catalog = await loadCatalog(`${ROOT}layers`, `${ROOT}styles`)
const COLOR = /^#[0-9a-f]{6}$/

const text = (name: string, zh = name): Field => ({ name, type: 'text', title: { zh, en: name } })

const around = (baseUrl: string, versionOf: (layer: Layer) => string | number = () => 1) => ({
  baseUrl,
  glyphsVersion: 'g1',
  versionOf
})

/** Every `match` in a value that turns the codes of a field into colours: the field, and what each code becomes. */
function colorMatches(value: unknown): { field: string; colors: Map<string, string> }[] {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.values(value).flatMap(colorMatches)
  if (!Array.isArray(value) || value[0] !== 'match' || !COLOR.test(String(value[3]))) return inner
  const [, input, ...pairs] = value
  if (input[0] !== 'get') return inner
  const colors = new Map<string, string>()
  for (let i = 0; i + 1 < pairs.length; i += 2) for (const code of [pairs[i]].flat()) colors.set(code, pairs[i + 1])
  return [{ field: input[1], colors }, ...inner]
}

t.test('a style paints codes in the colours of their list, all of them', async t => {
  let painted = 0
  for (const { id, fields, style } of catalog.layers())
    for (const { field, colors } of colorMatches(style)) {
      const list = catalog.codeLists.get(fields.find(({ name }) => name === field)?.codelist ?? '')
      t.strictSame(
        [...colors],
        list?.codes.map(({ code, color }) => [code, color]),
        `${id}: ${field}`
      )
      painted++
    }
  t.ok(painted >= 60, `${painted} fields are painted by code`)
})

t.test('an unknown code of an open land-use list takes the colour of its class', async t => {
  const [fill] = catalog.get('village-plan-landuse').style
  const text = JSON.stringify(fill?.paint?.['fill-color'])
  const classes = catalog.codeLists.get('landuse-plan')?.codes.filter(({ code }) => code.length === 2) ?? []
  const fallback = classes.map(({ code, color }) => `"${code}","${color}"`).join(',')
  t.ok(text.includes(`["match",["slice",["to-string",["get","landuse_plan_code"]],0,2],${fallback},`))
})

t.test('a code list has colours for all its codes or for none', async t => {
  for (const { id, codes } of catalog.codeLists.values())
    t.ok([0, codes.length].includes(codes.filter(({ color }) => color).length), id)
})

t.test(
  'every map composes to a valid style: one source a layer, areas below labels, hidden ones switched off',
  async t => {
    for (const map of catalog.maps.values()) {
      const view = { ...map, title: map.title.zh }
      const style = composeStyle(
        catalog,
        view,
        around('https://example.org', layer => `r-${layer.id}`)
      )
      t.strictSame(validateStyleMin(style), [], map.id)
      t.strictSame(Object.keys(style.sources), map.layers)
      t.strictSame(
        style.sources['poi'] ?? null,
        map.layers.includes('poi') ? { type: 'vector', url: 'https://example.org/tiles/poi.json' } : null
      )
      const [background, ...drawn] = style.layers
      t.strictSame(background, { id: 'background', type: 'background', paint: { 'background-color': map.background } })
      t.equal(drawn.length, map.layers.flatMap(id => catalog.get(id).style).length)
      const firstLabel = drawn.findIndex(({ type }) => type === 'symbol')
      t.ok(firstLabel > 0 && drawn.slice(firstLabel).every(({ type }) => type === 'symbol'), 'labels stand on top')
      const order = drawn.slice(0, firstLabel).map(item => ('source' in item ? map.layers.indexOf(item.source) : -1))
      t.strictSame(
        order,
        order.toSorted((a, b) => a - b),
        'from bottom to top'
      )
      for (const item of drawn) {
        const hidden = 'source' in item && map.hidden?.includes(item.source)
        t.equal(item.layout?.visibility, hidden ? 'none' : undefined, item.id)
      }
      t.match(style.metadata, { 'yitu:versions': { 'town-boundary': 'r-town-boundary' } })
      t.equal(style.glyphs, 'https://example.org/fonts/{fontstack}/{range}.pbf?v=g1')
      t.equal(style.sprite, `https://example.org/sprites/${map.tone === 'grey' ? 'icons-grey' : 'icons'}`)
    }
  }
)

t.test('a grey map has no colour left but what the data brings, and lies lighter than the coloured one', async t => {
  const map = catalog.maps.get('base-grey')
  if (!map) return t.fail('no grey map')
  const view = { ...map, title: 'x' }
  const grey = composeStyle(catalog, view, around(''))
  const colors = JSON.stringify(grey.layers).match(/#[0-9a-f]{6}/g) ?? []
  t.ok(colors.length > 40)
  t.strictSame(
    colors.filter(color => color.slice(1, 3) !== color.slice(3, 5) || color.slice(3, 5) !== color.slice(5)),
    []
  )
  const coloured = composeStyle(catalog, { ...view, tone: undefined }, around(''))
  const shape = (style: typeof grey) => JSON.stringify(style.layers).replace(/#[0-9a-f]{6}/g, '#')
  t.equal(shape(grey), shape(coloured), 'nothing else changes')
  const river = (style: typeof grey) => style.layers.find(({ id }) => id === 'river-line')?.paint
  t.match(river(grey), { 'line-color': '#a2a2a2' })
  t.match(river(coloured), { 'line-color': '#4a90d9' })
})

t.test('the tiles of a map hold what it shows at first', async t => {
  const everything = () => true
  const base = findCollection(catalog, 'all', everything)
  const ids = ({ members }: typeof base) => members.map(({ layer }) => layer.id)
  t.equal(base.members.length, 159)
  t.strictSame(
    ids(shownAtFirst(base)),
    base.members.map(({ layer }) => layer.id).filter(id => !base.hidden?.includes(id))
  )
  t.ok(shownAtFirst(base).members.length <= 20, 'one tile joins a score of layers')
  for (const map of catalog.maps.values())
    t.ok(shownAtFirst(findCollection(catalog, map.id, everything)).members.length <= 31, map.id)
  const only = findCollection(catalog, 'all', ({ id }) => id === 'poi')
  t.strictSame(ids(shownAtFirst(only)), ['poi'], 'who may see nothing else gets what is hidden')
  t.strictSame(ids(shownAtFirst(findCollection(catalog, 'poi,river-line', everything))), ['poi', 'river-line'])
})

t.test('badges carry an icon and areas a pattern that there is, and hatching runs inward from the edge', async t => {
  const all = catalog.layers().flatMap(({ style }) => style)
  const sprites = new Set(catalog.sprites.map(({ id }) => id))
  t.ok(all.filter(({ layout }) => layout?.['icon-image']).length >= 25)
  t.ok(all.filter(({ paint }) => paint?.['fill-pattern']).length >= 10)
  const used = new Set(
    JSON.stringify(all)
      .match(/"[a-z-]+"/g)
      ?.map(name => name.slice(1, -1))
  )
  t.strictSame(
    [...sprites].filter(id => !used.has(id)),
    [],
    'no icon that nothing shows'
  )
  const hatched = all.filter(({ id }) => id.endsWith('-hatch'))
  t.ok(hatched.length >= 2)
  for (const { id, paint } of hatched) t.ok(paint?.['line-offset'] && paint['line-dasharray'], id)
})

t.test('a raster layer is drawn by raster style layers, which name no MVT layer', async t => {
  const layer = { id: 'photo', fields: [text('code')], geometry: 'Raster' as const, zoom: { min: 0, max: 20 } }
  const faults = (item: object) => checkStyle(layer, [{ id: 'photo', ...item }], 'x').map(({ message }) => message)
  t.strictSame(faults({ type: 'raster', paint: { 'raster-opacity': 0.5 } }), [])
  t.match(faults({ type: 'raster', paint: { 'raster-opacity': 2 } }), [/2 is greater than the maximum value 1/])
  t.match(faults({ type: 'raster', 'source-layer': 'photo' }), [/a Raster has none/])
  t.match(faults({ type: 'fill' }), [/requires a vector source/])
  t.match(
    checkStyle({ ...layer, geometry: 'Polygon' }, [{ id: 'photo', type: 'raster', 'source-layer': 'photo' }], 'x'),
    [{ message: /requires a raster source/ }]
  )
  t.strictSame(defaultStyle(layer), [{ id: 'photo', type: 'raster' }])
})

t.test('a style that names a picture there is none of is refused, wherever the name stands', async t => {
  const layer = { id: 'new-layer', fields: [text('code')], geometry: 'Polygon' as const }
  const item = { id: 'new-layer', type: 'symbol', 'source-layer': 'new-layer' }
  const match = ['match', ['get', 'code'], '1', 'bus', '2', 'nowhere', 'bus']
  for (const [image, faults] of [
    ['bus', []],
    ['nowhere', ['nowhere']],
    [match, ['nowhere']],
    [['step', ['zoom'], 'bus', 12, 'nothing'], ['nothing']],
    [['get', 'code'], []]
  ] as const) {
    const problems = checkStyle(layer, [{ ...item, layout: { 'icon-image': image } }], 'x', new Set(['bus']))
    t.strictSame(
      problems.map(({ pointer, message }) => [pointer, message]),
      faults.map(name => ['/0/layout/icon-image', `there is no styles/sprites/${name}.svg`])
    )
  }
})

t.test('an unknown layer is left out of a style, and the catalogue keeps its own', async t => {
  const before = JSON.stringify(catalog.get('poi'))
  const style = composeStyle(
    catalog,
    { title: 'x', background: '#ffffff', layers: ['nowhere', 'poi'], hidden: ['poi'] },
    around('')
  )
  t.strictSame(Object.keys(style.sources), ['poi'])
  t.strictSame([style.center, style.zoom], [[113.05, 23.06], 10.3], 'opens on the district')
  t.equal(JSON.stringify(catalog.get('poi')), before)
})

t.test('the default style of every geometry passes the check, with and without a label', async t => {
  for (const geometry of GEOMETRY_TYPES)
    for (const fields of [[text('code')], [text('code'), text('name')]]) {
      const layer = { id: 'new-layer', geometry, fields, zoom: { min: 0, max: 24 } }
      const style = defaultStyle(layer)
      t.strictSame(checkStyle(layer, style, 'x'), [], geometry)
      t.equal(
        style.some(({ type }) => type === 'symbol'),
        fields.length === 2 && geometry !== 'Raster'
      )
      t.strictSame(defaultStyle(layer), style, 'the same every time')
    }
})

t.test('the label of a default style is the field that names a feature', async t => {
  for (const [fields, label] of [
    [[text('code'), text('NAME')], 'NAME'],
    [[text('road_name'), text('name')], 'name'],
    [[text('code'), text('village_name')], 'village_name'],
    [[text('a', '图斑编号'), text('b', '权属单位名称')], 'b'],
    [[text('XZQMC')], 'XZQMC'],
    [[{ ...text('name'), type: 'integer' as const }], undefined],
    [[text('filename_size'), text('code')], undefined]
  ] as const)
    t.equal(labelField(fields), label, JSON.stringify(fields.map(({ name }) => name)))
})

t.test('default colours differ between layers', async t => {
  const color = (id: string) =>
    defaultStyle({ id, geometry: 'Polygon', fields: [], zoom: { min: 0, max: 20 } })[0]?.paint?.['fill-color']
  t.ok(new Set(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(color)).size >= 4)
})

t.test('whatever a style file holds, the check answers', async t => {
  const part = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('fill', 'new-layer', 'match', 'get', 'zoom', 'interpolate', '==', '#ff0000', 1)
  )
  const item = fc.record(
    { id: part, type: part, 'source-layer': part, paint: part, layout: part, filter: fc.array(part), minzoom: part },
    { requiredKeys: [] }
  )
  const layer = { id: 'new-layer', fields: [text('code')], geometry: 'Polygon' as const }
  const seed = Date.now() % 2 ** 31
  t.comment(`seed ${seed}`)
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.array(fc.oneof(item, part))), value => {
      const problems = checkStyle(layer, value, 'x')
      return problems.every(({ pointer, message }) => /^(\/|$)/.test(pointer) && message !== '')
    }),
    { numRuns: 2000, seed }
  )
})
