import { createCanvas, GlobalFonts, type SKRSContext2D } from '@napi-rs/canvas'
import { type Coverage, distanceField } from './distance-field.ts'
import { BUFFER, type Glyph } from './glyph-pbf.ts'

/** Pixels an em has in a field; all clients take it for granted. */
const EM = 24
/** Drawn this much finer than the field: strokes of dense characters are thinner than a pixel of it. */
const SCALE = 3
/**
 * From the baseline to the top of the line. MapLibre GL JS puts what it draws itself here, so that a line of served
 * and local glyphs has one baseline; half a pixel, so fields lie half a pixel off the baseline and `top` is whole.
 */
export const ASCENT = 27.5

/** Room for the longest dash and the tallest sign, in ems, and where the pen stands in it. */
const CANVAS = { width: 6, height: 4, penX: 1.5, penY: 2.5 }

/** Draws the glyphs of one font, by code point. Give it only what the font covers: a canvas takes the rest from others. */
export function glyphPen(fontFile: string): (codes: readonly number[]) => Glyph[] {
  const family = `glyphs ${fontFile.replace(/[^\w]+/g, ' ')}`
  if (!GlobalFonts.registerFromPath(fontFile, family)) throw new Error(`The font ${fontFile} cannot be used.`)
  const px = EM * SCALE
  const context = createCanvas(CANVAS.width * px, CANVAS.height * px).getContext('2d')
  context.font = `${px}px "${family}"`
  return codes => codes.map(code => drawGlyph(context, code))
}

function drawGlyph(context: SKRSContext2D, id: number): Glyph {
  const text = String.fromCodePoint(id)
  const px = EM * SCALE
  const [penX, penY] = [CANVAS.penX * px, CANVAS.penY * px]
  const box = context.measureText(text)
  const advance = Math.round(box.width / SCALE)
  // Whole cells of the field around the box, with a cell to spare: the box is rounded.
  const half = (ASCENT % 1) * SCALE
  const left = Math.floor(-box.actualBoundingBoxLeft / SCALE) - 1
  const right = Math.ceil(box.actualBoundingBoxRight / SCALE) + 1
  const above = Math.ceil((box.actualBoundingBoxAscent - half) / SCALE) + 1
  const below = Math.ceil((box.actualBoundingBoxDescent + half) / SCALE) + 1
  const [columns, rows] = [right - left, above + below]
  context.clearRect(0, 0, CANVAS.width * px, CANVAS.height * px)
  context.fillText(text, penX, penY + half)
  const picture = context.getImageData(penX + left * SCALE, penY - above * SCALE, columns * SCALE, rows * SCALE)
  const ink = inkOf(picture.data, columns, rows)
  if (!ink) return { id, bitmap: null, width: 0, height: 0, left: 0, top: 0, advance }
  const { minX, minY, width, height } = ink
  const { data } = distanceField(cut(picture.data, columns * SCALE, ink), SCALE)
  // The cells end half a cell below whole distances from the baseline.
  return { id, bitmap: data, width, height, left: left + minX, top: above - minY - Math.floor(ASCENT), advance }
}

interface Ink {
  minX: number
  minY: number
  width: number
  height: number
}

/** The cells with ink in them; null where there is none. */
function inkOf(rgba: Uint8ClampedArray, columns: number, rows: number): Ink | null {
  const width = columns * SCALE
  let [minX, minY, maxX, maxY] = [columns, rows, -1, -1]
  for (let i = 3; i < rgba.length; i += 4) {
    if (rgba[i] === 0) continue
    const x = Math.floor((((i - 3) / 4) % width) / SCALE)
    const y = Math.floor((i - 3) / 4 / width / SCALE)
    minX = Math.min(minX, x)
    maxX = Math.max(maxX, x)
    minY = Math.min(minY, y)
    maxY = Math.max(maxY, y)
  }
  return maxX < 0 ? null : { minX, minY, width: maxX - minX + 1, height: maxY - minY + 1 }
}

/** The coverage of the ink with the buffer around it. */
function cut(rgba: Uint8ClampedArray, pictureWidth: number, ink: Ink): Coverage {
  const width = (ink.width + 2 * BUFFER) * SCALE
  const height = (ink.height + 2 * BUFFER) * SCALE
  const data = new Uint8Array(width * height)
  for (let y = 0; y < ink.height * SCALE; y++)
    for (let x = 0; x < ink.width * SCALE; x++) {
      const from = (ink.minY * SCALE + y) * pictureWidth + ink.minX * SCALE + x
      data[(y + BUFFER * SCALE) * width + x + BUFFER * SCALE] = rgba[from * 4 + 3]!
    }
  return { data, width, height }
}
