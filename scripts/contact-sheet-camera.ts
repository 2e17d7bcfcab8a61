/** What a thumbnail shows, as /api/layers or /api/maps describes it. */
export interface Subject {
  id: string
  title: { zh: string; en: string }
  group: string
  kind: 'layer' | 'map'
  zoom: { min: number; max: number }
  featureCount: number
  /** west, south, east, north in degrees. */
  bounds: [number, number, number, number] | null
}

/** How many features a thumbnail should show, about. */
export const WANTED = 14

/** Pixels of a vector tile at MapLibre's zooms. */
const TILE = 512

/**
 * The zoom to look for features at: a few hundred would fill a picture `width` pixels wide, were they spread evenly
 * over the layer's bounds; never below the layer's own first zoom.
 */
export function searchZoom({ zoom, featureCount, bounds }: Subject, width: number): number {
  if (!bounds || featureCount === 0) return zoom.min
  const across = Math.max(bounds[2] - bounds[0], 0.001) * Math.min(1, Math.sqrt(300 / featureCount))
  return Math.min(Math.max(Math.log2((width * 360) / (TILE * across)), zoom.min + 0.05), 17)
}

/** Places to look for features, from the middle of the bounds outward. */
export function searchPlaces([west, south, east, north]: NonNullable<Subject['bounds']>): [number, number][] {
  const steps = [0, -0.12, 0.12, -0.25, 0.25, -0.38, 0.38]
  const places = steps.flatMap(x => steps.map(y => [x, y] as [number, number]))
  const nearest = places.toSorted((a, b) => Math.hypot(...a) - Math.hypot(...b))
  return nearest.map(([x, y]) => [west + (east - west) * (0.5 + x), south + (north - south) * (0.5 + y)])
}
