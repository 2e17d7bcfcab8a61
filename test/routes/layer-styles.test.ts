import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createCanvas, loadImage } from '@napi-rs/canvas'
import t from 'tap'
import type { StyleLayer } from '../../server/catalog/layer.ts'
import { sql } from '../../server/lib/sql.ts'
import { onBothDatabases, testApp } from '../helper.ts'
import { decode, inflate } from '../tiles/fixture.ts'
import { publishAll, testCatalogue } from './catalogue.ts'

const URL = '/api/layers/test-plot/styles'
const red: StyleLayer[] = [
  { id: 'test-plot-fill', type: 'fill', 'source-layer': 'test-plot', paint: { 'fill-color': '#ff0000' } }
]
const labels: StyleLayer = {
  id: 'test-plot-label',
  type: 'symbol',
  'source-layer': 'test-plot-label',
  minzoom: 12,
  layout: { 'text-field': ['get', 'plot_code'], 'text-font': ['Noto Sans SC Regular'] }
}
const SLD = `<?xml version="1.0" encoding="UTF-8"?>
<StyledLayerDescriptor version="1.0.0" xmlns="http://www.opengis.net/sld" xmlns:ogc="http://www.opengis.net/ogc">
<NamedLayer><Name>test-plot</Name><UserStyle><Title>阶段</Title><FeatureTypeStyle><Rule><ogc:Filter><ogc:PropertyIsEqualTo>
<ogc:PropertyName>STAGE</ogc:PropertyName><ogc:Literal>01</ogc:Literal></ogc:PropertyIsEqualTo></ogc:Filter><PolygonSymbolizer>
<Fill><CssParameter name="fill">#00aa00</CssParameter></Fill><VendorOption name="x">y</VendorOption></PolygonSymbolizer></Rule>
</FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>`

/** A thousand million laughs. */
const LAUGHS = Array.from({ length: 10 }, (_, i) => `<!ENTITY l${i} "${i ? `&l${i - 1};`.repeat(10) : 'ha'}">`).join('')

/** An expression so many levels deep that asks for a field there is not. */
const nested = (depth: number): unknown => (depth === 0 ? ['get', 'nope'] : ['+', nested(depth - 1), 1])

