import type { LayerSpecification, SourceSpecification, StyleSpecification } from '@maplibre/maplibre-gl-style-spec'
import { computed } from 'vue'
import { ask } from '../api/client.ts'
import { catalog, layersById, remember } from '../state/catalog.ts'

/** How one layer is drawn: its source, named after it, and the style layers on that source. */
export interface LayerStyle {
  source: SourceSpecification
  layers: LayerSpecification[]
}

const NO_STYLE: StyleSpecification = { version: 8, sources: {}, layers: [] }

/** The base map: its ground, its layers from bottom to top, and those shown when the console opens. */
export const baseMap = computed(() => {
  const style = catalog.base ?? NO_STYLE
  const ground = style.layers.find(layer => layer.type === 'background')?.paint?.['background-color']
  const order = Object.keys(style.sources)
  const initial = order.filter(id => layersOf(style, id).some(layer => layer.layout?.visibility !== 'none'))
  const { center, zoom, sprite } = style
  return {
    background: typeof ground === 'string' ? ground : '#f5f6f4',
    order,
    initial,
    center: center as [number, number],
    zoom,
    sprite: typeof sprite === 'string' ? sprite : undefined
  }
})

const fetched = new Map<string, Promise<LayerStyle | null>>()

/** The style of one layer at its present revision: out of the base map where it is part of that. */
export async function layerStyle(id: string): Promise<LayerStyle> {
  const fromBase = catalog.base && styleIn(catalog.base, id)
  if (fromBase) return fromBase
  const key = `${id} ${layersById.value.get(id)?.revision}`
  const found = await remember(fetched, key, async () => {
    const style = await ask<StyleSpecification>(`styles/${encodeURIComponent(id)}.json`)
    return styleIn(style, id)
  })
  if (!found) throw new Error(`the style of ${id} has no source of that name`)
  return found
}

function styleIn(style: StyleSpecification, id: string): LayerStyle | null {
  const source = style.sources[id]
  return source ? { source, layers: layersOf(style, id).map(visible) } : null
}

const sourceOf = (layer: LayerSpecification) => ('source' in layer && layer.source) || ''

const layersOf = (style: StyleSpecification, id: string) => style.layers.filter(layer => sourceOf(layer) === id)

/** Whether a layer shows is decided by adding or removing it. */
function visible(layer: LayerSpecification): LayerSpecification {
  const { visibility: _, ...layout } = layer.layout ?? {}
  return { ...layer, layout } as LayerSpecification
}
