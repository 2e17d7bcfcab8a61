import type { Map as MapLibre, PointLike } from 'maplibre-gl'
import type { CodeList, Field, LayerSummary } from '../api/types.ts'
import { codeList, layerDetail, layersById } from '../state/catalog.ts'

/** A feature under the pointer, with what is needed to show it in either language. */
export interface Hit {
  layer: LayerSummary
  featureId: string
  values: Record<string, unknown>
  fields: Field[]
  codeLists: Map<string, CodeList>
}

/** Pixels about the pointer in which lines and points count as hit. */
const REACH = 4

/** The features of catalogue layers at a point of the window, topmost first, each once. */
export async function hitsAt(map: MapLibre, point: { x: number; y: number }, styleLayers: string[]): Promise<Hit[]> {
  const found = new Map<string, { id: string; featureId: string; values: Record<string, unknown> }>()
  for (const { source, properties } of featuresAt(map, point, styleLayers)) {
    const featureId = String(properties['feature_id'] ?? '')
    const key = `${source} ${featureId}`
    if (!found.has(key)) found.set(key, { id: source, featureId, values: properties })
  }
  const hits = await Promise.all([...found.values()].map(describe))
  return hits.filter(hit => hit !== null)
}

export function featuresAt(map: MapLibre, point: { x: number; y: number }, styleLayers: string[]) {
  const box: [PointLike, PointLike] = [
    [point.x - REACH, point.y - REACH],
    [point.x + REACH, point.y + REACH]
  ]
  const layers = styleLayers.filter(id => map.getLayer(id))
  return layers.length > 0 ? map.queryRenderedFeatures(box, { layers }) : []
}

async function describe(found: {
  id: string
  featureId: string
  values: Record<string, unknown>
}): Promise<Hit | null> {
  const layer = layersById.value.get(found.id)
  if (!layer) return null
  const { fields } = await layerDetail(found.id)
  const names = [...new Set(fields.flatMap(field => field.codelist ?? []))]
  // A code list that cannot be read leaves the bare code, not an empty popup.
  const lists = await Promise.allSettled(names.map(codeList))
  const codeLists = new Map(
    lists.flatMap(list => (list.status === 'fulfilled' ? [[list.value.id, list.value] as const] : []))
  )
  return { layer, featureId: found.featureId, values: found.values, fields, codeLists }
}
