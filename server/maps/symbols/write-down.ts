import type { CandidateText, TextChoice } from './candidate.ts'
import { Path } from './path.ts'
import { canStandUpright, type PlacedGlyph, writeAlong } from './write-along.ts'

/** Whether a text reads from above downward, as `text-writing-mode: vertical` has it: one with Chinese characters. */
export const readsDown = ({ shape }: TextChoice): boolean => canStandUpright(shape.text)

/**
 * Writes a text from above downward, its lines from the right to the left, on the same side of its point as across.
 * @param x where the text's anchor lies, in CSS pixels, y likewise
 */
export function writeDown({ shape, offset }: TextChoice, { size, rotation }: CandidateText, x: number, y: number) {
  const { left, top, right, bottom, text } = shape
  // Written along a line that runs down the text is turned about its anchor; then it is moved to its side of that.
  const [across, down] = [bottom - top, right - left]
  const [shareX, shareY] = [-left / (down || 1), -top / (across || 1)]
  const dx = ((0.5 - shareX) * across + (top + bottom) / 2) * size + offset[0]
  const dy = ((0.5 - shareY) * down - (left + right) / 2) * size + offset[1]
  const reach = 2 * size * (text.length + 2)
  const [stepX, stepY] = [-Math.sin(rotation) * reach, Math.cos(rotation) * reach]
  const [middleX, middleY] = [x + dx, y + dy]
  const path = new Path(Float64Array.of(middleX - stepX, middleY - stepY, middleX + stepX, middleY + stepY))
  return writeAlong(shape, size, [0, 0], { path, distance: reach }, true) as PlacedGlyph[]
}
