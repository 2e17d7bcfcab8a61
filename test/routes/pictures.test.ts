import { createCanvas, loadImage } from '@napi-rs/canvas'
import fc from 'fast-check'
import type { FeatureCollection } from 'geojson'
import t from 'tap'
import { findPictureCrs, PICTURE_CRS } from '../../server/lib/picture-crs.ts'
import { frameOfBox, groundMetres, METRES_PER_CSS_PIXEL, unitsAtZoom } from '../../server/maps/framing.ts'
import type { LegendEntry } from '../../server/maps/legend/describe-legend.ts'
import { legendColumns } from '../../server/maps/legend/legend-columns.ts'
import { attributionLine } from '../../server/maps/ornaments/attribution.ts'
import { textWidth } from '../../server/maps/ornaments/paint.ts'
import { lengthText, roundLength, scaleBar } from '../../server/maps/ornaments/scale-bar.ts'
import { layOutSheet, ORIENTATIONS, PAPERS, POINTS_PER_PIXEL, usualScale } from '../../server/maps/print/paper.ts'
import { pictureZoom } from '../../server/maps/render/zoom.ts'
import { parseWhere } from '../../server/routes/pictures/parse-ask.ts'
import { parseOverlay, parseOverlayText } from '../../server/routes/pictures/parse-overlay.ts'
import { planPicture, planSheet } from '../../server/routes/pictures/plan-frame.ts'
import { onBothDatabases, testApp } from '../helper.ts'
import { pdfPages } from '../land-check/pdf-text.ts'
import { publishAll, testCatalogue } from './catalogue.ts'
import { spoil } from './hostile.ts'

const SIZE = { width: 800, height: 500, pixelRatio: 1 }
const place = fc.tuple(fc.double({ min: 112, max: 116, noNaN: true }), fc.double({ min: 22, max: 25, noNaN: true }))
const inChina = PICTURE_CRS.filter(({ area }) => area[0] <= 112 && area[2] >= 116)

t.test('a frame at a zoom has that zoom, and its middle where it was asked for', async t => {
  fc.assert(
    fc.property(
      place,
      fc.double({ min: 1, max: 22, noNaN: true }),
      fc.constantFrom(...inChina),
      (center, zoom, crs) => {
        const { frame, metresPerPixel } = planPicture({ kind: 'center', center, zoom }, crs, SIZE, [])
        const equator = (40075016.68 / (512 * 2 ** zoom)) * Math.cos((center[1] * Math.PI) / 180)
        return Math.abs(pictureZoom(frame) - zoom) < 0.05 && Math.abs(metresPerPixel / equator - 1) < 0.01
      }
    )
  )
  t.equal(unitsAtZoom(findPictureCrs('CRS:84')!, [0, 0], 0), 360 / 512)
})

t.test('a frame holds all of the box it is made for, and its pixels are square', async t => {
  fc.assert(
    fc.property(place, fc.constantFrom(...inChina), ([west, south], crs) => {
      const { box, width, height } = frameOfBox(crs, [west, south, west + 0.1, south + 0.2], SIZE, 1)
      const [across, down] = [(box[2] - box[0]) / width, (box[3] - box[1]) / height]
      return Math.abs(across / down - 1) < 1e-9
    })
  )
  const { frame } = planPicture(
    { kind: 'box', box: [113, 23, 113 + 1e-9, 23 + 1e-9] },
    findPictureCrs('EPSG:3857')!,
    SIZE,
    []
  )
  t.ok(pictureZoom(frame) < 24.01, 'a point is not looked at from no distance')
})

