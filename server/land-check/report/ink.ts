import type { Layer, StyleLayer } from '../../catalog/layer.ts'
import type { LayerFace } from './input.ts'
import type { Ink } from './model.ts'

const NEUTRAL = '#8a8f98'

/** A layer as a report shows it: its titles, and the colours that the map of the console draws it in. */
export function faceOf(layer: Layer): LayerFace {
  const line = /Line/.test(layer.geometry)
  return {
    title: layer.title,
    fields: new Map(layer.fields.map(field => [field.name, field])),
    ink: line ? lineInk(layer.style) : areaInk(layer.style),
    line
  }
}

function lineInk(style: StyleLayer[]): Ink {
  const colours = style.flatMap(({ type, paint }) => (type === 'line' && colourOf(paint?.['line-color'])) || [])
  // A road is drawn white in a dark casing: on paper the casing is what is seen.
  return { stroke: colours.sort((a, b) => brightness(a) - brightness(b))[0] ?? NEUTRAL, strokeWidth: 1.2 }
}

function areaInk(style: StyleLayer[]): Ink {
  const fill = colourOf(style.find(({ type }) => type === 'fill')?.paint?.['fill-color'])
  const stroke = colourOf(style.find(({ type }) => type === 'line')?.paint?.['line-color'])
  return {
    ...(fill !== undefined && { fill, fillOpacity: 0.16 }),
    stroke: stroke ?? fill ?? NEUTRAL,
    strokeWidth: 0.6
  }
}

/** The first colour of a MapLibre value: a plain one, or one that an expression names. */
const colourOf = (value: unknown): string | undefined =>
  /#[0-9a-f]{6}\b/i.exec(JSON.stringify(value) ?? '')?.[0].toLowerCase()

const brightness = (colour: string) =>
  [1, 3, 5].reduce((sum, at) => sum + Number.parseInt(colour.slice(at, at + 2), 16), 0)
