import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { FeatureCollection } from 'geojson'
import sharp from 'sharp'
import t from 'tap'
import { compare } from '../../scripts/measuring/picture-difference.ts'
import type { StyleLayer } from '../../server/catalog/layer.ts'
import { findPictureCrs, MERCATOR_SIDE, projectionOf } from '../../server/lib/picture-crs.ts'
import { WEB_MERCATOR_QUAD } from '../../server/lib/tile-matrix.ts'
import type { PictureFrame, PictureLayer } from '../../server/maps/picture.ts'
import { createRenderer } from '../../server/maps/renderer.ts'

/**
 * Pictures that MapLibre Native drew, with the tiles it was given. What is compared: colours, places, widths, dashes,
 * where labels stand. What is not: the letters (our pictures have one font), pictures that are turned or tilted, and the
 * two whose box was not recorded. Where translucent lines lie on each other Native draws them darker, and we once.
 */
const FOLDER = fileURLToPath(new URL('../../../../shared/data/conformance/render-martin', import.meta.url))
const skip = existsSync(FOLDER) ? false : '../shared/data/conformance/render-martin is absent'
const CASSETTE = `${FOLDER}/render_cassette`

const SOURCES = {
  maplibre: { folder: 'demotiles.maplibre.org/tiles', last: 6 },
  openmaptiles: { folder: 'tiles.openfreemap.org/planet/20260726_080001_pt', last: 14 }
}
type Source = keyof typeof SOURCES

/** So far may a colour lie beyond those that are around a pixel in the other picture. */
const LIKE = { tolerance: 48, reach: 1 }
const MOST_DIFFERING = 0.015

const renderer = createRenderer<Source>({
  async tileOf(source, _, { z, x, y }) {
    const key = `${CASSETTE}/${SOURCES[source].folder}/${z}/${x}/${y}.pbf`
    return { key, bytes: existsSync(key) ? await readFile(key) : null }
  },
  async sheetOf() {
    const sprite = `${CASSETTE}/openmaptiles.github.io/maptiler-basic-gl-style/sprite`
    return { json: await readFile(`${sprite}.json`), png: await readFile(`${sprite}.png`) }
  },
  threads: 1,
  deadlineMs: 600_000
})
t.teardown(() => renderer.close())

async function layersOf(style: string, source: Source): Promise<PictureLayer<Source>[]> {
  const { layers } = JSON.parse(await readFile(`${FOLDER}/styles/${style}.json`, 'utf8')) as { layers: StyleLayer[] }
  const zooms = { min: 0, max: SOURCES[source].last }
  return [
    { style: layers.map(withoutTokens), source: { kind: 'tiles', member: source, zooms, grids: [WEB_MERCATOR_QUAD] } }
  ]
}

/** `{name}` in a text, as styles were written before there were expressions. */
function withoutTokens(layer: StyleLayer): StyleLayer {
  const expressionOf = (text: unknown) => {
    if (typeof text !== 'string') return text
    const parts = text.split(/(\{[^{}]+\})/).filter(Boolean)
    return ['concat', ...parts.map(part => (part.startsWith('{') ? ['get', part.slice(1, -1)] : part))]
  }
  const field = layer.layout?.['text-field'] as { stops?: [number, string][] } | string | undefined
  if (field === undefined) return layer
  const stops = typeof field === 'string' ? undefined : field.stops
  const [first, ...others] = stops ?? []
  const steps = first && ['step', ['zoom'], expressionOf(first[1]), ...others.flatMap(([z, f]) => [z, expressionOf(f)])]
  return { ...layer, layout: { ...layer.layout, 'text-field': steps ?? expressionOf(field) } }
}

const mercator = findPictureCrs('EPSG:3857')!

function frameAt([longitude, latitude]: [number, number], zoom: number, side: number, pixelRatio = 1): PictureFrame {
  const [x, y] = projectionOf(mercator).forward(longitude, latitude)
  const half = (side / 2) * (MERCATOR_SIDE / (512 * 2 ** zoom))
  return { crs: mercator, box: [x - half, y - half, x + half, y + half], width: side, height: side, pixelRatio }
}

