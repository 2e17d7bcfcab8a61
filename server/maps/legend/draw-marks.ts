import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import { FAMILY } from '../font-files.ts'
import { setFont, textFont } from '../symbols/fonts.ts'
import type { SpriteSheet } from '../symbols/symbols.ts'
import type { Shape } from './describe-legend.ts'
import type { SwatchSize } from './legend-layout.ts'
import type { Mark } from './marks.ts'

/** Where marks are drawn. */
interface Place {
  context: SKRSContext2D
  swatch: SwatchSize
  shape: Shape
  sheet: SpriteSheet | null
  /** How much smaller than on the map, so that the swatch holds it. */
  scale: number
}

/** Stands for a text. */
const SAMPLE = '文'
const SAMPLE_SIZE = 13

/** Draws a swatch, its upper left corner at the context's origin; what is larger than it is drawn smaller. */
export function drawMarks(
  context: SKRSContext2D,
  marks: readonly Mark[],
  shape: Shape,
  swatch: SwatchSize,
  sheet: SpriteSheet | null
): void {
  const largest = Math.max(...marks.map(mark => extentOf(mark, shape, sheet)))
  const place = { context, swatch, shape, sheet, scale: Math.min(1, (swatch.height - 1) / largest) }
  context.save()
  context.beginPath()
  context.rect(0, 0, swatch.width, swatch.height)
  context.clip()
  for (const mark of marks) drawMark(mark, place)
  context.restore()
}

/** Around a piece of area wider lines are drawn so wide, so that the area is seen. */
const WIDEST_OUTLINE = 5

/** The height a mark needs; lines leave room beside them. */
function extentOf(mark: Mark, shape: Shape, sheet: SpriteSheet | null): number {
  if (mark.type === 'circle') return 2 * (mark.radius + mark.strokeWidth)
  if (mark.type === 'line' && shape === 'area') return 0
  if (mark.type === 'line') return (2 * mark.width + mark.gap) * 1.2 + 2 * Math.abs(mark.offset)
  if (mark.type !== 'icon') return 0
  const icon = sheet?.icons[mark.icon]
  return icon ? (Math.max(icon.width, icon.height) / icon.pixelRatio) * mark.size : 0
}

function drawMark(mark: Mark, place: Place): void {
  const { context, swatch } = place
  context.globalAlpha = mark.opacity
  switch (mark.type) {
    case 'fill':
      context.fillStyle = (mark.pattern !== null && patternOf(mark.pattern, place)) || mark.color
      context.fillRect(1, 1, swatch.width - 2, swatch.height - 2)
      if (mark.outline === null) return
      context.strokeStyle = mark.outline
      context.lineWidth = 1
      context.strokeRect(1.5, 1.5, swatch.width - 3, swatch.height - 3)
      return
    case 'line':
      drawLine(mark, place)
      return
    case 'circle':
      drawCircle(mark, place)
      return
    case 'icon':
      drawIcon(mark, place)
      return
    case 'text':
      drawSample(mark, place)
      return
    case 'heat': {
      const colors = context.createLinearGradient(1, 0, swatch.width - 1, 0)
      for (const [i, color] of mark.colors.entries()) colors.addColorStop(i / (mark.colors.length - 1), color)
      context.fillStyle = colors
      context.fillRect(1, 1, swatch.width - 2, swatch.height - 2)
    }
  }
}

type Of<T extends Mark['type']> = Extract<Mark, { type: T }>

function drawLine(mark: Of<'line'>, place: Place): void {
  const { context, swatch, shape, scale } = place
  const fitted = shape === 'area' ? Math.min(scale, WIDEST_OUTLINE / mark.width) : scale
  const [width, offset, gap] = [mark.width * fitted, mark.offset * fitted, mark.gap * fitted]
  context.strokeStyle = (mark.pattern !== null && patternOf(mark.pattern, place)) || mark.color
  context.lineWidth = width
  context.lineCap = mark.cap
  context.lineJoin = 'miter'
  // A dash of no length would never end.
  const dash = mark.dash?.some(length => length > 0) ? mark.dash.map(length => length * fitted) : []
  context.setLineDash(dash)
  for (const beside of gap > 0 ? [-(gap + width) / 2, (gap + width) / 2] : [0]) {
    context.beginPath()
    if (shape === 'area') {
      // Clockwise, as rings of tiles go: the right-hand side is the inner one.
      const inset = 1 + width / 2 + offset + beside
      context.rect(inset, inset, Math.max(swatch.width - 2 * inset, 0), Math.max(swatch.height - 2 * inset, 0))
    } else {
      const y = swatch.height / 2 + offset + beside
      context.moveTo(0, y)
      context.lineTo(swatch.width, y)
    }
    context.stroke()
  }
  context.setLineDash([])
}

function drawCircle(mark: Of<'circle'>, { context, swatch, scale }: Place): void {
  context.beginPath()
  context.arc(swatch.width / 2, swatch.height / 2, mark.radius * scale, 0, 2 * Math.PI)
  context.fillStyle = mark.color
  context.fill()
  if (mark.strokeWidth === 0) return
  context.globalAlpha = mark.strokeOpacity
  context.beginPath()
  context.arc(swatch.width / 2, swatch.height / 2, (mark.radius + mark.strokeWidth / 2) * scale, 0, 2 * Math.PI)
  context.strokeStyle = mark.stroke
  context.lineWidth = mark.strokeWidth * scale
  context.stroke()
}

function drawIcon(mark: Of<'icon'>, { context, swatch, sheet, scale }: Place): void {
  const icon = sheet?.icons[mark.icon]
  if (!icon) return
  const size = (mark.size * scale) / icon.pixelRatio
  const [width, height] = [icon.width * size, icon.height * size]
  const [x, y] = [(swatch.width - width) / 2, (swatch.height - height) / 2]
  context.drawImage(sheet.image, icon.x, icon.y, icon.width, icon.height, x, y, width, height)
}

function drawSample(mark: Of<'text'>, { context, swatch }: Place): void {
  setFont(context, textFont(`${FAMILY} Regular`).family, SAMPLE_SIZE)
  context.textAlign = 'center'
  const [x, y] = [swatch.width / 2, swatch.height / 2 + SAMPLE_SIZE * 0.37]
  if (mark.haloWidth > 0) {
    context.strokeStyle = mark.halo
    context.lineWidth = mark.haloWidth * 2
    context.lineJoin = 'round'
    context.strokeText(SAMPLE, x, y)
  }
  context.fillStyle = mark.color
  context.fillText(SAMPLE, x, y)
  context.textAlign = 'start'
}

/** An icon again and again, at its own size; null where there is none of that name. */
function patternOf(name: string, { context, sheet }: Place) {
  const icon = sheet?.icons[name]
  if (!icon) return null
  const piece = createCanvas(icon.width, icon.height)
  piece.getContext('2d').drawImage(sheet.image, icon.x, icon.y, icon.width, icon.height, 0, 0, icon.width, icon.height)
  const pattern = context.createPattern(piece, 'repeat')
  pattern?.setTransform({ a: 1 / icon.pixelRatio, b: 0, c: 0, d: 1 / icon.pixelRatio, e: 0, f: 0 })
  return pattern
}
