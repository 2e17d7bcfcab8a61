import type { LegendEntry } from './describe-legend.ts'
import type { Mark } from './marks.ts'

/** How far from a thin line, or a small point, one may point beside it, in CSS pixels. */
const LEAST = 4
/** Beside what is drawn, for unsteady hands. */
const SLACK = 2
const MOST = 40
/** Half an icon's side at its own size, about. */
const HALF_ICON = 9

/** How far from the middle of a line or from a point its symbols reach, in CSS pixels, with some room around them. */
export function reachOf(entries: readonly LegendEntry[]): number {
  const marks = entries.flatMap(({ marks }) => marks ?? [])
  const drawn = Math.max(0, ...marks.map(extentOf)) + SLACK
  return Math.min(Math.max(drawn, LEAST), MOST)
}

function extentOf(mark: Mark): number {
  switch (mark.type) {
    case 'circle':
      return mark.radius + mark.strokeWidth
    case 'line':
      return Math.abs(mark.offset) + mark.gap / 2 + mark.width / (mark.gap > 0 ? 1 : 2)
    case 'icon':
      return HALF_ICON * mark.size
    default:
      return 0
  }
}
