import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { featureFilter } from '@maplibre/maplibre-gl-style-spec'
import * as fc from 'fast-check'
import t from 'tap'
import { checkStyle } from '../../server/catalog/check-style.ts'
import type { Layer } from '../../server/catalog/layer.ts'
import { loadCatalog } from '../../server/catalog/load.ts'
import { stylesOf } from '../../server/catalog/named-styles.ts'
import { Problem } from '../../server/lib/errors.ts'
import { readSld } from '../../server/maps/sld/read-sld.ts'
import { scaleToZoom, zoomToScale } from '../../server/maps/sld/scales.ts'
import { writeSld } from '../../server/maps/sld/write-sld.ts'
import { SLD_VERSIONS } from '../../server/maps/sld/writing.ts'
import { ROOT } from '../helper.ts'
import { field, testLayer } from '../tiles/fixture.ts'
import { differences } from './drawn-alike.ts'
import { invalid, ownSchemas, withoutSchemas } from './own-schemas.ts'

const sprites = [
  { id: 'school', svg: '<svg stroke="#ffffff"/>', width: 20, height: 20 },
  { id: 'hatch-red', svg: '<svg stroke="#d03030"/>', width: 12, height: 12 },
  { id: 'hatch-blue', svg: '<svg stroke="#2f6fb3"/>', width: 12, height: 12 }
]
const names = new Set(sprites.map(({ id }) => id))
const layer = testLayer('plot', {
  fields: [
    field('name'),
    field('land_class', 'code'),
    field('area', 'number'),
    field('floors', 'integer'),
    field('old', 'boolean')
  ]
})
const line = testLayer('road', { ...layer, id: 'road', geometry: 'LineString' })
const point = testLayer('spot', { ...layer, id: 'spot', geometry: 'Point' })

const NAMESPACES = `xmlns="http://www.opengis.net/sld" xmlns:se="http://www.opengis.net/se"
  xmlns:ogc="http://www.opengis.net/ogc" xmlns:xlink="http://www.w3.org/1999/xlink"`
const sld = (rules: string) => `<?xml version="1.0" encoding="UTF-8"?>
<StyledLayerDescriptor version="1.0.0" ${NAMESPACES}><NamedLayer><Name>plot</Name><UserStyle><Title>用地</Title>
<FeatureTypeStyle>${rules}</FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>`
const FILL = '<PolygonSymbolizer><Fill><CssParameter name="fill">#ff0000</CssParameter></Fill></PolygonSymbolizer>'
const fill = (color: string) => FILL.replace('#ff0000', color)
const compare = (name: string, property: string, literal: string) =>
  `<ogc:${name}><ogc:PropertyName>${property}</ogc:PropertyName><ogc:Literal>${literal}</ogc:Literal></ogc:${name}>`
const rule = (filter: string, symbolizers = FILL, more = '') =>
  `<Rule>${filter && `<ogc:Filter>${filter}</ogc:Filter>`}${more}${symbolizers}</Rule>`

const read = (rules: string, of: Layer = layer) => {
  const found = readSld(sld(rules), { layer: of, sprites })
  const faults = checkStyle(of, found.style, '', names)
  if (faults.length > 0) throw new Error(`what is read cannot be drawn: ${JSON.stringify(faults[0])}`)
  return found
}
const notesOf = (rules: string, of?: Layer) => read(rules, of).notes.map(({ message }) => message.en)

/** Whether a filter, read from a condition of Filter Encoding, holds of a feature. */
function holds(condition: string, properties: Record<string, unknown>): boolean {
  const [item] = read(rule(condition)).style
  const feature = { type: 3 as const, properties, geometry: [] }
  return featureFilter(item!.filter as never, 'filter').filter({ zoom: 12 }, feature as never)
}

