import { readFileSync } from 'node:fs'
import { createCanvas, GlobalFonts, type SKRSContext2D } from '@napi-rs/canvas'
import { coveredCodePoints } from '../character-map.ts'
import { chooseFont, type Font } from '../font-files.ts'

/**
 * The bundled fonts as a canvas knows them. A canvas takes a character that its font lacks from whatever fonts the
 * machine has, so texts are first made fit: the same picture on every machine.
 */
export interface TextFont {
  /** What stands behind the size in a canvas's `font`. */
  family: string
  /** The width of a character with the room around it, in ems. */
  advance(character: string): number
  /** The characters to draw for a text: those without a glyph become a box, those without any shape are left out. */
  fit(text: string): string[]
}

/** What stands for a character the font has no glyph for. */
const MISSING = '□'

/** Characters that join, mark or steer others, and have no shape of their own. */
const SHAPELESS = /[\p{Cc}\p{Cf}\p{Mn}\p{Me}]/u

/** Longer texts are cut off: what a map shows of them would cover it. */
const MOST_CHARACTERS = 500

/** Measured this large, so that rounding does not show. */
const MEASURED_AT = 100

const fonts = new Map<Font, TextFont>()
const chosen = new Map<string, TextFont>()

/** @param stack names of `text-font` joined by commas */
export function textFont(stack: string): TextFont {
  const known = chosen.get(stack)
  if (known) return known
  const file = chooseFont(stack)
  const font = fonts.get(file) ?? openFont(file)
  fonts.set(file, font)
  chosen.set(stack, font)
  return font
}

function openFont({ name, file }: Font): TextFont {
  const family = `maps ${name}`
  if (!GlobalFonts.has(family) && !GlobalFonts.registerFromPath(file, family))
    throw new Error(`The font ${file} cannot be used.`)
  const covered = coveredCodePoints(readFileSync(file))
  const pen = createCanvas(1, 1).getContext('2d')
  setFont(pen, family, MEASURED_AT)
  const advances = new Map<string, number>()
  const advance = (character: string): number => {
    const measured = advances.get(character)
    if (measured !== undefined) return measured
    const width = pen.measureText(character).width / MEASURED_AT
    advances.set(character, width)
    return width
  }
  const fit = (text: string): string[] => {
    const characters: string[] = []
    for (const character of text) {
      if (characters.length >= MOST_CHARACTERS) break
      if (character === '\n' || character === '\u200b') characters.push(character)
      else if (SHAPELESS.test(character)) continue
      else characters.push(covered.has(character.codePointAt(0)!) ? character : MISSING)
    }
    return characters
  }
  return { family: `"${family}"`, advance, fit }
}

/** Sets a context to a font; pairs of letters are not moved together, so that a text is as wide as its characters. */
export function setFont(context: SKRSContext2D, family: string, size: number): void {
  context.font = `${size}px ${family.startsWith('"') ? family : `"${family}"`}`
  context.fontKerning = 'none'
}
