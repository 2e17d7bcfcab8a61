import type { FastifyInstance } from 'fastify'
import type { Geometry } from 'geojson'
import type { Page } from 'playwright-core'
import t from 'tap'
import { openBrowser } from '../../scripts/browser.ts'
import type { Database } from '../../server/lib/sql.ts'
import { writeWkb } from '../../server/lib/wkb.ts'
import { publish } from '../../server/uploads/publish.ts'
import { createStaging, stageRows } from '../../server/uploads/staging.ts'
import { testApp, testDatabase } from '../helper.ts'

/** What the console offers to the developer tools: the map, as far as these tests ask it. */
interface MapPage {
  yitu: {
    map: {
      project(lngLat: [number, number]): { x: number; y: number }
      jumpTo(camera: { center: [number, number]; zoom: number }): void
      loaded(): boolean
      areTilesLoaded(): boolean
      isMoving(): boolean
      getZoom(): number
      getSource(id: string): unknown
      queryRenderedFeatures(): { source: string; properties: Record<string, unknown> }[]
    }
  }
}

const [EAST, NORTH] = [113.1, 23.05]
const square = (west: number, south: number, width: number, height = width): Geometry => {
  const [east, north] = [west + width, south + height]
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south]
  ]
  return { type: 'MultiPolygon', coordinates: [[ring]] }
}
/** 12 × 10 m at the south-west corner of the farmland below, EPSG:4547. */
const PARCEL =
  'POLYGON ((407761.089 2550358.457, 407773.089 2550358.457, 407773.089 2550368.457, 407761.089 2550368.457, 407761.089 2550358.457))'

/** Publishes features of a catalogue layer; fields not given stay empty. */
async function lay(app: FastifyInstance, db: Database, id: string, features: [Geometry, Record<string, unknown>][]) {
  const layer = app.catalog.get(id)
  const rows = features.map(([geometry, values]) => ({
    geometry: writeWkb(geometry),
    values: layer.fields.map(field => values[field.name] ?? null)
  }))
  await createStaging(db, layer, 'web_test')
  await stageRows(db, layer, 'web_test', rows)
  await publish(db, layer, { stagingId: 'web_test', mode: 'replace', kind: 'seed', actor: 'test' })
}

const settled = (page: Page) =>
  page.waitForFunction(() => {
    const map = (globalThis as unknown as MapPage).yitu?.map
    return map?.loaded() && map.areTilesLoaded() && !map.isMoving()
  })

const drawnSources = (page: Page): Promise<string[]> =>
  page.evaluate(() => [
    ...new Set((globalThis as unknown as MapPage).yitu.map.queryRenderedFeatures().map(feature => feature.source))
  ])

async function clickMap(page: Page, at: [number, number]): Promise<void> {
  await settled(page)
  const point = await page.evaluate(lngLat => (globalThis as unknown as MapPage).yitu.map.project(lngLat), at)
  const box = await page.locator('.maplibregl-canvas').boundingBox()
  await page.mouse.click((box?.x ?? 0) + point.x, (box?.y ?? 0) + point.y)
}

const db = await testDatabase(t, 'embedded')
const { app, as } = await testApp(t, db)
const town = square(EAST - 0.01, NORTH - 0.01, 0.02)
await lay(app, db, 'district-boundary', [
  [town, { division_code: '440605000000', name: '南海区', division_level: 'district' }]
])
await lay(app, db, 'town-boundary', [[town, { division_code: '440605123000', name: '丹灶镇', division_level: 'town' }]])
await lay(app, db, 'building-footprint', [
  [square(EAST + 0.004, NORTH + 0.004, 0.001), { building_code: 'B1', structure: '1', floor_count: 3, height_m: 10.5 }]
])
await lay(app, db, 'permanent-basic-farmland', [
  [
    square(EAST, NORTH, 0.002),
    { patch_code: 'YN-1', landuse_survey_code: '0101', is_stable_farmland: true, protect_start_date: '2026-02-28' }
  ]
])
await app.refreshCatalog()
await app.listen({ host: '127.0.0.1', port: 0 })
const { port } = app.server.address() as { port: number }
const origin = `http://127.0.0.1:${port}`
const home = await fetch(`${origin}/`)
if (home.status !== 200) t.bailout(`the console is not built: ${await home.text()}`)

