import { Map as MapLibre, NavigationControl, ScaleControl, setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { address } from '../api/client.ts'
import type { Bounds } from '../api/types.ts'
import { mapFontFaces } from './fonts.ts'
import { addOverlays } from './overlays.ts'

// Vite does not see the worker MapLibre would load by itself: without this the build passes and the map stays blank.
setWorkerUrl(new URL(workerUrl, import.meta.url).href)

/** What the map begins with: its background, its icons, and where it stands while nothing is published. */
export interface Ground {
  background: string
  center: [number, number] | undefined
  zoom: number | undefined
  sprite: string | undefined
}

/** A map with nothing on it but the ground, north up; resolves when layers may be added. */
export async function createMap(container: HTMLElement, ground: Ground, bounds: Bounds | null): Promise<MapLibre> {
  const map = new MapLibre({
    container,
    style: {
      version: 8,
      'font-faces': mapFontFaces(),
      ...(ground.sprite && { sprite: ground.sprite }),
      sources: {},
      layers: [{ id: 'console-ground', type: 'background', paint: { 'background-color': ground.background } }]
    },
    ...(bounds ? { bounds, fitBoundsOptions: { padding: 24 } } : { center: ground.center, zoom: ground.zoom }),
    maxZoom: 22,
    // A plan has north up: turning and tilting by accident only confuses.
    dragRotate: false,
    pitchWithRotate: false,
    rollEnabled: false,
    attributionControl: false,
    fadeDuration: 150,
    transformRequest: url => ({ url: address(url) })
  })
  map.touchZoomRotate.disableRotation()
  map.keyboard.disableRotation()
  map.addControl(new NavigationControl({ showCompass: false }), 'top-right')
  map.addControl(new ScaleControl({ maxWidth: 120, unit: 'metric' }), 'bottom-left')
  await map.once('load')
  addOverlays(map)
  return map
}
