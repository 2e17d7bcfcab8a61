import { createCanvas, Path2D, type SKRSContext2D } from '@napi-rs/canvas'
import { FAMILY } from '../font-files.ts'
import { setFont, textFont } from '../symbols/fonts.ts'
import { type Drawing, type DrawnText, INK } from './drawing.ts'

/** A drawing as pixels, to be laid over a picture. */
export interface Piece {
  /** Red, green, blue, alpha; colours not multiplied by alpha. */
  pixels: Buffer
  width: number
  height: number
}

const HALO_WIDTH = 2.5

const fontOf = ({ bold }: Pick<DrawnText, 'bold'>) => textFont(`${FAMILY} ${bold ? 'Bold' : 'Regular'}`)

/** Draws it at a whole multiple of its size. */
export function pieceOf(drawing: Drawing, pixelRatio: number): Piece {
  const [width, height] = [Math.ceil(drawing.width * pixelRatio), Math.ceil(drawing.height * pixelRatio)]
  const context = createCanvas(width, height).getContext('2d')
  context.scale(pixelRatio, pixelRatio)
  context.lineJoin = 'round'
  for (const { path, fill, stroke, strokeWidth = 1 } of drawing.shapes) {
    const shape = new Path2D(path)
    context.lineWidth = strokeWidth
    if (fill) {
      context.fillStyle = fill
      context.fill(shape)
    }
    if (stroke) {
      context.strokeStyle = stroke
      context.stroke(shape)
    }
  }
  for (const text of drawing.texts) write(context, text)
  const { data } = context.getImageData(0, 0, width, height)
  return { pixels: Buffer.from(data.buffer, data.byteOffset, data.byteLength), width, height }
}

function write(
  context: SKRSContext2D,
  { text, x, y, size, anchor, color = INK, halo, bold, upwards }: DrawnText
): void {
  const font = fontOf({ ...(bold && { bold }) })
  const fitted = fitText({ text, ...(bold && { bold }) })
  setFont(context, font.family, size)
  context.save()
  context.translate(x, y)
  if (upwards) context.rotate(-Math.PI / 2)
  context.textAlign = anchor === 'middle' ? 'center' : anchor
  if (halo) {
    context.strokeStyle = halo
    context.lineWidth = HALO_WIDTH
    context.strokeText(fitted, 0, 0)
  }
  context.fillStyle = color
  context.fillText(fitted, 0, 0)
  context.restore()
}

/** A text with a box for each character that the font has no glyph for. */
export const fitText = ({ text, bold }: Pick<DrawnText, 'text' | 'bold'>): string =>
  fontOf({ ...(bold && { bold }) })
    .fit(text)
    .join('')

/** How long a text is, in the drawing's units. */
export function textWidth(text: string, { size, bold }: { size: number; bold?: boolean }): number {
  const font = fontOf({ ...(bold && { bold }) })
  return font.fit(text).reduce((sum, character) => sum + font.advance(character), 0) * size
}