const draw = (frame: PictureFrame, layers: PictureLayer<Source>[], background: string | null = '#ffffff') =>
  renderer.draw({ frame, layers, background, type: 'image/png', margin: 64 })

t.test('whole styles are drawn as MapLibre Native draws them', { skip }, async t => {
  for (const [style, source, frame, reference] of [
    ['maplibre_demo', 'maplibre', frameAt([0, 0], 0, 512), 'rendering_references/maplibre_demo_0_0_0'],
    ['maplibre_demo', 'maplibre', frameAt([-90, 66.5132604431], 1, 512), 'rendering_references/maplibre_demo_1_0_0'],
    ['src2/maptiler_basic', 'openmaptiles', frameAt([0, 0], 0, 512), 'rendering_references/maptiler_basic_0_0_0'],
    ['maplibre_demo', 'maplibre', frameAt([0, 0], 0, 200), 'static_camera/center_z0'],
    ['maplibre_demo', 'maplibre', frameAt([0, 0], 3, 200), 'static_camera/center_z3'],
    ['maplibre_demo', 'maplibre', frameAt([13.4, 52.52], 4, 200), 'static_camera/center_berlin_z4']
  ] as const) {
    const drawn = await draw(frame, await layersOf(style, source))
    const { share } = await compare(drawn, await readFile(`${FOLDER}/${reference}.png`), LIKE)
    t.ok(share < MOST_DIFFERING, `${reference}: ${(share * 100).toFixed(2)} % of the pixels differ`)
  }
})

/** How martin draws features that are laid over a map: by their properties, named as those of styles. */
const OVERLAY: StyleLayer[] = [
  {
    id: 'fill',
    type: 'fill',
    filter: ['==', ['geometry-type'], 'Polygon'],
    paint: {
      'fill-color': ['to-color', ['get', 'fill-color']],
      'fill-opacity': ['coalesce', ['get', 'fill-opacity'], 1],
      'fill-outline-color': ['to-color', ['coalesce', ['get', 'fill-outline-color'], ['get', 'fill-color']]]
    }
  },
  {
    id: 'line',
    type: 'line',
    filter: ['any', ['==', ['geometry-type'], 'LineString'], ['has', 'line-color']],
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: {
      'line-color': ['to-color', ['coalesce', ['get', 'line-color'], '#000000']],
      'line-width': ['coalesce', ['get', 'line-width'], 1],
      'line-opacity': ['coalesce', ['get', 'line-opacity'], 1]
    }
  },
  {
    id: 'circle',
    type: 'circle',
    filter: ['==', ['geometry-type'], 'Point'],
    paint: {
      'circle-color': ['to-color', ['get', 'circle-color']],
      'circle-radius': ['get', 'circle-radius'],
      'circle-stroke-color': ['to-color', ['coalesce', ['get', 'circle-stroke-color'], '#000000']],
      'circle-stroke-width': ['coalesce', ['get', 'circle-stroke-width'], 0]
    }
  }
]

t.test('features laid over a map are drawn as MapLibre Native draws them, at 1x and 2x', { skip }, async t => {
  const map = await layersOf('maplibre_demo', 'maplibre')
  for (const pixelRatio of [1, 2]) {
    const frame = frameAt([0, 0], 2, 200, pixelRatio)
    // martin lays them over the finished map; labels of our own pictures lie above everything.
    const under = await draw(frame, map)
    for (const file of readdirSync(`${FOLDER}/static_overlays/input`)) {
      const features = JSON.parse(
        await readFile(`${FOLDER}/static_overlays/input/${file}`, 'utf8')
      ) as FeatureCollection
      const over = await draw(frame, [{ style: OVERLAY, source: { kind: 'features', features } }], null)
      const drawn = await sharp(under)
        .composite([{ input: over }])
        .png()
        .toBuffer()
      const reference = `static_overlays/${pixelRatio}x/${file.replace('.json', '.png')}`
      const { share } = await compare(drawn, await readFile(`${FOLDER}/${reference}`), LIKE)
      t.ok(share < MOST_DIFFERING, `${reference}: ${(share * 100).toFixed(2)} % of the pixels differ`)
    }
  }
})
