import type { Map as MapLibre } from 'maplibre-gl'
import { shallowRef } from 'vue'
import type { Bounds } from '../api/types.ts'

/** The map of the page, once it is there. */
export const mapHandle = shallowRef<MapLibre | null>(null)

const PADDING = 32

/** Shows an extent; close enough, where `minZoom` is given, for a layer that appears only from there on. */
export function fitTo(bounds: Bounds, minZoom = 0): void {
  const map = mapHandle.value
  if (!map) return
  const camera = map.cameraForBounds(bounds, { padding: PADDING, maxZoom: 19 })
  if (!camera) return
  map.easeTo({ ...camera, zoom: Math.max(camera.zoom ?? 0, minZoom), duration: 400 })
}

/** The smallest box about some extents. */
export function union(extents: Bounds[]): Bounds | null {
  const [first, ...rest] = extents
  if (!first) return null
  return rest.reduce<Bounds>(
    ([w, s, e, n], [w2, s2, e2, n2]) => [Math.min(w, w2), Math.min(s, s2), Math.max(e, e2), Math.max(n, n2)],
    first
  )
}
