import { PbfWriter } from 'pbf'

/** One character as a distance field; lengths in pixels at 24 pixels an em. */
export interface Glyph {
  id: number
  /** The field, `width + 6` by `height + 6` bytes; null for what leaves no ink. */
  bitmap: Uint8Array | null
  /** Of the ink, without the buffer of 3 pixels around it. */
  width: number
  height: number
  /** From the pen to the ink. */
  left: number
  /** From the top of the line, which is `ASCENT` above the baseline, up to the ink: negative. */
  top: number
  advance: number
}

/** Pixels of the field kept around the ink. */
export const BUFFER = 3

/** Writes what clients of the Mapbox family load as `{fontstack}/{range}.pbf`: one font stack with its glyphs. */
export function encodeGlyphs(name: string, range: string, glyphs: readonly Glyph[]): Uint8Array {
  const pbf = new PbfWriter()
  pbf.writeMessage(1, writeStack, { name, range, glyphs })
  return pbf.finish()
}

interface Stack {
  name: string
  range: string
  glyphs: readonly Glyph[]
}

function writeStack({ name, range, glyphs }: Stack, pbf: PbfWriter): void {
  pbf.writeStringField(1, name)
  pbf.writeStringField(2, range)
  for (const glyph of glyphs) pbf.writeMessage(3, writeGlyph, glyph)
}

function writeGlyph(glyph: Glyph, pbf: PbfWriter): void {
  pbf.writeVarintField(1, glyph.id)
  if (glyph.bitmap) pbf.writeBytesField(2, glyph.bitmap)
  pbf.writeVarintField(3, glyph.width)
  pbf.writeVarintField(4, glyph.height)
  pbf.writeSVarintField(5, glyph.left)
  pbf.writeSVarintField(6, glyph.top)
  pbf.writeVarintField(7, glyph.advance)
}
