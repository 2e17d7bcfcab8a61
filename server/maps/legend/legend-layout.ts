import { textWidth } from '../ornaments/paint.ts'
import type { LegendEntry } from './describe-legend.ts'

/** How large the pictures before the titles are, in CSS pixels. */
export interface SwatchSize {
  width: number
  height: number
}

export const SWATCH: SwatchSize = { width: 26, height: 18 }

const MARGIN = 5
/** Between a picture and its title. */
export const TITLE_GAP = 7
/** Between a line and the next. */
const LEADING = 4
const HEADING_HEIGHT = 20
/** Longer titles are cut. */
const WIDEST_TITLE = 300

const FONT = { size: 12 }
const HEADING_FONT = { size: 12, bold: true }

/** A line of a legend in its place; CSS pixels from the upper left corner. */
export interface PlacedEntry {
  entry: LegendEntry
  /** As it is drawn. */
  title: string
  font: { size: number; bold?: boolean }
  /** Where its title begins, and that text's middle. */
  x: number
  middle: number
}

export interface LegendLayout {
  width: number
  height: number
  swatch: SwatchSize
  lines: PlacedEntry[]
}

/** Where the lines of a legend stand, one below the other, and how large it becomes. */
export function layOut(entries: readonly LegendEntry[], swatch: SwatchSize = SWATCH): LegendLayout {
  const rowHeight = Math.max(swatch.height, FONT.size + 4) + LEADING
  let [y, right] = [MARGIN, MARGIN + swatch.width]
  const lines = entries.map(entry => {
    const font = entry.marks ? FONT : HEADING_FONT
    const height = entry.marks ? rowHeight : HEADING_HEIGHT
    const x = entry.marks ? MARGIN + swatch.width + TITLE_GAP : MARGIN
    const { title, width } = cut(entry.title, font)
    const placed = { entry, title, font, x, middle: y + height / 2 }
    y += height
    right = Math.max(right, x + width)
    return placed
  })
  return { width: Math.ceil(right + MARGIN), height: Math.ceil(y + MARGIN), swatch, lines }
}

/** The size of a legend's picture in CSS pixels, exactly. */
export function legendSize(entries: readonly LegendEntry[], swatch: SwatchSize = SWATCH) {
  const { width, height } = layOut(entries, swatch)
  return { width, height }
}

const MORE = '…'

function cut(title: string, font: PlacedEntry['font']): { title: string; width: number } {
  const width = textWidth(title, font)
  if (width <= WIDEST_TITLE) return { title, width }
  const room = WIDEST_TITLE - textWidth(MORE, font)
  let [kept, used] = ['', 0]
  for (const character of title) {
    const next = used + textWidth(character, font)
    if (next > room) break
    kept += character
    used = next
  }
  return { title: kept + MORE, width: used + textWidth(MORE, font) }
}
