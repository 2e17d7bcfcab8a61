import { chooseFont } from '../font-files.ts'
import type { Reading } from './notes.ts'
import { readMixed } from './read-expression.ts'
import {
  colorOf,
  type Draft,
  noteIgnored,
  noteOthers,
  numberOf,
  parametersOf,
  round,
  textValueOf,
  without
} from './read-parameters.ts'
import { below, textOf, type XmlNode } from './xml-tree.ts'

const DEFAULT_SIZE = 10

/** A `TextSymbolizer`: on lines along them, on areas at the label point. */
export function readText(reading: Reading, symbolizer: XmlNode): Draft[] {
  const label = below(symbolizer, 'Label')
  const read = label && reading.attempt(() => readMixed(reading, label))
  if (!label || !read || read.value === '') return []
  const field = read.field ? read.value : textValueOf(reading, label)
  const font = parametersOf(below(symbolizer, 'Font'))
  noteOthers(reading, font, ['font-family', 'font-size', 'font-weight', 'font-style'])
  const size = numberOf(reading, font.get('font-size'), DEFAULT_SIZE)
  noteIgnored(reading, symbolizer, 'Graphic', 'Priority')
  const alongLine = below(symbolizer, 'LabelPlacement', 'LinePlacement')
  const isLine = reading.kind === 'line' && alongLine !== undefined
  const layout = {
    'text-field': read.type === 'number' ? ['to-string', field] : field,
    'text-font': [fontOf(reading, font)],
    'text-size': size,
    ...(isLine ? lineLayout(reading, alongLine, size) : pointLayout(reading, symbolizer, size))
  }
  const halo = below(symbolizer, 'Halo')
  const [fill, haloFill] = [parametersOf(below(symbolizer, 'Fill')), parametersOf(below(halo, 'Fill'))]
  noteOthers(reading, haloFill, ['fill'])
  const paint = {
    'text-color': colorOf(reading, fill.get('fill'), '#000000'),
    'text-opacity': numberOf(reading, fill.get('fill-opacity'), 1),
    ...(halo && {
      'text-halo-color': colorOf(reading, haloFill.get('fill'), '#ffffff'),
      'text-halo-width': numberOf(reading, below(halo, 'Radius'), 1)
    })
  }
  return [
    {
      role: 'label',
      type: 'symbol',
      atLabelPoint: reading.kind === 'polygon' || (reading.kind === 'line' && !isLine),
      layout: without(layout, {}),
      paint: without(paint, { 'text-opacity': 1 })
    }
  ]
}

/** The bundled font in the weight that is asked for; others are on no server. */
function fontOf(reading: Reading, font: ReadonlyMap<string, XmlNode>): string {
  const family = textOf(font.get('font-family')) ?? ''
  const isBold = /bold|[6-9]00/i.test(textOf(font.get('font-weight')) ?? '') || /bold|heavy|黑体/i.test(family)
  const { name } = chooseFont(`Noto Sans SC ${isBold ? 'Bold' : 'Regular'}`)
  const node = font.get('font-family')
  if (node && !/noto sans sc/i.test(family))
    reading.note(
      node,
      `字体“${family.slice(0, 40)}”以 ${name} 代替`,
      `the font "${family.slice(0, 40)}" is drawn as ${name}`
    )
  const style = font.get('font-style')
  if (style && !/^normal$/i.test(textOf(style) ?? '')) reading.note(style, '没有斜体', 'there is no slanted font')
  return name
}

function lineLayout(reading: Reading, placement: XmlNode, size: unknown): Record<string, unknown> {
  const offset = numberOf(reading, below(placement, 'PerpendicularOffset'), 0)
  const gap = numberOf(reading, below(placement, 'Gap'), undefined)
  noteIgnored(reading, placement, 'InitialGap', 'GeneralizeLine')
  return without(
    {
      'symbol-placement': 'line',
      'symbol-spacing': gap,
      'text-offset': offset === 0 ? undefined : emOffset(reading, placement, [0, offset], size)
    },
    {}
  )
}

function pointLayout(reading: Reading, symbolizer: XmlNode, size: unknown): Record<string, unknown> {
  const placement = below(symbolizer, 'LabelPlacement', 'PointPlacement')
  const displacement = below(placement, 'Displacement')
  const moved = ['DisplacementX', 'DisplacementY'].map(name => numberOf(reading, below(displacement, name), 0))
  const isMoved = moved.some(part => part !== 0)
  return without(
    {
      'text-anchor': anchorOf(reading, placement),
      'text-offset': isMoved && placement ? emOffset(reading, placement, moved, size) : undefined,
      'text-rotate': numberOf(reading, below(placement, 'Rotation'), 0)
    },
    { 'text-anchor': 'center', 'text-rotate': 0 }
  )
}

/** Pixels, upwards, as parts of the text's size, downwards. */
function emOffset(reading: Reading, node: XmlNode, pixels: unknown[], size: unknown): number[] | undefined {
  const [x, y] = pixels
  if (typeof x === 'number' && typeof y === 'number' && typeof size === 'number' && size > 0)
    return [round(x / size), 0 - round(y / size)]
  reading.note(node, '位移必须是常数', 'a displacement has to be constant')
  return undefined
}

/**
 * Which side of the text is at the point: an `AnchorPoint` counts from its lower left corner. Without one text begins
 * at a point, and stands in the middle of an area.
 */
function anchorOf(reading: Reading, placement: XmlNode | undefined): string {
  const anchor = below(placement, 'AnchorPoint')
  const atStart = reading.kind === 'point' ? 0 : 0.5
  const [x, y] = [
    numberOf(reading, below(anchor, 'AnchorPointX'), anchor ? 0 : atStart),
    numberOf(reading, below(anchor, 'AnchorPointY'), 0.5)
  ]
  const side = (value: unknown, low: string, high: string) =>
    Number(value) < 0.25 ? low : Number(value) > 0.75 ? high : ''
  return [side(y, 'bottom', 'top'), side(x, 'left', 'right')].filter(Boolean).join('-') || 'center'
}
