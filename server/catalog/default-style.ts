import type { Field, GeometryType, Layer, StyleLayer } from './layer.ts'

/** Colours that stay apart from each other on the light base map, and none of them an alarm red. */
const PALETTE = [
  '#2f7ed8',
  '#1b9e77',
  '#d9781f',
  '#7a5cc4',
  '#c2408f',
  '#4c9a2a',
  '#0f9bb5',
  '#b5651d',
  '#5b6fb8',
  '#a08a12',
  '#8a4fa3',
  '#2d8f6f'
] as const

type Drawn = Pick<Layer, 'id' | 'fields' | 'geometry' | 'zoom'>

/** How a layer is drawn that brings no style: by its geometry, in a colour that depends on its id alone. */
export function defaultStyle(layer: Drawn): StyleLayer[] {
  if (layer.geometry === 'Raster') return [{ id: layer.id, type: 'raster' }]
  const color = PALETTE[hash(layer.id) % PALETTE.length] ?? PALETTE[0]
  const kind = kindOf(layer.geometry)
  const label = labelField(layer.fields)
  return [...SHAPES[kind](layer.id, color), ...(label ? [labelLayer(layer, kind, label)] : [])]
}

type Kind = 'point' | 'line' | 'polygon'

function kindOf(geometry: GeometryType): Kind {
  if (geometry.endsWith('Point')) return 'point'
  return geometry.endsWith('LineString') ? 'line' : 'polygon'
}

/** FNV-1a, 32 bits: the same id has the same colour on every server. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const unit of Buffer.from(text)) value = Math.imul(value ^ unit, 0x01000193)
  return value >>> 0
}

const byZoom = (...stops: number[]) => ['interpolate', ['linear'], ['zoom'], ...stops]

const SHAPES: Record<Kind, (id: string, color: string) => StyleLayer[]> = {
  point: (id, color) => [
    {
      id,
      type: 'circle',
      'source-layer': id,
      paint: {
        'circle-color': color,
        'circle-radius': byZoom(10, 2.5, 14, 4.5, 18, 7),
        'circle-stroke-color': '#ffffff',
        'circle-stroke-width': byZoom(10, 0.8, 16, 1.5)
      }
    }
  ],
  line: (id, color) => [
    {
      id,
      type: 'line',
      'source-layer': id,
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': color, 'line-width': byZoom(8, 1, 14, 2, 18, 5) }
    }
  ],
  polygon: (id, color) => [
    { id, type: 'fill', 'source-layer': id, paint: { 'fill-color': color, 'fill-opacity': 0.3 } },
    {
      id: `${id}-outline`,
      type: 'line',
      'source-layer': id,
      layout: { 'line-join': 'round' },
      paint: { 'line-color': color, 'line-width': byZoom(8, 0.6, 14, 1.2, 18, 2) }
    }
  ]
}

const NAME_FIELDS = [/^name$/i, /^(title|label|mc|xzqmc|dlmc|xmmc)$/i, /^name_|_name$|mc$/i]

/** The field that names a feature: one called name, title or the like, or with 名称 in its Chinese title. */
export function labelField(fields: readonly Field[]): string | undefined {
  const texts = fields.filter(field => field.type === 'text')
  for (const pattern of NAME_FIELDS) {
    const found = texts.find(field => pattern.test(field.name))
    if (found) return found.name
  }
  return texts.find(field => field.title.zh.includes('名称'))?.name
}

function labelLayer({ id, zoom }: Drawn, kind: Kind, field: string): StyleLayer {
  const placement = {
    point: { 'text-anchor': 'top', 'text-offset': [0, 0.6] },
    line: { 'symbol-placement': 'line' },
    polygon: {}
  }[kind]
  return {
    id: `${id}-label`,
    type: 'symbol',
    'source-layer': kind === 'polygon' ? `${id}-label` : id,
    minzoom: Math.min(Math.max(zoom.min, 12), 22),
    layout: {
      'text-field': ['to-string', ['get', field]],
      'text-font': ['Noto Sans SC Regular'],
      'text-size': byZoom(12, 11, 18, 14),
      'text-max-width': 8,
      ...placement
    },
    paint: { 'text-color': '#3d4450', 'text-halo-color': 'rgba(255, 255, 255, 0.9)', 'text-halo-width': 1.2 }
  }
}
