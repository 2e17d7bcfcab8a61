import type { Sprite } from '../../catalog/load-sprites.ts'
import { spriteOf } from './find-sprite.ts'
import type { Reading } from './notes.ts'
import {
  colorOf,
  type Draft,
  half,
  negative,
  noteIgnored,
  noteOthers,
  numberOf,
  parametersOf,
  round,
  times,
  without
} from './read-parameters.ts'
import { below, textOf, type XmlNode } from './xml-tree.ts'

/** The side of a mark that says no size, in pixels (SE 1.1 §11.3.2). */
const MARK_SIZE = 6

/** A `PointSymbolizer`: a mark, or an icon of ours. On lines and areas it stands at the label point. */
export function readPoint(reading: Reading, symbolizer: XmlNode): Draft[] {
  const graphic = below(symbolizer, 'Graphic')
  if (!graphic) return []
  const external = below(graphic, 'ExternalGraphic')
  const sprite = external && reading.attempt(() => spriteOf(reading, external))
  const atLabelPoint = reading.kind !== 'point'
  if (sprite) return [{ ...readIcon(reading, graphic, sprite), atLabelPoint }]
  const mark = below(graphic, 'Mark')
  if (external && !mark) return []
  return [{ ...readMark(reading, graphic, mark), atLabelPoint }]
}

function readIcon(reading: Reading, graphic: XmlNode, sprite: Sprite): Draft {
  const size = numberOf(reading, below(graphic, 'Size'), sprite.height)
  const layout = {
    'icon-image': sprite.id,
    'icon-size': typeof size === 'number' ? round(size / sprite.height) : ['/', size, sprite.height],
    'icon-rotate': numberOf(reading, below(graphic, 'Rotation'), 0),
    'icon-offset': displacementOf(reading, graphic),
    // Points of an SLD are drawn whatever else is there.
    'icon-allow-overlap': true,
    'icon-ignore-placement': true
  }
  const paint = { 'icon-opacity': numberOf(reading, below(graphic, 'Opacity'), 1) }
  return {
    role: 'symbol',
    type: 'symbol',
    atLabelPoint: false,
    layout: without(layout, { 'icon-size': 1, 'icon-rotate': 0 }),
    paint: without(paint, { 'icon-opacity': 1 })
  }
}

/** Marks that are no circle, as the font has them. */
const CHARACTERS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    square: '■',
    triangle: '▲',
    star: '★',
    cross: '＋',
    x: '×',
    diamond: '◆'
  })
)

function readMark(reading: Reading, graphic: XmlNode, mark: XmlNode | undefined): Draft {
  const name = (textOf(below(mark, 'WellKnownName')) ?? 'square').toLowerCase()
  const character = CHARACTERS.get(name)
  if (!character && name !== 'circle')
    reading.note(
      mark ?? graphic,
      `符号 ${name.slice(0, 40)} 以圆代替`,
      `the mark ${name.slice(0, 40)} is drawn as a circle`
    )
  return character ? readCharacter(reading, graphic, mark, character) : readCircle(reading, graphic, mark)
}

function readCircle(reading: Reading, graphic: XmlNode, mark: XmlNode | undefined): Draft {
  const { fill, fillOpacity, stroke, strokeWidth, strokeOpacity } = readColors(reading, graphic, mark)
  const size = numberOf(reading, below(graphic, 'Size'), MARK_SIZE)
  noteIgnored(reading, graphic, 'AnchorPoint')
  // A stroke lies half inside the mark, and in MapLibre all outside the circle.
  const inner =
    typeof size === 'number' && typeof strokeWidth === 'number'
      ? Math.max(size - strokeWidth, 0)
      : ['-', size, strokeWidth]
  const [x, y] = displacementOf(reading, graphic) ?? [0, 0]
  const paint = {
    'circle-color': fill,
    'circle-radius': half(inner),
    'circle-opacity': fillOpacity,
    'circle-stroke-color': stroke,
    'circle-stroke-width': strokeWidth,
    'circle-stroke-opacity': strokeOpacity,
    ...((x !== 0 || y !== 0) && { 'circle-translate': [x, y] })
  }
  const defaults = { 'circle-opacity': 1, 'circle-stroke-opacity': 1, 'circle-stroke-width': 0 }
  return { role: 'circle', type: 'circle', atLabelPoint: false, layout: {}, paint: without(paint, defaults) }
}

function readCharacter(reading: Reading, graphic: XmlNode, mark: XmlNode | undefined, character: string): Draft {
  reading.note(mark ?? graphic, `符号以文字“${character}”绘制`, `the mark is drawn as the character "${character}"`)
  const { fill, fillOpacity, stroke, strokeWidth } = readColors(reading, graphic, mark)
  const isStroke = character === '×' || character === '＋'
  return {
    role: 'symbol',
    type: 'symbol',
    atLabelPoint: false,
    layout: without(
      {
        'text-field': character,
        'text-font': ['Noto Sans SC Regular'],
        'text-size': numberOf(reading, below(graphic, 'Size'), MARK_SIZE),
        'text-rotate': numberOf(reading, below(graphic, 'Rotation'), 0),
        'text-allow-overlap': true,
        'text-ignore-placement': true
      },
      { 'text-rotate': 0 }
    ),
    paint: without(
      {
        'text-color': isStroke && stroke ? stroke : fill,
        'text-opacity': fillOpacity,
        ...(stroke !== undefined && !isStroke && { 'text-halo-color': stroke, 'text-halo-width': half(strokeWidth) })
      },
      { 'text-opacity': 1 }
    )
  }
}

function readColors(reading: Reading, graphic: XmlNode, mark: XmlNode | undefined) {
  const [fillNode, strokeNode] = [below(mark, 'Fill'), below(mark, 'Stroke')]
  const [fill, stroke] = [parametersOf(fillNode), parametersOf(strokeNode)]
  noteOthers(reading, fill, ['fill', 'fill-opacity'])
  noteOthers(reading, stroke, ['stroke', 'stroke-width', 'stroke-opacity', 'stroke-linecap', 'stroke-linejoin'])
  const opacity = numberOf(reading, below(graphic, 'Opacity'), 1)
  const isFilled = fillNode !== undefined || strokeNode === undefined
  return {
    fill: colorOf(reading, fill.get('fill'), '#808080'),
    fillOpacity: isFilled ? times(opacity, numberOf(reading, fill.get('fill-opacity'), 1)) : 0,
    stroke: strokeNode && colorOf(reading, stroke.get('stroke'), '#000000'),
    strokeWidth: strokeNode ? numberOf(reading, stroke.get('stroke-width'), 1) : 0,
    strokeOpacity: times(opacity, numberOf(reading, stroke.get('stroke-opacity'), 1))
  }
}

/** Pixels to the right and, as MapLibre counts, down. */
function displacementOf(reading: Reading, node: XmlNode): [unknown, unknown] | undefined {
  const displacement = below(node, 'Displacement')
  if (!displacement) return undefined
  const [x, y] = ['DisplacementX', 'DisplacementY'].map(name => numberOf(reading, below(displacement, name), 0))
  if (typeof x === 'number' && typeof y === 'number') return x === 0 && y === 0 ? undefined : [x, negative(y)]
  reading.note(displacement, '位移必须是常数', 'a displacement has to be constant')
  return undefined
}
