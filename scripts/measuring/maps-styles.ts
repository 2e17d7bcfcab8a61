import type { StyleLayer } from '../../server/catalog/layer.ts'

/**
 * How the benchmark of maps draws a layer: plainly enough that a MapLibre style and a mapfile can say the same.
 * Colours are `#rrggbb`, all opaque; lengths are CSS pixels.
 */
export interface PlainStyle {
  layer: string
  kind: 'POLYGON' | 'LINE' | 'POINT'
  /** Drawn from the first to the last. */
  strokes: readonly PlainStroke[]
  /** Draws only what has one of these values, each in its colour: the first stroke's fill. */
  colours?: { field: string; of: Readonly<Record<string, string>> }
  label?: { field: string; size: number; colour: string; halo: string; below: number }
}

export type PlainStroke =
  | { fill: string; outline?: string }
  | { line: string; width: number }
  | { circle: string; radius: number }

/** By 三调 land classes, in the colours of the layer's own style. */
const SURVEY_COLOURS = {
  '0101': '#f8d072',
  '0201': '#d5a7b0',
  '0301': '#31ad69',
  '05H1': '#e2a195',
  '0508': '#c59a8c',
  '0601': '#c59a8c',
  '0701': '#e56766',
  '0702': '#ec898a',
  '08H1': '#f1a5b4',
  '08H2': '#f1a5b4',
  '0809': '#f1a5b4',
  '0810': '#81c35d',
  '1004': '#dededd',
  '1101': '#a3d6f5',
  '1104': '#90aacf',
  '1107': '#a0cdf0',
  '1202': '#dcb482'
}

/** The layers measured, from the lowest to the topmost of a map. */
export const PLAIN_STYLES: readonly PlainStyle[] = [
  {
    layer: 'land-survey-patch',
    kind: 'POLYGON',
    strokes: [{ fill: '#e1dce1', outline: '#9a9a9a' }],
    colours: { field: 'landuse_survey_code', of: SURVEY_COLOURS }
  },
  { layer: 'fish-pond', kind: 'POLYGON', strokes: [{ fill: '#90aacf', outline: '#4f78a8' }] },
  { layer: 'cadastral-parcel', kind: 'POLYGON', strokes: [{ line: '#8c564b', width: 1 }] },
  { layer: 'building-footprint', kind: 'POLYGON', strokes: [{ fill: '#dcd6cf', outline: '#8f867c' }] },
  { layer: 'river-line', kind: 'LINE', strokes: [{ line: '#5b9bd5', width: 2 }] },
  { layer: 'road-village', kind: 'LINE', strokes: [{ line: '#c9c1b4', width: 2 }] },
  {
    layer: 'road-urban',
    kind: 'LINE',
    strokes: [
      { line: '#bcae97', width: 5 },
      { line: '#ffffff', width: 3 }
    ]
  },
  {
    layer: 'poi',
    kind: 'POINT',
    strokes: [{ circle: '#7d8ca3', radius: 3 }],
    label: { field: 'name', size: 11, colour: '#566377', halo: '#ffffff', below: 5 }
  }
]

/** By how many layers a picture has: the lone layer is the one of most rows. */
export const LAYER_SETS: Readonly<Record<number, readonly string[]>> = {
  1: ['building-footprint'],
  3: ['land-survey-patch', 'building-footprint', 'road-urban'],
  8: PLAIN_STYLES.map(({ layer }) => layer)
}

/**
 * The style of a file under `styles/layers/`.
 * @param minzoom from which on it is drawn
 */
export function toStyleLayers(style: PlainStyle, minzoom: number): StyleLayer[] {
  const { layer, label } = style
  const common = { 'source-layer': layer, minzoom }
  const layers = style.strokes.flatMap((stroke, i): StyleLayer[] => {
    const id = i === 0 ? layer : `${layer}-${i}`
    if ('circle' in stroke)
      return [
        { ...common, id, type: 'circle', paint: { 'circle-color': stroke.circle, 'circle-radius': stroke.radius } }
      ]
    if ('line' in stroke) return [lineLayer({ ...common, id }, stroke.line, stroke.width)]
    const fill = { ...common, id, type: 'fill', paint: { 'fill-color': fillColour(style, stroke.fill) } } as const
    return stroke.outline ? [fill, lineLayer({ ...common, id: `${id}-outline` }, stroke.outline, 1)] : [fill]
  })
  if (label) layers.push({ ...labelLayer(layer, label), minzoom })
  return layers
}

const fillColour = ({ colours }: PlainStyle, other: string) =>
  colours ? ['match', ['get', colours.field], ...Object.entries(colours.of).flat(), other] : other

const lineLayer = (
  common: Pick<StyleLayer, 'id' | 'source-layer' | 'minzoom'>,
  colour: string,
  width: number
): StyleLayer => ({
  ...common,
  type: 'line',
  layout: { 'line-cap': 'round', 'line-join': 'round' },
  paint: { 'line-color': colour, 'line-width': width }
})

const labelLayer = (layer: string, label: NonNullable<PlainStyle['label']>): StyleLayer => ({
  id: `${layer}-label`,
  type: 'symbol',
  'source-layer': layer,
  layout: {
    'text-field': ['get', label.field],
    'text-font': ['Noto Sans SC Regular'],
    'text-size': label.size,
    'text-max-width': 100,
    'text-anchor': 'top',
    'text-offset': [0, label.below / label.size],
    'text-optional': true
  },
  paint: { 'text-color': label.colour, 'text-halo-color': label.halo, 'text-halo-width': 1 }
})