t.test('conditions hold of the features that the standard says they do', async t => {
  const like = (pattern: string, more = '') =>
    `<ogc:PropertyIsLike wildCard="%" singleChar="_" escape="!"${more}><ogc:PropertyName>name</ogc:PropertyName>
    <ogc:Literal>${pattern}</ogc:Literal></ogc:PropertyIsLike>`
  const cases: [condition: string, yes: Record<string, unknown>[], no: Record<string, unknown>[]][] = [
    [compare('PropertyIsEqualTo', 'land_class', '0101'), [{ land_class: '0101' }], [{ land_class: '101' }, {}]],
    [compare('PropertyIsEqualTo', 'sde:LAND_CLASS', '0101'), [{ land_class: '0101' }], [{ land_class: '0102' }]],
    [compare('PropertyIsEqualTo', 'floors', '3'), [{ floors: 3 }], [{ floors: 4 }]],
    [compare('PropertyIsEqualTo', 'old', 'TRUE'), [{ old: true }], [{ old: false }, {}]],
    [compare('PropertyIsNotEqualTo', 'floors', '3'), [{ floors: 4 }], [{ floors: 3 }]],
    [compare('PropertyIsLessThan', 'area', '10'), [{ area: 9.5 }, { area: -1 }], [{ area: 10 }, {}]],
    [compare('PropertyIsGreaterThanOrEqualTo', 'area', '10'), [{ area: 10 }], [{ area: 9 }, {}]],
    [compare('PropertyIsLessThan', 'name', 'b'), [{ name: 'a' }], [{ name: 'c' }, {}]],
    ['<ogc:PropertyIsNull><ogc:PropertyName>area</ogc:PropertyName></ogc:PropertyIsNull>', [{}], [{ area: 0 }]],
    [
      `<ogc:PropertyIsBetween><ogc:PropertyName>area</ogc:PropertyName><ogc:LowerBoundary><ogc:Literal>1</ogc:Literal>
      </ogc:LowerBoundary><ogc:UpperBoundary><ogc:Literal>2</ogc:Literal></ogc:UpperBoundary></ogc:PropertyIsBetween>`,
      [{ area: 1 }, { area: 2 }],
      [{ area: 2.1 }, {}]
    ],
    [`<ogc:Not>${compare('PropertyIsLessThan', 'area', '10')}</ogc:Not>`, [{ area: 10 }], [{ area: 1 }]],
    [
      `<ogc:Or>${compare('PropertyIsEqualTo', 'land_class', '01')}${compare('PropertyIsEqualTo', 'floors', '2')}</ogc:Or>`,
      [{ land_class: '01' }, { floors: 2 }],
      [{ land_class: '02', floors: 1 }]
    ],
    [
      '<ogc:FeatureId fid="plot.a1"/><ogc:FeatureId fid="a2"/>',
      [{ feature_id: 'a1' }, { feature_id: 'a2' }],
      [{ feature_id: 'a3' }]
    ],
    [like('南海%'), [{ name: '南海区' }, { name: '南海' }], [{ name: '在南海' }, {}]],
    [like('%村'), [{ name: '大村' }], [{ name: '村口' }]],
    [like('%a%b%'), [{ name: 'xaybz' }], [{ name: 'ba' }]],
    [like('a_c'), [{ name: 'abc' }, { name: 'a𠮷c' }], [{ name: 'ac' }, { name: 'abbc' }]],
    [like('a%a'), [{ name: 'aa' }, { name: 'aba' }], [{ name: 'a' }]],
    [like('!%%'), [{ name: '%5' }], [{ name: '5%' }]],
    [like('AB%', ' matchCase="false"'), [{ name: 'abc' }], [{ name: 'xab' }]],
    [
      `<ogc:PropertyIsGreaterThan><ogc:Mul><ogc:PropertyName>floors</ogc:PropertyName><ogc:Literal>3</ogc:Literal></ogc:Mul>
      <ogc:Literal>10</ogc:Literal></ogc:PropertyIsGreaterThan>`,
      [{ floors: 4 }],
      [{ floors: 3 }]
    ],
    [
      `<ogc:PropertyIsEqualTo><ogc:Function name="in"><ogc:PropertyName>land_class</ogc:PropertyName>
      <ogc:Literal>01</ogc:Literal><ogc:Literal>02</ogc:Literal></ogc:Function><ogc:Literal>true</ogc:Literal></ogc:PropertyIsEqualTo>`,
      [{ land_class: '02' }],
      [{ land_class: '03' }, {}]
    ]
  ]
  for (const [condition, yes, no] of cases) {
    for (const properties of yes) t.ok(holds(condition, properties), `${condition} of ${JSON.stringify(properties)}`)
    for (const properties of no)
      t.notOk(holds(condition, properties), `${condition} not of ${JSON.stringify(properties)}`)
  }
})

