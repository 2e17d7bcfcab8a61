import type { LegendEntry } from './describe-legend.ts'
import { legendSize } from './legend-layout.ts'

/** Part of a legend, to stand beside others. */
export interface LegendColumn {
  entries: LegendEntry[]
  x: number
  y: number
  width: number
  height: number
}

export interface LegendBlock {
  columns: LegendColumn[]
  /** By which everything is to be made smaller to fit. */
  scale: number
  /** Of all columns, at that scale. */
  width: number
  height: number
}

const GAP = 8
/** Smaller than this it cannot be read; what is then still too much is left out. */
const SMALLEST = 0.45

/**
 * A legend in columns beside each other, as large as there is room for, and never larger than it is.
 * @param room in CSS pixels
 */
export function legendColumns(entries: readonly LegendEntry[], room: { width: number; height: number }): LegendBlock {
  for (let scale = 1; scale > SMALLEST; scale *= 0.92) {
    const columns = flow(entries, room.height / scale)
    const width = (columns.at(-1)?.x ?? 0) + (columns.at(-1)?.width ?? 0)
    if (width * scale <= room.width) return block(columns, scale)
  }
  const columns = flow(entries, room.height / SMALLEST)
  return block(
    columns.filter(({ x, width }) => (x + width) * SMALLEST <= room.width),
    SMALLEST
  )
}

function block(columns: LegendColumn[], scale: number): LegendBlock {
  const right = Math.max(0, ...columns.map(({ x, width }) => x + width))
  const bottom = Math.max(0, ...columns.map(({ height }) => height))
  return { columns, scale, width: right * scale, height: bottom * scale }
}

/** Columns no higher than this; a heading stands with what follows it. */
function flow(entries: readonly LegendEntry[], most: number): LegendColumn[] {
  const columns: LegendColumn[] = []
  let x = 0
  let rest = [...entries]
  while (rest.length > 0) {
    let count = 1
    while (count < rest.length && legendSize(rest.slice(0, count + 1)).height <= most) count++
    while (count < rest.length && count > 1 && rest[count - 1]!.marks === null) count--
    const taken = rest.slice(0, count)
    const size = legendSize(taken)
    columns.push({ entries: taken, x, y: 0, ...size })
    x += size.width + GAP
    rest = rest.slice(count)
  }
  return columns
}
