import { type Drawing, INK } from './drawing.ts'

const SIZE = 10
const PADDING = 4

/**
 * Whom the data come from, on one line; shortened by an ellipsis where it is longer than allowed.
 * @param measure how long a text of a size is
 */
export function attributionLine(
  text: string,
  most: number,
  measure: (text: string, style: { size: number }) => number
): Drawing {
  const style = { size: SIZE }
  const shown = shorten(text, most - 2 * PADDING, part => measure(part, style))
  const width = Math.ceil(measure(shown, style)) + 2 * PADDING
  const height = SIZE + 2 * PADDING
  return {
    width,
    height,
    shapes: [{ path: `M0 0L${width} 0L${width} ${height}L0 ${height}Z`, fill: 'rgba(255,255,255,0.75)' }],
    texts: [{ text: shown, x: PADDING, y: SIZE + PADDING - 1.5, size: SIZE, anchor: 'start', color: INK }]
  }
}

/** As much of a text as there is room for, with an ellipsis where that is not all. */
export function shorten(text: string, most: number, measure: (text: string) => number): string {
  if (measure(text) <= most) return text
  const characters = [...text]
  let [fits, tooMany] = [0, characters.length]
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2)
    if (measure(`${characters.slice(0, middle).join('')}…`) <= most) fits = middle
    else tooMany = middle
  }
  return fits === 0 ? '' : `${characters.slice(0, fits).join('')}…`
}
