import { spawnSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import fc from 'fast-check'
import sharp from 'sharp'
import t from 'tap'
import { Problem } from '../../server/lib/errors.ts'
import { PICTURE_CRS, projectionOf } from '../../server/lib/picture-crs.ts'
import { readTime, writePeriod } from '../../server/routes/wms/iso-time.ts'
import { parseFrame } from '../../server/routes/wms/parse-frame.ts'
import { onBothDatabases, testApp } from '../helper.ts'
import { field, publishRows, square, testLayer } from '../tiles/fixture.ts'
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

const XSD = {
  capabilities: 'wms/1.3.0/capabilities_1_3_0.xsd',
  report: 'wms/1.3.0/exceptions_1_3_0.xsd',
  metadata: 'iso/19139/20070417/gmd/gmd.xsd'
}

/** Why some documents are not valid, by a schema of the OGC or by the DTD they name, read offline; '' where they are. */
function faultsOf(folder: string, documents: Record<string, string>, schema?: string): string {
  const files = Object.keys(documents).map(name => join(folder, name))
  const by = schema ? ['--schema', `${SCHEMAS}/${schema}`] : ['--valid']
  const { status, stderr } = spawnSync('xmllint', ['--nonet', '--noout', ...by, ...files], {
    env: { ...process.env, XML_CATALOG_FILES: `${SCHEMAS}/catalog.xml` },
    encoding: 'utf8'
  })
  return status === 0 ? '' : stderr
}

const texts = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}(?: [^>]*)?>([^<]*)</${name}>`, 'g'))].map(match => match[1] ?? '')
const attribute = (xml: string, name: string): string | undefined => new RegExp(` ${name}="([^"]*)"`).exec(xml)?.[1]
const plain = (text: string) => text.replaceAll('&amp;', '&')

const painted = (id: string, color: string) => [
  { id: `${id}-fill`, type: 'fill', 'source-layer': id, paint: { 'fill-color': color, 'fill-antialias': false } }
]
/** A blue square of a hundredth of a degree at 113° east, 23° north. */
const lake = testLayer('test-lake', { style: painted('test-lake', '#0000ff') })
const lot = testLayer('test-lot', {
  title: { zh: '“宽” <a href="x">&\'', en: 'Wide <script>&"\'' },
  style: painted('test-lot', '#00ff00').map(item => ({ ...item, maxzoom: 20 })),
  zoom: { min: 12, max: 18 }
})
const bus = testLayer('test-bus', {
  fields: [field('code'), field('seen', 'datetime'), field('height', 'number')],
  dimensions: { time: 'seen', elevation: 'height' },
  style: painted('test-bus', '#ff0000')
})

const SQUARE = { west: 113, south: 23, east: 113.01, north: 23.01 }
const BOX = '23,113,23.01,113.01'
const MAP = {
  service: 'WMS',
  version: '1.3.0',
  request: 'GetMap',
  layers: 'test-lake',
  styles: '',
  crs: 'EPSG:4490',
  bbox: BOX,
  width: '20',
  height: '10',
  format: 'image/png'
}
const query = (changes: Record<string, string | undefined> = {}) => {
  const given = Object.entries({ ...MAP, ...changes }).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value]]
  )
  return String(new URLSearchParams(given as [string, string][]))
}
const getMap = (changes: Record<string, string | undefined> = {}) => `/wms?${query(changes)}`
const CAPABILITIES = 'service=WMS&request=GetCapabilities'

/**
 * The colours of a picture as `rrggbbaa`, each with its pixels. Channels are rounded to 00, 80 or ff, as an edge may lie
 * a part of a pixel beside its place: tiles have no finer units.
 */
async function colours(picture: Buffer): Promise<Record<string, number>> {
  const { data } = await sharp(picture).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  const rounded = (channel: number) => (channel < 64 ? 0 : channel < 192 ? 128 : 255)
  const found: Record<string, number> = {}
  for (let i = 0; i < data.length; i += 4) {
    const pixel = Buffer.from(data.subarray(i, i + 4).map(rounded))
    const name = pixel[3] === 0 ? CLEAR : pixel.toString('hex')
    found[name] = (found[name] ?? 0) + 1
  }
  return found
}
const CLEAR = '00000000'
const BLUE = '0000ffff'
const WHITE = 'ffffffff'

t.test('times are read from a year to an instant, and written as a period where they are even', async t => {
  const read = (text: string) => readTime(text)?.map(ms => new Date(ms).toISOString())
  t.strictSame(read('2000'), ['2000-01-01T00:00:00.000Z', '2000-12-31T23:59:59.999Z'])
  t.strictSame(read('2000-02'), ['2000-02-01T00:00:00.000Z', '2000-02-29T23:59:59.999Z'])
  t.strictSame(read('2000-02-29'), ['2000-02-29T00:00:00.000Z', '2000-02-29T23:59:59.999Z'])
  t.strictSame(read('2000-02-29T08:15Z'), ['2000-02-29T08:15:00.000Z', '2000-02-29T08:15:59.999Z'])
  t.strictSame(read('2000-02-29T08:15:01.5Z')?.[0], '2000-02-29T08:15:01.500Z')
  t.strictSame(read('2000-02-29T08:15:01 08:00')?.[0], '2000-02-29T00:15:01.000Z')
  t.strictSame(read('2000-02-29T08:15:01')?.[0], '2000-02-29T00:15:01.000Z', 'without a zone: in China')
  for (const bad of [
    '',
    '1',
    '2000-13',
    '2000-02-30',
    '2001-02-29T00:00:00Z',
    '2000-01-01T25:00:00Z',
    "2000'",
    'now'
  ]) {
    t.equal(readTime(bad), undefined, bad)
  }
  const write = (ms: number) => String(ms / 1000)
  t.equal(writePeriod([0, 5000, 10_000], write), '0/10/PT5S')
  t.equal(writePeriod([0, 86_400_000, 172_800_000], write), '0/172800/P1D')
  t.equal(writePeriod([0, 5000], write), undefined)
  t.equal(writePeriod([0, 5000, 9000], write), undefined)
})

