import type { Part } from './parts.ts'

/** The table of a shapefile (dBASE III): UTF-8, as its .cpg says. */

interface Column {
  name: string
  type: 'C' | 'N'
  length: number
  decimals: number
  of(part: Part): string
}

const text = (name: string, length: number, of: (part: Part) => string | null): Column => ({
  name,
  type: 'C',
  length,
  decimals: 0,
  of: part => of(part) ?? ''
})

const COLUMNS: readonly Column[] = [
  text('role', 12, part => part.role),
  text('class', 24, part => part.class),
  text('rule', 40, part => part.rule),
  text('layer', 40, part => part.layer),
  text('feature_id', 100, part => part.featureId),
  text('verdict', 16, part => part.verdict),
  { name: 'area_m2', type: 'N', length: 20, decimals: 6, of: part => part.area.toFixed(6) }
]

const FIELD = 32

export function dbfFile(parts: readonly Part[]): Buffer {
  const headLength = 32 + FIELD * COLUMNS.length + 1
  const rowLength = 1 + COLUMNS.reduce((sum, { length }) => sum + length, 0)
  const head = Buffer.alloc(headLength)
  // A date must be there; the archive's own says more.
  head.set([0x03, 100, 1, 1], 0)
  head.writeUInt32LE(parts.length, 4)
  head.writeUInt16LE(headLength, 8)
  head.writeUInt16LE(rowLength, 10)
  COLUMNS.forEach(({ name, type, length, decimals }, i) => {
    const at = 32 + FIELD * i
    head.write(name, at, 10, 'latin1')
    head.write(type, at + 11, 'latin1')
    head[at + 16] = length
    head[at + 17] = decimals
  })
  head[headLength - 1] = 0x0d
  const rows = parts.map(part => Buffer.concat([Buffer.from(' '), ...COLUMNS.map(column => cell(column, part))]))
  return Buffer.concat([head, ...rows, Buffer.from([0x1a])])
}

function cell({ type, length, of }: Column, part: Part): Buffer {
  const bytes = Buffer.from(wholeCharacters(of(part), length))
  const blank = Buffer.alloc(length - bytes.length, ' ')
  return type === 'N' ? Buffer.concat([blank, bytes]) : Buffer.concat([bytes, blank])
}

/** As many whole characters as fit into so many bytes of UTF-8. */
function wholeCharacters(given: string, bytes: number): string {
  let fits = given
  while (Buffer.byteLength(fits) > bytes) fits = [...fits].slice(0, -1).join('')
  return fits
}