t.test('patterns find what a regular expression finds', async _t => {
  const piece = fc.constantFrom('a', 'b', 'ab', '%', '_', '%b', '海')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 5 }), fc.stringMatching(/^[ab海]{0,7}$/), (pieces, name) => {
      const pattern = pieces.join('')
      // One character between two wildcards for any text is not understood; the rule is left out then.
      if (pattern === '' || /%[^%]*_[^%]*%/.test(pattern)) return
      const condition = `<ogc:PropertyIsLike wildCard="%" singleChar="_" escape="!">
        <ogc:PropertyName>name</ogc:PropertyName><ogc:Literal>${pattern}</ogc:Literal></ogc:PropertyIsLike>`
      const expected = new RegExp(`^${pattern.replaceAll('%', '.*').replaceAll('_', '.')}$`, 'u').test(name)
      if (holds(condition, { name }) !== expected) throw new Error(`${pattern} of "${name}"`)
    }),
    { numRuns: 300 }
  )
})

t.test('what is not understood', async t => {
  const near = '<ogc:BBOX><ogc:PropertyName>geom</ogc:PropertyName></ogc:BBOX>'
  const cases: [rules: string, note: RegExp, of?: Layer][] = [
    [rule(near) + rule(''), /condition BBOX is not known/],
    [rule(compare('PropertyIsEqualTo', 'nope', '1')) + rule(''), /no field "nope"/],
    [rule(compare('PropertyIsEqualTo', "exec(java.lang.Runtime.getRuntime(),'id')", '1')) + rule(''), /no field "exec/],
    [rule(compare('PropertyIsEqualTo', '//*[1]/text()', '1')) + rule(''), /no field/],
    [rule(compare('PropertyIsEqualTo', '__proto__', '1')) + rule(''), /no field/],
    [rule(compare('PropertyIsEqualTo', 'floors', 'many')) + rule(''), /"many" is no number/],
    [
      rule(`<ogc:PropertyIsEqualTo><ogc:Function name="env"><ogc:Literal>x</ogc:Literal></ogc:Function>
      <ogc:Literal>1</ogc:Literal></ogc:PropertyIsEqualTo>`) + rule(''),
      /"env" is not known/
    ],
    [rule('', `${FILL}<RasterSymbolizer/>`), /RasterSymbolizer is left out/],
    [rule('', fill('url(x)')), /is no colour/],
    [
      rule('', '<LineSymbolizer><Stroke/><VendorOption name="group">yes</VendorOption></LineSymbolizer>'),
      /VendorOption group/
    ],
    [
      rule('', `<LineSymbolizer uom="http://www.opengeospatial.org/se/units/metre"><Stroke/></LineSymbolizer>`),
      /taken as pixels/
    ],
    [
      rule('', FILL) +
        rule('', '<LineSymbolizer><Stroke/></LineSymbolizer><PointSymbolizer><Graphic/></PointSymbolizer>'),
      /areas/,
      point
    ]
  ]
  for (const [rules, note, of] of cases) {
    const { style, notes } = read(rules, of)
    t.match(notes.map(({ message }) => message.en).join('\n'), note)
    t.ok(style.length > 0, 'the rest is drawn')
    t.ok(
      notes.every(
        ({ pointer, line, message }) => pointer?.startsWith('/StyledLayerDescriptor/') && line! > 1 && message.zh
      )
    )
  }
  t.throws(() => readSld(sld(rule(near)), { layer, sprites }), { code: 'SLD_NOTHING_UNDERSTOOD' }, 'nothing is left')
})

t.test('icons are our own, and no other is asked for', async t => {
  const icon = (href: string) => `<PointSymbolizer><Graphic><ExternalGraphic><OnlineResource xlink:href="${href}"/>
    <Format>image/svg+xml</Format></ExternalGraphic><Size>30</Size></Graphic></PointSymbolizer>`
  for (const href of ['https://maps.example/sprites/school.svg', 'school.svg', 'school']) {
    const [item] = read(rule('', icon(href)), point).style
    t.match(item?.layout, { 'icon-image': 'school', 'icon-size': 1.5 }, href)
  }
  for (const href of [
    'http://169.254.169.254/school.svg',
    'file:///etc/passwd',
    '../../sprites/x.svg',
    'http://a/sprites/school.svg?x',
    'data:,school'
  ])
    t.throws(
      () => readSld(sld(rule('', icon(href))), { layer: point, sprites }),
      { code: 'SLD_NOTHING_UNDERSTOOD' },
      href
    )
  const hatch = `<PolygonSymbolizer><Fill><GraphicFill><Graphic><Mark><WellKnownName>shape://slash</WellKnownName><Stroke>
    <CssParameter name="stroke">#ff0000</CssParameter></Stroke></Mark></Graphic></GraphicFill></Fill></PolygonSymbolizer>`
  t.match(read(rule('', hatch)).style[0]?.paint, { 'fill-pattern': 'hatch-red' }, 'the hatch of the nearest colour')
})

t.test('rules of one classification are one style layer', async t => {
  const is = (value: string) => compare('PropertyIsEqualTo', 'land_class', value)
  const { style, title } = read(
    rule(is('0101'), fill('#00ff00')) +
      rule(`<ogc:Or>${is('0201')}${is('0202')}</ogc:Or>`, fill('#0000ff')) +
      `<Rule><ElseFilter/>${fill('#cccccc')}</Rule>`
  )
  t.strictSame(style, [
    {
      id: 'plot-fill',
      type: 'fill',
      'source-layer': 'plot',
      paint: {
        'fill-color': ['match', ['get', 'land_class'], '0101', '#00ff00', ['0201', '0202'], '#0000ff', '#cccccc']
      }
    }
  ])
  t.strictSame(title, { zh: '用地', en: '用地' })
  const overlapping = read(rule(is('01'), fill('#00ff00')) + rule(is('01'), fill('#0000ff')))
  t.equal(overlapping.style.length, 2, 'what lies on top of the other stays apart')
})

t.test('an ElseFilter draws at each scale what no other rule draws there', async t => {
  const scales = (min: number, max: number) =>
    `<MinScaleDenominator>${min}</MinScaleDenominator><MaxScaleDenominator>${max}</MaxScaleDenominator>`
  const { style } = read(
    rule(compare('PropertyIsLessThan', 'area', '10'), fill('#00ff00'), scales(1000, 5000)) +
      `<Rule><ElseFilter/>${scales(1000, 20000)}${fill('#cccccc')}</Rule>`
  )
  const [, far, near] = style
  t.equal(far?.filter, undefined, 'all of them, where there is no other rule')
  t.strictSame([far?.minzoom, far?.maxzoom], [scaleToZoom(20000), scaleToZoom(5000)])
  t.match(near?.filter, ['!', ['all']])
  t.strictSame([near?.minzoom, near?.maxzoom], [scaleToZoom(5000), scaleToZoom(1000)])
})

t.test('scales and zooms', async t => {
  t.equal(scaleToZoom(559082264.0287178 / 2 ** 13), 12, 'a tile of WebMercatorQuad, half as wide as those of MapLibre')
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 23.9, noNaN: true }),
      zoom => Math.abs(scaleToZoom(zoomToScale(zoom))! - zoom) < 1e-4
    )
  )
})

