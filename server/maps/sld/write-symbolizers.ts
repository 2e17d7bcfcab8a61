import type { XmlChild, XmlElement } from '../../lib/xml.ts'
import { splitColor } from './style-values.ts'
import { writeValue } from './write-expression.ts'
import { Unsayable, type Writing } from './writing.ts'

/** What a style layer's properties come to for one class at one scale. */
export interface Look {
  type: string
  /** The value of a property: a constant, or an expression of data; undefined where it is not set. */
  value(name: string): unknown
}

/** The symbolizers that draw a look; none where nothing is to be seen. @throws Unsayable */
export function writeSymbolizers(writing: Writing, look: Look): XmlElement[] {
  switch (look.type) {
    case 'fill':
      return [polygon(writing, look)]
    case 'line':
      return [line(writing, look)]
    case 'circle':
      return [circle(writing, look)]
    case 'symbol':
      return [...icon(writing, look), ...text(writing, look)]
    case 'raster':
      return [raster(writing, look)]
    default:
      throw new Unsayable(`SLD 没有 ${look.type} 图层`, `SLD has no layers of type ${look.type}`)
  }
}

const value = (writing: Writing, given: unknown): XmlChild[] | undefined =>
  given === undefined ? undefined : writeValue(writing, given)

/** Colour and opacity under their names; an opacity of a colour's own joins the other. */
function paint(writing: Writing, names: [color: string, opacity: string], color: unknown, opacity: unknown = 1) {
  const { color: plain, opacity: own } = splitColor(color)
  const joint = own === 1 ? opacity : typeof opacity === 'number' ? Number((own * opacity).toFixed(3)) : own
  return [
    ...writing.parameter(names[0], value(writing, plain)),
    ...writing.parameter(names[1], joint === 1 ? undefined : value(writing, joint))
  ]
}

function polygon(writing: Writing, look: Look): XmlElement {
  const pattern = look.value('fill-pattern')
  const outline = look.value('fill-outline-color')
  const graphic = pattern === undefined ? [] : [writing.element('GraphicFill', graphicOf(writing, pattern, {}))]
  const color = pattern === undefined ? (look.value('fill-color') ?? '#000000') : undefined
  return writing.element(
    'PolygonSymbolizer',
    writing.element('Fill', ...graphic, ...paint(writing, ['fill', 'fill-opacity'], color, look.value('fill-opacity'))),
    ...(outline === undefined
      ? []
      : [writing.element('Stroke', ...paint(writing, ['stroke', 'stroke-opacity'], outline))])
  )
}

function line(writing: Writing, look: Look): XmlElement {
  const width = look.value('line-width') ?? 1
  const pattern = look.value('line-pattern')
  const join = look.value('line-join')
  const offset = look.value('line-offset')
  const dashes = look.value('line-dasharray')
  const isMoved = offset !== undefined && offset !== 0
  if (isMoved && !writing.isSe) throw new Unsayable('SLD 1.0 没有线偏移', 'SLD 1.0 has no line offset')
  if (dashes !== undefined && typeof width !== 'number')
    throw new Unsayable('虚线的线宽必须是常数', 'dashes need a constant width')
  return writing.element(
    'LineSymbolizer',
    writing.element(
      'Stroke',
      ...(pattern === undefined ? [] : [writing.element('GraphicStroke', graphicOf(writing, pattern, {}))]),
      ...paint(
        writing,
        ['stroke', 'stroke-opacity'],
        pattern === undefined ? (look.value('line-color') ?? '#000000') : undefined,
        look.value('line-opacity')
      ),
      ...writing.parameter('stroke-width', value(writing, width)),
      ...writing.parameter('stroke-linejoin', value(writing, join === 'miter' ? 'mitre' : join)),
      ...writing.parameter('stroke-linecap', value(writing, look.value('line-cap'))),
      ...writing.parameter('stroke-dasharray', Array.isArray(dashes) ? [dashText(dashes, Number(width))] : undefined)
    ),
    ...(isMoved ? [writing.element('PerpendicularOffset', String(-Number(offset)))] : [])
  )
}

const dashText = (dashes: unknown[], width: number) =>
  dashes.map(dash => Number((Number(dash) * width).toFixed(3))).join(' ')

function circle(writing: Writing, look: Look): XmlElement {
  const [radius, stroke] = [look.value('circle-radius') ?? 5, look.value('circle-stroke-width') ?? 0]
  if (typeof radius !== 'number' || typeof stroke !== 'number')
    throw new Unsayable('圆的大小必须是常数', 'the size of a circle has to be constant')
  const strokeColor = look.value('circle-stroke-color') ?? '#000000'
  const outline = [
    ...paint(writing, ['stroke', 'stroke-opacity'], strokeColor, look.value('circle-stroke-opacity')),
    ...writing.parameter('stroke-width', [String(stroke)])
  ]
  const fill = paint(
    writing,
    ['fill', 'fill-opacity'],
    look.value('circle-color') ?? '#000000',
    look.value('circle-opacity')
  )
  return writing.element(
    'PointSymbolizer',
    writing.element(
      'Graphic',
      writing.element(
        'Mark',
        writing.element('WellKnownName', 'circle'),
        writing.element('Fill', ...fill),
        ...(stroke > 0 ? [writing.element('Stroke', ...outline)] : [])
      ),
      writing.element('Size', String(Number((2 * radius + stroke).toFixed(3))))
    )
  )
}

