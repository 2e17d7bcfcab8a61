import { parseArgs } from 'node:util'
import { openBrowser } from './browser.ts'

/**
 * A picture of the console as somebody would see it.
 *
 *   node build/scripts/screenshot.js --url http://localhost:8080/ --out console.png
 *     [--size 1440x900] [--lang zh|en] [--at longitude,latitude,zoom] [--show layer,layer] [--hide layer,layer]
 *     [--check "POLYGON ((…))"] [--crs EPSG:4547]
 *
 * `--url` may be the one-time sign-in link that the server prints at start. `--check` runs a land-check of that WKT.
 */
const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    out: { type: 'string' },
    size: { type: 'string', default: '1440x900' },
    lang: { type: 'string', default: 'zh' },
    at: { type: 'string' },
    show: { type: 'string', default: '' },
    hide: { type: 'string', default: '' },
    check: { type: 'string' },
    crs: { type: 'string', default: 'EPSG:4547' }
  }
})
if (!values.url || !values.out) throw new Error('Needed: --url and --out')

/** What the page offers to the developer tools. */
interface MapPage {
  yitu: {
    map: { jumpTo(camera: { center: number[]; zoom: number }): void; areTilesLoaded(): boolean; isMoving(): boolean }
  }
}

const [width = 1440, height = 900] = values.size.split('x').map(Number)
const names = (list: string) => list.split(',').filter(Boolean)

const browser = await openBrowser()
try {
  const context = await browser.newContext({
    viewport: { width, height },
    locale: values.lang === 'zh' ? 'zh-CN' : 'en-GB',
    timezoneId: 'Asia/Shanghai'
  })
  const page = await context.newPage()
  await page.goto(values.url)
  await page.waitForSelector('[data-ready=true]')

  for (const [layers, wanted] of [
    [names(values.show), 'true'],
    [names(values.hide), 'false']
  ] as const) {
    for (const layer of layers) {
      const row = page.locator(`.item[data-layer="${layer}"]`)
      const state = await row.getByRole('switch').getAttribute('aria-checked')
      if (state !== wanted) await row.locator('.el-switch').click()
    }
  }
  if (values.at) {
    const [longitude = 0, latitude = 0, zoom = 10] = values.at.split(',').map(Number)
    await page.evaluate(camera => (globalThis as unknown as MapPage).yitu.map.jumpTo(camera), {
      center: [longitude, latitude],
      zoom
    })
  }
  if (values.check) {
    await page.locator('[data-tool=check]').click()
    await page.locator('[data-way=text]').click()
    await page.locator('#parcel-text').fill(values.check)
    await page.locator('[data-test=run-check]').click()
    await page.locator('[data-test=land-check-result]').waitFor()
  }
  await page.waitForLoadState('networkidle')
  await page.waitForFunction(() => {
    const { map } = (globalThis as unknown as MapPage).yitu
    return map.areTilesLoaded() && !map.isMoving()
  })
  // Labels fade in.
  await page.waitForTimeout(1000)
  await page.screenshot({ path: values.out })
} finally {
  await browser.close()
}
