import type { Map as MapLibre } from 'maplibre-gl'
import { reactive } from 'vue'

export type Panel = 'check' | 'upload' | null

/** How the window stands: which panels are open, where the map and the pointer are. */
export const view = reactive({
  tree: true,
  panel: null as Panel,
  zoom: 10,
  latitude: 23,
  /** longitude, latitude under the pointer */
  pointer: null as [number, number] | null
})

/** Keeps the window's state in step with the map. */
export function followMap(map: MapLibre): void {
  const moved = () => {
    view.zoom = map.getZoom()
    view.latitude = map.getCenter().lat
  }
  map.on('move', moved)
  map.on('mousemove', ({ lngLat }) => {
    view.pointer = [lngLat.lng, lngLat.lat]
  })
  map.on('mouseout', () => {
    view.pointer = null
  })
  moved()
}
