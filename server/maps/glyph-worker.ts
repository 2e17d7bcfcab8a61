import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { answerAsks } from '../lib/answer-asks.ts'
import { coveredCodePoints } from './character-map.ts'
import { glyphPen } from './draw-glyphs.ts'
import { encodeGlyphs } from './glyph-pbf.ts'

/** Draws glyphs in a thread of its own: a range of Chinese takes a tenth of a second. */

export interface GlyphTask {
  font: { name: string; file: string }
  /** The first of 256 code points. */
  start: number
}

const opened = new Map<string, { covered: ReadonlySet<number>; draw: ReturnType<typeof glyphPen> }>()

function open(file: string) {
  const font = opened.get(file) ?? { covered: coveredCodePoints(readFileSync(file)), draw: glyphPen(file) }
  opened.set(file, font)
  return font
}

answerAsks(({ font, start }: GlyphTask) => {
  const { covered, draw } = open(font.file)
  const codes = Array.from({ length: 256 }, (_, i) => start + i).filter(code => covered.has(code))
  const pbf = encodeGlyphs(font.name, `${start}-${start + 255}`, draw(codes))
  return new Uint8Array(gzipSync(pbf, { level: 9 }))
})