t.test('on paper a centimetre is as long as the scale says', async t => {
  for (const code of ['EPSG:4547', 'EPSG:4526', 'EPSG:3857']) {
    const crs = findPictureCrs(code)!
    const center = [113.1, 23.05] as const
    const { frame, scale } = planSheet({ kind: 'scaled', center, scale: 5000 }, crs, SIZE, [])
    const [x, y] = [(frame.box[0] + frame.box[2]) / 2, (frame.box[1] + frame.box[3]) / 2]
    const metres = (frame.box[2] - frame.box[0]) * groundMetres(crs, x, y).x
    t.equal(scale, 5000)
    t.ok(Math.abs(metres / (frame.width * METRES_PER_CSS_PIXEL) / 5000 - 1) < 1e-9, code)
  }
  // GB/T 28588-2012: a minute of latitude is 1845.6 m here, one of longitude 1706.8 m.
  const { x, y } = groundMetres(findPictureCrs('EPSG:4490')!, 113, 23)
  t.ok(Math.abs(x / 60 - 1709.0) < 1.5 && Math.abs(y / 60 - 1845.6) < 1)
  const all = planSheet({ kind: 'all' }, findPictureCrs('EPSG:4547')!, SIZE, [113, 23, 113.2, 23.1])
  t.equal(all.scale, 100_000, 'the largest usual scale at which all is seen')
  t.equal(usualScale(METRES_PER_CSS_PIXEL * 2000), 2000)
})

t.test('a scale bar is a round length, no longer than allowed', async t => {
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 1e5, noNaN: true }), metres => {
      const { width } = scaleBar(metres, 140)
      return width <= 140 + 43 && width > 140 / 2.6
    })
  )
  t.equal(roundLength(7300), 5000)
  t.strictSame([0.2, 50, 2000].map(lengthText), ['20 cm', '50 m', '2 km'])
  const line = attributionLine('自然资源局'.repeat(50), 200, textWidth)
  t.ok(line.width <= 200)
  t.match(line.texts[0]?.text, /…$/)
})

t.test('a sheet has room for a whole number of pixels, and nothing lies beyond it or over another', async t => {
  for (const paper of PAPERS) {
    for (const orientation of ORIENTATIONS) {
      for (const hasLegend of [true, false]) {
        const { page, map, legend, foot, title } = layOutSheet(paper, orientation, hasLegend)
        t.equal((map.width / POINTS_PER_PIXEL) % 1, 0)
        t.ok(map.y > title.y + title.height && map.y + map.height < foot.y, `${paper} ${orientation}`)
        t.ok(foot.y + foot.height < page.height && map.x + map.width < page.width)
        if (!legend) continue
        const beside = legend.x > map.x + map.width && legend.x + legend.width < page.width
        t.ok(beside || (legend.y > map.y + map.height && legend.y + legend.height < foot.y))
      }
    }
  }
  const entries = Array.from(
    { length: 60 },
    (_, i): LegendEntry => ({ title: `第 ${i} 类用地`, marks: i % 10 === 0 ? null : [], shape: 'area' })
  )
  const { columns, scale, width, height } = legendColumns(entries, { width: 400, height: 300 })
  t.ok(width <= 400 && height <= 301 && scale <= 1)
  t.strictSame(
    columns.flatMap(({ entries }) => entries),
    entries
  )
  t.ok(
    columns.every(({ entries }) => entries.at(-1)?.marks !== null),
    'no heading stands alone'
  )
})

t.test('an overlay is what was checked, and nothing else', async t => {
  const point = { type: 'Point', coordinates: [113, 23, 5] }
  const given = {
    type: 'FeatureCollection',
    evil: 1,
    features: [
      { type: 'Feature', geometry: null, properties: {} },
      {
        type: 'Feature',
        id: 5,
        geometry: { type: 'GeometryCollection', geometries: [point, point] },
        properties: { title: 'x'.repeat(500), fill: 'url(javascript:1)', stroke: '#F00', 'fill-opacity': 9, other: {} }
      }
    ]
  }
  const properties = { title: 'x'.repeat(200), stroke: '#F00' }
  const feature = { type: 'Feature', geometry: { type: 'Point', coordinates: [113, 23] }, properties }
  t.strictSame(parseOverlay(given), { type: 'FeatureCollection', features: [feature, feature] } as FeatureCollection)
  t.equal(parseOverlay(point).features.length, 1)
  const nested = (depth: number): unknown =>
    depth === 0 ? point : { type: 'GeometryCollection', geometries: [nested(depth - 1)] }
  const wrong: unknown[] = [
    null,
    [],
    5,
    {},
    { type: '__proto__', coordinates: [] },
    { type: 'Point', coordinates: [Infinity, 0] },
    { type: 'Point', coordinates: ['113', '23'] },
    { type: 'Point', coordinates: [2_560_000, 400_000] },
    { type: 'Polygon', coordinates: [113, 23] },
    { type: 'LineString', coordinates: Array(50_001).fill([113, 23]) },
    { type: 'FeatureCollection', features: Array(1001).fill({ type: 'Feature', geometry: null }) },
    nested(6)
  ]
  for (const one of wrong)
    t.throws(() => parseOverlay(one), { code: 'PICTURE_OVERLAY_INVALID' }, JSON.stringify(one)?.slice(0, 60))
  t.throws(() => parseOverlayText('{"type":'), { code: 'PICTURE_OVERLAY_INVALID' })
  fc.assert(
    fc.property(fc.jsonValue(), value => {
      try {
        parseOverlay(value)
      } catch (error) {
        return (error as { code?: string }).code === 'PICTURE_OVERLAY_INVALID'
      }
      return true
    })
  )
})