const browser = await openBrowser()
t.teardown(() => browser.close())
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' })
const page = await context.newPage()
page.setDefaultTimeout(10_000)

const complaints: string[] = []
const strangers = new Set<string>()
page.on('request', request => {
  const { protocol, host } = new URL(request.url())
  if (protocol.startsWith('http') && host !== `127.0.0.1:${port}`) strangers.add(request.url())
})
page.on('pageerror', error => complaints.push(String(error)))
page.on('console', message => {
  // The refusals that the tests ask for.
  const expected = /status of (401|422)/.test(message.text())
  if (message.type() === 'error' && !expected) complaints.push(message.text())
})

await page.goto(`${origin}/`)
await page.waitForSelector('[data-ready=true]')
await settled(page)

t.test('the page is served with headers fit for it', async t => {
  t.match(home.headers.get('content-security-policy'), /default-src 'self'/)
  t.equal(home.headers.get('cache-control'), 'no-cache')
  const script = /src="\.\/(assets\/[^"]+)"/.exec(await (await fetch(`${origin}/`)).text())?.[1]
  const asset = await fetch(`${origin}/${script}`)
  t.match(asset.headers.get('cache-control'), /immutable/)
  t.equal((await fetch(`${origin}/no-such-page`)).status, 404)
})

t.test('the map opens on the district and has drawn it', async t => {
  t.ok((await drawnSources(page)).includes('town-boundary'))
  const zoom = await page.evaluate(() => (globalThis as unknown as MapPage).yitu.map.getZoom())
  t.ok(zoom > 13, `zoom ${zoom}`)
})

t.test('the search filters the tree, in either language', async t => {
  const titles = page.locator('.item[data-layer]')
  const all = await titles.count()
  t.ok(all > 5)
  await page.getByLabel('搜索图层、部门').fill('镇街')
  await t.resolves(page.locator('.item[data-layer=town-boundary]').waitFor())
  t.equal(await titles.count(), 1)
  await page.getByLabel('搜索图层、部门').fill('zzz')
  await page.getByText('没有匹配的图层').waitFor()
  await page.getByLabel('搜索图层、部门').fill('')
  t.equal(await titles.count(), all)
})

t.test('a key that is unknown is refused in words; a good one shows more layers', async t => {
  t.equal(await page.locator('.item[data-layer=permanent-basic-farmland]').count(), 0)
  await page.getByRole('button', { name: '登录' }).click()
  await page.locator('#sign-in-key').fill('no-such-key')
  await page.locator('.el-dialog').getByRole('button', { name: '登录' }).click()
  await page.locator('.el-dialog').getByText('此密钥不存在或已吊销').waitFor()
  await page.locator('#sign-in-key').fill(as.publisher.authorization.replace('Bearer ', ''))
  await page.locator('.el-dialog').getByRole('button', { name: '登录' }).click()
  await page.locator('.item[data-layer=permanent-basic-farmland]').waitFor()
  t.ok(await page.getByText('发布', { exact: true }).isVisible())
})

t.test('a switch adds a layer to the map and takes it off again', async t => {
  t.notOk((await drawnSources(page)).includes('permanent-basic-farmland'))
  const toggle = page.locator('.item[data-layer=permanent-basic-farmland] .el-switch')
  await toggle.click()
  await page.waitForFunction(() =>
    (globalThis as unknown as MapPage).yitu.map
      .queryRenderedFeatures()
      .some(feature => feature.source === 'permanent-basic-farmland')
  )
  await toggle.click()
  await page.waitForFunction(() => !(globalThis as unknown as MapPage).yitu.map.getSource('permanent-basic-farmland'))
  await toggle.click()
  await settled(page)
})

