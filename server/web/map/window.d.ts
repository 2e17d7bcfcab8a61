import type { Map as MapLibre } from 'maplibre-gl'

declare global {
  interface Window {
    /** For the browser's developer tools, and for tests that ask the map what it drew. */
    yitu?: { map: MapLibre }
  }
}
