import type { Layer, StyleLayer } from '../../catalog/layer.ts'
import type { LayerFace } from './input.ts'
import type { Ink } from './model.ts'

const NEUTRAL = '#8a8f98'

/** A layer as a report shows it: its titles, and the colours that the map of the console draws it in. */
export function faceOf(layer: Layer): LayerFace {
  const line = /Line/.test(layer.geometry)
  return {
    title: layer.title,
    fields: new Map(layer.fields.map(field => [field.name, field.title])),
    ink: line ? lineInk(layer.style) : areaInk(layer.style),
    line
  }
}

function lineInk(style: StyleLayer[]): Ink {
  const drawn = style.filter(({ type }) => type === 'line')
  return { stroke: colourOf(drawn.at(-1)?.paint?.['line-color']) ?? NEUTRAL, strokeWidth: 1.2 }
}

function areaInk(style: StyleLayer[]): Ink {
  const fill = colourOf(style.find(({ type }) => type === 'fill')?.paint?.['fill-color'])
  const stroke = colourOf(style.find(({ type }) => type === 'line')?.paint?.['line-color'])
  return {
    ...(fill !== undefined && { fill, fillOpacity: 0.22 }),
    stroke: stroke ?? fill ?? NEUTRAL,
    strokeWidth: 0.6
  }
}

/** The first colour of a MapLibre value: a plain one, or one that an expression names. */
const colourOf = (value: unknown): string | undefined =>
  /#[0-9a-f]{6}\b/i.exec(JSON.stringify(value) ?? '')?.[0].toLowerCase()