t.test('text', async t => {
  const text = (
    placement: string
  ) => `<TextSymbolizer><Label><ogc:PropertyName>area</ogc:PropertyName><ogc:Literal> m²</ogc:Literal></Label>
    <Font><CssParameter name="font-family">宋体</CssParameter><CssParameter name="font-size">20</CssParameter></Font>
    <LabelPlacement>${placement}</LabelPlacement><Halo><Radius>2</Radius></Halo></TextSymbolizer>`
  const at = `<PointPlacement><AnchorPoint><AnchorPointX>0.5</AnchorPointX><AnchorPointY>1</AnchorPointY></AnchorPoint>
    <Displacement><DisplacementX>5</DisplacementX><DisplacementY>-10</DisplacementY></Displacement></PointPlacement>`
  const [area] = read(rule('', text(at))).style
  t.equal(area?.['source-layer'], 'plot-label', 'areas are written on at their label point')
  t.match(area?.layout, {
    'text-field': ['concat', ['to-string', ['get', 'area']], ' m²'],
    'text-anchor': 'top',
    'text-offset': [0.25, 0.5]
  })
  const [along] = read(rule('', text('<LinePlacement/>')), line).style
  t.match(along, { 'source-layer': 'road', layout: { 'symbol-placement': 'line' } })
  t.match(notesOf(rule('', text(at))).join(), /宋体/, 'fonts are the bundled one')
})

