/**
 * The code points an OpenType font has glyphs for: its `cmap` table's segmented coverage (format 12, OpenType 1.9).
 * @throws Error where the font has no such table
 */
export function coveredCodePoints(font: Buffer): ReadonlySet<number> {
  const table = findTable(font, 'cmap')
  for (let i = 0; i < font.readUInt16BE(table + 2); i++) {
    const start = table + font.readUInt32BE(table + 4 + i * 8 + 4)
    if (font.readUInt16BE(start) === 12) return readGroups(font, start)
  }
  throw new Error('The font has no cmap of format 12.')
}

function findTable(font: Buffer, tag: string): number {
  for (let i = 0; i < font.readUInt16BE(4); i++) {
    const entry = 12 + i * 16
    if (font.toString('latin1', entry, entry + 4) === tag) return font.readUInt32BE(entry + 8)
  }
  throw new Error(`The font has no table ${tag}.`)
}

/** Groups of first code point, last code point, first glyph; glyph 0 stands for what is missing. */
function readGroups(font: Buffer, start: number): ReadonlySet<number> {
  const found = new Set<number>()
  for (let i = 0; i < font.readUInt32BE(start + 12); i++) {
    const group = start + 16 + i * 12
    const [first, last, glyph] = [0, 4, 8].map(at => font.readUInt32BE(group + at)) as [number, number, number]
    for (let code = first; code <= last; code++) if (glyph + code - first !== 0) found.add(code)
  }
  return found
}
