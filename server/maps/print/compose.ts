import sharp from 'sharp'
import type { Language } from '../../lib/errors.ts'
import type { LegendEntry } from '../legend/describe-legend.ts'
import { legendColumns } from '../legend/legend-columns.ts'
import { shorten } from '../ornaments/attribution.ts'
import { type Drawing, type DrawnText, INK } from '../ornaments/drawing.ts'
import { northArrow } from '../ornaments/north-arrow.ts'
import { fitText, textWidth } from '../ornaments/paint.ts'
import { scaleBar } from '../ornaments/scale-bar.ts'
import type { PictureFrame } from '../picture.ts'
import { frameTicks } from './frame-ticks.ts'
import { POINTS_PER_PIXEL, type SheetLayout } from './paper.ts'
import type { PlacedDrawing, PlacedImage, Sheet } from './sheet.ts'

export interface SheetInput {
  layout: SheetLayout
  frame: PictureFrame
  /** The map's picture: a PNG of the frame. */
  picture: Buffer
  /** 5000: 1:5000. */
  scale: number
  /** Metres on the ground that a CSS pixel stands for. */
  metresPerPixel: number
  title: string
  /** Whom the data come from; '': is not said. */
  attribution: string
  language: Language
  /** ISO 8601 */
  createdAt: string
  hasScaleBar: boolean
  hasNorthArrow: boolean
  legend: readonly LegendEntry[]
  /** A part of the legend as PNG, sharp enough for paper. */
  drawLegend(entries: readonly LegendEntry[]): Promise<Buffer>
}

/** Where everything on a sheet stands. */
export async function composeSheet(input: SheetInput): Promise<Sheet> {
  const { layout, title, language, createdAt, picture } = input
  const map = { ...layout.map, bytes: await opaque(picture) }
  const legend = await placeLegend(input)
  const drawings = [titleOf(input), frameOf(input), ...arrowOf(input), footOf(input)]
  return {
    page: layout.page,
    title,
    language,
    createdAt,
    images: [map, ...legend],
    drawings: drawings.map(fitted)
  }
}

const opaque = (picture: Buffer): Promise<Buffer> =>
  sharp(picture).flatten({ background: '#ffffff' }).png({ compressionLevel: 6 }).toBuffer()

async function placeLegend({ layout, legend, drawLegend }: SheetInput): Promise<PlacedImage[]> {
  const { legend: room } = layout
  if (!room) return []
  const pixels = { width: room.width / POINTS_PER_PIXEL, height: room.height / POINTS_PER_PIXEL }
  const { columns, scale } = legendColumns(legend, pixels)
  const points = scale * POINTS_PER_PIXEL
  return Promise.all(
    columns.map(async ({ entries, x, y, width, height }) => ({
      x: room.x + x * points,
      y: room.y + y * points,
      width: width * points,
      height: height * points,
      bytes: await opaque(await drawLegend(entries))
    }))
  )
}

function titleOf({ layout, title }: SheetInput): PlacedDrawing {
  const { x, y, width, height } = layout.title
  const style = { size: 17, bold: true } as const
  const shown = shorten(title, width, part => textWidth(part, style))
  const texts: DrawnText[] = [{ ...style, text: shown, x: width / 2, y: 18, anchor: 'middle' }]
  return { x, y, drawing: { width, height, shapes: [], texts } }
}

const frameOf = ({ layout: { map }, frame }: SheetInput): PlacedDrawing => ({
  x: map.x,
  y: map.y,
  drawing: frameTicks(map, frame.box)
})

function arrowOf({ layout: { map }, hasNorthArrow }: SheetInput): PlacedDrawing[] {
  if (!hasNorthArrow) return []
  const arrow = northArrow()
  const { width, height } = arrow
  const ground = { path: `M0 0L${width} 0L${width} ${height}L0 ${height}Z`, fill: '#ffffff' }
  const drawing = { ...arrow, shapes: [ground, ...arrow.shapes] }
  return [{ x: map.x + map.width - width - 8, y: map.y + 8, drawing }]
}

/** The bar and the scale; below, whom the data come from; to the right the reference system and the date. */
function footOf({ layout, frame, ...input }: SheetInput): PlacedDrawing {
  const { x, y, width, height } = layout.foot
  const zh = input.language === 'zh'
  const small = { size: 7.5, color: '#444444' } as const
  const bar: Drawing = input.hasScaleBar
    ? scaleBar(input.metresPerPixel / POINTS_PER_PIXEL, 150)
    : { width: 0, height: 0, shapes: [], texts: [] }
  const scale = `1:${input.scale.toLocaleString('en')}`
  const crs = zh ? `${frame.crs.code}，单位：米；上为坐标北` : `${frame.crs.code}, metres; grid north is up`
  const day = input.createdAt.slice(0, 10)
  const source = input.attribution && `${zh ? '数据来源：' : 'Data: '}${input.attribution}`
  const texts: DrawnText[] = [
    { text: scale, x: bar.width + 4, y: 20, size: 11, bold: true, anchor: 'start' },
    { ...small, text: crs, x: width, y: 12, anchor: 'end' },
    { ...small, text: zh ? `制图日期：${day}` : `Drawn on ${day}`, x: width, y: 23, anchor: 'end' },
    { ...small, text: shorten(source, width, part => textWidth(part, small)), x: 0, y: 40, anchor: 'start', color: INK }
  ]
  return { x, y, drawing: { width, height, shapes: bar.shapes, texts: [...bar.texts, ...texts] } }
}

const fitted = ({ drawing, ...place }: PlacedDrawing): PlacedDrawing => ({
  ...place,
  drawing: { ...drawing, texts: drawing.texts.map(text => ({ ...text, text: fitText(text) })) }
})