t.test('Symbology Encoding: look-ups become expressions', async t => {
  const { style } = readSld(
    `<StyledLayerDescriptor version="1.1.0" ${NAMESPACES}><NamedLayer><se:Name>plot</se:Name><UserStyle><se:FeatureTypeStyle><se:Rule>
    <se:PolygonSymbolizer><se:Fill><se:SvgParameter name="fill"><se:Categorize fallbackValue="#000000"><se:LookupValue>
    <ogc:PropertyName>area</ogc:PropertyName></se:LookupValue><se:Value>#eeeeee</se:Value><se:Threshold>10</se:Threshold>
    <se:Value>#888888</se:Value></se:Categorize></se:SvgParameter></se:Fill><se:Stroke><se:SvgParameter name="stroke">
    <se:Recode fallbackValue="#111111"><se:LookupValue><ogc:PropertyName>land_class</ogc:PropertyName></se:LookupValue><se:MapItem>
    <se:Data>01</se:Data><se:Value>#00ff00</se:Value></se:MapItem></se:Recode></se:SvgParameter></se:Stroke></se:PolygonSymbolizer>
    </se:Rule></se:FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>`,
    { layer, sprites }
  )
  t.strictSame(checkStyle(layer, style, '', names), [])
  t.strictSame(style[0]?.paint, { 'fill-color': ['step', ['to-number', ['get', 'area']], '#eeeeee', 10, '#888888'] })
  t.match(style[1]?.paint, { 'line-color': ['match', ['get', 'land_class'], '01', '#00ff00', '#111111'] })
})

t.test('what GeoServer writes in its own way', async t => {
  const literals = ['1', '0xFFFFB3', '2', '#8dd3c7'].map(text => `<ogc:Literal>${text}</ogc:Literal>`).join('')
  const recode = `<ogc:Function name="Recode"><ogc:PropertyName>floors</ogc:PropertyName>${literals}</ogc:Function>`
  const legend = FILL.replace('</Poly', '<VendorOption name="inclusion">legendOnly</VendorOption></Poly')
  const { style } = read(rule('', legend) + rule('', fill(recode)))
  t.strictSame(
    style.map(({ paint }) => paint),
    [{ 'fill-color': ['match', ['get', 'floors'], 1, '#ffffb3', 2, '#8dd3c7', '#808080'] }]
  )
})

t.test('hostile documents are refused before anything is read of them', async t => {
  const deep = (n: number) =>
    `${'<ogc:Not>'.repeat(n)}${compare('PropertyIsEqualTo', 'name', 'a')}${'</ogc:Not>'.repeat(n)}`
  const cases: [text: string, code: string][] = [
    [`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${sld(rule('')).slice(38)}`, 'SLD_REFUSED'],
    [sld(rule('')).replace('<NamedLayer>', '<!entity b "b"><NamedLayer>'), 'SLD_REFUSED'],
    [sld(rule('')).replace('用地', '&x;'), 'SLD_NOT_XML'],
    [sld(rule('')).replace('</NamedLayer>', ''), 'SLD_NOT_XML'],
    ['<html/>', 'SLD_NOT_XML'],
    ['<StyledLayerDescriptor/>', 'SLD_NOTHING_UNDERSTOOD'],
    [sld(rule(deep(2000))), 'SLD_TOO_LARGE'],
    [sld(rule('').repeat(501)), 'SLD_TOO_LARGE'],
    [sld('<a/>'.repeat(30_000)), 'SLD_TOO_LARGE']
  ]
  for (const [text, code] of cases)
    t.throws(() => readSld(text, { layer, sprites }), { code }, `${code}: ${text.slice(0, 60)}`)
})

t.test('names that every object has mean nothing', async t => {
  for (const word of ['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__']) {
    const call = `<ogc:Function name="${word}"><ogc:PropertyName>name</ogc:PropertyName></ogc:Function>`
    const operator = `<ogc:${word}><ogc:PropertyName>floors</ogc:PropertyName><ogc:Literal>1</ogc:Literal></ogc:${word}>`
    const equal = (one: string) => `<ogc:PropertyIsEqualTo>${one}<ogc:Literal>1</ogc:Literal></ogc:PropertyIsEqualTo>`
    for (const condition of [equal(call), equal(operator), operator]) {
      const { style, notes } = read(rule(condition) + rule(''))
      t.ok(style.length > 0)
      t.match(notes.map(({ message }) => message.en).join(), new RegExp(`"?${word}"? is not known`))
    }
    const mark = `<PointSymbolizer><Graphic><Mark><WellKnownName>${word}</WellKnownName></Mark></Graphic></PointSymbolizer>`
    t.match(read(rule('', mark), point).style, [{ type: 'circle' }])
    const stroke = `<LineSymbolizer><Stroke><CssParameter name="stroke-linejoin">${word}</CssParameter></Stroke></LineSymbolizer>`
    t.notOk(read(rule('', stroke)).style[0]?.layout)
  }
})

