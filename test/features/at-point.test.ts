import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadImage } from '@napi-rs/canvas'
import type { Geometry } from 'geojson'
import t from 'tap'
import { type AskedLayer, featuresAt } from '../../server/features/at-point.ts'
import { describeFeature } from '../../server/features/describe-feature.ts'
import { gmlGeometry } from '../../server/features/gml-geometry.ts'
import { findInfoFormat, INFO_FORMATS } from '../../server/features/info-formats.ts'
import { infoGml } from '../../server/features/info-gml.ts'
import { infoHtml } from '../../server/features/info-html.ts'
import { infoJson } from '../../server/features/info-json.ts'
import { infoText } from '../../server/features/info-text.ts'
import { ringAround, type Spot } from '../../server/features/spot.ts'
import { findPictureCrs, PICTURE_CRS, projectionOf } from '../../server/lib/picture-crs.ts'
import { printElement } from '../../server/lib/xml.ts'
import { onBothDatabases, testApp } from '../helper.ts'
import { publishAll, testCatalogue } from '../routes/catalogue.ts'
import { field, publishRows, square, testLayer } from '../tiles/fixture.ts'

const MARKUP = '<img src=x onerror=alert(1)> & "q" \' javascript:alert(1)'
const HOSTILE = `${MARKUP} \u0000\ud800`
const circle = (radius: number) => [
  { id: 'at-point-c', type: 'circle', 'source-layer': 'at-point', paint: { 'circle-radius': radius } }
]
const area = testLayer('at-area', {
  title: { zh: '地块', en: 'Plots' },
  geometry: 'MultiPolygon',
  fields: [
    field('code'),
    { ...field('class', 'code'), codelist: 'test-stage' },
    field('done', 'boolean'),
    field('seen', 'datetime'),
    field('division_code')
  ],
  style: [{ id: 'at-area', type: 'fill', 'source-layer': 'at-area' }]
})
const line = testLayer('at-line', {
  geometry: 'MultiLineString',
  style: [{ id: 'at-line', type: 'line', 'source-layer': 'at-line', paint: { 'line-width': 2 } }]
})
const point = testLayer('at-point', { geometry: 'Point', style: circle(10) })
const near = testLayer('at-near', {
  geometry: 'Point',
  style: [
    {
      ...circle(5)[0]!,
      id: 'at-near',
      'source-layer': 'at-near',
      minzoom: 14,
      filter: ['!=', ['get', 'code'], 'unseen']
    }
  ]
})
const hidden = testLayer('at-hidden', {
  sharing: 'restricted',
  style: [{ id: 'at-hidden', type: 'fill', 'source-layer': 'at-hidden' }]
})

const legacy = testLayer('at-legacy', {
  geometry: 'Polygon',
  style: [{ id: 'at-legacy', type: 'fill', 'source-layer': 'at-legacy' }],
  source: { schema: 'legacy', table: 'Plots "2019"', geometry: 'Shape', key: 'OBJECTID' }
})

/** The middle of everything, and degrees a pixel. */
const [X, Y, PIXEL] = [113.1, 23.1, 0.00001]
const shape = (west: number, side: number): Geometry => ({
  type: 'MultiPolygon',
  coordinates: [square(west, Y - side / 2, side)]
})
/** A circle of so many corners. */
const round = (x: number, y: number, radius: number, corners: number): Geometry => {
  const ring = Array.from({ length: corners }, (_, i) => {
    const angle = (2 * Math.PI * i) / corners
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)]
  })
  return { type: 'MultiPolygon', coordinates: [[[...ring, ring[0]!]]] }
}
const dot = (x: number): Geometry => ({ type: 'Point', coordinates: [x, Y] })

const spot = (code = 'CRS:84', right = 0): Spot => {
  const crs = findPictureCrs(code)!
  const { forward } = projectionOf(crs)
  const [[x, y], [x2]] = [forward(X, Y), forward(X + PIXEL, Y)]
  return { crs, x: x + right * (x2 - x), y, pixel: [x2 - x, x2 - x] }
}
const asked = (layer: AskedLayer['layer'], more: Partial<AskedLayer> = {}): AskedLayer => ({
  layer,
  fields: null,
  filter: null,
  asOfRevision: null,
  reach: 5,
  ...more
})