t.test('styles of a layer over HTTP', async t => {
  await onBothDatabases(t, async (t, db) => {
    const env = await testCatalogue(t)
    await publishAll(db)
    const { app, as } = await testApp(t, db, env)
    const put = (name: string, payload: unknown, headers: object = {}) =>
      app.inject({
        method: 'PUT',
        url: `${URL}/${name}`,
        headers: { 'content-type': 'application/json', ...as.publisher, ...headers },
        payload: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload)
      })
    const change = (method: 'PATCH' | 'DELETE', name: string, payload?: object, headers = {}) =>
      app.inject({
        method,
        url: `${URL}/${name}`,
        headers: { ...as.publisher, ...headers },
        ...(payload && { payload })
      })
    const get = async (path: string) => app.inject(path)
    const ids = async () => (await get(URL)).json().styles.map(({ id }: { id: string }) => id)

    await t.test('what a layer came with is its default', async t => {
      const { layer, styles } = (await get(URL)).json()
      t.equal(layer, 'test-plot')
      t.match(styles, [{ id: 'default', default: true, title: { zh: '默认样式' }, links: { self: `${URL}/default` } }])
      t.match((await get(`${URL}/default`)).json().style, [{ id: 'test-plot-fill' }])
      t.strictSame((await get(`${URL}/original`)).json(), (await get(`${URL}/default`)).json())
      t.match((await get('/api/layers/test-plot')).json().styles, [{ id: 'default', default: true }])
    })

    await t.test('a style is written, read and written again, if it is as the client thinks', async t => {
      const made = await put('red?title=红色', red)
      t.equal(made.statusCode, 201)
      t.equal(made.headers.location, `${URL}/red`)
      t.match(made.json(), {
        id: 'red',
        title: { zh: '红色', en: '红色' },
        default: false,
        source: 'maplibre',
        revision: 1,
        notes: []
      })
      const read = await get(`${URL}/red`)
      t.equal(read.headers.etag, made.headers.etag)
      t.strictSame(read.json().style, red)
      const etag = String(read.headers.etag)
      t.equal((await app.inject({ url: `${URL}/red`, headers: { 'if-none-match': etag } })).statusCode, 304)
      t.strictSame(await ids(), ['default', 'red'])

      const again = await put('red', { style: red, title: { zh: '红', en: 'Red' } }, { 'if-match': etag })
      t.match(
        [again.statusCode, again.json()],
        [200, { title: { en: 'Red' }, revision: 2, version: made.json().version }]
      )
      for (const headers of [{ 'if-match': etag }, { 'if-none-match': '*' }])
        t.match(
          (await put('red', red, headers)).json(),
          { status: 412, code: 'STYLE_CHANGED' },
          JSON.stringify(headers)
        )
      t.match((await put('blue', red, { 'if-match': '*' })).json(), { status: 412 }, 'there is none')
      t.match((await change('DELETE', 'red', undefined, { 'if-match': '"x"' })).json(), { status: 412 })
      t.strictSame(await ids(), ['default', 'red'])
    })

    await t.test('a whole MapLibre style is cut down to the layer', async t => {
      const whole = {
        version: 8,
        sources: {},
        layers: [
          { id: 'background', type: 'background' },
          { ...red[0], source: 'test-plot' },
          { id: 'other', type: 'line', source: 'other', 'source-layer': 'other' }
        ]
      }
      t.equal((await put('whole', whole)).statusCode, 201)
      t.strictSame((await get(`${URL}/whole`)).json().style, red)
      t.equal((await change('DELETE', 'whole')).statusCode, 204)
    })

    await t.test('an SLD is read, whatever type and encoding it comes in, and told what was left out', async t => {
      const made = await put('stages', SLD, { 'content-type': 'application/vnd.ogc.sld+xml' })
      t.match(made.json(), {
        title: { zh: '阶段' },
        source: 'sld',
        notes: [{ line: 5, pointer: /VendorOption$/, message: { zh: /VendorOption/ } }]
      })
      t.match((await get(`${URL}/stages`)).json().style, [{ type: 'fill', filter: ['==', ['get', 'stage'], '01'] }])
      const utf16 = Buffer.from(`\uFEFF${SLD}`, 'utf16le')
      t.match((await put('stages', utf16, { 'content-type': 'text/plain' })).json(), {
        title: { zh: '阶段' },
        revision: 2
      })
      const gbk = Buffer.concat([
        Buffer.from(SLD.replace('UTF-8', 'GBK').split('阶段')[0]!),
        Buffer.from([0xbd, 0xd7, 0xb6, 0xce]),
        Buffer.from(SLD.split('阶段')[1]!)
      ])
      t.match((await put('stages', gbk, { 'content-type': 'application/xml' })).json(), { title: { zh: '阶段' } })

      for (const [version, prefix] of [
        ['1.0.0', ''],
        ['1.1.0', 'se:']
      ]) {
        const reply = await get(`${URL}/stages.sld?version=${version}`)
        t.match(reply.headers['content-type'], /^application\/vnd\.ogc\.sld\+xml/)
        t.match(
          reply.body,
          new RegExp(`version="${version}".*<${prefix}Rule>.*<ogc:PropertyName>stage</ogc:PropertyName>`)
        )
        t.match(reply.body, '申请', 'a rule is called what the code list calls its value')
      }
    })

    await t.test('what is no style is refused, and nothing is written', async t => {
      const before = await ids()
      const bad = (more: object) => [{ ...red[0], ...more }]
      const cases: [payload: unknown, code: string, more?: object][] = [
        ['', 'STYLE_UNREADABLE'],
        ['red', 'STYLE_UNREADABLE'],
        ['{"a":1}', 'STYLE_UNREADABLE'],
        ['[{]', 'STYLE_UNREADABLE'],
        ['['.repeat(100_000), 'STYLE_UNREADABLE'],
        [Array.from({ length: 201 }, () => red[0]), 'STYLE_UNREADABLE'],
        [[], 'STYLE_INVALID'],
        [[null], 'STYLE_INVALID'],
        [bad({ id: 'other' }), 'STYLE_INVALID', { errors: [{ pointer: '/0/id' }] }],
        [bad({ 'source-layer': 'test-creek' }), 'STYLE_INVALID'],
        [bad({ paint: { 'fill-color': ['get', 'nope'] } }), 'STYLE_INVALID'],
        [bad({ paint: { 'fill-pattern': 'https://evil.example/x.png' } }), 'STYLE_INVALID'],
        [bad({ paint: { 'fill-size': 1 } }), 'STYLE_INVALID'],
        [bad({ paint: { 'fill-opacity': nested(40) } }), 'STYLE_INVALID'],
        [JSON.stringify(bad({ paint: { 'fill-opacity': nested(50) } })), 'STYLE_UNREADABLE'],
        [`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${SLD}`, 'SLD_REFUSED'],
        [
          Buffer.from(`\uFEFF<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`, 'utf16le'),
          'SLD_REFUSED'
        ],
        [`<!DOCTYPE a [${LAUGHS}]>${SLD.replace('阶段', '&l9;')}`, 'SLD_REFUSED'],
        ['<StyledLayerDescriptor', 'SLD_NOT_XML'],
        [
          SLD.replaceAll('PolygonSymbolizer', 'RasterSymbolizer'),
          'SLD_NOTHING_UNDERSTOOD',
          { errors: [{ pointer: /RasterSymbolizer$/ }] }
        ]
      ]
      for (const [payload, code, more] of cases) {
        const reply = await put('bad', payload)
        t.match(reply.json(), { status: 400, code, ...more }, JSON.stringify(payload).slice(0, 80))
      }
      t.match((await put('bad', ' '.repeat(1024 * 1024 + 1))).json(), { status: 413 })
      for (const name of ['default', 'original']) {
        t.match((await put(name, red)).json(), { status: 409, code: 'STYLE_NAME_RESERVED' })
        t.match((await change('DELETE', name)).json(), { status: 409, code: 'STYLE_NAME_RESERVED' })
      }
      t.match((await put('Bad%20Name', red)).json(), { status: 400 })
      t.match((await change('DELETE', 'nope')).json(), { status: 404, code: 'STYLE_NOT_FOUND' })
      t.match((await change('PATCH', 'nope', { default: true })).json(), { status: 404, code: 'STYLE_NOT_FOUND' })
      t.strictSame(await ids(), before)
    })

    await t.test('nothing is fetched from an address that a style or a request names', async t => {
      const asked: string[] = []
      const server = createServer(({ url }, reply) => {
        asked.push(url ?? '')
        reply.end()
      })
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
      t.teardown(() => server.close())
      const bait = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`
      const graphic = `<PointSymbolizer><Graphic><ExternalGraphic><OnlineResource xmlns:xlink="http://www.w3.org/1999/xlink"
        xlink:href="${bait('icon.svg')}"/><Format>image/svg+xml</Format></ExternalGraphic></Graphic></PointSymbolizer>`
      const foreign = `<?xml-stylesheet href="${bait('sheet.xsl')}"?>${SLD.slice(SLD.indexOf('<Styled'))}`
        .replace(
          '<StyledLayerDescriptor',
          `$& xmlns:xsi="x" xsi:schemaLocation="http://www.opengis.net/sld ${bait('sld.xsd')}"`
        )
        .replace('</PolygonSymbolizer>', `$&${graphic}`)
      const made = await put('bait', foreign)
      t.equal(made.statusCode, 201)
      t.match(
        made
          .json()
          .notes.map(({ pointer }: { pointer: string }) => pointer)
          .join(),
        /ExternalGraphic|PointSymbolizer/
      )
      const whole = { version: 8, sprite: bait('sprite'), glyphs: bait('{fontstack}/{range}.pbf') }
      const sources = { 'test-plot': { type: 'vector', url: bait('tiles.json'), tiles: [bait('{z}/{x}/{y}.mvt')] } }
      const sent = { ...whole, sources, layers: [{ ...red[0], source: 'test-plot' }] }
      t.equal((await put('bait', sent)).statusCode, 200)
      const image = await put('bait', [{ ...red[0], paint: { 'fill-pattern': ['concat', bait('x'), '.png'] } }])
      const pages = ['/bait', '/bait.sld', '/bait.png'].map(path => `${URL}${path}`)
      const wms = `/wms?service=WMS&version=1.3.0&layers=test-plot&layer=test-plot&styles=&crs=CRS:84&bbox=113,23,114,24&width=9&height=9&format=image/png&sld=${encodeURIComponent(bait('wms.sld'))}`
      const requests = ['GetMap', 'GetLegendGraphic', 'GetStyles', 'DescribeLayer'].map(
        name => `${wms}&request=${name}`
      )
      const overlay = {
        type: 'Feature',
        geometry: { type: 'Point', coordinates: [113, 23] },
        properties: { 'marker-symbol': bait('m.png'), fill: `url(${bait('f')})`, image: bait('i') }
      }
      const picture = `/api/maps/test-plot/picture?size=50x50&overlay=${encodeURIComponent(JSON.stringify(overlay))}`
      for (const url of [...pages, ...requests, picture]) t.ok((await get(url)).statusCode < 500, url)
      t.ok(image.statusCode < 500)
      t.equal((await change('DELETE', 'bait')).statusCode, 204)
      t.strictSame(asked, [])
    })

    await t.test('a title is text wherever it stands', async t => {
      const title = '<script>alert(1)</script>"&\''
      t.equal((await put(`titled?title=${encodeURIComponent(title)}`, red)).statusCode, 201)
      for (const url of [
        '/wms?service=WMS&request=GetCapabilities',
        '/wms?service=WMS&request=GetCapabilities&version=1.1.1',
        '/wmts?service=WMTS&request=GetCapabilities',
        `${URL}/titled.sld`
      ]) {
        const { body } = await get(url)
        t.notMatch(body, '<script', url)
        t.match(body, '&lt;script&gt;', url)
      }
      t.equal((await change('DELETE', 'titled')).statusCode, 204)
    })

    await t.test('who may publish may write, who may read the layer may read', async t => {
      for (const [role, status] of [
        [{}, 401],
        [as.reader, 403],
        [as.checker, 403]
      ] as const) {
        for (const method of ['PUT', 'DELETE', 'PATCH'] as const) {
          const payload = method === 'PATCH' ? { default: true } : red
          const reply = await app.inject({
            method,
            url: `${URL}/red`,
            headers: role,
            ...(method !== 'DELETE' && { payload })
          })
          t.equal(reply.statusCode, status, `${method} ${status}`)
        }
      }
      for (const path of ['', '/default', '/default.sld', '/default.png', '/nope']) {
        const [hidden, missing] = [
          await get(`/api/layers/test-camera/styles${path}`),
          await get(`/api/layers/nope/styles${path}`)
        ]
        t.match(
          [hidden.json(), missing.json()],
          [{ code: 'LAYER_NOT_FOUND' }, { code: 'LAYER_NOT_FOUND' }],
          `styles${path}`
        )
      }
      t.match((await get(`${URL}/nope`)).json(), { status: 404, code: 'STYLE_NOT_FOUND', detail: /red/ })
    })

    const firstOf = async (path: string) =>
      (await get(path)).json().layers.find(({ source }: { source?: string }) => source === 'test-plot')?.paint?.[
        'fill-color'
      ]
    const versionNow = async () => /v=([^"&]+)/.exec((await get('/tiles/test-plot.json')).body)?.[1]
    const tileLayers = async () => {
      const { rawPayload } = await app.inject({
        url: '/tiles/test-plot/14/13334/7115.mvt',
        headers: { 'accept-encoding': 'gzip' }
      })
      return Object.keys(decode(inflate(rawPayload)).layers).sort()
    }

    await t.test('a style becomes the default, and everything follows', async t => {
      t.equal(await firstOf('/styles/test-plot.json?style=red'), '#ff0000', 'before that it can be asked for')
      t.equal((await get('/styles/test-plot.json?style=nope')).json().code, 'STYLE_NOT_FOUND')
      t.equal(await firstOf('/styles/test-plot.json'), undefined)
      const [version, layers] = [await versionNow(), await tileLayers()]
      t.strictSame(layers, ['test-plot'])

      t.match((await change('PATCH', 'red', { default: true })).json(), { id: 'red', default: true })
      t.strictSame(await ids(), ['red', 'stages', 'original'])
      t.equal(await firstOf('/styles/test-plot.json'), '#ff0000')
      t.equal(await firstOf('/styles/test-map.json'), '#ff0000', 'in maps too')
      t.equal((await get(`${URL}/default`)).json().id, 'red')
      t.equal(await versionNow(), version, 'it draws the same tiles')

      t.equal((await put('named?default=true', [...red, labels])).statusCode, 201)
      t.match(await ids(), ['named', 'red', 'stages', 'original'])
      t.not(await versionNow(), version, 'labels need their points in the tiles')
      t.strictSame(await tileLayers(), ['test-plot', 'test-plot-label'])

      await change('PATCH', 'original', { default: true })
      t.equal(await firstOf('/styles/test-plot.json'), undefined)
      t.strictSame(
        await tileLayers(),
        ['test-plot', 'test-plot-label'],
        'a style that is not the default can be asked for'
      )
      await put('named?default=true', [...red, labels])
      t.equal((await change('DELETE', 'named')).statusCode, 204)
      t.strictSame(await ids(), ['default', 'red', 'stages'], 'without its default a layer is drawn as it came')
      t.equal(await versionNow(), version)
    })

    await t.test('a preview shows the layer in the style', async t => {
      const preview = await get(`${URL}/red.png?width=120&height=90`)
      t.equal(preview.headers['content-type'], 'image/png')
      const image = await loadImage(preview.rawPayload)
      const context = createCanvas(120, 90).getContext('2d')
      context.drawImage(image, 0, 0)
      t.strictSame([image.width, image.height, ...context.getImageData(60, 45, 1, 1).data], [120, 90, 255, 0, 0, 255])
      const known = { 'if-none-match': String(preview.headers.etag) }
      const url = `${URL}/red.png?width=120&height=90`
      t.equal((await app.inject({ url, headers: known })).statusCode, 304)
      await put('red', [{ ...red[0], paint: { 'fill-color': '#0000ff' } }])
      t.equal((await app.inject({ url, headers: known })).statusCode, 200, 'another style, another picture')
      t.match((await get(`${URL}/red.png?width=5000`)).json(), { status: 400 })
    })

    await t.test('another server of the database knows at once', async t => {
      const other = (await testApp(t, db, env)).app
      t.match(
        other.catalog.get('test-plot').styles?.map(({ id }) => id),
        ['default', 'red', 'stages']
      )
      await put('late', red)
      for (let i = 0; i < 200 && !other.catalog.styles('test-plot')?.some(({ id }) => id === 'late'); i++)
        await new Promise(resolve => setTimeout(resolve, 25))
      t.ok(other.catalog.styles('test-plot')?.some(({ id }) => id === 'late'))
    })

    await t.test('a kept style that fits the layer no more is left out, and said so', async t => {
      const style = JSON.stringify([{ ...red[0], paint: { 'fill-color': ['get', 'gone'] } }])
      await db.query(sql`UPDATE yitu.layer_style SET style = ${style}::json, is_default = true, updated_at = now()
        WHERE layer_id = 'test-plot' AND name = 'late'`)
      await app.refreshCatalog()
      t.strictSame(await ids(), ['default', 'red', 'stages'])
      t.match(
        app.catalog.problems.filter(({ file }) => file.endsWith('test-plot/late')),
        [{ message: /no field "gone"/ }]
      )
    })

    await t.test('a layer has only so many', async t => {
      for (let i = (await ids()).length; i < 20; i++) t.equal((await put(`more-${i}`, red)).statusCode, 201)
      t.match((await put('too-many', red)).json(), { status: 409, code: 'STYLE_TOO_MANY' })
      t.equal((await put('red', red)).statusCode, 200, 'those there are can be written')
    })
  })
})