t.test('whatever a request says of its picture is read or refused, and never more than can be drawn', async () => {
  const text = fc.oneof(fc.string(), fc.double().map(String), fc.integer().map(String), fc.constant('1e999'))
  const part = fc.record(
    {
      crs: fc.oneof(fc.constantFrom(...PICTURE_CRS.map(({ code }) => code)), fc.string()),
      bbox: fc.oneof(
        fc.array(text, { maxLength: 6 }).map(parts => parts.join()),
        fc.string()
      ),
      width: text,
      height: text,
      dpi: text
    },
    { requiredKeys: [] }
  )
  fc.assert(
    fc.property(part, fc.boolean(), (given, lenientAxes) => {
      const kvp = new Map(Object.entries(given))
      try {
        const { width, height, pixelRatio, box } = parseFrame(kvp, { version: '1.3.0', lenientAxes })
        return (
          width * pixelRatio <= 4096.001 &&
          height * pixelRatio <= 4096.001 &&
          box.every(Number.isFinite) &&
          box[0] < box[2]
        )
      } catch (error) {
        return error instanceof Problem && error.status === 400
      }
    })
  )
})

await onBothDatabases(t, async (t, db) => {
  const { app, as } = await testApp(t, db, {
    ...(await testCatalogue(t, [lake, lot, bus])),
    WMS_LENIENT_AXES: 'test-lake'
  })
  const at = (west: number, south: number) => ({
    type: 'MultiPolygon' as const,
    coordinates: [square(west, south, 0.01)]
  })
  await publishAll(db)
  await publishRows(db, lake, [{ geometry: at(113.02, 23), values: ['L'] }])
  await publishRows(db, lake, [{ geometry: at(113, 23), values: ['L'] }])
  await publishRows(
    db,
    lot,
    Array.from({ length: 60 }, (_, i) => ({ geometry: at(113.01, 23), values: [`W${i}`] }))
  )
  await publishRows(
    db,
    bus,
    [0, 5, 10].map((second, i) => ({
      geometry: at(113 + i / 100, 23.01),
      values: [`B${i}`, `2000-01-01T00:00:${String(second).padStart(2, '0')}Z`, [500, 490, 480][i]]
    }))
  )
  await app.refreshCatalog()
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })
  const capabilities = async (more = '', headers = {}) => (await get(`/wms?${CAPABILITIES}${more}`, headers)).body
  const drawn = async (changes: Record<string, string | undefined> = {}) => {
    const reply = await get(getMap(changes))
    t.match(reply.headers['content-type'], /^image\//, `${JSON.stringify(changes)}: ${reply.body.slice(0, 400)}`)
    return colours(reply.rawPayload)
  }
  const reports = { '1.1.1': {} as Record<string, string>, '1.3.0': {} as Record<string, string> }
  const codeOf = (reply: { body: string }) => attribute(reply.body, 'code')

  t.test('the service metadata is valid by the schema and the DTD of the OGC', { skip: withoutSchemas }, async t => {
    const key = encodeURIComponent(as.publisher.authorization.split(' ')[1] ?? '')
    const newer: Record<string, string> = {}
    const older: Record<string, string> = {}
    for (const [i, [path, headers]] of (
      [
        ['/wms?', {}],
        ['/wms?lang=en&', as.publisher],
        [`/wms?key=${key}&`, {}],
        ['/services/test-bus/wms?', {}],
        ['/services/test-map/wms?', as.publisher]
      ] as const
    ).entries()) {
      newer[`newer-${i}.xml`] = (await get(`${path}${CAPABILITIES}`, headers)).body
      older[`older-${i}.xml`] = (await get(`${path}${CAPABILITIES}&version=1.1.1`, headers)).body
    }
    t.equal(faultsOf(t.testdir(newer), newer, XSD.capabilities), '')
    t.equal(faultsOf(t.testdir(older), older), '')
    t.match(newer['newer-1.xml'], 'Wide &lt;script&gt;&amp;"\'')
    const broken = { 'broken.xml': newer['newer-0.xml']!.replace('<CRS>', '<Nothing/>$&') }
    t.match(faultsOf(t.testdir(broken), broken, XSD.capabilities), /Nothing/, 'the check checks')
  })

  t.test('versions are negotiated as the standard has it, whatever the case and order of names', async t => {
    for (const [asked, given] of [
      ['', '1.3.0'],
      ['&version=1.3.0', '1.3.0'],
      ['&version=100.0.0', '1.3.0'],
      ['&version=1.2.0', '1.1.1'],
      ['&VERSION=1.1.1', '1.1.1'],
      ['&version=0.0.0', '1.1.1'],
      ['&wmtver=1.0.0', '1.1.1'],
      ['&version=x', '1.3.0']
    ] as const) {
      const reply = await get(`/wms?${CAPABILITIES}${asked}`)
      t.match(reply.body, new RegExp(`<(WMS|WMT_MS)_Capabilities [^>]*version="${given}"`), asked)
      t.equal(
        reply.headers['content-type'],
        given === '1.3.0' ? 'text/xml' : 'application/vnd.ogc.wms_xml',
        'exactly, without a charset'
      )
    }
    const usual = await capabilities()
    t.equal(await capabilities('&FORMAT=text/html&BOGUS=ignored'), usual, 'what is unknown is ignored')
    t.equal((await get('/wms?ReQuEsT=%47%65%74Capabilities&SERVICE=WMS')).body, usual)
    t.equal((await get('/wms?request=capabilities&WMTVER=1.0.0')).statusCode, 200)
    t.match(await get('/wms?service=WFS&request=GetCapabilities'), { body: /SERVICE/ })
  })

  t.test('who has the current metadata is told so, and who has what never was, too', async t => {
    const first = await get(`/wms?${CAPABILITIES}`)
    const sequence = attribute(first.body, 'updateSequence') ?? ''
    t.equal(await capabilities('&updateSequence='), first.body)
    t.equal(codeOf(await get(`/wms?${CAPABILITIES}&updatesequence=${sequence}`)), 'CurrentUpdateSequence')
    t.equal(await capabilities(`&updateSequence=${Number(sequence) - 1}`), first.body)
    t.equal(codeOf(await get(`/wms?${CAPABILITIES}&UPDATESEQUENCE=${Number(sequence) + 1}`)), 'InvalidUpdateSequence')
    t.equal(codeOf(await get(`/wms?${CAPABILITIES}&UPDATESEQUENCE=x`)), 'InvalidUpdateSequence')
    t.match(await get(`/wms?${CAPABILITIES}`, { 'if-none-match': String(first.headers['etag']) }), { statusCode: 304 })
  })

  t.test('layers stand by theme, with boxes in the order of the axes, scales and dimensions', async t => {
    const xml = await capabilities('&lang=en', as.publisher)
    t.strictSame(
      texts(xml, 'Name')
        .slice(1)
        .filter(name => name.startsWith('test-')),
      ['test-bus', 'test-lake', 'test-lot', 'test-plot', 'test-camera', 'test-creek', 'test-map']
    )
    t.match(xml, /<Layer><Title>Planning<\/Title><Layer queryable="1"><Name>test-bus/)
    const layerOf = (name: string) => xml.split(`<Name>${name}</Name>`)[1]?.split('</Layer>')[0] ?? ''
    const one = layerOf('test-lake')
    t.match(one, '<westBoundLongitude>113</westBoundLongitude>')
    t.match(one, '<BoundingBox CRS="CRS:84" minx="113" miny="23"')
    t.match(one, '<BoundingBox CRS="EPSG:4326" minx="23" miny="113"')
    t.match(one, /<BoundingBox CRS="EPSG:4547" minx="25\d{5}/, 'northing first')
    t.match(one, /<BoundingBox CRS="EPSG:4526" minx="25\d{5}[.\d]*" miny="38\d{6}/)
    t.notMatch(one, 'EPSG:4549', 'a box only where the system can be used')
    t.strictSame(
      texts(xml, 'CRS'),
      PICTURE_CRS.map(({ code }) => code)
    )
    t.match(layerOf('test-lot'), '<MaxScaleDenominator>68248</MaxScaleDenominator>', 'zoom 12')
    t.match(layerOf('test-lot'), '<MinScaleDenominator>266</MinScaleDenominator>', 'zoom 20')
    t.match(
      layerOf('test-camera'),
      /<westBoundLongitude>113.1999\d*<.*<eastBoundLongitude>113.2001/,
      'a point has a box'
    )
    t.match(
      layerOf('test-bus'),
      '<Dimension name="time" units="ISO8601" default="2000-01-01T00:00:10Z" multipleValues="1" nearestValue="1" current="1">2000-01-01T00:00:00Z/2000-01-01T00:00:10Z/PT5S</Dimension><Dimension name="elevation" units="CRS:88" unitSymbol="m" default="500" multipleValues="1" nearestValue="1">500,490,480</Dimension>'
    )
    const older = await capabilities('&version=1.1.1')
    t.match(older, '<SRS>EPSG:4326</SRS>')
    t.notMatch(older, 'CRS:84')
    t.match(older, '<BoundingBox SRS="EPSG:4326" minx="113" miny="23"')
    t.match(older, '<Extent name="time" default="2000-01-01T00:00:10Z" nearestValue="1">')
    t.match(older, /<ScaleHint min="0.105\d*" max="27.02/)
    const own = (await get(`/services/test-map/wms?${CAPABILITIES}`, as.publisher)).body
    t.match(
      own,
      /<Name>test-map<\/Name>.*<Style><Name>map<\/Name>.*<Layer queryable="1"><Name>test-creek<\/Name>.*<\/Layer><\/Layer><\/Layer>/
    )
    for (const address of [...xml.matchAll(/<OnlineResource [^>]*xlink:href="([^"]*)"\/><\/Get>/g)]) {
      t.match(plain(address[1] ?? ''), /[?&]$/, 'ready to have parameters added')
    }
  })

  t.test('each layer has one box in each system it can be used in, and is drawn there', async t => {
    const xml = await capabilities('', as.publisher)
    const codes = texts(xml, 'CRS')
    t.equal(new Set(codes).size, codes.length)
    for (const part of xml.split('<Layer queryable="1">').slice(1)) {
      const [id = ''] = texts(part, 'Name')
      const degrees = ['west', 'south', 'east', 'north'].map(side =>
        Number(texts(part, `${side}Bound${/^[we]/.test(side) ? 'Longitude' : 'Latitude'}`)[0])
      ) as [number, number, number, number]
      t.ok(degrees[0] < degrees[2] && degrees[1] < degrees[3], `${id}: ${degrees}`)
      const boxes = [
        ...part.matchAll(/<BoundingBox CRS="([^"]*)" minx="([^"]*)" miny="([^"]*)" maxx="([^"]*)" maxy="([^"]*)"/g)
      ]
      const systems = boxes.map(([, crs = '']) => crs)
      t.ok(systems.length >= 5 && systems.every(crs => codes.includes(crs)), `${id}: ${systems}`)
      t.equal(new Set(systems).size, systems.length, `${id}: a system has one box`)
      for (const [, crs, ...numbers] of boxes) {
        const [minx, miny, maxx, maxy] = numbers.map(Number) as [number, number, number, number]
        t.ok(minx < maxx && miny < maxy, `${id} ${crs}`)
        if (crs === 'CRS:84') t.equal(minx, degrees[0], `${id}: longitude first`)
        if (crs === 'EPSG:4326') t.equal(minx, degrees[1], `${id}: latitude first`)
        const reply = await get(getMap({ layers: id, crs, bbox: numbers.join() }), as.publisher)
        t.equal(reply.headers['content-type'], 'image/png', `${id} ${crs}`)
      }
    }
  })

  t.test('every address in the metadata answers as it says', async t => {
    const key = as.publisher.authorization.split(' ')[1] ?? ''
    for (const xml of [await capabilities(`&key=${key}`), await capabilities(`&version=1.1.1&lang=en&key=${key}`)]) {
      const links = xml.matchAll(/<(\w+URL)([^>]*)><Format>([^<]*)<\/Format><OnlineResource [^>]*xlink:href="([^"]*)"/g)
      let count = 0
      for (const [, kind = '', attributes = '', type, href = ''] of links) {
        const reply = await get(plain(href).replace('http://localhost:80', ''))
        t.match(reply, { statusCode: 200, headers: { 'content-type': type } }, href)
        if (kind === 'LegendURL') {
          const { width, height } = await sharp(reply.rawPayload).metadata()
          t.strictSame(
            [String(width), String(height)],
            [attribute(attributes, 'width'), attribute(attributes, 'height')]
          )
        }
        count++
      }
      t.equal(count, 14, 'a legend and a document each')
    }
  })

  t.test('metadata of a layer is valid by ISO 19139', { skip: withoutSchemas }, async t => {
    const documents = {
      'layer.xml': (await get('/services/test-lot/metadata.xml?lang=en')).body,
      'map.xml': (await get('/services/test-map/metadata.xml')).body
    }
    t.equal(faultsOf(t.testdir(documents), documents, XSD.metadata), '')
    t.match(documents['layer.xml'], 'Wide &lt;script&gt;')
    t.equal((await get('/services/test-camera/metadata.xml')).statusCode, 404, 'hidden')
  })

  t.test('a box means the same whatever order its version and system write the axes in', async t => {
    const projected = (code: string) => {
      const { forward } = projectionOf(PICTURE_CRS.find(crs => crs.code === code)!)
      const [[west, south], [east, north]] = [forward(SQUARE.west, SQUARE.south), forward(SQUARE.east, SQUARE.north)]
      // A little inside, as a square of degrees is none in metres.
      return { west: west + 20, south: south + 20, east: east - 20, north: north - 20 }
    }
    for (const { code, northFirst, unit } of PICTURE_CRS.filter(({ code }) => code !== 'EPSG:4549')) {
      const { west, south, east, north } = unit === 'degree' ? SQUARE : projected(code)
      const [eastFirst, northsFirst] = [`${west},${south},${east},${north}`, `${south},${west},${north},${east}`]
      const newer = await drawn({ crs: code, bbox: northFirst ? northsFirst : eastFirst })
      t.strictSame(newer, { [BLUE]: 200 }, `1.3.0 ${code}`)
      if (code === 'CRS:84') continue
      const older = { version: '1.1.1', crs: undefined, srs: code }
      t.strictSame(await drawn({ ...older, bbox: eastFirst }), { [BLUE]: 200 }, `1.1.1 ${code}`)
      if (!northFirst) continue
      t.strictSame(
        await drawn({ crs: code, bbox: eastFirst }),
        { [WHITE]: 200 },
        `${code}: the other order is elsewhere`
      )
      const lenient = await get(`/services/test-lake${getMap({ crs: code, bbox: eastFirst })}`)
      t.strictSame(await colours(lenient.rawPayload), { [BLUE]: 200 }, `${code}: a lenient service takes it`)
      const strict = await get(`/services/test-lake${getMap({ crs: code, bbox: northsFirst })}`)
      t.strictSame(await colours(strict.rawPayload), { [BLUE]: 200 }, `${code}: and the right one`)
    }
    const asDecimals = await get(getMap({ bbox: '22.5,112.5,23.5,113.5' }))
    const otherwise = await get(getMap({ bbox: '2.25E1,+11250E-2, 023.5 ,.1135e+3' }))
    t.equal(otherwise.headers['content-type'], 'image/png', otherwise.body.slice(0, 300))
    t.strictSame(asDecimals.rawPayload, otherwise.rawPayload)
    t.equal((await get(getMap().replace('23.01%2C113.01', '2.301E+1,113.01'))).headers['content-type'], 'image/png')
  })

  t.test('outside what a system can be used for, and where nothing is, all is white', async t => {
    for (const [crs, bbox] of [
      ['CRS:84', '-10,90,10,110'],
      ['CRS:84', '0,0,1,1'],
      ['EPSG:3857', '1e9,1e9,2e9,2e9'],
      ['EPSG:4547', '-9e15,-9e15,-8e15,-8e15'],
      ['EPSG:4326', '100,200,300,400']
    ] as const) {
      t.strictSame(await drawn({ crs, bbox, width: '50', height: '50' }), { [WHITE]: 2500 }, `${crs} ${bbox}`)
    }
    t.match(await drawn({ layers: 'test-lot', bbox: '-90,-180,90,180' }), { [WHITE]: 200 }, 'above its largest scale')
    const near = '23.005,113.015,23.005005,113.01501'
    t.match(await drawn({ layers: 'test-lot', bbox: near }), { [WHITE]: 200 }, 'below its smallest')
    const whole = await drawn({ crs: 'EPSG:4547', bbox: '-9e6,-9e6,9e6,9e6' })
    t.ok((whole[WHITE] ?? 0) > 150, 'far beyond the system on all sides')
  })

  t.test('a picture has the size, the format, and the ground that were asked for', async t => {
    for (const [format, kind] of [
      ['image/png', 'png'],
      ['image/png; mode=8bit', 'png'],
      ['image/jpeg', 'jpeg'],
      ['image/webp', 'webp']
    ] as const) {
      for (const [width, height] of [
        [1024, 768],
        [8, 5]
      ] as const) {
        const reply = await get(getMap({ format, width: `${width}`, height: `${height}` }))
        t.equal(reply.headers['content-type'], format)
        t.match(await sharp(reply.rawPayload).metadata(), { width, height, format: kind })
      }
    }
    t.equal((await get(getMap({ format: 'IMAGE/PNG;MODE=8BIT' }))).headers['content-type'], 'image/png; mode=8bit')
    const wide = { bbox: '23,112.995,23.01,113.005' }
    t.strictSame(await drawn(wide), { [WHITE]: 100, [BLUE]: 100 })
    t.strictSame(await drawn({ ...wide, transparent: 'FALSE', bgcolor: '0xFF8000' }), { ff8000ff: 100, [BLUE]: 100 })
    t.strictSame(await drawn({ ...wide, TRANSPARENT: 'true' }), { [CLEAR]: 100, [BLUE]: 100 })
    t.strictSame(await drawn({ ...wide, transparent: 'TRUE', format: 'image/png;mode=8bit' }), {
      [CLEAR]: 100,
      [BLUE]: 100
    })
    const fine = await get(getMap({ dpi: '192', width: '333', height: '201' }))
    t.match(await sharp(fine.rawPayload).metadata(), { width: 333, height: 201 }, 'for a fine screen')
  })

  t.test('layers are drawn from the first to the last, each in its style', async t => {
    const both = { layers: 'test-lake,test-lot', bbox: '23,113,23.01,113.02', width: '200', height: '100' }
    const halves = { [BLUE]: 10_000, '00ff00ff': 10_000 }
    t.strictSame(await drawn(both), halves)
    for (const styles of [',', 'default,', 'default,default', undefined]) {
      t.strictSame(await drawn({ ...both, styles }), halves, styles ?? 'no STYLES at all')
    }
    t.strictSame(await drawn({ layers: 'test-lot,test-lake,test-lot', styles: ',,' }), { [BLUE]: 200 })
    const child = await get(`/services/test-map${getMap({ layers: 'test-plot,test-map', styles: 'map,map' })}`)
    t.equal(child.headers['content-type'], 'image/png', 'a layer as its map shows it')
  })

  t.test('the same is asked for by a form, by names in any case, and again without being drawn', async () => {
    const first = await get(getMap())
    const form = await app.inject({
      method: 'POST',
      url: '/wms?layers=nothing',
      payload: query(),
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
    })
    t.strictSame(form.rawPayload, first.rawPayload)
    const odd = query().replace('layers', 'LaYeRs').replace('bbox', 'BBOX').split('&').toReversed().join('&')
    t.strictSame((await get(`/wms?${odd}&BOGUS=1`)).rawPayload, first.rawPayload)
    t.match(first.headers, { 'cache-control': 'public, no-cache', etag: /^"/ })
    const again = await get(getMap(), { 'if-none-match': String(first.headers['etag']) })
    t.match(again, { statusCode: 304, payload: '' })
    const other = await get(getMap({ width: '21' }))
    t.not(other.headers['etag'], first.headers['etag'])
  })

  const refused: [changes: Record<string, string | undefined>, code: string | undefined, words?: RegExp][] = [
    [{ version: undefined }, undefined, /VERSION/],
    [{ version: '1.4.0' }, undefined, /1\.4\.0/],
    [{ request: undefined }, undefined, /REQUEST/],
    [{ request: 'GetNothing' }, 'OperationNotSupported'],
    [{ service: 'WFS' }, undefined, /SERVICE/],
    [{ layers: undefined }, undefined, /LAYERS/],
    [{ layers: '' }, undefined, /LAYERS/],
    [{ layers: 'nothing' }, 'LayerNotDefined'],
    [{ layers: 'nothing,test-lake' }, 'LayerNotDefined'],
    [{ layers: 'test-lake,nothing' }, 'LayerNotDefined'],
    [{ layers: 'test-lake,' }, 'LayerNotDefined'],
    [{ layers: 'test-empty' }, 'LayerNotDefined'],
    [{ layers: '__proto__' }, 'LayerNotDefined'],
    [{ layers: Array(51).fill('test-lake').join() }, undefined, /51/],
    [{ styles: 'none' }, 'StyleNotDefined'],
    [{ layers: 'test-lake,test-lot', styles: 'none,' }, 'StyleNotDefined'],
    [{ layers: 'test-lake,test-lot', styles: ',none' }, 'StyleNotDefined'],
    [{ layers: 'test-lake,test-lot', styles: 'default' }, 'StyleNotDefined'],
    [{ styles: 'map' }, 'StyleNotDefined'],
    [{ layers: 'test-map', styles: 'none' }, 'StyleNotDefined'],
    [{ crs: undefined }, undefined, /CRS/],
    [{ crs: 'EPSG:99999' }, 'InvalidCRS'],
    [{ crs: 'AUTO2:42001,1,113,23' }, 'InvalidCRS'],
    [{ format: undefined }, undefined, /FORMAT/],
    [{ format: 'image/tiff' }, 'InvalidFormat'],
    [{ bbox: undefined }, undefined, /BBOX/],
    [{ bbox: '23,113,23.01' }, undefined],
    [{ bbox: '23,113,23.01,113.01,0' }, undefined],
    [{ bbox: '23,113,23,113.01' }, undefined],
    [{ bbox: '23,113.01,23.01,113' }, undefined],
    [{ bbox: 'NaN,113,23.01,113.01' }, undefined],
    [{ bbox: '23,113,Infinity,113.01' }, undefined],
    [{ bbox: '23,113,1e999,113.01' }, undefined],
    [{ bbox: "23,113,24';--,113.01" }, undefined],
    [{ width: '0' }, undefined],
    [{ width: '-5' }, undefined],
    [{ width: '4097' }, undefined, /4096/],
    [{ width: '1e3' }, undefined],
    [{ height: '99999999999' }, undefined],
    [{ height: undefined }, undefined, /HEIGHT/],
    [{ dpi: '99999' }, undefined, /600/],
    [{ map_resolution: '99999' }, undefined, /600/],
    [{ format_options: 'antialias:on;dpi:99999' }, undefined, /600/],
    [{ bgcolor: 'red' }, undefined, /0xRRGGBB/],
    [{ transparent: 'maybe' }, undefined],
    [{ sld: 'http://169.254.169.254/latest' }, 'OperationNotSupported', /SLD/],
    [{ sld_body: '<!DOCTYPE x><StyledLayerDescriptor/>' }, 'OperationNotSupported', /SLD_BODY/],
    [{ filter: "code = '" }, undefined],
    [{ filter: 'secret = 1' }, undefined],
    [{ filter: "code = '1' OR 1=1 --" }, undefined],
    [{ filter: `${'('.repeat(1600)}code = '1'${')'.repeat(1600)}` }, undefined],
    [{ filter: `code = '${'x'.repeat(9000)}'` }, undefined],
    [{ layers: 'test-bus', time: 'yesterday' }, 'InvalidDimensionValue'],
    [{ layers: 'test-bus', time: '2000-01-01T00:00:10Z/2000-01-01T00:00:00Z' }, 'InvalidDimensionValue'],
    [{ layers: 'test-bus', time: '1990/1991' }, 'InvalidDimensionValue'],
    [{ layers: 'test-bus', time: "2000-01-01') OR TRUE --" }, 'InvalidDimensionValue'],
    [{ layers: 'test-bus', elevation: '1e999' }, 'InvalidDimensionValue'],
    [{ layers: 'test-lake', time: '1990-01-01' }, 'InvalidDimensionValue'],
    [{ layers: '<script>alert(1)</script>&"' }, 'LayerNotDefined', /&lt;script&gt;/]
  ]
  t.test('what is wrong is refused by the codes of the standard, in its form', async t => {
    for (const [changes, code, words] of refused) {
      const reply = await get(getMap(changes))
      const name = JSON.stringify(changes).slice(0, 100)
      t.match(
        reply,
        {
          statusCode: 200,
          headers: { 'content-type': 'text/xml', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
        },
        name
      )
      t.equal(codeOf(reply), code, name)
      t.match(reply.body, /<ServiceException[^>]*>[^<]*[\u4e00-\u9fff]/, 'in Chinese')
      if (words) t.match(reply.body, words)
      reports['1.3.0'][`report-${Object.keys(reports['1.3.0']).length}.xml`] = reply.body
      const { crs, version = '1.3.0', ...rest } = { ...MAP, ...changes }
      if (version !== '1.3.0') continue
      const older = await get(getMap({ ...rest, version: '1.1.1', crs: undefined, srs: crs, bbox: rest.bbox }))
      if (older.headers['content-type'] === 'image/png') continue
      t.equal(older.headers['content-type'], 'application/vnd.ogc.se_xml', name)
      t.equal(codeOf(older), code === 'InvalidCRS' ? 'InvalidSRS' : code, name)
      reports['1.1.1'][`report-${Object.keys(reports['1.1.1']).length}.xml`] = older.body
    }
    t.match((await get(getMap({ layers: 'x' }), { 'accept-language': 'en' })).body, /No layer “x”/)
  })

  t.test('every refusal is valid by the schema or the DTD of the OGC', { skip: withoutSchemas }, async t => {
    t.ok(Object.keys(reports['1.1.1']).length > 30)
    t.equal(faultsOf(t.testdir(reports['1.3.0']), reports['1.3.0'], XSD.report), '')
    t.equal(faultsOf(t.testdir(reports['1.1.1']), reports['1.1.1']), '')
  })

  t.test('a refusal is a picture where one is asked for', async t => {
    const nothing = { layers: 'nothing', width: '100', height: '100', bgcolor: '0xFF0000' }
    t.strictSame(await drawn({ ...nothing, exceptions: 'BLANK' }), { ff0000ff: 10_000 })
    t.strictSame(await drawn({ ...nothing, exceptions: 'BLANK', transparent: 'TRUE' }), { [CLEAR]: 10_000 })
    for (const format of ['image/png', 'image/jpeg', 'image/webp']) {
      for (const [version, exceptions] of [
        ['1.3.0', 'INIMAGE'],
        ['1.1.1', 'application/vnd.ogc.se_inimage']
      ]) {
        const reply = await get(getMap({ ...nothing, bgcolor: '0xFFFFFF', format, exceptions, version }))
        t.match(reply, { statusCode: 200, headers: { 'content-type': format, 'cache-control': 'no-store' } })
        t.ok(Object.keys(await colours(reply.rawPayload)).length > 2, 'with the reason in words')
      }
    }
    for (const changes of [{ format: 'image/tiff' }, { width: '99999' }, { width: undefined }]) {
      const reply = await get(getMap({ ...nothing, exceptions: 'INIMAGE', ...changes }))
      t.equal(reply.headers['content-type'], 'text/xml', 'in words where no picture can be made')
    }
  })

  t.test('what a caller may not see is as if it were not there', async t => {
    const none = (text: string, id: string) => text.replaceAll(id, 'X')
    for (const url of [
      getMap({ layers: 'test-camera' }),
      getMap({ layers: 'test-camera', request: 'GetFeatureInfo', query_layers: 'test-camera', i: '1', j: '1' }),
      `/wms?service=WMS&version=1.3.0&request=GetLegendGraphic&layer=test-camera&format=image/png`,
      `/services/test-camera/wms?${CAPABILITIES}`
    ]) {
      const [theirs, nobodys] = [await get(url), await get(url.replaceAll('test-camera', 'test-nobody'))]
      t.equal(theirs.statusCode, nobodys.statusCode)
      t.equal(none(theirs.body, 'test-camera'), none(nobodys.body, 'test-nobody'))
    }
    t.notMatch(await capabilities(), /test-camera|test-creek/)
    const ofMap = (request: string, more: Record<string, string> = {}) =>
      getMap({ layers: 'test-map', query_layers: 'test-map', layer: 'test-map', request, ...more })
    for (const url of [
      ofMap('DescribeLayer'),
      ofMap('GetStyles'),
      ofMap('GetLegendGraphic', { format: 'application/json' }),
      ofMap('GetFeatureInfo', { bbox: '23.1999,113.1999,23.2001,113.2001', i: '10', j: '5', width: '21', height: '11' })
    ]) {
      t.notMatch(
        (await get(url)).body,
        /test-camera|test-creek|C1/,
        `of a map only what may be seen: ${url.slice(0, 60)}`
      )
      t.match((await get(url, as.publisher)).body, /test-camera|C1/, 'who may see it does')
    }
    const allowed = await get(getMap({ layers: 'test-camera' }), as.publisher)
    t.match(allowed.headers, { 'content-type': 'image/png', 'cache-control': 'private, no-cache' })
    t.equal(
      codeOf(await get(getMap({ layers: 'test-camera' }))),
      'LayerNotDefined',
      'after it was drawn for somebody else'
    )
    t.match(await get(`/wms?${CAPABILITIES}&key=wrong-key-of-nobody`), { statusCode: 401, body: /ServiceException/ })
    t.equal(
      codeOf(await get(`/services/test-lake${getMap({ layers: 'test-lot' })}`)),
      'LayerNotDefined',
      'of another service'
    )
    t.equal(codeOf(await get(`/services/test-map${getMap({ layers: 'test-lake' })}`)), 'LayerNotDefined')
  })

  t.test('a dimension chooses features, and says which value it took', async t => {
    const wide = { layers: 'test-bus', bbox: '23.01,113,23.02,113.03', width: '30', height: '10' }
    const red = async (changes: Record<string, string>) => {
      const reply = await get(getMap({ ...wide, ...changes }))
      t.match(reply.headers['content-type'], /^image/, reply.body.slice(0, 300))
      const { data } = await sharp(reply.rawPayload).removeAlpha().raw().toBuffer({ resolveWithObject: true })
      const row = [5, 15, 25].map(x => data[(5 * 30 + x) * 3 + 2] === 0)
      return { seen: row.flatMap((isRed, i) => (isRed ? [i] : [])), warning: reply.headers['warning'] }
    }
    const all = { elevation: '480/500' }
    const nearest = (value: string) => `99 Nearest value used: ${value}`
    t.strictSame(await red({ ...all, time: '2000-01-01T00:00:05Z' }), { seen: [1], warning: undefined })
    t.strictSame(await red({ ...all, time: '2000-01-01T00:00:00Z/2000-01-01T00:00:05Z/PT5S' }), {
      seen: [0, 1],
      warning: undefined
    })
    t.strictSame(await red({ ...all, time: '2000-01-01T00:00:00Z,current' }), { seen: [0, 2], warning: undefined })
    t.strictSame(await red({ ...all, time: '2000' }), { seen: [0, 1, 2], warning: undefined })
    t.strictSame(await red({ ...all, time: '2000-01-01T00:00:06Z' }), {
      seen: [1],
      warning: nearest('time=2000-01-01T00:00:05Z ISO8601')
    })
    t.strictSame(await red(all), { seen: [2], warning: '99 Default value used: time=2000-01-01T00:00:10Z ISO8601' })
    t.strictSame(await red({ time: '2000', elevation: '491' }), { seen: [1], warning: nearest('elevation=490 CRS:88') })
    t.strictSame(await red({ time: '2000' }), { seen: [0], warning: '99 Default value used: elevation=500 CRS:88' })
    t.strictSame(await red({ ...all, time: '2000', filter: "code <> 'B1'" }), { seen: [0, 2], warning: undefined })
  })

  t.test('of a layer that was published again TIME names an earlier state', async t => {
    const { revisions } = (await get('/api/layers/test-lake/revisions')).json()
    const [second, first] = revisions.map(({ publishedAt }: { publishedAt: string }) =>
      new Date(publishedAt).toISOString()
    )
    const xml = await capabilities()
    t.match(
      xml,
      `<Dimension name="time" units="ISO8601" default="${second.replace('.000Z', 'Z')}" nearestValue="1" current="1">`
    )
    const earlier = { bbox: '23,113.02,23.01,113.03' }
    t.strictSame(await drawn({ ...earlier, time: first }), { [BLUE]: 200 })
    t.strictSame(await drawn({ ...earlier, time: second }), { [WHITE]: 200 })
    t.strictSame(await drawn({ ...earlier, asof: '1' }), { [BLUE]: 200 })
    t.strictSame(await drawn({ time: 'current' }), { [BLUE]: 200 })
    t.match(
      (await get(getMap())).headers['warning'],
      `99 Default value used: time=${second.replace('.000Z', 'Z')} ISO8601`
    )
    const between = new Date(Date.parse(second) + 60_000).toISOString()
    t.match((await get(getMap({ time: between }))).headers['warning'], '99 Nearest value used: time=')
  })

  t.test('whatever a parameter holds, it is refused or means nothing, and nothing of the inside is told', async t => {
    const map = [
      'version',
      'layers',
      'styles',
      'crs',
      'bbox',
      'width',
      'format',
      'transparent',
      'bgcolor',
      'exceptions'
    ]
    const view = ['dpi', 'format_options', 'time', 'elevation', 'filter', 'division', 'asof', 'sld', 'sld_body']
    const info = { request: 'GetFeatureInfo', query_layers: 'test-bus', i: '1', j: '1' }
    const legend = ['layer', 'style', 'format', 'scale', 'width', 'legend_options', 'language', 'sld_body']
    const faults = await spoil(get, [
      [getMap({ layers: 'test-bus' }), [...map, ...view]],
      [
        getMap({ layers: 'test-bus', ...info }),
        ['query_layers', 'i', 'info_format', 'feature_count', 'buffer', 'filter']
      ],
      [getMap({ request: 'GetLegendGraphic', layer: 'test-lake' }), legend],
      [getMap({ request: 'DescribeLayer' }), ['layers', 'version']],
      [getMap({ request: 'GetStyles' }), ['layers', 'sldver']],
      [`/wms?${CAPABILITIES}`, ['version', 'updatesequence', 'request', 'service', 'lang']]
    ])
    t.strictSame(faults, [])
    for (const path of ['..%2f..%2fetc%2fpasswd', '%00', "test-lake'--", 'test-lake%2f..%2ftest-camera']) {
      t.equal((await get(`/services/${path}/wms?${CAPABILITIES}`)).statusCode, 404, path)
    }
    t.strictSame(await drawn(), { [BLUE]: 200 }, 'all is as it was')
  })

  t.test('of a heap of features so many are told as one may ask for', async t => {
    const heap = {
      layers: 'test-lot',
      query_layers: 'test-lot',
      bbox: '23,113.01,23.005,113.02',
      width: '200',
      height: '100',
      i: '9',
      j: '5'
    }
    const asked = getMap({
      ...heap,
      request: 'GetFeatureInfo',
      info_format: 'application/json',
      feature_count: '100000'
    })
    t.equal((await get(asked)).json().features.length, 50, 'of 60')
  })

  t.test('who asks for more than can be drawn at once is told when to come back', async t => {
    const many = await Promise.all(Array.from({ length: 160 }, (_, i) => get(getMap({ width: String(30 + i) }))))
    const [drawn, refused] = [200, 503].map(status => many.filter(({ statusCode }) => statusCode === status)) as [
      typeof many,
      typeof many
    ]
    t.equal(drawn.length + refused.length, many.length)
    t.ok(drawn.length >= 64 && refused.length > 0, `${drawn.length} drawn`)
    for (const reply of refused)
      t.match(reply, { headers: { 'retry-after': /^\d+$/, 'content-type': 'text/xml' }, body: '<ServiceException' })
  })

  t.test('what fails inside is not told, but where to find it', async t => {
    const asked = getMap({
      ...MAP,
      layers: 'test-bus',
      query_layers: 'test-bus',
      request: 'GetFeatureInfo',
      i: '1',
      j: '1'
    })
    await db.run('ALTER TABLE data.test_bus RENAME COLUMN geom TO gone')
    const reply = await get(asked)
    await db.run('ALTER TABLE data.test_bus RENAME COLUMN gone TO geom')
    t.match(reply, {
      statusCode: 500,
      headers: { 'content-type': 'text/xml' },
      body: /<ServiceException>.*requestId: \S+/s
    })
    t.notMatch(reply.body, /geom|test_bus|column|error:/i)
    t.equal((await get(asked)).statusCode, 200)
  })

  t.test('a host that nobody can have is written into no document', async t => {
    for (const path of [`/wms?${CAPABILITIES}`, '/services/test-lake/metadata.xml']) {
      const reply = await get(path, { host: 'x"><script>alert(1)</script>' })
      t.notMatch(reply.body, /<script>|WMS_Capabilities|MD_Metadata/, path)
    }
    const forwarded = await get(`/wms?${CAPABILITIES}`, { 'x-forwarded-host': 'evil.example' })
    t.notMatch(forwarded.body, 'evil.example')
  })

  t.test('nothing is read of a body that is no form', async t => {
    for (const type of ['text/xml', 'application/json', 'application/vnd.ogc.sld+xml']) {
      const reply = await app.inject({
        method: 'POST',
        url: '/wms',
        payload: '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><GetMap>&e;</GetMap>',
        headers: { 'content-type': type }
      })
      t.match(reply, { statusCode: 415, body: /<ServiceException/ }, type)
      t.notMatch(reply.body, 'root:')
    }
    const styled = await app.inject({
      method: 'POST',
      url: '/wms',
      payload: query({ sld_body: '<StyledLayerDescriptor/>' }),
      headers: { 'content-type': 'application/x-www-form-urlencoded' }
    })
    t.equal(codeOf(styled), 'OperationNotSupported', 'a style comes by no form either')
    const large = await app.inject({
      method: 'POST',
      url: '/wms',
      payload: `layers=${'a'.repeat(70_000)}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' }
    })
    t.match(large, { statusCode: 413, body: /<ServiceException/ })
    t.match(await get('/wms/other'), { statusCode: 404, body: /<ServiceException/ })
  })

  t.test('its use is counted for the layers, and a refusal is none', async t => {
    await app.usage.flush()
    const before = app.usage.of('test-lake.wms').requests
    await get(getMap())
    await get(getMap({ layers: 'test-lake,test-lot' }))
    await get(`/services/test-lake/wms?${CAPABILITIES}`)
    await get(getMap({ styles: 'none' }))
    await get(`/services/test-lake${getMap({ styles: 'none' })}`)
    await app.usage.flush()
    t.equal(app.usage.of('test-lake.wms').requests - before, 3)
  })

  t.test('the names of headers go out as the standards spell them', async t => {
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const names = await new Promise<string[]>((resolve, reject) => {
      httpRequest({ port, host: '127.0.0.1', path: getMap(), agent: false }, reply => {
        reply.resume()
        resolve(reply.rawHeaders.filter((_, i) => i % 2 === 0))
      })
        .on('error', reject)
        .end()
    })
    t.ok(
      ['Content-Type', 'Content-Length', 'Warning', 'ETag'].every(name => names.includes(name)),
      String(names)
    )
  })
})