await onBothDatabases(t, async (t, db) => {
  await db.run(`CREATE SCHEMA legacy;
    CREATE TABLE legacy."Plots ""2019""" ("OBJECTID" integer PRIMARY KEY, code text, "Shape" geometry(Polygon, 4547));
    INSERT INTO legacy."Plots ""2019""" SELECT n, 'L' || n, ST_Transform(ST_MakeEnvelope(${X} + n * 0.01 - 0.005,
      ${Y} - 0.005, ${X} + n * 0.01 + 0.005, ${Y} + 0.005, 4490), 4547) FROM generate_series(0, 20) AS n`)
  const { app, as } = await testApp(t, db, await testCatalogue(t, [area, line, point, near, hidden, legacy]))
  await publishAll(db)
  const row = (code: string, geometry: Geometry, ...rest: unknown[]) => ({ geometry, values: [code, ...rest] })
  const plot = (code: string, west: number, side: number, value: string | null = '01') =>
    row(code, shape(west, side), value, true, '2026-01-31T16:30:00.000Z', '440605011001')
  await publishRows(db, area, [plot('large', X - 0.01, 0.02), plot('small', X - 0.001, 0.002), plot('far', X + 1, 0.1)])
  await publishRows(db, area, [plot('large', X - 0.01, 0.02), plot(MARKUP, X - 0.002, 0.004, null)])
  await publishRows(db, line, [
    row('beside', {
      type: 'MultiLineString',
      coordinates: [
        [
          [X + 3 * PIXEL, Y - 1],
          [X + 3 * PIXEL, Y + 1]
        ]
      ]
    }),
    row('through', {
      type: 'MultiLineString',
      coordinates: [
        [
          [X - 1, Y],
          [X + 1, Y]
        ]
      ]
    })
  ])
  await publishRows(db, point, [
    row('a', dot(X + 4 * PIXEL)),
    row('b', dot(X + 2 * PIXEL)),
    row('c', dot(X + 30 * PIXEL))
  ])
  await publishRows(db, near, [row('unseen', dot(X)), row('n', dot(X))])
  await publishRows(db, hidden, [row('secret', round(X, Y, 0.01, 5000))])
  const idsAt = async (layers: AskedLayer[], count = 10, at = spot()) =>
    (await featuresAt(db, layers, at, count)).map(({ featureId }) => featureId)

  t.test(
    'an area has to be under the spot, the smallest first; lines and points within reach, the nearest first',
    async t => {
      t.strictSame(await idsAt([asked(area)]), [MARKUP, 'large'])
      t.strictSame(await idsAt([asked(line), asked(point)]), ['through', 'beside', 'b', 'a'])
      t.strictSame(await idsAt([asked(line, { reach: 2 }), asked(point, { reach: 3 })]), ['through', 'b'])
      t.strictSame(
        await idsAt([asked(line), asked(point)], 1),
        ['through', 'b'],
        'of each layer as many as were asked for'
      )
      t.strictSame(await idsAt([asked(point)], 10, spot('CRS:84', 30)), ['c'])
    }
  )

  t.test('it is the same in every reference system', async t => {
    for (const { code } of PICTURE_CRS.filter(({ code }) => code !== 'EPSG:4549'))
      t.strictSame(await idsAt([asked(line), asked(point)], 10, spot(code)), ['through', 'beside', 'b', 'a'], code)
    t.strictSame(ringAround({ ...spot('EPSG:4547'), x: Number.NaN }, 5), undefined)
    t.strictSame(await idsAt([asked(area)], 10, { ...spot('EPSG:3857'), x: Infinity }), [], 'nowhere')
  })

  t.test('of a shape of very many vertices so many are told as the picture could show', async t => {
    const [found] = await featuresAt(db, [asked(hidden)], spot(), 1)
    const { length } = (found!.geometry as { coordinates: number[][][][] }).coordinates[0]![0]!
    t.ok(length > 20 && length < 2000, `${length} of 5000`)
  })

  t.test('rows that are not to be seen make room for others', async t => {
    const isSeen = ({ code }: Record<string, unknown>) => code !== 'b'
    t.strictSame(await idsAt([asked(point, { isSeen })], 1), ['a'])
  })

  t.test('earlier revisions, filters and chosen fields are as tiles show them', async t => {
    t.strictSame(await idsAt([asked(area, { asOfRevision: 1 })]), ['small', 'large'])
    t.strictSame(await idsAt([asked(area, { asOfRevision: 0 })]), [])
    const filter = { op: '=', field: 'code', value: 'large' } as const
    t.strictSame(await idsAt([asked(area, { filter, asOfRevision: 1 })]), ['large'])
    const [found] = await featuresAt(db, [asked(area, { fields: ['code'], asOfRevision: 1 })], spot(), 1)
    t.strictSame(found?.values, { code: 'small' })
    t.equal(found?.revision, 2)
  })

  t.test('tables that are published in place are asked in their own reference system', async t => {
    const [found] = await featuresAt(db, [asked(app.catalog.get('at-legacy'))], spot(), 5)
    t.match(found, { featureId: '0', values: { code: 'L0' }, revision: 1 })
    const [corner] = (found!.geometry as { coordinates: number[][][] }).coordinates[0]!
    t.ok(Math.abs(corner![0]! - (X - 0.005)) < 1e-8 && Math.abs(corner![1]! - (Y - 0.005)) < 1e-8, String(corner))
  })

  t.test('codes, truths, instants and divisions are spelled out', async t => {
    const [found] = await featuresAt(db, [asked(area, { asOfRevision: 1 })], spot(), 1)
    const { codeLists } = app.catalog
    const divisions = new Map([['440605011001', '某某社区']])
    const told = (language: 'zh' | 'en') =>
      infoText([describeFeature(found!, { codeLists, divisions, language })], language)
    t.equal(
      told('zh'),
      `地块 small
  the code：small
  the class：申请（01）
  the done：是
  the seen：2026-02-01 00:30:00
  the division_code：某某社区（440605011001）
`
    )
    t.match(told('en'), 'the class: Applied (01)')
    t.match(told('en'), /the done: yes/)
  })

  t.test('over WMS: layers from the top, as far as their symbols reach, and only what the picture shows', async t => {
    const ask = (changes: Record<string, string> = {}) => {
      const half = 50.5 * PIXEL
      const parameters = {
        service: 'WMS',
        version: '1.3.0',
        request: 'GetFeatureInfo',
        layers: 'at-area,at-line,at-point',
        query_layers: 'at-area,at-line,at-point',
        styles: '',
        crs: 'CRS:84',
        bbox: [X - half, Y - half, X + half, Y + half].join(),
        width: '101',
        height: '101',
        i: '50',
        j: '50',
        info_format: 'application/json',
        feature_count: '50',
        ...changes
      }
      return app.inject({ url: `/wms?${new URLSearchParams(parameters)}`, headers: as.publisher })
    }
    const found = async (changes: Record<string, string> = {}) =>
      (await ask(changes)).json().features.map(({ id }: { id: string }) => id)
    t.strictSame((await found()).slice(0, 4), ['at-point.b', 'at-point.a', 'at-line.through', 'at-line.beside'])
    t.equal((await found({ feature_count: '1' })).length, 3)
    t.strictSame(await found({ query_layers: 'at-point', i: '60' }), ['at-point.a', 'at-point.b'])
    t.strictSame(await found({ query_layers: 'at-point', i: '60', buffer: '1' }), [])
    t.strictSame(await found({ layers: 'at-near', query_layers: 'at-near' }), ['at-near.n'])
    const wide = [X - 5.05, Y - 5.05, X + 5.05, Y + 5.05].join()
    t.strictSame(await found({ layers: 'at-near', query_layers: 'at-near', bbox: wide }), [], 'not drawn from so far')
    t.strictSame(await found({ layers: 'at-hidden', query_layers: 'at-hidden' }), ['at-hidden.secret'])
    const refused = (answer: { payload: string }) => /ServiceException code="(\w+)"/.exec(answer.payload)?.[1]
    const anybody = await app.inject(
      `/wms?${new URLSearchParams({ service: 'WMS', version: '1.3.0', request: 'GetFeatureInfo', layers: 'at-hidden', query_layers: 'at-hidden', styles: '', crs: 'CRS:84', bbox: wide, width: '9', height: '9', i: '4', j: '4', info_format: 'text/plain' })}`
    )
    t.equal(refused(anybody), 'LayerNotDefined', 'a hidden layer is not there')
    t.equal(refused(await ask({ query_layers: 'at-near' })), 'LayerNotDefined', 'not in the picture')
    t.equal(refused(await ask({ i: '101' })), 'InvalidPoint')
    t.equal(refused(await ask({ j: '-1' })), 'InvalidPoint')
    t.equal(refused(await ask({ info_format: 'text/svg' })), 'InvalidFormat')
    for (const count of ['0', '-1', 'x', '1e3'])
      t.match((await ask({ feature_count: count })).payload, /ServiceException/, count)
    for (const { type, contentType } of INFO_FORMATS) {
      const answer = await ask({ info_format: type })
      t.equal(answer.headers['content-type'], contentType)
      if (/html|gml/.test(type)) t.notMatch(answer.payload, /<img/, `${type} has no markup from data`)
      const again = await app.inject({
        url: answer.raw.req.url!,
        headers: { ...as.publisher, 'if-none-match': String(answer.headers['etag']) }
      })
      t.equal(again.statusCode, 304)
    }
    const page = await ask({ info_format: 'text/html' })
    t.match(page.headers['content-security-policy'], /^default-src 'none'; .*sandbox/)
    t.match(page.payload, '&#60;img')
  })

  const wms = (parameters: Record<string, string>, headers = as.publisher) =>
    app.inject({ url: `/wms?${new URLSearchParams({ service: 'WMS', version: '1.3.0', ...parameters })}`, headers })
  const codeOf = ({ payload }: { payload: string }) => /ServiceException code="(\w+)"/.exec(payload)?.[1]

  t.test('legends over WMS: in every format, for a scale, of several layers, within limits', async t => {
    const legend = (changes: Record<string, string> = {}) =>
      wms({ request: 'GetLegendGraphic', layer: 'at-area', ...changes })
    for (const type of ['image/png', 'image/jpeg', 'image/webp']) {
      const answer = await legend({ format: type })
      t.equal(answer.headers['content-type'], type)
      const { width, height } = await loadImage(answer.rawPayload)
      const { width: twice } = await loadImage((await legend({ format: type, dpi: '192' })).rawPayload)
      t.ok(width > 40 && height > 20 && twice === 2 * width, `${type} ${width} × ${height}`)
    }
    const json = async (changes: Record<string, string>) =>
      (await legend({ format: 'application/json', ...changes })).json().Legend
    t.match(await json({ language: 'en' }), [{ layerName: 'at-area', title: 'Plots', rules: [{ title: 'Plots' }] }])
    t.equal((await json({ layer: '', layers: 'at-area,at-line' }))[0].layerName, 'at-line', 'the topmost first')
    t.equal((await json({ layer: 'at-near', scale: '100000' })).length, 0, 'not drawn from so far')
    t.equal((await json({ layer: 'at-near', scale: '10000' })).length, 1)
    t.equal((await legend({ layer: 'at-near', scale: '100000' })).statusCode, 200, 'a picture all the same')
    t.equal((await json({ layer: 'test-map' })).length, 3, 'a map')
    const again = await legend()
    const headers = { ...as.publisher, 'if-none-match': String(again.headers['etag']) }
    t.equal((await wms({ request: 'GetLegendGraphic', layer: 'at-area' }, headers)).statusCode, 304)
    t.equal(codeOf(await legend({ layer: 'nowhere' })), 'LayerNotDefined')
    t.equal(codeOf(await legend({ style: 'nowhere' })), 'StyleNotDefined')
    t.equal(codeOf(await legend({ format: 'text/html' })), 'InvalidFormat')
    t.equal(codeOf(await legend({ sld_body: '<x/>' })), 'OperationNotSupported')
    t.equal(
      codeOf(await wms({ request: 'GetLegendGraphic', layer: 'at-hidden' }, { authorization: '' })),
      'LayerNotDefined'
    )
    const wrong: Record<string, string>[] = [
      { width: '0' },
      { height: '1e9' },
      { scale: 'NaN' },
      { scale: '1e999' },
      { dpi: '-1' },
      { layer: 'a,'.repeat(60) }
    ]
    for (const changes of wrong) t.match((await legend(changes)).payload, '<ServiceException', JSON.stringify(changes))
    t.equal((await legend({ width: '999999', height: '999999' })).statusCode, 200, 'a hint of the whole legend’s size')
  })

  t.test('DescribeLayer and GetStyles tell what layers and maps are made of', async t => {
    const described = (await wms({ request: 'DescribeLayer', layers: 'test-map,at-area' })).payload
    t.strictSame(
      [...described.matchAll(/FeatureTypeName>([^<]+)</g)].map(([, id]) => id),
      ['test-creek', 'test-plot', 'test-camera', 'at-area']
    )
    const older = await wms({ request: 'DescribeLayer', layers: 'test-map', version: '1.1.1' })
    t.match(older.payload, '<WMS_DescribeLayerResponse version="1.1.1"><LayerDescription name="test-map"><Query')
    t.equal(codeOf(await wms({ request: 'DescribeLayer', layers: 'nowhere' })), 'LayerNotDefined')
    const styles = await wms({ request: 'GetStyles', layers: 'at-area,at-line' })
    t.equal(styles.headers['content-type'], 'application/vnd.ogc.sld+xml')
    t.match(styles.payload, /<StyledLayerDescriptor version="1.1.0".*<se:Name>at-area<.*<se:Name>at-line</)
    t.match((await wms({ request: 'GetStyles', layers: 'at-area', version: '1.1.1' })).payload, 'version="1.0.0"')
    t.match((await wms({ request: 'GetStyles', layers: 'at-area', sldver: '2' })).payload, 'ServiceException')
  })
})

