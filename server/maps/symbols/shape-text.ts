import { Formatted } from '@maplibre/maplibre-gl-style-spec'
import { breakLines } from './break-lines.ts'
import { type CanvasColor, canvasColor } from './canvas-color.ts'
import { type TextFont, textFont } from './fonts.ts'
import type { SpriteIcon } from './symbols.ts'

/** A text in lines, in ems, with the anchor at 0, 0. */
export interface ShapedText {
  text: string
  pieces: readonly TextPiece[]
  /** The box around all lines, each as high as the line height. */
  left: number
  top: number
  right: number
  bottom: number
  letterSpacing: number
}

/** Characters of one line that are drawn alike; or an icon. */
export interface TextPiece {
  /** Where the first character begins, and the baseline. For an icon its middle. */
  x: number
  y: number
  text: string
  characters: readonly string[]
  /** Of each character in ems, without letter spacing. */
  widths: readonly number[]
  font: TextFont
  /** Of the text size. */
  scale: number
  /** Instead of `text-color`; undefined: that. */
  color?: CanvasColor
  icon?: SpriteIcon
}

export type Justify = 'left' | 'center' | 'right'

export interface TextLayout {
  /** Names joined by commas. */
  fontStack: string
  /** In ems; Infinity: never broken but at newlines. */
  maxWidth: number
  lineHeight: number
  letterSpacing: number
  anchor: string
  justify: Justify
  transform: string
  /** Pixels an em has; icons within a text keep their size. */
  size: number
}

/** A sign of a text before it has a place. */
interface Sign {
  character: string
  width: number
  isIcon: boolean
  section: number
}

interface Section {
  font: TextFont
  scale: number
  color: CanvasColor | undefined
  align: number
  icon: SpriteIcon | undefined
}

/** From the middle of a line down to its baseline: capitals, figures and Chinese characters are about 0.71 high. */
const BASELINE = 0.355
const CAPITALS = 0.71

const ALIGN: Readonly<Record<string, number>> = { bottom: 0, center: 0.5, top: 1 }
const JUSTIFY = { left: 0, center: 0.5, right: 1 } as const

/** Which shares of a box lie to the left of and above its anchor. */
export function alignment(anchor: string): [x: number, y: number] {
  const x = anchor.endsWith('left') ? 0 : anchor.endsWith('right') ? 1 : 0.5
  const y = anchor.startsWith('top') ? 0 : anchor.startsWith('bottom') ? 1 : 0.5
  return [x, y]
}

/** Texts are met again and again: in the tiles beside, at the next zoom, in the next picture. By layout and text. */
const known = new Map<string, Map<string, ShapedText | null>>()
/** How many texts are kept, some kilobytes each at most; then all are forgotten. */
const MOST_TEXTS = 10_000
let texts = 0

/** Sets texts in lines around their anchor, all in one way; null is for a text of which there is nothing to draw. */
export type Shaper = (value: Formatted | string) => ShapedText | null

export function textShaper(layout: TextLayout, icons: Readonly<Record<string, SpriteIcon>>): Shaper {
  const { fontStack, maxWidth, lineHeight, letterSpacing, anchor, justify, transform } = layout
  const key = `${maxWidth} ${lineHeight} ${letterSpacing} ${anchor} ${justify} ${transform} ${fontStack}`
  if (texts + known.size >= MOST_TEXTS) {
    known.clear()
    texts = 0
  }
  const shaped = known.get(key) ?? new Map<string, ShapedText | null>()
  known.set(key, shaped)
  return value => {
    const plain = plainOf(value)
    if (plain === null) return layOut(value, layout, icons)
    const found = shaped.get(plain)
    if (found !== undefined) return found
    const made = layOut(plain, layout, icons)
    texts++
    shaped.set(plain, made)
    return made
  }
}

/** A text without icons and without sections in fonts of their own, which is the same at every size; else null. */
function plainOf(value: Formatted | string): string | null {
  if (typeof value === 'string') return value
  const [only, ...others] = value.sections
  if (!only || others.length > 0) return null
  return only.image || only.scale || only.fontStack || only.textColor ? null : only.text
}

