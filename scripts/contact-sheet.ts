import { parseArgs } from 'node:util'
import type { BrowserContext, Page } from 'playwright-core'
import { openBrowser } from './browser.ts'
import { type Subject, searchPlaces, searchZoom, WANTED } from './contact-sheet-camera.ts'
import { answerPages, openMapPage, PAGES } from './contact-sheet-page.ts'
import { sheetPage, type Thumbnail } from './contact-sheet-print.ts'

/**
 * One thumbnail of every layer and map of a running server, in one labelled picture (or several).
 *
 *   node build/scripts/contact-sheet.js --base http://localhost:8080 [--key …] [--out contact-sheet.png]
 *     [--only layer,map,theme] [--columns 8] [--size 230x170] [--per-page 96] [--at longitude,latitude,zoom]
 *
 * Without a key only open layers are there. `--at` is where maps are looked at. Each layer is looked at where it has
 * features, so near that about a dozen fill the picture; maps where the layer with the most features has some.
 */
const { values } = parseArgs({
  options: {
    base: { type: 'string', default: 'http://localhost:8080' },
    key: { type: 'string' },
    out: { type: 'string', default: 'contact-sheet.png' },
    only: { type: 'string', default: '' },
    columns: { type: 'string', default: '8' },
    size: { type: 'string', default: '230x170' },
    'per-page': { type: 'string', default: '96' },
    at: { type: 'string' }
  }
})
const base = values.base.replace(/\/$/, '')
const [width = 230, height = 170] = values.size.split('x').map(Number)
const columns = Number(values.columns)
const only = values.only.split(',').filter(Boolean)

/** What the page of contact-sheet-page.ts offers. */
interface DrawingPage {
  drawing(order: object): Promise<{ faults: string[]; picture: string; center?: [number, number] }>
}

/** Where features were found lately, and where the layer with the most of them has some: there maps are looked at. */
let lately: [number, number][] = []
let liveliest: { features: number; center?: [number, number] } = { features: 1 }

const browser = await openBrowser()
try {
  const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: 1 })
  if (values.key) await ask(context, '/api/session', { key: values.key })
  const wanted = (await listSubjects(context)).filter(
    ({ id, group }) => only.length === 0 || only.includes(id) || only.includes(group)
  )
  await answerPages(context, base, { width, height })
  const page = await context.newPage()
  await openMapPage(page, base)
  const drawn: Thumbnail[] = []
  for (const subject of wanted) {
    const thumbnail = await draw(context, page, subject)
    drawn.push(thumbnail)
    console.log([subject.kind, subject.id, ...thumbnail.faults].join('\t'))
  }
  for (const file of await printSheets(
    context,
    drawn.toSorted((a, b) => rank(a) - rank(b))
  ))
    console.log(`Written: ${file}`)
  const faulty = drawn.filter(({ faults }) => faults.length > 0)
  console.log(`${drawn.length - faulty.length} of ${drawn.length} drawn without a fault`)
} finally {
  await browser.close()
}

function rank({ kind }: Subject): number {
  return kind === 'map' ? 0 : 1
}

async function ask<T>(context: BrowserContext, path: string, data?: object): Promise<T> {
  const response = data ? await context.request.post(base + path, { data }) : await context.request.get(base + path)
  if (!response.ok()) throw new Error(`${path}: ${response.status()} ${await response.text()}`)
  return (await response.json()) as T
}

/** The layers by theme, in the order of the catalogue, then the maps, which are looked at where layers were found. */
async function listSubjects(context: BrowserContext): Promise<Subject[]> {
  type Titled = Pick<Subject, 'id' | 'title'>
  const { themes, layers } = await ask<{ themes: Titled[]; layers: (Subject & { theme: string })[] }>(
    context,
    '/api/layers'
  )
  const { maps } = await ask<{ maps: Titled[] }>(context, '/api/maps')
  const anywhere = { zoom: { min: 0, max: 22 }, featureCount: 1, bounds: null }
  return [
    ...themes.flatMap(theme =>
      layers
        .filter(layer => layer.theme === theme.id)
        .map(layer => ({ ...layer, group: theme.id, kind: 'layer' as const }))
    ),
    ...maps.map(map => ({ ...anywhere, ...map, group: 'maps', kind: 'map' as const }))
  ]
}

async function draw(context: BrowserContext, page: Page, subject: Subject): Promise<Thumbnail> {
  if (subject.kind === 'layer' && !subject.bounds) return { ...subject, picture: '', faults: ['no data'] }
  const style = await ask<{ center: [number, number]; zoom: number }>(context, `/styles/${subject.id}.json`)
  const given = values.at?.split(',').map(Number)
  const camera = { center: given?.slice(0, 2) ?? liveliest.center ?? style.center, zoom: given?.[2] ?? 14.6 }
  const [middle, ...around] = subject.bounds ? searchPlaces(subject.bounds) : []
  const { faults, picture, center } = await page.evaluate(
    order => (globalThis as unknown as DrawingPage).drawing(order),
    {
      id: subject.id,
      style,
      zooms: subject.zoom,
      wanted: WANTED,
      search: searchZoom(subject, width),
      // Where other layers have features this one is likely to have some.
      places: [middle, ...lately, ...around],
      ...(subject.kind === 'map' && { camera })
    }
  )
  if (center) lately = [center, ...lately].slice(0, 12)
  if (center && subject.featureCount > liveliest.features) liveliest = { features: subject.featureCount, center }
  return { ...subject, picture, faults: [...new Set(faults)] }
}

async function printSheets(context: BrowserContext, all: Thumbnail[]): Promise<string[]> {
  const perPage = Number(values['per-page'])
  const page = await context.newPage()
  await page.setViewportSize({ width: columns * (width + 12) + 24, height: 800 })
  const files: string[] = []
  for (let i = 0; i < all.length; i += perPage) {
    const part = all.length > perPage ? `-${i / perPage + 1}` : ''
    const path = values.out.replace(/(\.png)?$/, `${part}.png`)
    await page.goto(`${base}${PAGES}sheet`)
    await page.setContent(sheetPage(all.slice(i, i + perPage), { columns, width, height }))
    await page.evaluate('document.fonts.ready')
    await page.screenshot({ path, fullPage: true })
    files.push(path)
  }
  return files
}