t.test('a layer of pictures has its opacity; what is not for it is told', async t => {
  const photo = testLayer('photo', { geometry: 'Raster', fields: [] })
  const raster = '<RasterSymbolizer><Opacity>0.4</Opacity><ColorMap/></RasterSymbolizer>'
  const bands = '<MaxScaleDenominator>272989.38</MaxScaleDenominator>'
  const found = read(rule('', `${raster}${FILL}`, bands), photo)
  t.strictSame(found.style, [{ id: 'photo-raster', type: 'raster', minzoom: 10, paint: { 'raster-opacity': 0.4 } }])
  t.strictSame(
    found.notes.map(({ message }) => message.en),
    ['ColorMap is left out', 'PolygonSymbolizer is left out: it is not for such a layer']
  )
  t.strictSame(notesOf(rule('', `${FILL}${raster}`)), ['RasterSymbolizer is left out: it is not for such a layer'])
  const folder = t.testdir({ schemas: {} })
  for (const version of SLD_VERSIONS) {
    const drawn = { ...photo, style: found.style }
    const options = { version, sprites, spritesUrl: 'https://maps.example/sprites' }
    const text = writeSld([{ layer: drawn, styles: stylesOf(drawn) }], options, 'zh')
    const back = readSld(text, { layer: drawn, sprites })
    t.match(back, { style: found.style, notes: [] })
    const file = join(folder, `photo-${version}.sld`)
    writeFileSync(file, text)
    if (!withoutSchemas) t.equal(invalid(ownSchemas(join(folder, 'schemas')), version, [file]), '', text)
  }
})

t.test('whatever is cut out of a document, it is read or refused', async _t => {
  const whole = sld(
    rule(compare('PropertyIsEqualTo', 'land_class', '01'), `${FILL}<TextSymbolizer><Label>a</Label></TextSymbolizer>`) +
      `<Rule><ElseFilter/>${fill('#cccccc')}</Rule>`
  )
  fc.assert(
    fc.property(fc.nat(whole.length), fc.nat(60), fc.string({ maxLength: 6 }), (at, length, put) => {
      try {
        const { style } = readSld(whole.slice(0, at) + put + whole.slice(at + length), { layer, sprites })
        if (!Array.isArray(style)) throw new Error('no style')
      } catch (error) {
        if (!(error instanceof Problem)) throw error
      }
    }),
    { numRuns: 500 }
  )
})

t.test('every style of the catalogue survives the way through SLD and back', async t => {
  const catalog = await loadCatalog(`${ROOT}layers`, `${ROOT}styles`)
  const known = new Set(catalog.sprites.map(({ id }) => id))
  const folder = t.testdir()
  const documents: string[] = []
  for (const version of SLD_VERSIONS) {
    const faults: string[] = []
    for (const layer of catalog.layers()) {
      const options = { version, sprites: catalog.sprites, spritesUrl: 'https://maps.example/sprites' }
      const text = writeSld([{ layer, styles: stylesOf(layer) }], options, 'zh')
      const file = join(folder, `${layer.id}-${version}.sld`)
      writeFileSync(file, text)
      documents.push(file)
      const back = readSld(text, { layer, sprites: catalog.sprites })
      faults.push(...back.notes.map(({ message }) => `${layer.id} ${message.en}`))
      faults.push(...checkStyle(layer, back.style, layer.id, known).map(problem => JSON.stringify(problem)))
      // SLD 1.0 has no line offsets, and interpolations by data are stepped in it.
      const isApart =
        version === '1.0.0' &&
        /"line-offset"|"interpolate",\["linear"\],\["to-number"/.test(JSON.stringify(layer.style))
      if (!isApart) faults.push(...differences(layer, back.style))
    }
    t.strictSame(faults.slice(0, 5), [], `${version}: read back without a note, and drawn alike`)
  }
  t.test('and is valid by the schemas', { skip: withoutSchemas }, async t => {
    const schemas = ownSchemas(t.testdir())
    for (const version of SLD_VERSIONS) t.equal(invalid(schemas, version, documents), '', version)
  })
})
