import type { LayerSpecification, SourceSpecification, StyleSpecification } from '@maplibre/maplibre-gl-style-spec'
import type { Catalog } from './catalog.ts'
import type { Layer, StyleLayer } from './layer.ts'
import { inGrey } from './tone.ts'

/** What a style shows: layer ids from bottom to top; `hidden` are those of them that are switched off at first. */
export interface View {
  title: string
  background: string
  layers: readonly string[]
  hidden?: readonly string[] | undefined
  /** `grey`: the layers' colours in shades of grey. */
  tone?: 'grey' | undefined
}

/** What a style needs beside its layers. */
export interface Surroundings {
  /** The server's URL, without a slash at its end. */
  baseUrl: string
  /** The version that the glyphs' URL carries, so that clients may keep them for good. */
  glyphsVersion: string
  /** The document differs whenever what it shows does: `metadata["yitu:versions"]` holds this of each layer. */
  versionOf: (layer: Layer) => string | number
  /** The style layers of each layer; default: its own default style. */
  styleOf?: (layer: Layer) => readonly StyleLayer[]
}

/**
 * Composes a complete MapLibre style (version 8): one source a layer, named by its id, of vector tiles or of pictures, and above the background
 * the layers' own style layers, from bottom to top. Labels stand above everything else, so that no area covers them.
 * `metadata["ol:webfonts"]` tells OpenLayers, which does not know `glyphs`, where the same font lies as a web font.
 * Ids that the catalogue does not know are left out.
 */
export function composeStyle(
  catalog: Catalog,
  view: View,
  { baseUrl, glyphsVersion, versionOf, styleOf = layer => layer.style }: Surroundings
): StyleSpecification {
  const hidden = new Set(view.hidden)
  const layers = view.layers.flatMap(id => catalog.find(id) ?? [])
  const drawn = layers.flatMap(layer =>
    styleOf(layer).map(item => place(toned(item, view.tone), layer, hidden.has(layer.id)))
  )
  return {
    version: 8,
    name: view.title,
    ...openingView(catalog.district.extent),
    metadata: {
      'yitu:versions': Object.fromEntries(layers.map(layer => [layer.id, versionOf(layer)])),
      'ol:webfonts': `${baseUrl}/fonts/{font-family}/{fontweight}{-fontstyle}.css`
    },
    ...(catalog.sprites.length > 0 && {
      sprite: `${baseUrl}/sprites/${view.tone === 'grey' ? 'icons-grey' : 'icons'}`
    }),
    glyphs: `${baseUrl}/fonts/{fontstack}/{range}.pbf?v=${glyphsVersion}`,
    sources: Object.fromEntries(layers.map(layer => [layer.id, sourceOf(layer, baseUrl)])),
    layers: [
      { id: 'background', type: 'background', paint: { 'background-color': view.background } },
      ...drawn.filter(({ type }) => type !== 'symbol'),
      ...drawn.filter(({ type }) => type === 'symbol')
    ]
  }
}

function sourceOf({ id, geometry, stored }: Layer, baseUrl: string): SourceSpecification {
  const url = `${baseUrl}/tiles/${id}.json`
  return geometry === 'Raster'
    ? { type: 'raster', url, tileSize: stored?.pictures?.side ?? 256 }
    : { type: 'vector', url }
}

const toned = (item: StyleLayer, tone: View['tone']) => (tone === 'grey' ? inGrey(item) : item)

function place(item: StyleLayer, layer: Layer, hidden: boolean): LayerSpecification {
  const layout = hidden ? { ...item.layout, visibility: 'none' } : item.layout
  // Checked by the style specification when the layer was loaded (check-style.ts).
  return { ...item, source: layer.id, ...(layout && { layout }) } as LayerSpecification
}

/** The district filling a window 800 pixels wide; a tile is 512 pixels at MapLibre's zooms. */
function openingView([west = -180, south = -90, east = 180, north = 90]: readonly number[]) {
  const round = (value: number, digits: number) => Number(value.toFixed(digits))
  return {
    center: [round((west + east) / 2, 4), round((south + north) / 2, 4)] as [number, number],
    zoom: round(Math.min(22, Math.max(0, Math.log2((800 * 360) / (512 * (east - west))))), 1)
  }
}
