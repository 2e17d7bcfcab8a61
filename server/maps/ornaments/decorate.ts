import sharp, { type OverlayOptions, type Sharp } from 'sharp'
import type { PictureType } from '../picture.ts'
import { attributionLine } from './attribution.ts'
import type { Drawing } from './drawing.ts'
import { northArrow } from './north-arrow.ts'
import { pieceOf, textWidth } from './paint.ts'
import { scaleBar } from './scale-bar.ts'

/** What is laid over a picture to make a map of it. */
export interface Ornaments {
  /** Metres on the ground that a CSS pixel stands for: with a scale bar. */
  metresPerPixel?: number
  north?: boolean
  /** With whom the data come from. */
  attribution?: string
  /** A finished legend (PNG), in pixels of the picture. */
  legend?: Buffer
}

/** CSS pixels between an ornament and the edge. */
const EDGE = 10
const LONGEST_BAR = 140

/**
 * Lays ornaments over a picture: the legend at the upper left, the arrow at the upper right, the bar at the lower left,
 * the attribution at the lower right. What there is no room for is left out.
 * @param picture a PNG of `width` × `height` CSS pixels at `pixelRatio`
 */
export async function decorate(
  picture: Buffer,
  size: { width: number; height: number; pixelRatio: number },
  { metresPerPixel, north, attribution, legend }: Ornaments,
  type: PictureType
): Promise<Buffer> {
  const { pixelRatio } = size
  const [width, height] = [size.width * pixelRatio, size.height * pixelRatio]
  const edge = EDGE * pixelRatio
  const over: OverlayOptions[] = []
  const lay = (drawing: Drawing, left: (width: number) => number, top: (height: number) => number) => {
    const piece = pieceOf(drawing, pixelRatio)
    if (piece.width + 2 * edge > width || piece.height + 2 * edge > height) return
    const raw = { width: piece.width, height: piece.height, channels: 4 as const }
    over.push({
      input: piece.pixels,
      raw,
      left: Math.round(left(piece.width)),
      top: Math.round(top(piece.height))
    })
  }
  const bar = metresPerPixel === undefined ? null : scaleBar(metresPerPixel, Math.min(LONGEST_BAR, size.width / 3))
  if (legend) over.push(await legendPanel(legend, width, height, pixelRatio))
  const fromRight = (inset: number) => (own: number) => width - own - inset
  const fromBottom = (inset: number) => (own: number) => height - own - inset
  if (north) lay(northArrow(), fromRight(edge), () => edge)
  if (bar) lay(bar, () => edge, fromBottom(edge))
  if (attribution) {
    const room = size.width - (bar ? bar.width + 3 * EDGE : 2 * EDGE)
    lay(attributionLine(attribution, room, textWidth), fromRight(0), fromBottom(0))
  }
  return encode(sharp(picture).composite(over), type)
}

/** The legend on white with a rule around it; made smaller where it would hide the map. */
async function legendPanel(legend: Buffer, width: number, height: number, pixelRatio: number): Promise<OverlayOptions> {
  const edge = EDGE * pixelRatio
  const inset = 6 * pixelRatio
  const most = { width: Math.round(width * 0.45), height: Math.max(Math.round(height - 6 * edge), 1) }
  const rule = Math.max(Math.round(pixelRatio), 1)
  const inner = await sharp(legend)
    .flatten({ background: '#ffffff' })
    .resize({ ...most, fit: 'inside', withoutEnlargement: true })
    .extend({ top: inset, bottom: inset, left: inset, right: inset, background: '#ffffff' })
    .extend({ top: rule, bottom: rule, left: rule, right: rule, background: '#9aa0a8' })
    .png({ compressionLevel: 1 })
    .toBuffer()
  return { input: inner, left: edge, top: edge }
}

const ENCODERS: Record<PictureType, (pixels: Sharp) => Sharp> = {
  'image/png': pixels => pixels.png({ compressionLevel: 6, adaptiveFiltering: false }),
  'image/png; mode=8bit': pixels => pixels.png({ palette: true, effort: 1, dither: 0 }),
  'image/jpeg': pixels => pixels.flatten({ background: '#ffffff' }).jpeg({ quality: 88 }),
  'image/webp': pixels => pixels.webp({ quality: 88, effort: 1 })
}

const encode = (pixels: Sharp, type: PictureType): Promise<Buffer> => ENCODERS[type](pixels).toBuffer()
