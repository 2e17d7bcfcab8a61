import { execFile, spawnSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { findCollection, shownAtFirst } from '../../server/catalog/collection.ts'
import { MVT } from '../../server/lib/media-type.ts'
import { matrixSize, TILE_GRIDS, type TileGrid } from '../../server/lib/tile-matrix.ts'
import { tileRange } from '../../server/lib/tile-range.ts'
import { element, printXml } from '../../server/lib/xml.ts'
import { onBothDatabases, testApp } from '../helper.ts'
import { decode, publishRows, square, testLayer } from '../tiles/fixture.ts'
import { DATA } from '../uploads/client.ts'
import { publishAll, testCatalogue } from './catalogue.ts'
import { spoil } from './hostile.ts'

const FOLDER = `${DATA}/conformance/ogc-schemas`
/** Without `..`, by which one schema would be taken for two. */
const SCHEMAS = existsSync(FOLDER) ? realpathSync(FOLDER) : undefined
const withoutSchemas = !SCHEMAS
  ? '../shared/data/conformance is absent'
  : spawnSync('xmllint', ['--version']).error
    ? 'xmllint is absent'
    : false

const withoutOwslib = spawnSync('/usr/bin/python3', ['-c', 'import owslib']).status === 0 ? false : 'OWSLib is absent'

/** Why some documents are not valid by a schema of the OGC, read offline; '' where they are. */
function faultsOf(folder: string, documents: Record<string, string>, schema: string): string {
  const files = Object.keys(documents).map(name => join(folder, name))
  const { status, stderr } = spawnSync(
    'xmllint',
    ['--nonet', '--noout', '--schema', `${SCHEMAS}/${schema}`, ...files],
    {
      env: { ...process.env, XML_CATALOG_FILES: `${SCHEMAS}/catalog.xml` },
      encoding: 'utf8'
    }
  )
  return status === 0 ? '' : stderr
}

/** The texts of all elements of a name; our documents have no white space between elements. */
const texts = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}(?: [^>]*)?>([^<]*)</${name}>`, 'g'))].map(match => match[1] ?? '')
/** What is inside the elements of a name, which do not nest. */
const inside = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}(?: [^>]*)?>(.*?)</${name}>`, 'gs'))].map(match => match[1] ?? '')
const attribute = (xml: string, name: string): string | undefined => new RegExp(` ${name}="([^"]*)"`).exec(xml)?.[1]
const without = (xml: string, name: string): string => xml.replaceAll(new RegExp(`<${name}[ >].*?</${name}>`, 'gs'), '')

const wide = testLayer('test-wide', {
  title: { zh: '“宽” <a href="x">&\'', en: 'Wide <script>&"\'' },
  zoom: { min: 0, max: 5 },
  extent: [-180, -90, 180, 90],
  style: [{ id: 'test-wide-fill', type: 'fill', 'source-layer': 'test-wide' }]
})
const CAPABILITIES = 'service=WMTS&request=GetCapabilities'
/** A tile of the test plots that has a feature, by grid: level, column, row. */
const PLACES: Record<TileGrid['id'], [z: number, x: number, y: number]> = {
  WebMercatorQuad: [14, 13334, 7115],
  WorldCRS84Quad: [13, 13334, 3049],
  CGCS2000Quad: [14, 13334, 3049]
}
const getTile = (changes: Record<string, string | undefined> = {}, grid: TileGrid['id'] = 'WebMercatorQuad') => {
  const [z, x, y] = PLACES[grid]
  const parameters = {
    Service: 'WMTS',
    REQUEST: 'GetTile',
    VERSION: '1.0.0',
    Layer: 'test-plot',
    style: 'default',
    FORMAT: MVT,
    TileMatrixSet: grid,
    TileMatrix: String(z),
    TileRow: String(y),
    TileCol: String(x),
    ...changes
  }
  const given = Object.entries(parameters).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))
  return `/wmts?${new URLSearchParams(given as [string, string][])}`
}

const getInfo = (changes: Record<string, string | undefined> = {}) =>
  getTile({ REQUEST: 'GetFeatureInfo', InfoFormat: 'application/json', I: '128', J: '128', ...changes })

t.test('text is escaped wherever it stands, and what XML cannot hold is replaced', async t => {
  const nasty = 'a<b>&"\'\u0000\u001B\uD800\uFFFF\t\r\n]]>中𠀀'
  const printed = printXml(element('x', { y: nasty, gone: undefined }, nasty, element('z', {}), 5, { printed: '<w/>' }))
  t.equal(
    printed,
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
      '<x y="a&lt;b&gt;&amp;&quot;\'\uFFFD\uFFFD\uFFFD\uFFFD&#9;&#13;&#10;]]&gt;中𠀀">' +
      'a&lt;b&gt;&amp;"\'\uFFFD\uFFFD\uFFFD\uFFFD\t&#13;\n]]&gt;中𠀀<z/>5<w/></x>'
  )
})

