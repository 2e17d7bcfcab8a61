import type { Along } from './candidate.ts'
import type { CanvasColor } from './canvas-color.ts'
import type { TextFont } from './fonts.ts'
import type { ShapedText } from './shape-text.ts'
import type { SpriteIcon } from './symbols.ts'

/** A character of a text along a line: its middle, and how it is turned. */
export interface PlacedGlyph {
  character: string
  font: TextFont
  /** Pixels an em has. */
  size: number
  color?: CanvasColor
  icon?: SpriteIcon
  x: number
  y: number
  /** Radians, clockwise. */
  angle: number
  /** From the middle to where the character begins, and down to its baseline. */
  dx: number
  dy: number
  /** Half of what it takes along the line. */
  half: number
}

/** Written upright one below the other where a line runs down: Chinese, Japanese, Korean. */
const UPRIGHT =
  /[\u2e80-\u2fff\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3040-\u30ff\u3100-\u312f\u3130-\u318f\u31a0-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\u{20000}-\u{3ffff}]/u

/** From the baseline of an upright character up to its middle, in ems. */
const MIDDLE = 0.355

/**
 * Writes a text along a line, so that it can be read: from left to right, and Chinese characters upright where the
 * line runs rather down than across.
 * @param offset how far the text is moved along the line and beside it, in pixels
 * @returns null where the text does not fit on the line
 */
export function writeAlong(
  shape: ShapedText,
  size: number,
  offset: readonly [number, number],
  { path, distance }: Along,
  keepUpright: boolean
): PlacedGlyph[] | null {
  const from = distance + shape.left * size + offset[0]
  const to = distance + shape.right * size + offset[0]
  const [start, end] = [Math.min(from, 2 * distance - to), Math.max(to, 2 * distance - from)]
  if (start < -1 || end > path.length + 1) return null
  const [firstX, firstY] = path.at(from)
  const [lastX, lastY] = path.at(to)
  const isDown = keepUpright && Math.abs(lastY - firstY) > Math.abs(lastX - firstX) && UPRIGHT.test(shape.text)
  const isBackward = keepUpright && (isDown ? firstY > lastY : firstX > lastX)
  const glyphs: PlacedGlyph[] = []
  for (const piece of shape.pieces) {
    let x = piece.icon ? piece.x - piece.widths[0]! / 2 : piece.x
    for (const [i, width] of piece.widths.entries()) {
      const character = piece.characters[i] ?? ''
      const half = (width * size) / 2
      const along = (x + width / 2) * size + offset[0]
      const at = isBackward ? distance - along : distance + along
      const [ax, ay] = path.at(at - half)
      const [bx, by] = path.at(at + half)
      const angle = Math.atan2(by - ay, bx - ax) + (isBackward ? Math.PI : 0)
      const down = piece.y * size + offset[1]
      const em = size * piece.scale
      const isUpright = isDown && UPRIGHT.test(character)
      // An upright character turns about its middle, which lies on the line as the baseline's offset has it.
      const beside = isUpright ? down - MIDDLE * em : 0
      glyphs.push({
        character,
        font: piece.font,
        size: em,
        ...(piece.color !== undefined && { color: piece.color }),
        ...(piece.icon && { icon: piece.icon }),
        x: (ax + bx) / 2 - Math.sin(angle) * beside,
        y: (ay + by) / 2 + Math.cos(angle) * beside,
        angle: isUpright ? angle - Math.PI / 2 : angle,
        dx: isUpright ? (-piece.font.advance(character) * em) / 2 : -half,
        dy: isUpright ? MIDDLE * em : down,
        half
      })
      x += width + shape.letterSpacing
    }
  }
  return glyphs
}
