import type { Feature, FeatureCollection, Geometry } from 'geojson'
import type { FilterSpecification, GeoJSONSource, Map as MapLibre } from 'maplibre-gl'
import type { NetClass } from '../api/land-check.ts'
import { OVERLAY_FLOOR } from './stack.ts'

export const CLASS_COLORS: Record<NetClass, string> = {
  forbidden: '#d03a3a',
  restricted: '#ec8f2c',
  buildable: '#3a9a55',
  uncovered: '#8d949c'
}

const ACCENT = '#0b6bcb'
const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] }

/** Lays the console's own layers over the map: the parcel, what became of it, and the feature last clicked. */
export function addOverlays(map: MapLibre): void {
  map.addSource('console-partition', { type: 'geojson', data: EMPTY })
  map.addSource('console-parcel', { type: 'geojson', data: EMPTY })
  map.addSource('console-suggestion', { type: 'geojson', data: EMPTY })
  map.addLayer({ id: OVERLAY_FLOOR, type: 'background', paint: { 'background-opacity': 0 } })
  const color = ['match', ['get', 'class'], ...Object.entries(CLASS_COLORS).flat(), '#8d949c']
  map.addLayer({
    id: 'console-partition-fill',
    type: 'fill',
    source: 'console-partition',
    paint: { 'fill-color': color as unknown as string, 'fill-opacity': 0.7 }
  })
  map.addLayer({
    id: 'console-parcel-casing',
    type: 'line',
    source: 'console-parcel',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': '#ffffff', 'line-width': 5 }
  })
  map.addLayer({
    id: 'console-parcel-line',
    type: 'line',
    source: 'console-parcel',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': '#16202b', 'line-width': 2 }
  })
  map.addLayer({
    id: 'console-suggestion-fill',
    type: 'fill',
    source: 'console-suggestion',
    paint: { 'fill-color': ACCENT, 'fill-opacity': 0.18 }
  })
  map.addLayer({
    id: 'console-suggestion-line',
    type: 'line',
    source: 'console-suggestion',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': ACCENT, 'line-width': 2.5, 'line-dasharray': [2.5, 1.5] }
  })
}

export function drawSuggestion(map: MapLibre, outline: Geometry | null): void {
  setData(map, 'console-suggestion', outline ? [{ type: 'Feature', properties: {}, geometry: outline }] : [])
}

export function drawParcel(map: MapLibre, outline: Geometry | null): void {
  setData(map, 'console-parcel', outline ? [{ type: 'Feature', properties: {}, geometry: outline }] : [])
}

export function drawPartition(map: MapLibre, parts: { class: NetClass; geometry: Geometry }[]): void {
  setData(
    map,
    'console-partition',
    parts.map(part => ({ type: 'Feature', properties: { class: part.class }, geometry: part.geometry }))
  )
}

function setData(map: MapLibre, source: string, features: Feature[]): void {
  map.getSource<GeoJSONSource>(source)?.setData({ type: 'FeatureCollection', features })
}

const HIGHLIGHTS = ['console-highlight-casing', 'console-highlight-line', 'console-highlight-point']

/** Marks one feature of a vector layer; null marks none. */
export function highlight(map: MapLibre, hit: { layer: string; featureId: string } | null): void {
  for (const id of HIGHLIGHTS) if (map.getLayer(id)) map.removeLayer(id)
  if (!hit || !map.getSource(hit.layer)) return
  const filter: FilterSpecification = ['==', ['to-string', ['get', 'feature_id']], hit.featureId]
  const from = { source: hit.layer, 'source-layer': hit.layer, filter }
  const shape = (kind: 'Point' | 'other'): FilterSpecification => [
    'all',
    filter,
    [kind === 'Point' ? '==' : '!=', ['geometry-type'], 'Point']
  ]
  const below = 'console-partition-fill'
  map.addLayer(
    {
      id: 'console-highlight-casing',
      type: 'line',
      ...from,
      filter: shape('other'),
      paint: { 'line-color': '#fff', 'line-width': 6, 'line-opacity': 0.9 }
    },
    below
  )
  map.addLayer(
    {
      id: 'console-highlight-line',
      type: 'line',
      ...from,
      filter: shape('other'),
      paint: { 'line-color': ACCENT, 'line-width': 3 }
    },
    below
  )
  map.addLayer(
    {
      id: 'console-highlight-point',
      type: 'circle',
      ...from,
      filter: shape('Point'),
      paint: {
        'circle-radius': 9,
        'circle-color': 'rgba(11,107,203,0.15)',
        'circle-stroke-color': ACCENT,
        'circle-stroke-width': 2.5
      }
    },
    below
  )
}
