import { METRES_PER_CSS_PIXEL } from '../framing.ts'

/** What a sheet of paper has room for. Points, from the upper left corner, unless said otherwise. */

export const PAPERS = ['a4', 'a3'] as const
export type Paper = (typeof PAPERS)[number]
export const ORIENTATIONS = ['landscape', 'portrait'] as const
export type Orientation = (typeof ORIENTATIONS)[number]

export interface Box {
  x: number
  y: number
  width: number
  height: number
}

export interface SheetLayout {
  page: { width: number; height: number }
  title: Box
  /** The map's frame; a whole number of CSS pixels wide and high. */
  map: Box
  legend: Box | null
  foot: Box
}

/** The short side and the long one (ISO 216). */
const SIDES: Readonly<Record<Paper, readonly [number, number]>> = { a4: [595.28, 841.89], a3: [841.89, 1190.55] }

const MARGIN = 36
const TITLE = 32
/** Room for the coordinates around the map. */
const AROUND = 12
const FOOT = 44
const LEGEND_WIDTH: Readonly<Record<Paper, number>> = { a4: 150, a3: 220 }
const LEGEND_HEIGHT: Readonly<Record<Paper, number>> = { a4: 150, a3: 220 }
const GAP = 10

/** A CSS pixel in points. */
export const POINTS_PER_PIXEL = 0.75

/** A title above, the map, the legend to its right (upright sheets: below it), and a foot. */
export function layOutSheet(paper: Paper, orientation: Orientation, hasLegend: boolean): SheetLayout {
  const [short, long] = SIDES[paper]
  const page = orientation === 'portrait' ? { width: short, height: long } : { width: long, height: short }
  const inner = { width: page.width - 2 * MARGIN, height: page.height - 2 * MARGIN }
  const beside = hasLegend && orientation === 'landscape' ? LEGEND_WIDTH[paper] + GAP : 0
  const below = hasLegend && orientation === 'portrait' ? LEGEND_HEIGHT[paper] + GAP : 0
  const map = {
    x: MARGIN + AROUND,
    y: MARGIN + TITLE + AROUND,
    width: wholePixels(inner.width - 2 * AROUND - beside),
    height: wholePixels(inner.height - TITLE - 2 * AROUND - FOOT - below)
  }
  const bottom = map.y + map.height + AROUND
  return {
    page,
    title: { x: MARGIN, y: MARGIN, width: inner.width, height: TITLE },
    map,
    legend: beside
      ? { x: map.x + map.width + AROUND + GAP, y: map.y, width: LEGEND_WIDTH[paper], height: map.height }
      : below
        ? { x: map.x, y: bottom + GAP, width: map.width, height: LEGEND_HEIGHT[paper] }
        : null,
    foot: { x: map.x, y: page.height - MARGIN - FOOT, width: inner.width - 2 * AROUND, height: FOOT }
  }
}

const wholePixels = (points: number) => Math.floor(points / POINTS_PER_PIXEL) * POINTS_PER_PIXEL

/** The scales of maps, as people know them: 1 to … */
const SCALES = [
  100, 200, 500, 1000, 2000, 2500, 5000, 10_000, 20_000, 25_000, 50_000, 100_000, 200_000, 250_000, 500_000, 1_000_000,
  2_000_000, 5_000_000, 10_000_000, 20_000_000, 50_000_000
]

/** The largest of the usual scales at which so many metres on the ground fit into a CSS pixel on paper. */
export function usualScale(metresPerPixel: number): number {
  const exact = metresPerPixel / METRES_PER_CSS_PIXEL
  return SCALES.find(scale => scale >= exact * (1 - 1e-9)) ?? Math.ceil(exact)
}
