import type { Along } from './candidate.ts'
import type { CanvasColor } from './canvas-color.ts'
import type { TextFont } from './fonts.ts'
import type { ShapedText, TextPiece } from './shape-text.ts'
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

export const canStandUpright = (text: string): boolean => UPRIGHT.test(text)

/** Between them numbers, and letters of a short code, stand upright too (as MapLibre has it). */
const UPRIGHT_RUN = /^(?:[\d.,:/#+\-\u2010-\u2015]*\d[\d.,:/#+\-\u2010-\u2015]*|[A-Z\d]{1,3})$/

/** From the baseline of an upright character up to its middle, in ems. */
const MIDDLE = 0.355

/** A character or icon of a text, in ems from the text's anchor. */
interface Sign {
  piece: TextPiece
  character: string
  x: number
  width: number
  isUpright: boolean
}

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
  const [firstX, firstY] = path.at(from)
  const [lastX, lastY] = path.at(to)
  const isDown = keepUpright && Math.abs(lastY - firstY) > Math.abs(lastX - firstX) && canStandUpright(shape.text)
  const isBackward = keepUpright && (isDown ? firstY > lastY : firstX > lastX)
  const glyphs: PlacedGlyph[] = []
  for (const { piece, character, x, width, isUpright } of isDown ? signsDown(shape) : signsAcross(shape)) {
    const half = (width * size) / 2
    const along = (x + width / 2) * size + offset[0]
    const at = isBackward ? distance - along : distance + along
    if (at - half < -1 || at + half > path.length + 1) return null
    const [ax, ay] = path.at(at - half)
    const [bx, by] = path.at(at + half)
    const angle = Math.atan2(by - ay, bx - ax) + (isBackward ? Math.PI : 0)
    const down = piece.y * size + offset[1]
    const em = size * piece.scale
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
  }
  return glyphs
}

function signsAcross({ pieces, letterSpacing }: ShapedText): Sign[] {
  return pieces.flatMap(piece => {
    let x = piece.icon ? piece.x - piece.widths[0]! / 2 : piece.x
    return piece.widths.map((width, i): Sign => {
      const sign = { piece, character: piece.characters[i] ?? '', x, width, isUpright: false }
      x += width + letterSpacing
      return sign
    })
  })
}

/** Upright characters take an em each, so the text has another length; its middle stays where it was. */
function signsDown(shape: ShapedText): Sign[] {
  const signs = signsAcross(shape)
  const upright = uprightOnes(signs.map(({ character }) => character))
  const added = signs.map(({ piece, width }, i) => (upright[i] ? piece.scale - width : 0))
  let x = -added.reduce((sum, one) => sum + one, 0) / 2
  return signs.map((sign, i) => {
    const placed = { ...sign, x: sign.x + x, width: sign.width + added[i]!, isUpright: upright[i]! }
    x += added[i]!
    return placed
  })
}

function uprightOnes(characters: readonly string[]): boolean[] {
  const upright = characters.map(character => UPRIGHT.test(character))
  for (let start = 0; start < characters.length; start++) {
    let end = start
    while (end < characters.length && !upright[end] && /\S/.test(characters[end]!)) end++
    if (end > start && UPRIGHT_RUN.test(characters.slice(start, end).join('')))
      for (let i = start; i < end; i++) upright[i] = /[A-Z\d]/.test(characters[i]!)
    start = end
  }
  return upright
}