t.test('the tiles that a box touches are those of the grid, with those a margin reaches', async t => {
  for (const grid of TILE_GRIDS) {
    const [z, x, y] = PLACES[grid.id]
    const within = { west: x, east: x, north: y, south: y }
    t.match(tileRange(grid, z, [113.001, 23.001, 113.0011, 23.0011]), within, grid.id)
    const { level, columns, rows } = { ...grid.first, ...matrixSize(grid, grid.first.level) }
    const all = { west: 0, east: columns - 1, north: 0, south: rows - 1 }
    t.strictSame(tileRange(grid, level, [-180, -90, 180, 90], 1), all, 'never beyond the grid')
  }
  const [mercator] = TILE_GRIDS as [TileGrid]
  t.strictSame(tileRange(mercator, 1, [-1, 1, 1, 2]), { west: 0, east: 1, north: 0, south: 0 })
  t.strictSame(tileRange(mercator, 1, [1, 1, 2, 2], 0.01), { west: 0, east: 1, north: 0, south: 1 })
})

await onBothDatabases(t, async (t, db) => {
  const { app, as } = await testApp(t, db, await testCatalogue(t, [wide]))
  await publishAll(db)
  await publishRows(db, wide, [
    { geometry: { type: 'MultiPolygon', coordinates: [square(100, 20, 10)] }, values: ['W'] }
  ])
  await app.refreshCatalog()
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })
  const capabilities = async (query = '', headers = {}) => (await get(`/wmts?${CAPABILITIES}${query}`, headers)).body
  const reports: Record<string, string> = {}
  const report = (body: string) => {
    reports[`report-${Object.keys(reports).length}.xml`] = body
    return {
      code: attribute(body, 'exceptionCode'),
      locator: attribute(body, 'locator'),
      text: texts(body, 'ows:ExceptionText')[0] ?? ''
    }
  }

  t.test(
    'the service metadata is valid by the schema of the OGC, whole or in sections',
    { skip: withoutSchemas },
    async t => {
      const own = `/services/test-plot/wmts?${CAPABILITIES}`
      const documents = {
        'anonymous.xml': await capabilities(),
        'publisher.xml': await capabilities('&lang=en', as.publisher),
        'signed.xml': await capabilities(`&key=${encodeURIComponent(as.publisher.authorization.split(' ')[1] ?? '')}`),
        'themes.xml': await capabilities('&sections=Themes'),
        'two.xml': await capabilities('&sections=OperationsMetadata,Contents'),
        'current.xml': await capabilities(`&updateSequence=${attribute(await capabilities(), 'updateSequence')}`),
        'own.xml': (await get(own)).body,
        'map.xml': (await get('/services/test-map/wmts/1.0.0/WMTSCapabilities.xml')).body
      }
      t.equal(faultsOf(t.testdir(documents), documents, 'wmts/1.0/wmtsGetCapabilities_response.xsd'), '')
      t.match(documents['publisher.xml'], 'Wide &lt;script&gt;&amp;"\'')
      const broken = { 'broken.xml': documents['own.xml'].replace('<ows:ServiceTypeVersion>', '<ows:Nothing/>$&') }
      t.match(
        faultsOf(t.testdir(broken), broken, 'wmts/1.0/wmtsGetCapabilities_response.xsd'),
        /Nothing/,
        'the check checks'
      )
    }
  )

  t.test('operations say how and where they are asked', async t => {
    const xml = await capabilities()
    for (const name of ['GetCapabilities', 'GetTile', 'GetFeatureInfo']) {
      const operation = xml.split(`<ows:Operation name="${name}">`)[1]?.split('</ows:Operation>')[0] ?? ''
      const gets = operation.split('<ows:Get').slice(1)
      t.strictSame(
        gets.map(get => [attribute(get, 'xlink:href'), attribute(get, 'name'), texts(get, 'ows:Value')[0]]),
        [
          ['http://localhost:80/wmts?', 'GetEncoding', 'KVP'],
          [
            `http://localhost:80/wmts/1.0.0/${name === 'GetCapabilities' ? 'WMTSCapabilities.xml' : ''}`,
            'GetEncoding',
            'RESTful'
          ]
        ]
      )
    }
    t.match(xml, '<ows:Parameter name="AcceptFormats"><ows:AllowedValues><ows:Value>application/xml</ows:Value>')
    t.match(xml, 'http://schemas.opengis.net/wmts/1.0/wmtsGetCapabilities_response.xsd"')
    t.match(xml, '<ServiceMetadataURL xlink:href="http://localhost:80/wmts/1.0.0/WMTSCapabilities.xml"/>')
  })

  t.test('grids have the scales and corners of their definitions', async t => {
    const sets = inside(await capabilities('&sections=Contents'), 'TileMatrixSet').filter(set =>
      set.includes('<TileMatrix>')
    )
    const heads = sets.map(set => without(set, 'TileMatrix'))
    t.strictSame(
      heads.map(head => ['ows:Identifier', 'ows:SupportedCRS', 'WellKnownScaleSet'].map(name => texts(head, name)[0])),
      [
        ['WebMercatorQuad', 'urn:ogc:def:crs:EPSG::3857', 'urn:ogc:def:wkss:OGC:1.0:GoogleMapsCompatible'],
        ['WorldCRS84Quad', 'urn:ogc:def:crs:OGC:1.3:CRS84', 'urn:ogc:def:wkss:OGC:1.0:GoogleCRS84Quad'],
        ['CGCS2000Quad', 'urn:ogc:def:crs:EPSG::4490', undefined]
      ]
    )
    // OGC 07-057r7 Annex E tables E.4 and E.3 from level 0 and 1; Tianditu c counts from 1.
    const scales = [559082264.0287178, 279541132.0143589, 139770566.00717944, 69885283.00358972]
    const expected: Record<string, [first: string, count: number, scale: number, corner: string, columns: string]> = {
      WebMercatorQuad: ['0', 19, scales[0]!, '-20037508.342789244 20037508.342789244', '1'],
      WorldCRS84Quad: ['0', 18, scales[1]!, '-180 90', '2'],
      CGCS2000Quad: ['1', 18, scales[1]!, '90 -180', '2']
    }
    for (const set of sets) {
      const id = texts(set, 'ows:Identifier')[0]!
      const matrices = inside(set, 'TileMatrix')
      const [first] = matrices as [string]
      const values = (name: string) => matrices.map(matrix => texts(matrix, name)[0])
      t.strictSame(
        [
          values('ows:Identifier')[0],
          matrices.length,
          Number(texts(first, 'ScaleDenominator')[0]),
          values('TopLeftCorner')[0],
          values('MatrixWidth')[0]
        ],
        expected[id],
        id
      )
      t.equal(new Set(values('ows:Identifier')).size, matrices.length, 'levels are told apart')
      t.equal(new Set(values('ScaleDenominator')).size, matrices.length, 'so are their scales')
      t.equal(new Set(values('TopLeftCorner')).size, 1)
      for (const [i, scale] of values('ScaleDenominator').entries()) {
        t.ok(Math.abs(Number(scale) * 2 ** i - expected[id]![2]) < 1e-6, `${id} ${i}: each half of the one before`)
      }
    }
  })

  t.test('a layer names its grids with their limits, its format and its address', async t => {
    const xml = await capabilities('&lang=en', as.publisher)
    const layers = inside(xml, 'Layer')
    const ids = layers.map(layer => texts(without(layer, 'Style'), 'ows:Identifier')[0])
    t.strictSame(ids, ['test-plot', 'test-wide', 'test-camera', 'test-creek', 'test-map'], 'and none twice')
    for (const layer of layers) {
      t.strictSame(texts(layer, 'Format'), ['image/png', 'image/webp', 'image/jpeg', MVT])
      t.ok(texts(layer, 'InfoFormat').includes('application/json'))
      t.strictSame(
        texts(layer, 'TileMatrixSet'),
        TILE_GRIDS.map(({ id }) => id)
      )
      t.match(layer, /<Style isDefault="true"><ows:Title>[^<]+<\/ows:Title><ows:Identifier>default<\/ows:Identifier>/)
      for (const link of inside(layer, 'TileMatrixSetLink')) {
        const grid = TILE_GRIDS.find(({ id }) => id === texts(link, 'TileMatrixSet')[0])!
        for (const limits of inside(link, 'TileMatrixLimits')) {
          const [level, north, south, west, east] = [...limits.matchAll(/>(\d+)</g)].map(match => Number(match[1])) as [
            number,
            number,
            number,
            number,
            number
          ]
          const { columns, rows } = matrixSize(grid, level)
          t.ok(west <= east && east < columns && north <= south && south < rows, `${grid.id} ${level}`)
        }
      }
    }
    const [plot, world] = layers as [string, string]
    t.match(plot, '<ows:LowerCorner>113 23</ows:LowerCorner>')
    t.match(plot, '<ows:Keyword>Planning</ows:Keyword><ows:Keyword>Natural Resources Bureau</ows:Keyword>')
    const [mercator, , tianditu] = inside(world, 'TileMatrixSetLink') as [string, string, string]
    t.strictSame(texts(mercator, 'TileMatrix'), ['2', '3', '4', '5'], 'row 0 alone cannot be written')
    t.strictSame(texts(tianditu, 'TileMatrix'), ['3', '4', '5'])
    const templates = (plot.match(/<ResourceURL[^>]*>/g) ?? []).map(url => attribute(url, 'template'))
    const tile = 'http://localhost:80/wmts/1.0.0/test-plot/{Style}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}'
    const endings = ['.png', '.webp', '.jpg', '.mvt', '/{J}/{I}.html', '/{J}/{I}.json']
    t.strictSame(
      templates.slice(0, endings.length),
      endings.map(ending => tile + ending)
    )
    const themes = inside(xml, 'Themes')[0] ?? ''
    t.strictSame(
      inside(themes, 'Theme').map(theme => [texts(theme, 'ows:Identifier')[0], texts(theme, 'LayerRef')]),
      [
        ['planning', ['test-plot', 'test-wide']],
        ['water', ['test-camera', 'test-creek']],
        ['maps', ['test-map']]
      ]
    )
  })

  t.test('a tile is the same by parameters, by address and as /tiles has it, in every grid', async t => {
    for (const { id: grid } of TILE_GRIDS) {
      const [z, x, y] = PLACES[grid]
      const byName = await get(getTile({}, grid))
      const byAddress = await get(`/wmts/1.0.0/test-plot/default/${grid}/${z}/${y}/${x}.mvt`)
      t.match(byName, { statusCode: 200, headers: { 'content-type': MVT, 'cache-control': 'public, no-cache' } }, grid)
      t.strictSame(decode(byName.rawPayload).layers['test-plot']?.length, 1, `${grid}: it has the plot`)
      t.strictSame(byAddress.rawPayload, byName.rawPayload)
      const own = await get(`/services/test-plot/wmts/1.0.0/test-plot/default/${grid}/${z}/${y}/${x}.mvt`)
      t.strictSame(own.rawPayload, byName.rawPayload)
      const { etag } = byName.headers
      t.match(await get(getTile({}, grid), { 'if-none-match': String(etag) }), { statusCode: 304, payload: '' })
    }
    const [z, x, y] = PLACES.WebMercatorQuad
    t.strictSame((await get(getTile())).rawPayload, (await get(`/tiles/test-plot/${z}/${x}/${y}.mvt`)).rawPayload)
    const upper = getTile().replace(/[?&][^=]+/g, name => name.toUpperCase())
    const lower = getTile().replace(/[?&][^=]+/g, name => name.toLowerCase())
    t.strictSame((await get(upper)).rawPayload, (await get(lower)).rawPayload, 'names in any case')
    t.equal((await get(getTile({ Layer: 'TEST-PLOT' }))).statusCode, 400, 'values are as they are written')
    t.match((await get(getTile({ Layer: 'test-map' }, 'CGCS2000Quad'))).statusCode, 200)
  })

  t.test('a picture of a tile is that of /tiles, and what lies at a pixel of it is told in words', async t => {
    const [z, x, y] = PLACES.WebMercatorQuad
    for (const [type, ending] of [
      ['image/png', 'png'],
      ['image/webp', 'webp'],
      ['image/jpeg', 'jpg']
    ] as const) {
      const byName = await get(getTile({ FORMAT: type }))
      t.match(byName, { statusCode: 200, headers: { 'content-type': type, 'cache-control': 'public, no-cache' } })
      const address = `/wmts/1.0.0/test-plot/default/WebMercatorQuad/${z}/${y}/${x}.${ending}`
      t.strictSame((await get(address, { accept: `text/html, ${type}` })).rawPayload, byName.rawPayload)
      t.strictSame((await get(`/tiles/test-plot/${z}/${x}/${y}.${ending}`)).rawPayload, byName.rawPayload)
      t.equal((await get(address, { accept: 'application/json' })).statusCode, 406)
      const { etag } = byName.headers
      t.equal((await get(address, { 'if-none-match': String(etag) })).statusCode, 304)
    }
    const within = { I: '230', J: '200' }
    const told = await get(getInfo(within))
    t.match(told, { statusCode: 200, headers: { 'content-type': /^application\/json/ } })
    t.equal(told.json().features.length, 1)
    t.match(told.body, '申请', 'a code is spelled out')
    const byAddress = await get(`/wmts/1.0.0/test-plot/default/WebMercatorQuad/${z}/${y}/${x}/200/230.json`)
    t.equal(byAddress.body, told.body)
    t.match((await get(getInfo({ ...within, InfoFormat: 'text/html' }))).body, '申请')
    t.equal((await get(getInfo({ I: '0', J: '0' }))).json().features.length, 0, 'nothing there')
  })

  t.test('a legend is as large as its address says', async t => {
    const { body } = await get('/services/test-plot/wmts/1.0.0/WMTSCapabilities.xml')
    const legend = /<LegendURL[^>]*>/.exec(body)?.[0] ?? ''
    const href = (attribute(legend, 'xlink:href') ?? '').replaceAll('&amp;', '&').replace('http://localhost:80', '')
    const picture = await get(href)
    t.match(picture, { statusCode: 200, headers: { 'content-type': 'image/png' } })
    t.equal(picture.rawPayload.readUInt32BE(16), Number(attribute(legend, 'width')))
    t.equal(picture.rawPayload.readUInt32BE(20), Number(attribute(legend, 'height')))
  })

  t.test('a tile without features is one without layers, also at levels that the limits do not name', async t => {
    const gap = await get(getTile({ TileMatrix: '18', TileRow: '113851', TileCol: '213367' }))
    const level = await get(getTile({ Layer: 'test-wide', TileMatrix: '12', TileRow: '0', TileCol: '4095' }))
    for (const reply of [gap, level]) {
      t.match(reply, { statusCode: 200, headers: { 'content-type': MVT, 'content-length': '0' } })
      t.strictSame(Object.keys(decode(reply.rawPayload).layers), [])
    }
  })

  const refused: [url: string, code: string, locator: string | undefined, status?: number][] = [
    ['/wmts', 'MissingParameterValue', 'request'],
    ["/wmts?request~GetCapabilities!service~!'WMTS'version~'1.0.0", 'MissingParameterValue', 'request'],
    ['/wmts?request=GetCapabilities', 'MissingParameterValue', 'service'],
    ['/wmts?request=GetCapabilities&service=', 'MissingParameterValue', 'service'],
    ['/wmts?service=BOGUS&request=GetCapabilities', 'InvalidParameterValue', 'service'],
    ['/wmts?service=WMTS&request=GetBOGUS', 'InvalidParameterValue', 'request'],
    ['/wmts?service=WMTS&request=__proto__', 'InvalidParameterValue', 'request'],
    ['/wmts?service=WMTS&request=GetFeatureInfo&version=1.0.0', 'MissingParameterValue', 'layer'],
    ...['J', 'I', 'InfoFormat'].flatMap((name): [string, string, string][] => [
      [getInfo({ [name]: undefined }), 'MissingParameterValue', name],
      [getInfo({ [name]: 'BOGUS' }), 'InvalidParameterValue', name]
    ]),
    [getInfo({ I: '256' }), 'PointIJOutOfRange', 'I'],
    [getInfo({ J: '-1' }), 'PointIJOutOfRange', 'J'],
    [getInfo({ TileRow: '7114' }), 'InvalidParameterValue', 'TileRow'],
    [getInfo({ TileCol: '99999' }), 'InvalidParameterValue', 'TileCol'],
    [getInfo({ Layer: 'test-camera' }), 'InvalidParameterValue', 'layer'],
    ['/wmts/1.0.0/test-plot/default/WebMercatorQuad/14/7115/13334/3/5.exe', 'InvalidParameterValue', 'InfoFormat', 404],
    [`/wmts?${CAPABILITIES}&AcceptVersions=0.9.0,1.1.0`, 'VersionNegotiationFailed', undefined],
    [`/wmts?${CAPABILITIES}&Sections=Bogus`, 'InvalidParameterValue', 'sections'],
    [`/wmts?${CAPABILITIES}&Sections=Themes,contents`, 'InvalidParameterValue', 'sections'],
    [`/wmts?${CAPABILITIES}&Sections=`, 'MissingParameterValue', 'sections'],
    [`/wmts?${CAPABILITIES}&updateSequence=999`, 'InvalidUpdateSequence', undefined],
    [`/wmts?${CAPABILITIES}&updateSequence=1e999`, 'InvalidUpdateSequence', undefined],
    [`/wmts?${CAPABILITIES}&updateSequence=x`, 'InvalidUpdateSequence', undefined],
    ...['VERSION', 'Layer', 'style', 'FORMAT', 'TileMatrixSet', 'TileMatrix', 'TileRow', 'TileCol'].flatMap(
      (name): [string, string, string][] => {
        const locator = /^Tile/.test(name) ? name : name.toLowerCase()
        return [
          [getTile({ [name]: undefined }), 'MissingParameterValue', locator],
          [getTile({ [name]: '' }), 'MissingParameterValue', locator],
          [getTile({ [name]: 'BOGUS<&>"' }), 'InvalidParameterValue', locator]
        ]
      }
    ),
    [getTile({ VERSION: '1.0.1' }), 'InvalidParameterValue', 'version'],
    [getTile({ FORMAT: 'image/tiff' }), 'InvalidParameterValue', 'format'],
    [getTile({ Layer: 'test-plot,test-wide' }), 'InvalidParameterValue', 'layer'],
    [getTile({ Layer: 'test-empty' }), 'InvalidParameterValue', 'layer'],
    [getTile({ Layer: 'test-plot.tiles' }), 'InvalidParameterValue', 'layer'],
    [getTile({ TileMatrix: '19' }), 'InvalidParameterValue', 'TileMatrix'],
    [getTile({ TileMatrix: '014' }), 'InvalidParameterValue', 'TileMatrix'],
    [getTile({ TileMatrix: '0' }, 'CGCS2000Quad'), 'InvalidParameterValue', 'TileMatrix'],
    [getTile({ TileRow: '1.5' }), 'InvalidParameterValue', 'TileRow'],
    [getTile({ TileRow: 'NaN' }), 'InvalidParameterValue', 'TileRow'],
    [getTile({ TileRow: '1e3' }), 'InvalidParameterValue', 'TileRow'],
    [getTile({ TileRow: '-1' }), 'TileOutOfRange', 'TileRow'],
    [getTile({ TileRow: '16384' }), 'TileOutOfRange', 'TileRow'],
    [getTile({ TileCol: '16384' }), 'TileOutOfRange', 'TileCol'],
    [getTile({ TileRow: '7114' }), 'TileOutOfRange', 'TileRow'],
    [getTile({ TileRow: '7116' }), 'TileOutOfRange', 'TileRow'],
    [getTile({ TileCol: '13333' }), 'TileOutOfRange', 'TileCol'],
    [getTile({ TileCol: '13338' }), 'TileOutOfRange', 'TileCol'],
    ['/wmts/1.0.0/test-plot/default/WebMercatorQuad/14/7114/13334.mvt', 'TileOutOfRange', 'TileRow', 404],
    ['/wmts/1.0.0/nothing/default/WebMercatorQuad/14/7115/13334.mvt', 'InvalidParameterValue', 'layer', 404],
    ['/wmts/1.0.0/test-plot/none/WebMercatorQuad/14/7115/13334.mvt', 'InvalidParameterValue', 'style', 404],
    ['/wmts/1.0.0/test-plot/default/None/14/7115/13334.mvt', 'InvalidParameterValue', 'TileMatrixSet', 404],
    ['/wmts/1.0.0/test-plot/default/WebMercatorQuad/x/7115/13334.mvt', 'InvalidParameterValue', 'TileMatrix', 404],
    ['/wmts/1.0.0/test-plot/default/WebMercatorQuad/14/7115/13334.tif', 'InvalidParameterValue', 'format', 404],
    ['/wmts/1.0.0/test-plot/default/WebMercatorQuad/14/7115/13334', 'InvalidParameterValue', 'format', 404],
    ['/wmts/1.0.0/test-plot/default/WebMercatorQuad/14/7115/13334/3/5/7.xml', 'NoApplicableCode', undefined, 404],
    ['/wmts/1.1.0/WMTSCapabilities.xml', 'NoApplicableCode', undefined, 404],
    [`/services/nothing/wmts?${CAPABILITIES}`, 'NoApplicableCode', undefined, 404],
    [
      '/services/test-wide/wmts/1.0.0/test-plot/default/WebMercatorQuad/14/7115/13334.mvt',
      'InvalidParameterValue',
      'layer',
      404
    ],
    [`/services/test-wide${getTile()}`, 'InvalidParameterValue', 'layer'],
    [`/wmts?${CAPABILITIES}&key=wrong-key-of-nobody`, 'NoApplicableCode', undefined, 401]
  ]
  t.test('what is wrong is refused by the codes of the standard, in its form', async t => {
    for (const [url, code, locator, status = 400] of refused) {
      const reply = await get(url)
      const headers = {
        'content-type': 'application/xml',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff'
      }
      t.match(reply, { statusCode: status, headers }, url)
      const { text, ...found } = report(reply.body)
      t.strictSame(found, { code, locator }, url)
      t.match(text, /[\u4e00-\u9fff]/, 'in Chinese')
    }
    t.match(
      report((await get(getTile({ Layer: undefined }), { 'accept-language': 'en' })).body).text,
      /lacks parameter layer/
    )
    for (const url of ['/wmts', '/services/test-plot/wmts', '/wmts/1.0.0/WMTSCapabilities.xml']) {
      const reply = await app.inject({
        method: 'POST',
        url,
        payload: '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
        headers: { 'content-type': 'text/xml' }
      })
      t.ok([404, 415].includes(reply.statusCode), 'nothing is read from a body')
      t.equal(report(reply.body).code, 'NoApplicableCode', url)
    }
  })

  t.test('sections, versions and formats are as the client asks', async t => {
    const names = ['ows:ServiceIdentification', 'ows:ServiceProvider', 'ows:OperationsMetadata', 'Contents', 'Themes']
    const there = (xml: string) => names.filter(name => xml.includes(`<${name}>`))
    t.strictSame(there(await capabilities()), names)
    t.strictSame(there(await capabilities('&Sections=All')), names)
    for (const name of names) t.strictSame(there(await capabilities(`&SECTIONS=${name.replace('ows:', '')}`)), [name])
    t.strictSame(there(await capabilities('&sections=Contents,%20ServiceProvider')), [names[1], names[3]])
    t.strictSame(there(await capabilities('&AcceptVersions=2.0.0,1.0.0')), names)
    const types = {
      '': 'application/xml',
      '&AcceptFormats=text/xml': 'text/xml',
      '&AcceptFormats=text/html,application/xml': 'application/xml',
      '&AcceptFormats=x/y': 'application/xml'
    }
    for (const [query, type] of Object.entries(types)) {
      t.equal((await get(`/wmts?${CAPABILITIES}${query}`)).headers['content-type'], type, 'exactly, without a charset')
    }
    const byAddress = await get('/wmts/1.0.0/WMTSCapabilities.xml')
    t.equal(byAddress.body, await capabilities(), 'the same document')
    for (const [accept, status] of [
      ['image/png', 406],
      ['application/xml;q=0, text/html', 406],
      ['text/html, */*;q=0.1', 200],
      ['text/xml', 200]
    ] as const) {
      t.equal((await get('/wmts/1.0.0/WMTSCapabilities.xml', { accept })).statusCode, status, accept)
    }
    const tile = '/wmts/1.0.0/test-plot/default/WebMercatorQuad/14/7115/13334.mvt'
    t.equal((await get(tile, { accept: 'image/png' })).statusCode, 406)
    t.equal((await get(tile, { accept: 'image/png, application/vnd.mapbox-vector-tile' })).statusCode, 200)
    for (const coding of ['gzip', 'br']) {
      const packed = await get(`/wmts?${CAPABILITIES}`, { 'accept-encoding': coding })
      t.match(packed, { statusCode: 200, headers: { 'content-encoding': coding, vary: /Accept-Encoding/ } })
      t.ok(packed.rawPayload.length < byAddress.rawPayload.length / 5)
    }
  })

  t.test('who has the current metadata gets it not again, and a publication makes it new', async t => {
    const first = await get(`/wmts?${CAPABILITIES}`)
    const sequence = attribute(first.body, 'updateSequence') ?? ''
    const asked = { 'if-none-match': String(first.headers['etag']) }
    t.match(await get(`/wmts?${CAPABILITIES}`, asked), { statusCode: 304, payload: '' })
    const short = await capabilities(`&updatesequence=${sequence}&sections=Contents`)
    t.match(short, new RegExp(`^[^>]*>\\s<Capabilities [^>]*version="1.0.0" updateSequence="${sequence}"/>$`))
    t.match(await capabilities('&updateSequence=0'), '<Contents>', 'what is older gets all')

    await publishRows(db, wide, [
      { geometry: { type: 'MultiPolygon', coordinates: [square(90, 10, 30)] }, values: ['W'] }
    ])
    await app.refreshCatalog()
    const next = await get(`/wmts?${CAPABILITIES}&updateSequence=${sequence}`, asked)
    t.match(next, { statusCode: 200, body: '<ows:LowerCorner>90 10</ows:LowerCorner>' })
    t.ok(Number(attribute(next.body, 'updateSequence')) > Number(sequence))
    t.equal(
      (await get(`/wmts?${CAPABILITIES}&updateSequence=${Number(attribute(next.body, 'updateSequence')) + 1}`))
        .statusCode,
      400
    )
  })

  t.test('what a caller may not see is as if it were not there', async t => {
    const ids = async (headers: Record<string, string>) =>
      inside(await capabilities('&sections=Contents', headers), 'Layer').map(
        layer => texts(without(layer, 'Style'), 'ows:Identifier')[0]
      )
    t.strictSame(await ids({}), ['test-plot', 'test-wide', 'test-map'])
    t.strictSame(await ids(as.reader), ['test-plot', 'test-wide', 'test-creek', 'test-map'])
    const none = (text: string, id: string) => text.replaceAll(id, 'X')
    const hidden = [getTile({ Layer: 'test-camera' }), `/services/test-camera/wmts?${CAPABILITIES}`]
    for (const url of hidden) {
      const [theirs, nobodys] = [
        await get(url, as.reader),
        await get(url.replace('test-camera', 'test-nobody'), as.reader)
      ]
      t.equal(theirs.statusCode, nobodys.statusCode)
      t.equal(none(theirs.body, 'test-camera'), none(nobodys.body, 'test-nobody'))
      t.equal(theirs.headers['content-type'], nobodys.headers['content-type'])
    }
    const ofMap = getInfo({ Layer: 'test-map', TileMatrix: '10', TileRow: '444', TileCol: '833', I: '253', J: '84' })
    t.equal((await get(ofMap)).json().features.length, 0)
    const allowed = getTile({ Layer: 'test-camera', TileMatrix: '10', TileRow: '444', TileCol: '833' })
    t.match(await get(allowed, as.publisher), { statusCode: 200, headers: { 'cache-control': 'private, no-cache' } })
    t.equal((await get(allowed)).statusCode, 400, 'after it was made and kept for somebody else')
    const anonymous = inside(await capabilities('&sections=Contents'), 'Layer').at(-1) ?? ''
    t.notMatch(anonymous, '113.2 23.2', 'of a map only what may be seen')
  })

  t.test('whatever a parameter holds, it is refused or means nothing, and nothing of the inside is told', async t => {
    const tile = ['version', 'layer', 'style', 'format', 'tilematrixset', 'tilematrix', 'tilerow', 'tilecol']
    const [path, query] = getTile().split('?')
    const lower = `${path}?${query?.replaceAll(/(^|&)[^=]+/g, name => name.toLowerCase())}`
    const faults = await spoil(get, [
      [lower, [...tile, 'filter', 'fields', 'division', 'asof', 'time']],
      [
        `${lower.replace('GetTile', 'GetFeatureInfo')}&i=1&j=1&infoformat=text/plain`,
        ['i', 'j', 'infoformat', 'filter']
      ],
      [`/wmts?${CAPABILITIES}`, ['request', 'service', 'acceptversions', 'acceptformats', 'sections', 'updatesequence']]
    ])
    t.strictSame(faults, [])
    for (const part of ['..%2f..%2f..%2fetc%2fpasswd', '%00', "'--", '%3Cscript%3E']) {
      for (const address of [
        `/wmts/1.0.0/${part}/default/WebMercatorQuad/14/7115/13334.png`,
        `/wmts/1.0.0/test-plot/${part}/WebMercatorQuad/14/7115/13334.png`,
        `/wmts/1.0.0/test-plot/default/WebMercatorQuad/14/7115/${part}.png`,
        `/services/${part}/wmts?${CAPABILITIES}`
      ]) {
        const reply = await get(address)
        t.match(reply, { statusCode: 404, headers: { 'content-type': 'application/xml' } }, address)
        t.notMatch(reply.body, /<script|root:/)
      }
    }
    for (const host of ['x"><script>alert(1)</script>', 'evil.example/<'])
      t.notMatch((await get(`/wmts?${CAPABILITIES}`, { host })).body, /<script>|evil\.example|<Capabilities/, host)
    t.notMatch(await capabilities('', { 'x-forwarded-host': 'evil.example' }), 'evil.example')
  })

  t.test('what fails inside is not told, but where to find it', async t => {
    await db.run('ALTER TABLE data.test_plot RENAME COLUMN geom TO gone')
    const reply = await get(getInfo())
    await db.run('ALTER TABLE data.test_plot RENAME COLUMN gone TO geom')
    t.equal(reply.statusCode, 500)
    t.equal(report(reply.body).code, 'NoApplicableCode')
    t.match(reply.body, /requestId: \S+</)
    t.notMatch(reply.body, /geom|test_plot|column|error:/i)
  })

  t.test('a client that signs by its URL finds the key in every address that follows', async t => {
    const key = as.publisher.authorization.split(' ')[1] ?? ''
    const xml = await capabilities(`&key=${key}`)
    const addresses = [...xml.matchAll(/(?:xlink:href|template)="([^"]*)"/g)].map(match => match[1] ?? '')
    for (const address of addresses) {
      if (address === 'http://localhost:80' || address.endsWith('/wmts/1.0.0/')) continue
      t.match(address, new RegExp(`[?&](?:amp;)?key=${key}`))
    }
    const template = addresses.find(address => address.includes('test-camera/{Style}')) ?? ''
    const url = template
      .replace('{Style}', 'default')
      .replace('{TileMatrixSet}', 'WebMercatorQuad')
      .replace('{TileMatrix}', '10')
      .replace('{TileRow}', '444')
      .replace('{TileCol}', '833')
    t.equal((await get(url.replace('http://localhost:80', ''))).statusCode, 200)
    t.notMatch(await capabilities('', as.publisher), key, 'one sent by header stays there')
  })

  t.test('what a tile is to show may be asked for as at /tiles, and what cannot be read is refused', async t => {
    const one = await get(getTile({ FILTER: "plot_code = 'P1'", Fields: 'plot_code' }))
    t.strictSame(decode(one.rawPayload).layers['test-plot']?.feature(0).properties['plot_code'], 'P1')
    t.strictSame(decode(one.rawPayload).layers['test-plot']?.feature(0).properties['stage'], undefined)
    t.equal((await get(getTile({ FILTER: "plot_code = 'P9'" }))).rawPayload.length, 0)
    for (const view of [
      { filter: "plot_code = '" },
      { filter: 'secret = 1' },
      { fields: 'secret' },
      { asof: '99999' }
    ]) {
      const reply = await get(getTile(view))
      t.equal(reply.statusCode, 400, JSON.stringify(view))
      t.match(report(reply.body), { code: 'InvalidParameterValue', ...('fields' in view && { locator: 'fields' }) })
    }
  })

  t.test('a tile beyond the present bounds may be asked for as of an earlier state', async t => {
    const members = shownAtFirst(findCollection(app.catalog, 'test-plot', () => true)).members
    t.ok(members[0]!.bounds![0] >= 113)
    t.equal((await get(getTile({ TileCol: '13333' }))).statusCode, 400)
    t.equal((await get(getTile({ TileCol: '13333', asOf: '1' }))).statusCode, 200)
  })

  t.test('every refusal is valid by the schema of the OGC', { skip: withoutSchemas }, async t => {
    t.ok(Object.keys(reports).length > refused.length)
    t.equal(faultsOf(t.testdir(reports), reports, 'ows/1.1.0/owsExceptionReport.xsd'), '')
  })

  t.test('the names of headers go out as the standards spell them', async t => {
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const rawNames = (path: string) =>
      new Promise<string[]>((resolve, reject) => {
        httpRequest({ port, host: '127.0.0.1', path, agent: false }, reply => {
          reply.resume()
          resolve(reply.rawHeaders.filter((_, i) => i % 2 === 0))
        })
          .on('error', reject)
          .end()
      })
    for (const path of [
      `/wmts?${CAPABILITIES}`,
      '/wmts',
      getTile(),
      '/services/test-plot/wmts/1.0.0/WMTSCapabilities.xml'
    ]) {
      const names = await rawNames(path)
      t.ok(
        ['Content-Type', 'Content-Length', 'Cache-Control'].every(name => names.includes(name)),
        `${path}: ${names}`
      )
      t.strictSame(
        names.filter(name => /^[a-z]|-[a-z]/.test(name)),
        [],
        path
      )
    }
    t.ok((await rawNames('/health/live')).includes('content-type'), 'elsewhere they are as they were')
  })

  t.test('OWSLib reads what we say', { skip: withoutOwslib }, async t => {
    const { port } = app.server.address() as AddressInfo
    const script = `
import sys
from owslib.wmts import WebMapTileService
w = WebMapTileService(sys.argv[1])
t = w.gettile(layer='test-plot', style='default', tilematrixset='CGCS2000Quad', tilematrix='14', row=3049, column=13334, format='${MVT}')
print(w.identification.title, sorted(w.contents), sorted(w.tilematrixsets), len(t.read()) > 0)
`
    // The server answers from this process, so nothing may block it.
    const out = await new Promise<string>((resolve, reject) => {
      execFile('/usr/bin/python3', ['-c', script, `http://127.0.0.1:${port}/wmts`], (error, stdout, stderr) =>
        error ? reject(new Error(stderr)) : resolve(stdout)
      )
    })
    t.match(
      out,
      "佛山市南海区瓦片服务 ['test-map', 'test-plot', 'test-wide'] ['CGCS2000Quad', 'WebMercatorQuad', 'WorldCRS84Quad'] True"
    )
  })

  t.test('its use is counted for the layer, and it is a service of the catalogue', async t => {
    await app.usage.flush()
    const before = app.usage.of('test-plot.wmts').requests
    await get(getTile())
    await get('/wmts/1.0.0/test-plot/default/WebMercatorQuad/14/7115/13334.mvt')
    await get(`/services/test-plot/wmts?${CAPABILITIES}`)
    await get(`/wmts?${CAPABILITIES}`)
    await get(getTile({ TileRow: '1' }))
    await app.usage.flush()
    t.equal(app.usage.of('test-plot.wmts').requests - before, 3)
    const { services } = (await get('/api/services?protocol=wmts')).json()
    t.strictSame(
      services.map(({ id }: { id: string }) => id),
      ['test-plot.wmts', 'test-wide.wmts', 'test-map.wmts']
    )
    for (const { urls } of services) {
      for (const url of Object.values(urls as Record<string, string>)) {
        t.equal((await get(url.replace('http://localhost:80', ''))).statusCode, 200, url)
      }
    }
  })
})