t.test('where a picture is said in one way only, in plain numbers', async t => {
  t.strictSame(parseWhere({ bbox: '113,23,113.5,23.5' }), { kind: 'box', box: [113, 23, 113.5, 23.5] })
  t.strictSame(parseWhere({ center: '113.1, 23', scale: '1:500' }), { kind: 'scaled', center: [113.1, 23], scale: 500 })
  for (const query of [
    { bbox: '113,23,113.5' },
    { bbox: '113,23,112,24' },
    { bbox: '23,113,24,114' },
    { bbox: '1e2,0,NaN,1' },
    { center: '113,23' },
    { center: '113', zoom: '5' },
    { center: '113,23', zoom: '99' },
    { center: '113,23', zoom: '' },
    { zoom: '5' },
    { center: '113,23', scale: '0' }
  ]) {
    t.throws(() => parseWhere(query), { code: 'PICTURE_PARAMETER_INVALID' }, JSON.stringify(query))
  }
  t.throws(() => parseWhere({ bbox: '1,2,3,4', zoom: '3' }), { code: 'PICTURE_PARAMETERS_APART' })
  t.throws(() => parseWhere({ center: '1,2', zoom: '3', scale: '5' }), { code: 'PICTURE_PARAMETERS_APART' })
})

await onBothDatabases(t, async (t, db) => {
  const { app, as } = await testApp(t, db, await testCatalogue(t))
  await publishAll(db)
  await app.refreshCatalog()
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })
  const PICTURE = '/api/maps/test-plot/picture'
  const sized = async (bytes: Buffer) => {
    const { width, height } = await loadImage(bytes)
    return [width, height]
  }
  const colourAt = async (bytes: Buffer, x: number, y: number) => {
    const image = await loadImage(bytes)
    const context = createCanvas(image.width, image.height).getContext('2d')
    context.drawImage(image, 0, 0)
    return [...context.getImageData(x, y, 1, 1).data]
  }

  t.test('a picture has the size and type that are asked for, with and without ornaments', async t => {
    const types = { png: 'image/png', png8: 'image/png; mode=8bit', jpg: 'image/jpeg', webp: 'image/webp' }
    for (const [format, type] of Object.entries(types)) {
      for (const ornaments of ['none', 'scale,north,legend,attribution']) {
        const reply = await get(`${PICTURE}?format=${format}&ornaments=${ornaments}&size=300x200@2x`)
        t.match(reply, { statusCode: 200, headers: { 'content-type': type, 'cache-control': 'public, no-cache' } })
        t.strictSame(await sized(reply.rawPayload), [600, 400], `${format} ${ornaments}`)
      }
    }
    t.strictSame(await sized((await get(PICTURE)).rawPayload), [800, 600])
    for (const size of ['1x1', '40x400', '400x30']) {
      const small = await get(`${PICTURE}?size=${size}&ornaments=scale,north,legend,attribution`)
      t.equal((await sized(small.rawPayload)).join('x'), size)
    }
  })

  t.test('every reference system shows the same place in the middle', async t => {
    for (const { code } of PICTURE_CRS.filter(({ area }) => area[0] < 113 && area[2] > 114)) {
      const query = `crs=${code}&center=113.005,23.005&zoom=12&size=100x100&transparent=true&ornaments=none`
      const { rawPayload } = await get(`${PICTURE}?${query}`)
      t.equal((await colourAt(rawPayload, 50, 50))[3], 255, `${code}: the plot`)
      t.equal((await colourAt(rawPayload, 2, 2))[3], 0, `${code}: nothing behind it`)
    }
  })

  t.test('who has a picture gets it not again; what it shows, the language and ornaments tell it apart', async t => {
    const url = `${PICTURE}?bbox=113,23,113.1,23.1`
    const first = await get(url)
    const has = { 'if-none-match': String(first.headers['etag']) }
    t.equal((await get(url, has)).statusCode, 304)
    for (const other of ['&ornaments=none', '&lang=en', '&transparent=true', "&filter=plot_code='P1'"]) {
      t.equal((await get(url + other, has)).statusCode, 200, other)
    }
  })

  t.test('GeoJSON is laid over the map, from the address or from the body', async t => {
    const overlay = JSON.stringify({
      type: 'Feature',
      properties: { fill: '#00ff00', 'fill-opacity': 1 },
      geometry: {
        type: 'Polygon',
        coordinates: [
          [
            [113.04, 23.02],
            [113.06, 23.02],
            [113.06, 23.04],
            [113.04, 23.02]
          ]
        ]
      }
    })
    const query = 'bbox=113.04,23.02,113.06,23.04&ornaments=none&size=200x200'
    const plain = await get(`${PICTURE}?${query}`)
    const byAddress = await get(`${PICTURE}?${query}&overlay=${encodeURIComponent(overlay)}`)
    const byBody = await app.inject({
      method: 'POST',
      url: `${PICTURE}?${query}`,
      payload: overlay,
      headers: { 'content-type': 'application/geo+json' }
    })
    t.strictSame(await colourAt(byAddress.rawPayload, 150, 110), [0, 255, 0, 255])
    t.strictSame(byBody.rawPayload, byAddress.rawPayload)
    t.equal(byBody.headers['cache-control'], 'no-store')
    t.not(byAddress.headers['etag'], plain.headers['etag'])
    const send = (payload: string, type = 'application/json') =>
      app.inject({ method: 'POST', url: PICTURE, payload, headers: { 'content-type': type } })
    t.match((await send('{"type":"Point","coordinates":[500,0]}')).json(), {
      code: 'PICTURE_OVERLAY_INVALID',
      pointer: '/coordinates'
    })
    t.equal((await send('<x/>', 'application/xml')).statusCode, 415)
    t.equal((await send(`{"a":"${'x'.repeat(1024 * 1024)}"}`)).statusCode, 413)
  })

  t.test(
    'a sheet of paper is a PDF of one page with title, scale, legend, source and date in its own language',
    async t => {
      const query = 'format=pdf&center=113.03,23.01&scale=20000'
      const reply = await get(`${PICTURE}?${query}&title=${encodeURIComponent('试验区规划图')}`)
      t.match(reply, { statusCode: 200, headers: { 'content-type': 'application/pdf' } })
      t.match(reply.rawPayload.subarray(0, 5).toString(), '%PDF-')
      const text = pdfPages(reply.rawPayload).join()
      for (const part of ['试验区规划图', '1:20,000', 'EPSG:4547', '自然资源局', '制图日期']) t.match(text, part)
      t.match(reply.rawPayload.toString('latin1'), '/MediaBox [0 0 841.89 595.28]')
      const upright = await get(`${PICTURE}?${query}&paper=A3&orientation=portrait&lang=en&ornaments=none`)
      t.match(upright.rawPayload.toString('latin1'), '/MediaBox [0 0 841.89 1190.55]')
      t.match(pdfPages(upright.rawPayload).join(), 'Drawn on')
      t.notMatch(pdfPages(upright.rawPayload).join(), 'Bureau')
      const again = await get(`${PICTURE}?${query}`, {})
      t.equal((await get(`${PICTURE}?${query}`, { 'if-none-match': String(again.headers['etag']) })).statusCode, 304)
    }
  )

  t.test('whatever a parameter holds, it is refused or means nothing, and nothing of the inside is told', async t => {
    const where = ['bbox', 'center', 'zoom', 'scale', 'size', 'crs', 'format', 'ornaments', 'transparent', 'style']
    const look = ['overlay', 'title', 'paper', 'orientation', 'filter', 'division', 'asof', 'lang']
    t.strictSame(await spoil(get, [[`${PICTURE}?size=60x40`, [...where, ...look]]]), [])
    const title = '\u202E\u0000<b>&amp;</b>\u001B[31m(){}\\'
    const sheet = await get(`${PICTURE}?format=pdf&ornaments=none&title=${encodeURIComponent(title)}`)
    t.match(sheet, { statusCode: 200, headers: { 'content-type': 'application/pdf' } })
    t.match(pdfPages(sheet.rawPayload).join(), '<b>&amp;</b>', 'as it was written')
    for (const part of ['..%2f..%2fetc%2fpasswd', '%00', "test-plot'--"])
      t.equal((await get(`/api/maps/${part}/picture`)).statusCode, 404, part)
  })

  t.test('who asks for more than can be drawn at once is told when to come back', async t => {
    const asked = Array.from({ length: 160 }, (_, i) => get(`${PICTURE}?size=${30 + i}x20&ornaments=none`))
    const refused = (await Promise.all(asked)).filter(({ statusCode }) => statusCode !== 200)
    t.ok(refused.length > 0 && refused.length <= 96, `${refused.length} of 160`)
    for (const reply of refused)
      t.match([reply.statusCode, reply.headers['retry-after'], reply.json().code], [503, '1', 'PICTURE_OVERLOADED'])
  })

  t.test('what cannot be drawn is refused, and what is hidden is not there', async t => {
    for (const [url, status, code] of [
      [`${PICTURE}?size=4097x10`, 400, 'PICTURE_TOO_LARGE'],
      [`${PICTURE}?size=4096x4096@2x`, 400, 'PICTURE_TOO_LARGE'],
      [`${PICTURE}?size=0x10`, 400, 'PICTURE_PARAMETER_INVALID'],
      [`${PICTURE}?format=gif`, 400, 'PICTURE_PARAMETER_INVALID'],
      [`${PICTURE}?format=constructor`, 400, 'PICTURE_PARAMETER_INVALID'],
      [`${PICTURE}?ornaments=clown`, 400, 'PICTURE_PARAMETER_INVALID'],
      [`${PICTURE}?crs=EPSG:2000`, 400, 'PICTURE_PARAMETER_INVALID'],
      [`${PICTURE}?style=nothing`, 400, 'PICTURE_PARAMETER_INVALID'],
      [`${PICTURE}?format=pdf&crs=EPSG:4490`, 400, 'PICTURE_CRS_NOT_FOR_PAPER'],
      [`${PICTURE}?format=pdf&paper=a0`, 400, 'PICTURE_PARAMETER_INVALID'],
      [`${PICTURE}?format=pdf&title=${'x'.repeat(101)}`, 400, 'PICTURE_PARAMETER_INVALID'],
      [`${PICTURE}?crs=EPSG:4547&center=0,0&zoom=5`, 400, 'PICTURE_OUTSIDE_CRS'],
      [`${PICTURE}?overlay=%7B`, 400, 'PICTURE_OVERLAY_INVALID'],
      ['/api/maps/nothing/picture', 404, 'LAYER_NOT_FOUND'],
      ['/api/maps/test-camera/picture', 404, 'LAYER_NOT_FOUND']
    ] as const) {
      const reply = await get(url)
      t.equal(reply.statusCode, status, url)
      t.equal(reply.json().code, code, url)
    }
    const hidden = await get('/api/maps/test-camera/picture', as.publisher)
    t.match(hidden, { statusCode: 200, headers: { 'cache-control': 'private, no-cache' } })
    const [theirs, ours] = [
      await get('/api/maps/test-map/picture'),
      await get('/api/maps/test-map/picture', as.publisher)
    ]
    t.notSame(theirs.rawPayload, ours.rawPayload, 'of a map what may be seen')
  })
})