const hostile = {
  id: `at-area.${HOSTILE}`,
  featureId: HOSTILE,
  layer: { id: 'at-area', title: HOSTILE, revision: 1 },
  values: [{ name: 'code', title: HOSTILE, value: HOSTILE, text: `${HOSTILE}!`, isCode: true }],
  validFrom: null,
  validTo: null,
  geometry: dot(X)
}

t.test('nothing from data becomes markup, or a line of its own', async t => {
  t.notMatch(infoHtml([hostile], 'zh'), /<img|"q"/)
  t.notMatch(infoGml([hostile], 2), /<img|[^\n\P{Cc}]/u)
  t.notMatch(infoGml([hostile], 3), /<img|[^\n\P{Cc}]/u)
  t.equal(infoText([{ ...hostile, featureId: 'a\nb\u001b[31m' }], 'zh').split('\n').length, 3)
  t.equal(JSON.parse(infoJson([hostile])).features[0].properties.code, HOSTILE)
})

t.test('where there is nothing each format says so', async t => {
  t.strictSame(JSON.parse(infoJson([])).features, [])
  t.equal(infoText([], 'zh'), '此处没有要素。\n')
  t.match(infoHtml([], 'en'), 'There is nothing here.')
  t.notMatch(infoGml([], 2), 'featureMember')
})

