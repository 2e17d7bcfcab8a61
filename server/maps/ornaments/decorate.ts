import sharp, { type OverlayOptions, type Sharp } from 'sharp'
import type { LegendEntry } from '../legend/describe-legend.ts'
import { legendColumns } from '../legend/legend-columns.ts'
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
  legend?: {
    entries: readonly LegendEntry[]
    /** A part of it as PNG, in pixels of the picture. */
    draw(entries: readonly LegendEntry[]): Promise<Buffer>
  }
}

/** CSS pixels between an ornament and the edge. */
const EDGE = 10
const LONGEST_BAR = 140
/** Of the picture's width that a legend may take. */
const LEGEND_SHARE = 0.45

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
  if (legend) over.push(...(await legendPanel(legend, size)))
  const fromRight = (inset: number) => (own: number) => width - own - inset
  const fromBottom = (inset: number) => (own: number) => height - own - inset
  if (north) lay(northArrow(), fromRight(edge), () => edge)
  if (bar) lay(bar, () => edge, fromBottom(edge))
  if (attribution) {
    const room = size.width - (bar ? bar.width + 3 * EDGE : 2 * EDGE)
    if (room > 0) lay(attributionLine(attribution, room, textWidth), fromRight(0), fromBottom(0))
  }
  return encode(sharp(picture).composite(over), type)
}

/**
 * The legend on white with a rule around it, in as many columns as it takes; made smaller where it would hide the map,
 * and left out of pictures that are too small for it.
 */
async function legendPanel(
  { entries, draw }: NonNullable<Ornaments['legend']>,
  { width, height, pixelRatio }: { width: number; height: number; pixelRatio: number }
): Promise<OverlayOptions[]> {
  const room = { width: width * LEGEND_SHARE, height: Math.max(height - 8 * EDGE, height / 2) }
  const block = legendColumns(entries, room)
  if (block.columns.length === 0 || block.width + 3 * EDGE > width || block.height + 3 * EDGE > height) return []
  const pixels = (length: number) => Math.max(Math.round(length * pixelRatio), 1)
  const columns = await Promise.all(
    block.columns.map(async ({ entries, x, width, height }) => ({
      input: await sharp(await draw(entries))
        .resize({ width: pixels(width * block.scale), height: pixels(height * block.scale), fit: 'fill' })
        .png({ compressionLevel: 1 })
        .toBuffer(),
      left: pixels(x * block.scale) + pixels(1) - 1,
      top: pixels(1)
    }))
  )
  const panel = { width: pixels(block.width + 4), height: pixels(block.height + 4) }
  const input = await sharp({ create: { ...panel, channels: 3, background: '#ffffff' } })
    .composite(columns)
    .extend({ ...rule(pixels(1)), background: '#9aa0a8' })
    .png({ compressionLevel: 1 })
    .toBuffer()
  return [{ input, left: pixels(EDGE), top: pixels(EDGE) }]
}

const rule = (width: number) => ({ top: width, bottom: width, left: width, right: width })

const ENCODERS: Record<PictureType, (pixels: Sharp) => Sharp> = {
  'image/png': pixels => pixels.png({ compressionLevel: 6, adaptiveFiltering: false }),
  'image/png; mode=8bit': pixels => pixels.png({ palette: true, effort: 1, dither: 0 }),
  'image/jpeg': pixels => pixels.flatten({ background: '#ffffff' }).jpeg({ quality: 88 }),
  'image/webp': pixels => pixels.webp({ quality: 88, effort: 1 })
}

const encode = (pixels: Sharp, type: PictureType): Promise<Buffer> => ENCODERS[type](pixels).toBuffer()