t.test('a click shows attributes with titles, codes spelled out and dates', async t => {
  await clickMap(page, [EAST + 0.001, NORTH + 0.001])
  const card = page.locator('.card[data-layer=permanent-basic-farmland]')
  await card.waitFor()
  const text = (await card.textContent()) ?? ''
  t.match(text, /图斑编号\s*YN-1/)
  t.match(text, /地类编码\s*水田\s*0101/)
  t.match(text, /2026年2月28日/)
  t.match(text, /是否稳定利用耕地\s*是/)
  await page.getByRole('button', { name: '关闭' }).first().click()
})

t.test('a pasted parcel gets the verdict that the API gives', async t => {
  const answer = await app.inject({
    method: 'POST',
    url: '/api/land-checks',
    headers: as.checker,
    payload: { wkt: PARCEL, crs: 'EPSG:4547', stage: 'pre-check', include: ['suggestions'] }
  })
  t.equal(answer.statusCode, 201)
  const { verdict, parcel, completeness } = answer.json()
  await page.locator('[data-tool=check]').click()
  await page.locator('[data-way=text]').click()
  await page.locator('#parcel-text').fill(PARCEL)
  await page.locator('[data-test=run-check]').click()
  await page.locator(`[data-verdict=${verdict}]`).waitFor()
  t.match(await page.locator('.banner').textContent(), `${completeness.evaluated}/${completeness.total}`)
  t.equal(await page.locator('[data-test=partition-total]').textContent(), parcel.areaPlanar.toFixed(2))
  const rule = page.locator('[data-rule=PBF-01]')
  t.match(await rule.textContent(), /永久基本农田/)
  await page.waitForFunction(() =>
    (globalThis as unknown as MapPage).yitu.map
      .queryRenderedFeatures()
      .some(feature => feature.source === 'console-partition')
  )
})

t.test('the text of a 界址点 file is read plot by plot, and the chosen plot is checked', async t => {
  const corners = [...PARCEL.matchAll(/([\d.]+) ([\d.]+)/g)].map(([, x, y], i) => `J${i + 1},1,${y},38${x}`)
  const header =
    '[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n投影类型=高斯克吕格\n计量单位=米\n带号=38\n[地块坐标]\n'
  await page.locator('#parcel-text').fill(`${header}${corners.length},,1,宅基地,面,,,,@\n${corners.join('\n')}\n`)
  await page.locator('[data-test=txt-understood]').waitFor()
  await page.locator('[data-test=run-check]').click()
  await page.locator('[data-test=land-check-result]').waitFor()
  const [html, pdf] = await page
    .locator('[data-test=reports] a')
    .evaluateAll(links => links.map(a => a.getAttribute('href')))
  t.match(html, /\/api\/land-checks\/lc_\w{26}\/report\.html\?lang=zh$/)
  t.match(pdf, /report\.pdf\?lang=zh$/)
})

t.test('a suggestion is shown on the map, and checked on request', async t => {
  const geometry = square(EAST + 0.00021234567, NORTH + 0.00001234567, 0.0001)
  const suggestion = { kind: 'shift', verdict: 'PASS', area: 120, geometry, message: { zh: '整体平移', en: 'Move' } }
  await page.route('**/api/land-checks', async route => {
    const answer = await (await route.fetch()).json()
    await route.fulfill({ status: 201, json: { ...answer, suggestions: [suggestion] } })
  })
  await page.locator('#parcel-text').fill(PARCEL)
  await page.locator('[data-test=run-check]').click()
  const item = page.locator('[data-suggestion=shift]')
  await item.getByRole('button', { name: '在地图上显示' }).click()
  await page.waitForFunction(() =>
    (globalThis as unknown as MapPage).yitu.map
      .queryRenderedFeatures()
      .some(feature => feature.source === 'console-suggestion')
  )
  await page.unroute('**/api/land-checks')
  const asked = page.waitForRequest('**/api/land-checks')
  await item.getByRole('button', { name: '审查此方案' }).click()
  t.strictSame((await asked).postDataJSON().geojson, geometry)
  await page.locator('[data-test=land-check-result]').waitFor()
})

