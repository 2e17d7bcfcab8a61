import t from 'tap'
import { asker, checkServices, listServices } from '../../scripts/checking/check.ts'
import { onBothDatabases, testApp } from '../helper.ts'
import { publishAll, testCatalogue } from '../routes/catalogue.ts'
import { publishRows, square, testLayer } from '../tiles/fixture.ts'

const deep = testLayer('test-deep', {
  geometry: 'Point',
  zoom: { min: 17, max: 20 },
  style: [{ id: 'test-deep-dot', type: 'circle', 'source-layer': 'test-deep' }]
})
const hollow = testLayer('test-hollow', {
  zoom: { min: 14, max: 14 },
  style: [{ id: 'test-hollow-fill', type: 'fill', 'source-layer': 'test-hollow' }]
})

await onBothDatabases(t, async (t, db) => {
  const { app, as } = await testApp(t, db, await testCatalogue(t, [deep, hollow]))
  await publishAll(db)
  const points = [
    [113.2, 22.9],
    [112.9, 23.2]
  ].map((coordinates, i) => ({
    geometry: { type: 'Point' as const, coordinates },
    values: [`D${i}`]
  }))
  await publishRows(db, deep, points)
  await publishRows(db, hollow, [
    { geometry: { type: 'MultiPolygon', coordinates: [square(113, 23, 0.02)] }, values: ['H'] }
  ])
  await app.refreshCatalog()
  const base = await app.listen({ port: 0 })
  const key = as.publisher.authorization.split(' ')[1]
  const check = async (send?: typeof fetch) => {
    const ask = asker(base, key, send)
    return checkServices(await listServices(ask), ask)
  }

  t.test('every service answers, with features, however deep its tiles begin', async t => {
    const outcomes = await check()
    t.strictSame(
      outcomes.map(({ id }) => id).toSorted(),
      ['camera', 'creek', 'deep', 'hollow', 'map', 'plot'].flatMap(name =>
        ['tiles', 'wms', 'wmts'].map(protocol => `test-${name}.${protocol}`)
      )
    )
    for (const { id, ok, answer, requests } of outcomes) {
      t.ok(ok, `${id}: ${answer}`)
      t.match(answer, /^[1-9]\d* (features in (\w+ )?\d+\/\d+\/\d+(, |$)|links, a picture of \d+ bytes)/)
      t.ok(requests < 1210, `${id}: ${requests} requests`)
    }
    const anonymous = asker(base, undefined)
    t.equal((await listServices(anonymous)).length, 12)
  })

  t.test('what is wrong with one is said, and the others are checked all the same', async t => {
    const answers: Record<string, (url: string) => Response | undefined> = {
      'an empty tile': url => (url.includes('/tiles/test-plot/') ? new Response(null, { status: 204 }) : undefined),
      'a broken tile': url => (url.includes('/tiles/test-plot/') ? new Response('no tile') : undefined),
      'an error': url => (url.endsWith('/tiles/test-plot.json') ? new Response('{}', { status: 500 }) : undefined),
      'a TileJSON without tiles': url =>
        url.endsWith('/tiles/test-plot.json') ? Response.json({ tilejson: '3.0.0', tiles: [] }) : undefined,
      'metadata without a layer': url =>
        url.includes('/services/test-plot/wmts?') ? new Response('<Capabilities/>') : undefined,
      'an empty tile by WMTS': url =>
        url.includes('/services/test-plot/wmts/1.0.0/') ? new Response(new Uint8Array()) : undefined,
      'a legend of another size by WMS': url =>
        url.includes('/services/test-plot/wms?') && url.includes('GetLegendGraphic')
          ? new Response(Buffer.alloc(24), { headers: { 'content-type': 'image/png' } })
          : undefined,
      'a report in place of a picture by WMS': url =>
        url.includes('/services/test-plot/wms?') && url.includes('GetMap')
          ? new Response('<ServiceExceptionReport/>', { headers: { 'content-type': 'text/xml' } })
          : undefined,
      'a style of nothing': url =>
        url.endsWith('/styles/test-plot.json') ? Response.json({ version: 8, sources: {}, layers: [] }) : undefined
    }
    for (const [what, answer] of Object.entries(answers)) {
      const outcomes = await check(async (input, init) => answer(String(input)) ?? fetch(input, init))
      const failed = outcomes.filter(({ ok }) => !ok)
      t.strictSame(
        failed.map(({ id }) => id),
        [/WMTS|metadata/.test(what) ? 'test-plot.wmts' : /WMS/.test(what) ? 'test-plot.wms' : 'test-plot.tiles'],
        `${what}: ${failed[0]?.answer}`
      )
      t.equal(outcomes.length, 18)
    }
  })

  t.test('a protocol that nobody checks does not count as answering', async t => {
    const [outcome] = await checkServices([{ id: 'x.wcs', protocol: 'wcs', urls: {} }], asker(base, key))
    t.match(outcome, { ok: false, answer: /no check of protocol wcs/ })
  })
})
