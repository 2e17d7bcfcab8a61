import { hatchLike, spriteOf } from './find-sprite.ts'
import type { Reading } from './notes.ts'
import {
  colorOf,
  type Draft,
  negative,
  noteIgnored,
  noteOthers,
  numberOf,
  parametersOf,
  round,
  without
} from './read-parameters.ts'
import { below, textOf, type XmlNode } from './xml-tree.ts'

const FILL = ['fill', 'fill-opacity']
const STROKE = [
  'stroke',
  'stroke-width',
  'stroke-opacity',
  'stroke-linecap',
  'stroke-linejoin',
  'stroke-dasharray',
  'stroke-dashoffset'
]

/** A `PolygonSymbolizer`: its fill, and its stroke as a line, as outlines of fills are one pixel wide. */
export function readPolygon(reading: Reading, symbolizer: XmlNode): Draft[] {
  const fill = below(symbolizer, 'Fill')
  noteIgnored(reading, symbolizer, 'Displacement')
  return [...(fill ? [readFill(reading, fill)] : []), ...readLine(reading, symbolizer)]
}

/** A `LineSymbolizer`, or the outline of a polygon. */
export function readLine(reading: Reading, symbolizer: XmlNode): Draft[] {
  const stroke = below(symbolizer, 'Stroke')
  if (!stroke) return []
  const { layout, paint } = readStroke(reading, stroke)
  const offset = numberOf(reading, below(symbolizer, 'PerpendicularOffset'), 0)
  // In SE to the left of the line, in MapLibre to the right.
  const moved = offset === 0 ? paint : { ...paint, 'line-offset': negative(offset) }
  return [{ role: 'line', type: 'line', atLabelPoint: false, layout, paint: moved }]
}

function readFill(reading: Reading, fill: XmlNode): Draft {
  const parameters = parametersOf(fill)
  noteOthers(reading, parameters, FILL)
  const graphic = below(fill, 'GraphicFill', 'Graphic')
  const pattern = graphic && patternOf(reading, graphic)
  const paint = without(
    {
      ...(pattern ? { 'fill-pattern': pattern } : { 'fill-color': fillColor(reading, fill) }),
      'fill-opacity': numberOf(reading, parameters.get('fill-opacity') ?? below(graphic, 'Opacity'), 1)
    },
    { 'fill-opacity': 1 }
  )
  return { role: 'fill', type: 'fill', atLabelPoint: false, layout: {}, paint }
}

/** Of a pattern that is not ours its colour is what is left. */
function fillColor(reading: Reading, fill: XmlNode): unknown {
  const mark = below(fill, 'GraphicFill', 'Graphic', 'Mark')
  const own = parametersOf(fill).get('fill')
  const stroke = parametersOf(below(mark, 'Stroke')).get('stroke') ?? parametersOf(below(mark, 'Fill')).get('fill')
  return colorOf(reading, own ?? stroke, '#808080')
}

function patternOf(reading: Reading, graphic: XmlNode): string | undefined {
  const external = below(graphic, 'ExternalGraphic')
  if (external) return reading.attempt(() => spriteOf(reading, external))?.id
  const mark = below(graphic, 'Mark')
  if (!mark) return undefined
  const name = textOf(below(mark, 'WellKnownName')) ?? ''
  const color = parametersOf(below(mark, 'Stroke')).get('stroke') ?? parametersOf(below(mark, 'Fill')).get('fill')
  const like = hatchLike(reading, name, String(colorOf(reading, color, '#000000')))
  if (like) reading.note(mark, `图案以 ${like.id} 代替`, `the pattern is drawn as ${like.id}`)
  else reading.note(mark, '没有这种图案，以纯色代替', 'there is no such pattern, a plain colour is drawn instead')
  return like?.id
}

/** A `Stroke` as line properties; dashes are counted in widths of the line there. */
export function readStroke(reading: Reading, stroke: XmlNode): Pick<Draft, 'layout' | 'paint'> {
  const parameters = parametersOf(stroke)
  noteOthers(reading, parameters, STROKE)
  noteIgnored(reading, stroke, 'GraphicFill')
  const external = below(stroke, 'GraphicStroke', 'Graphic', 'ExternalGraphic')
  const pattern = external && reading.attempt(() => spriteOf(reading, external))
  if (!external) noteIgnored(reading, stroke, 'GraphicStroke')
  const width = numberOf(reading, parameters.get('stroke-width'), 1)
  const offset = parameters.get('stroke-dashoffset')
  if (offset && Number(textOf(offset)) !== 0) reading.note(offset, '忽略虚线起点偏移', 'where dashes begin is left out')
  const join = textOf(parameters.get('stroke-linejoin')) ?? 'miter'
  return {
    layout: without(
      {
        'line-cap': oneOf(textOf(parameters.get('stroke-linecap')), CAPS),
        'line-join': oneOf(join === 'mitre' ? 'miter' : join, JOINS)
      },
      { 'line-cap': 'butt', 'line-join': 'miter' }
    ),
    paint: without(
      {
        ...(pattern
          ? { 'line-pattern': pattern.id }
          : { 'line-color': colorOf(reading, parameters.get('stroke'), '#000000') }),
        'line-width': width,
        'line-opacity': numberOf(reading, parameters.get('stroke-opacity'), 1),
        'line-dasharray': dashesOf(reading, parameters.get('stroke-dasharray'), width)
      },
      { 'line-opacity': 1 }
    )
  }
}

const CAPS = ['butt', 'round', 'square']
const JOINS = ['miter', 'round', 'bevel']

const oneOf = (value: string | undefined, known: readonly string[]) =>
  value !== undefined && known.includes(value) ? value : undefined

function dashesOf(reading: Reading, node: XmlNode | undefined, width: unknown): number[] | undefined {
  const text = textOf(node)
  if (!node || !text || text === 'none') return undefined
  const dashes = text.split(/[\s,]+/).map(Number)
  if (typeof width !== 'number' || width <= 0 || dashes.some(dash => !(dash >= 0)) || dashes.length > 20) {
    reading.note(node, '无法换算虚线', 'the dashes cannot be told in widths of the line')
    return undefined
  }
  const even = dashes.length % 2 === 0 ? dashes : [...dashes, ...dashes]
  return even.map(dash => round(dash / width))
}
