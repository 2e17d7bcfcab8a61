import { setImmediate as letOthersIn } from 'node:timers/promises'
import { createCanvas } from '@napi-rs/canvas'
import sharp, { type Sharp } from 'sharp'
import { FAMILY } from '../font-files.ts'
import { INK } from '../ornaments/drawing.ts'
import type { PictureType } from '../picture.ts'
import { setFont, textFont } from '../symbols/fonts.ts'
import type { SpriteSheet } from '../symbols/symbols.ts'
import type { LegendEntry } from './describe-legend.ts'
import { drawMarks } from './draw-marks.ts'
import { layOut, SWATCH, type SwatchSize, TITLE_GAP } from './legend-layout.ts'

export interface LegendDrawing {
  type: PictureType
  /** 1 or 2 */
  pixelRatio?: number
  swatch?: SwatchSize
  /** A CSS colour; null: transparent. Default: white. */
  background?: string | null
  /** The icons that marks name; null: none are drawn. */
  sheet: SpriteSheet | null
}

export interface DrawnLegend {
  bytes: Buffer
  /** Pixels of the file: `pixelRatio` times the legend's size. */
  width: number
  height: number
}

/** Lines drawn in one go, about two milliseconds. */
const AT_ONCE = 40

/** A legend as the file of a picture. */
export async function drawLegend(entries: readonly LegendEntry[], drawing: LegendDrawing): Promise<DrawnLegend> {
  const { pixels, width, height } = await legendPixels(entries, drawing)
  const picture = sharp(pixels, { raw: { width, height, channels: 4 } })
  return { bytes: await encode(picture, drawing.type), width, height }
}

/** A legend as red, green, blue and alpha, colours not multiplied by alpha. */
export async function legendPixels(
  entries: readonly LegendEntry[],
  { pixelRatio = 1, swatch = SWATCH, background = '#ffffff', sheet }: Omit<LegendDrawing, 'type'>
): Promise<{ pixels: Buffer; width: number; height: number }> {
  const layout = layOut(entries, swatch)
  const [width, height] = [layout.width * pixelRatio, layout.height * pixelRatio]
  const context = createCanvas(width, height).getContext('2d')
  if (background !== null) {
    context.fillStyle = background
    context.fillRect(0, 0, width, height)
  }
  context.scale(pixelRatio, pixelRatio)
  for (const [i, { entry, title, font, x, middle }] of layout.lines.entries()) {
    if (i > 0 && i % AT_ONCE === 0) await letOthersIn()
    if (entry.marks) {
      context.save()
      context.translate(x - TITLE_GAP - swatch.width, middle - swatch.height / 2)
      drawMarks(context, entry.marks, entry.shape, swatch, sheet)
      context.restore()
    }
    const { family, fit } = textFont(`${FAMILY} ${font.bold ? 'Bold' : 'Regular'}`)
    setFont(context, family, font.size)
    context.fillStyle = INK
    // Chinese characters stand from an eighth below the baseline to seven eighths above it.
    context.fillText(fit(title).join(''), x, middle + font.size * 0.37)
  }
  const { data } = context.getImageData(0, 0, width, height)
  return { pixels: Buffer.from(data.buffer, data.byteOffset, data.byteLength), width, height }
}

const encode = (picture: Sharp, type: PictureType): Promise<Buffer> => {
  switch (type) {
    case 'image/jpeg':
      return picture.flatten({ background: '#ffffff' }).jpeg({ quality: 90 }).toBuffer()
    case 'image/webp':
      return picture.webp({ lossless: true, effort: 0 }).toBuffer()
    case 'image/png; mode=8bit':
      return picture.png({ palette: true, effort: 1, dither: 0 }).toBuffer()
    default:
      return picture.png().toBuffer()
  }
}