t.test('formats are found by any of their names, in any case', async t => {
  t.equal(findInfoFormat('Application/JSON')?.type, 'application/json')
  t.equal(findInfoFormat('application/vnd.ogc.gml/3.1.1')?.type, 'text/xml; subtype=gml/3.1.1')
  t.equal(findInfoFormat('image/png'), undefined)
})

const SHAPES: Geometry[] = [
  dot(1),
  {
    type: 'MultiPoint',
    coordinates: [
      [1, 2],
      [3, 4]
    ]
  },
  {
    type: 'LineString',
    coordinates: [
      [1, 2],
      [3, 4]
    ]
  },
  {
    type: 'MultiLineString',
    coordinates: [
      [
        [1, 2],
        [3, 4]
      ]
    ]
  },
  { type: 'Polygon', coordinates: [...square(0, 0, 9), ...square(2, 2, 1)] },
  { type: 'MultiPolygon', coordinates: [square(0, 0, 1), square(2, 2, 1)] },
  { type: 'GeometryCollection', geometries: [dot(1)] }
]

t.test('GML has longitude first in version 2 and latitude first in 3', async t => {
  t.match(printElement(gmlGeometry(SHAPES[2]!, 2)), '<gml:coordinates>1,2 3,4</gml:coordinates>')
  t.match(printElement(gmlGeometry(SHAPES[2]!, 3)), '<gml:posList>2 1 4 3</gml:posList>')
  for (const version of [2, 3] as const)
    for (const one of SHAPES)
      t.match(printElement(gmlGeometry(one, version)), /^<gml:\w+ srsName="[^"]+4490">/, one.type)
})

const withoutGdal = spawnSync('ogrinfo', ['--version']).error ? 'ogrinfo is absent' : false

t.test('GDAL reads both versions', { skip: withoutGdal }, async t => {
  const folder = t.testdir()
  for (const version of [2, 3] as const) {
    const file = join(folder, `info-${version}.gml`)
    const features = SHAPES.slice(0, 6).map((geometry, i) => ({
      ...hostile,
      id: `a.${i}`,
      featureId: `f${i}`,
      geometry
    }))
    writeFileSync(file, infoGml(features, version))
    const { stdout } = spawnSync('ogrinfo', ['-ro', '-al', file], { encoding: 'utf8' })
    t.match(stdout, 'Feature Count: 6')
    t.match(stdout, `POLYGON ((0 0`, 'longitude first, as GDAL has it')
    t.match(stdout, 'code_text')
  }
})