t.test('a refused parcel says why', async t => {
  await page.locator('#parcel-text').fill('POLYGON ((1 2, 3 4))')
  await page.locator('[data-test=run-check]').click()
  const notice = page.getByRole('alert')
  await notice.waitFor()
  t.match(await notice.textContent(), /HTTP 422/)
  t.equal(await page.locator('[data-test=land-check-result]').count(), 0, 'no verdict of before is left standing')
})

t.test('a plot of given size is placed by a click and is exactly that large', async t => {
  await page.locator('[data-way=rectangle]').click()
  await clickMap(page, [EAST + 0.0001, NORTH + 0.0001])
  await page.locator('[data-test=run-check]').click()
  const total = page.locator('[data-test=partition-total]')
  await total.waitFor()
  t.equal(await total.textContent(), '120.00')
})

t.test('a polygon is drawn by clicking its corners', async t => {
  await page.locator('[data-way=polygon]').click()
  const d = 0.0001
  for (const corner of [
    [EAST, NORTH],
    [EAST + d, NORTH],
    [EAST + d, NORTH + d],
    [EAST, NORTH + d],
    [EAST, NORTH]
  ] as [number, number][]) {
    await clickMap(page, corner)
  }
  await page.getByText('地块已绘制').waitFor()
  await page.locator('[data-test=run-check]').click()
  const total = page.locator('[data-test=partition-total]')
  await total.waitFor()
  const area = Number(await total.textContent())
  t.ok(area > 100 && area < 130, `${area} m²`)
  t.equal(await page.locator('.popup').count(), 0, 'drawing asks for no attributes')
})

t.test('an uploaded layer appears in the tree and on the map without reloading', async t => {
  const feature = { type: 'Feature', properties: { code: 'S1', name: '测点' }, geometry: square(EAST, NORTH, 0.003) }
  const buffer = Buffer.from(JSON.stringify({ type: 'FeatureCollection', features: [feature] }))
  await page.locator('[data-tool=upload]').click()
  await page.setInputFiles('#upload-file', { name: 'survey.geojson', mimeType: 'application/geo+json', buffer })
  await page.locator('#upload-id').fill('flood-survey')
  await page.locator('#upload-title').fill('内涝调查')
  await page.locator('[data-test=run-upload]').click()
  await page.locator('[data-phase=published]').waitFor({ timeout: 60_000 })
  await page.locator('.item[data-layer=flood-survey]').waitFor()
  await page.waitForFunction(() =>
    (globalThis as unknown as MapPage).yitu.map
      .queryRenderedFeatures()
      .some(candidate => candidate.source === 'flood-survey' && candidate.properties['name'] === '测点')
  )
  t.match(await page.locator('.item[data-layer=flood-survey]').textContent(), /内涝调查/)
})

t.test('the language switches everything and is remembered', async t => {
  await page.getByRole('button', { name: 'English' }).click()
  await page.locator('.item').getByText('Town and street boundary').waitFor()
  await page.reload()
  await page.waitForSelector('[data-ready=true]')
  t.ok(await page.locator('.item').getByText('Town and street boundary').isVisible())
  t.equal(await page.locator('html').getAttribute('lang'), 'en')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.locator('.item[data-layer=permanent-basic-farmland]').waitFor({ state: 'detached' })
})

t.test('nothing was asked of another host, and nothing went wrong unseen', async t => {
  t.strictSame([...strangers], [])
  t.strictSame(complaints, [])
})
