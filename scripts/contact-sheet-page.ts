import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { BrowserContext, Page } from 'playwright-core'

/** Below the server's own address, so that its session counts; the server is asked for data only. */
export const PAGES = '/__contact-sheet/'

const dist = new URL('./', import.meta.resolve('maplibre-gl'))
const fonts = new URL('../', import.meta.resolve('@fontsource/noto-sans-sc/files/noto-sans-sc-0-400-normal.woff2'))

/** Answers the addresses below PAGES: the map page, an empty one for the sheet, MapLibre and the font. */
export async function answerPages(context: BrowserContext, base: string, size: { width: number; height: number }) {
  const ranges = JSON.parse(await readFile(new URL('unicode.json', fonts), 'utf8')) as Record<string, string>
  const pages = new Map([
    ['map', html(ranges, size)],
    ['sheet', '<!doctype html>']
  ])
  await context.route(`${base}${PAGES}**`, route => {
    const name = decodeURIComponent(new URL(route.request().url()).pathname.slice(PAGES.length))
    const body = pages.get(name)
    if (body !== undefined) return route.fulfill({ contentType: 'text/html; charset=utf-8', body })
    const folder = /^(files\/|400\.css)/.test(name) ? fonts : dist
    const contentType = name.endsWith('.mjs') ? { contentType: 'text/javascript' } : {}
    return route.fulfill({ path: fileURLToPath(new URL(name, folder)), ...contentType })
  })
}

/** Opens the page with a MapLibre map on it and `drawing` in its window. */
export async function openMapPage(page: Page, base: string): Promise<void> {
  await page.goto(`${base}${PAGES}map`)
  await page.waitForFunction('globalThis.drawing !== undefined')
}

/** Noto Sans SC lies in many files, each for some characters; the map fetches those it needs. */
const fontFaces = (ranges: Record<string, string>) =>
  Object.entries(ranges).map(([subset, range]) => ({
    url: `files/noto-sans-sc-${subset.replace(/^\[|\]$/g, '')}-400-normal.woff2`,
    'unicode-range': range.split(',')
  }))

const html = (ranges: Record<string, string>, { width, height }: { width: number; height: number }) => `<!doctype html>
<meta charset="utf-8">
<link rel="stylesheet" href="maplibre-gl.css">
<style>body { margin: 0 } #map { width: ${width}px; height: ${height}px }</style>
<div id="map"></div>
<script type="module">
import { Map as MapLibre, setWorkerUrl } from './maplibre-gl.mjs'
setWorkerUrl(new URL('./maplibre-gl-worker.mjs', location).href)
const faces = ${JSON.stringify(fontFaces(ranges))}.map(face => ({ ...face, url: new URL(face.url, location).href }))
const fonts = { 'Noto Sans SC Regular': faces, 'Noto Sans SC Medium': faces, 'Noto Sans SC Bold': faces }
let map
// A map of its own for each picture: no tile, label or fault of the last one stays.
async function start(style) {
  map?.remove()
  const faults = []
  map = new MapLibre({
    container: 'map', style: { ...style, 'font-faces': fonts }, attributionControl: false, fadeDuration: 0,
    interactive: false, canvasContextAttributes: { preserveDrawingBuffer: true }
  })
  map.on('error', event => faults.push(String(event.error?.message ?? event)))
  return faults
}
const idle = () => Promise.race([
  new Promise(done => map.once('idle', () => done(true))),
  new Promise(done => setTimeout(() => done(false), 20000))
])
const positions = shape => typeof shape[0] === 'number' ? [shape] : shape.flatMap(positions)
const middle = places => places[Math.floor(places.length / 2)]
/** Looks for features of a layer from place to place at one zoom; returns their positions, one list a feature. */
async function find(id, places, zoom) {
  for (const center of places) {
    map.jumpTo({ center, zoom })
    await idle()
    const found = map.queryRenderedFeatures().filter(feature => feature.source === id)
    if (found.length > 0) return found.map(feature => positions(feature.geometry.coordinates))
  }
  return null
}
/** The camera on a feature and those next to it, \`wanted\` in all: so near that they fill the picture. */
function portrait(found, wanted, zooms, style) {
  const [x, y] = middle(middle(found))
  const away = ([[lon, lat]]) => Math.hypot(lon - x, lat - y)
  const shown = found.toSorted((a, b) => away(a) - away(b)).slice(0, wanted).flat()
  const reach = Math.max(...shown.map(([lon, lat]) => Math.max(Math.abs(lon - x), Math.abs(lat - y) * 1.5)), 1e-5)
  const fitting = Math.log2((${width} * 360) / (512 * reach * 2))
  const inBounds = Math.min(Math.max(fitting, zooms.min + 0.1), 18)
  // A little nearer, where that is enough to show names and signs.
  const named = Math.min(...style.layers.filter(({ type }) => type === 'symbol').map(({ minzoom = 0 }) => minzoom)) + 0.1
  return { center: [x, y], zoom: named > inBounds && named < inBounds + 2 ? named : inBounds }
}
globalThis.drawing = async ({ style, id, places, search, zooms, wanted, camera }) => {
  const faults = await start(style)
  await idle()
  const drawnFrom = Math.min(...style.layers.filter(layer => layer.source === id).map(({ minzoom = 0 }) => minzoom))
  const found = camera ? null : await find(id, places, Math.max(search, drawnFrom + 0.05))
  const seen = camera ?? (found && portrait(found, wanted, zooms, style))
  if (seen) {
    map.jumpTo(seen)
    if (!(await idle())) faults.push('not finished after 20 s')
  } else faults.push('no feature found')
  return { faults, center: seen?.center, picture: map.getCanvas().toDataURL('image/png') }
}
</script>`