function raster(writing: Writing, look: Look): XmlElement {
  const opacity = look.value('raster-opacity') ?? 1
  return writing.element(
    'RasterSymbolizer',
    ...(opacity === 1 ? [] : [writing.element('Opacity', ...writeValue(writing, opacity))])
  )
}

function icon(writing: Writing, look: Look): XmlElement[] {
  const image = look.value('icon-image')
  if (image === undefined || image === '') return []
  const graphic = graphicOf(writing, image, {
    size: look.value('icon-size') ?? 1,
    opacity: look.value('icon-opacity'),
    rotation: look.value('icon-rotate')
  })
  return [writing.element('PointSymbolizer', graphic)]
}

/** One of our icons. @throws Unsayable for a name that depends on data */
function graphicOf(
  writing: Writing,
  name: unknown,
  { size, opacity = 1, rotation = 0 }: { size?: unknown; opacity?: unknown; rotation?: unknown }
): XmlElement {
  const sprite = writing.options.sprites.find(({ id }) => id === name)
  if (!sprite) throw new Unsayable('图标名称须是本服务器的图标', 'an icon has to be one of this server’s')
  const href = `${writing.options.spritesUrl}/${sprite.id}.svg`
  const height = size === undefined ? undefined : Number(size) * sprite.height
  return writing.element(
    'Graphic',
    writing.element(
      'ExternalGraphic',
      writing.with('OnlineResource', { 'xlink:type': 'simple', 'xlink:href': href }),
      writing.element('Format', 'image/svg+xml')
    ),
    ...(opacity === 1 ? [] : [writing.element('Opacity', ...writeValue(writing, opacity))]),
    ...(height === undefined ? [] : [writing.element('Size', String(Number(height.toFixed(3))))]),
    ...(rotation === 0 ? [] : [writing.element('Rotation', ...writeValue(writing, rotation))])
  )
}

function text(writing: Writing, look: Look): XmlElement[] {
  const label = look.value('text-field')
  if (label === undefined || label === '') return []
  const font = look.value('text-font')
  const name = String(Array.isArray(font) ? [font[0] === 'literal' ? font[1] : font].flat()[0] : 'Noto Sans SC Regular')
  const halo = look.value('text-halo-width')
  const haloColor = splitColor(look.value('text-halo-color') ?? '#ffffff')
  return [
    writing.element(
      'TextSymbolizer',
      writing.element('Label', ...writeValue(writing, label)),
      writing.element(
        'Font',
        ...writing.parameter('font-family', [name.replace(/ (Regular|Bold|Medium|Light|DemiLight)$/, '')]),
        ...writing.parameter('font-size', value(writing, look.value('text-size') ?? 16)),
        ...writing.parameter('font-weight', / Bold$/.test(name) ? ['bold'] : undefined)
      ),
      writing.element('LabelPlacement', placement(writing, look)),
      ...(halo === undefined || halo === 0
        ? []
        : [
            writing.element(
              'Halo',
              writing.element('Radius', ...writeValue(writing, halo)),
              writing.element('Fill', ...writing.parameter('fill', value(writing, haloColor.color)))
            )
          ]),
      writing.element(
        'Fill',
        ...paint(writing, ['fill', 'fill-opacity'], look.value('text-color') ?? '#000000', look.value('text-opacity'))
      )
    )
  ]
}

function placement(writing: Writing, look: Look): XmlElement {
  const size = Number(look.value('text-size') ?? 16)
  const offset = look.value('text-offset')
  const [right = 0, down = 0] = (
    Array.isArray(offset) ? [offset[0] === 'literal' ? offset[1] : offset].flat() : []
  ) as number[]
  const pixels = (ems: number) => String(Number((ems * size).toFixed(3)))
  if (look.value('symbol-placement') === 'line') {
    const spacing = look.value('symbol-spacing')
    return writing.element(
      'LinePlacement',
      ...(down === 0 ? [] : [writing.element('PerpendicularOffset', pixels(0 - down))]),
      ...(writing.isSe && spacing !== undefined
        ? [writing.element('IsRepeated', 'true'), writing.element('Gap', ...writeValue(writing, spacing))]
        : [])
    )
  }
  const anchor = String(look.value('text-anchor') ?? 'center')
  const side = (low: string, high: string) => (anchor.includes(low) ? '0' : anchor.includes(high) ? '1' : '0.5')
  const rotation = look.value('text-rotate') ?? 0
  return writing.element(
    'PointPlacement',
    writing.element(
      'AnchorPoint',
      writing.element('AnchorPointX', side('left', 'right')),
      writing.element('AnchorPointY', side('bottom', 'top'))
    ),
    ...(right === 0 && down === 0
      ? []
      : [
          writing.element(
            'Displacement',
            writing.element('DisplacementX', pixels(right)),
            writing.element('DisplacementY', pixels(0 - down))
          )
        ]),
    ...(rotation === 0 ? [] : [writing.element('Rotation', ...writeValue(writing, rotation))])
  )
}
