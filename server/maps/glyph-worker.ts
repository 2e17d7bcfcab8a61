import { readFileSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import { coveredCodePoints } from './character-map.ts'
import { glyphPen } from './draw-glyphs.ts'
import { encodeGlyphs } from './glyph-pbf.ts'

/** Draws glyphs in a thread of its own: a range of Chinese takes a tenth of a second. */

export interface GlyphTask {
  id: number
  font: { name: string; file: string }
  /** The first of 256 code points. */
  start: number
}

export type GlyphAnswer = { id: number; gzip: Uint8Array } | { id: number; failure: string }

const opened = new Map<string, { covered: ReadonlySet<number>; draw: ReturnType<typeof glyphPen> }>()

function open(file: string) {
  const font = opened.get(file) ?? { covered: coveredCodePoints(readFileSync(file)), draw: glyphPen(file) }
  opened.set(file, font)
  return font
}

parentPort?.on('message', ({ id, font, start }: GlyphTask) => {
  try {
    const { covered, draw } = open(font.file)
    const codes = Array.from({ length: 256 }, (_, i) => start + i).filter(code => covered.has(code))
    const pbf = encodeGlyphs(font.name, `${start}-${start + 255}`, draw(codes))
    parentPort?.postMessage({ id, gzip: new Uint8Array(gzipSync(pbf, { level: 9 })) } satisfies GlyphAnswer)
  } catch (error) {
    parentPort?.postMessage({ id, failure: String((error as Error)?.stack ?? error) } satisfies GlyphAnswer)
  }
})
