import type { StyleLayer } from '../catalog/layer.ts'

const COLOR = '#d1342f'
const given = (name: string, fallback: unknown) => ['coalesce', ['get', name], fallback]
const isOf = (...types: string[]) => ['in', ['geometry-type'], ['literal', types]]

/**
 * How features that a client lays over a map are drawn: by their own properties as simplestyle-spec 1.1.0 names them
 * (`stroke`, `stroke-width`, `fill`, `fill-opacity`, `marker-color`, `title`), else in red.
 */
export const OVERLAY_STYLE: readonly StyleLayer[] = [
  {
    id: 'overlay-fill',
    type: 'fill',
    filter: isOf('Polygon', 'MultiPolygon'),
    paint: {
      'fill-color': ['to-color', given('fill', COLOR)],
      'fill-opacity': given('fill-opacity', 0.25),
      'fill-antialias': false
    }
  },
  {
    id: 'overlay-line',
    type: 'line',
    filter: isOf('Polygon', 'MultiPolygon', 'LineString', 'MultiLineString'),
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: {
      'line-color': ['to-color', given('stroke', COLOR)],
      'line-width': given('stroke-width', 2),
      'line-opacity': given('stroke-opacity', 1)
    }
  },
  {
    id: 'overlay-point',
    type: 'circle',
    filter: isOf('Point', 'MultiPoint'),
    paint: {
      'circle-color': ['to-color', given('marker-color', COLOR)],
      'circle-radius': given('marker-radius', 6),
      'circle-stroke-color': '#ffffff',
      'circle-stroke-width': 1.5
    }
  },
  title('area', ['Polygon', 'MultiPolygon'], {}),
  title('line', ['LineString', 'MultiLineString'], { 'symbol-placement': 'line-center' }),
  title('point', ['Point', 'MultiPoint'], {
    'text-variable-anchor': ['top', 'bottom', 'left', 'right'],
    'text-radial-offset': 0.8,
    'text-justify': 'auto'
  })
]

function title(kind: string, types: string[], layout: Record<string, unknown>): StyleLayer {
  return {
    id: `overlay-${kind}-title`,
    type: 'symbol',
    filter: ['all', ['has', 'title'], isOf(...types)],
    layout: { 'text-field': ['get', 'title'], 'text-font': ['Noto Sans SC Medium'], 'text-size': 13, ...layout },
    paint: { 'text-color': '#1c1f23', 'text-halo-color': '#ffffff', 'text-halo-width': 1.5 }
  }
}
