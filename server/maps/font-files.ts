import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** One weight of the bundled Chinese font: Noto Sans SC (SIL Open Font License 1.1), Latin, Chinese and symbols. */
export interface Font {
  /** As styles name it in `text-font`. */
  name: string
  /** CSS `font-weight` */
  weight: number
  file: string
  bytes: number
}

/** What font sources and styles call this family. */
export const FAMILY = 'Noto Sans SC'

const FOLDER = new URL('../fonts/', import.meta.resolve('@embedpdf/fonts-sc'))

const weigh = (style: string, weight: number): Font => {
  const file = fileURLToPath(new URL(`NotoSansHans-${style}.otf`, FOLDER))
  return { name: `${FAMILY} ${style}`, weight, file, bytes: statSync(file).size }
}

const REGULAR = weigh('Regular', 400)

export const FONTS: readonly Font[] = [
  weigh('Light', 300),
  weigh('DemiLight', 350),
  REGULAR,
  weigh('Medium', 500),
  weigh('Bold', 700)
]

/** Words for a weight, as font names have them, from the most particular; what has none is regular. */
const WORDS: [pattern: RegExp, weight: number][] = [
  [/\b(demi|semi) ?light\b/i, 350],
  [/\b(demi|semi) ?bold\b/i, 700],
  [/\b((extra|ultra) ?)?(thin|light|hairline)\b/i, 300],
  [/\b((extra|ultra) ?)?(bold|black|heavy)\b/i, 700],
  [/\bmedium\b/i, 500]
]

/**
 * The font for a stack of names joined by commas: the first that there is, else (fonts of other makers) the bundled
 * one in the weight that the first name tells, so that every stack has glyphs.
 * @example chooseFont('Open Sans Semibold,Arial Unicode MS Bold').name // 'Noto Sans SC Bold'
 */
export function chooseFont(stack: string): Font {
  const names = stack.split(',').map(name => name.trim())
  const known = names.map(name => FONTS.find(font => font.name.toLowerCase() === name.toLowerCase())).find(Boolean)
  if (known) return known
  const weight = WORDS.find(([pattern]) => pattern.test(names[0] ?? ''))?.[1]
  return FONTS.find(font => font.weight === weight) ?? REGULAR
}