function layOut(
  value: Formatted | string,
  layout: TextLayout,
  icons: Readonly<Record<string, SpriteIcon>>
): ShapedText | null {
  const formatted = value instanceof Formatted ? value : Formatted.fromString(String(value ?? ''))
  const [signs, sections] = signsOf(formatted, layout, icons)
  if (signs.length === 0) return null
  const lines: Sign[][] = []
  let start = 0
  for (const end of breakLines(signs, layout.maxWidth)) {
    lines.push(trim(signs.slice(start, end)))
    start = end
  }
  const widths = lines.map(line => Math.max(0, widthOf(line) - layout.letterSpacing))
  const heights = lines.map(line => layout.lineHeight * largest(line, sections))
  const width = Math.max(...widths)
  const height = heights.reduce((sum, one) => sum + one, 0)
  const [shareX, shareY] = alignment(layout.anchor)
  const [left, top] = [-shareX * width, -shareY * height]
  let y = top
  const pieces = lines.flatMap((line, i) => {
    const x = left + (width - widths[i]!) * JUSTIFY[layout.justify]
    const middle = y + heights[i]! / 2
    y += heights[i]!
    return piecesOf(line, sections, x, middle, layout.letterSpacing)
  })
  if (pieces.length === 0) return null
  const text = signs.map(({ character }) => character).join('')
  return { text, pieces, left, top, right: left + width, bottom: top + height, letterSpacing: layout.letterSpacing }
}

function signsOf(
  { sections: given }: Formatted,
  { fontStack, transform, letterSpacing, size }: TextLayout,
  icons: Readonly<Record<string, SpriteIcon>>
): [Sign[], Section[]] {
  const signs: Sign[] = []
  const sections = given.map((one, section): Section => {
    const font = textFont(one.fontStack ?? fontStack)
    const scale = one.scale ?? 1
    const icon = one.image ? icons[one.image.name] : undefined
    if (icon) signs.push({ character: '', width: icon.width / icon.pixelRatio / size, isIcon: true, section })
    else
      for (const character of font.fit(transformed(one.text, transform)))
        signs.push({ character, width: font.advance(character) * scale + letterSpacing, isIcon: false, section })
    const color = one.textColor ? canvasColor(one.textColor) : undefined
    return { font, scale, color, align: ALIGN[one.verticalAlign ?? 'bottom'] ?? 0, icon }
  })
  for (const sign of signs) if (/[\n\u200b]/.test(sign.character)) sign.width = 0
  return [signs, sections]
}

function transformed(text: string, transform: string): string {
  const composed = text.normalize('NFC').replace(/\r\n?/g, '\n')
  if (transform === 'uppercase') return composed.toLocaleUpperCase('en')
  return transform === 'lowercase' ? composed.toLocaleLowerCase('en') : composed
}

function trim(line: Sign[]): Sign[] {
  const isBlank = ({ character, isIcon }: Sign) => !isIcon && /^[\s\u200b]*$/.test(character)
  let [start, end] = [0, line.length]
  while (start < end && isBlank(line[start]!)) start++
  while (end > start && isBlank(line[end - 1]!)) end--
  return line.slice(start, end)
}

const widthOf = (line: readonly Sign[]) => line.reduce((sum, { width }) => sum + width, 0)

const largest = (line: readonly Sign[], sections: readonly Section[]) =>
  line.length === 0 ? 1 : Math.max(...line.map(({ section }) => sections[section]!.scale))

function piecesOf(
  line: readonly Sign[],
  sections: readonly Section[],
  left: number,
  middle: number,
  letterSpacing: number
): TextPiece[] {
  const max = largest(line, sections)
  const pieces: (TextPiece & { text: string; characters: string[]; widths: number[]; section: number })[] = []
  let x = left
  for (const { character, width, isIcon, section } of line) {
    const { font, scale, color, align, icon } = sections[section]!
    if (isIcon && icon) {
      pieces.push({
        x: x + width / 2,
        y: middle,
        text: '',
        characters: [],
        widths: [width],
        font,
        scale,
        icon,
        section
      })
    } else if (character !== '\u200b') {
      const last = pieces.at(-1)
      if (last?.section === section) {
        last.text += character
        last.characters.push(character)
        last.widths.push(width - letterSpacing)
      } else {
        const y = middle + BASELINE * max - (max - scale) * CAPITALS * align
        const piece = {
          x,
          y,
          text: character,
          characters: [character],
          widths: [width - letterSpacing],
          font,
          scale,
          section
        }
        pieces.push(color === undefined ? piece : { ...piece, color })
      }
    }
    x += width
  }
  return pieces
}
