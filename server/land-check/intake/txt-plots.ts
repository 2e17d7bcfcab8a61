import type { Note } from './given.ts'
import { atLine, txtNotPolygon } from './problems-intake.ts'
import { addNote, plain, type TxtLine, unreadable } from './txt-lines.ts'

/** The plots of [地块坐标], token by token: not yet rings, not yet coordinates in a CRS. */

export interface TxtVertex {
  /** 点号 */
  name: string
  /** 地块圈号 */
  ring: string
  /** As the columns are: X the northing, Y the easting. */
  x: number
  y: number
  line: number
  decimals: number
}

export interface TxtPlot {
  line: number
  /** 界址点数, as declared; null where it is blank. */
  count: number | null
  /** 地块面积, as written. */
  area: string
  no: string
  name: string
  /** 记录图形属性 */
  kind: string
  vertices: TxtVertex[]
  hasZ: boolean
  notes: Note[]
}

const NUMBER = /^[+-]?\d+(\.\d*)?$/

/**
 * Groups the lines by plot. Of a plot line the fields up to `@` count: 8 of them, 13 in the formats of farmland
 * projects; the first five are the same in all.
 * @throws TXT_UNREADABLE with the line
 */
export function readPlots(lines: TxtLine[]): TxtPlot[] {
  const plots: TxtPlot[] = []
  for (const line of lines) {
    const fields = fieldsOf(line)
    if (isPlotLine(line, fields)) plots.push(readPlotLine(line, fields))
    else {
      const plot = plots.at(-1)
      if (!plot) throw unreadable(line.no, '界址点之前应有地块行', 'a plot line is expected before boundary points')
      readVertex(line, fields, plot)
    }
  }
  if (plots.length === 0) throw unreadable(lines[0]?.no ?? 1, '[地块坐标] 中没有地块', '[地块坐标] holds no plot')
  return plots
}

interface Token {
  text: string
  raw: string
}

/** By plain commas where there are enough of them: a name may hold a full-width one. */
function fieldsOf({ text, raw }: TxtLine): Token[] {
  const plainCommas = raw.split(',').length - 1
  const separators = plainCommas >= 8 ? raw : text
  const fields: Token[] = []
  let from = 0
  for (let i = 0; i <= separators.length; i++) {
    if (i < separators.length && separators[i] !== ',') continue
    fields.push({ text: text.slice(from, i), raw: raw.slice(from, i) })
    from = i + 1
  }
  return fields
}

const isPlotLine = ({ text }: TxtLine, fields: Token[]) => text.includes('@') || fields.length >= 8

function readPlotLine({ no: line, text, raw }: TxtLine, all: Token[]): TxtPlot {
  const notes: Note[] = []
  const end = all.findIndex(token => token.text.includes('@'))
  if (end < 0) addNote(notes, 'TXT_AT_MISSING', line)
  else if (all.slice(end + 1).some(token => token.text.trim() !== '') || !/^\s*@\s*$/.test(all[end]!.text)) {
    throw unreadable(line, '@ 须在行尾，前有逗号', '@ must end the line, after a comma')
  }
  const fields = end < 0 ? all : all.slice(0, end)
  if (fields.length < 5)
    throw unreadable(line, `地块行只有 ${fields.length} 项`, `the plot line has only ${fields.length} fields`)
  if (fields.length === 13) addNote(notes, 'TXT_13_FIELDS', line)
  else if (fields.length !== 8) addNote(notes, 'TXT_FIELD_COUNT', line)
  const [count, area, no, name, kind] = fields as [Token, Token, Token, Token, Token]
  const spaced = fields.some(token => token.text !== token.text.trim()) || text !== text.trim()
  if (spaced) addNote(notes, 'TXT_SPACES', line)
  const structural = [count, area, kind].some(token => token.text !== token.raw.replace(/[\u3000\u00a0\t]/g, ' '))
  if (structural || commas(raw) < fields.length - 1) addNote(notes, 'TXT_FULL_WIDTH', line)
  const declared = count.text.trim()
  if (declared !== '' && !/^\d+$/.test(declared)) {
    throw unreadable(line, `界址点数“${declared}”不是整数`, `the number of points "${declared}" is no whole number`)
  }
  return {
    line,
    count: declared === '' ? null : Number(declared),
    area: area.text.trim(),
    no: no.raw.trim(),
    name: name.raw.trim(),
    kind: kind.text.trim(),
    vertices: [],
    hasZ: false,
    notes
  }
}

const commas = (raw: string) => raw.split(',').length - 1

function readVertex({ no: line, raw }: TxtLine, fields: Token[], plot: TxtPlot): void {
  const texts = fields.map(token => token.text.trim())
  while (texts.length > 4 && texts.at(-1) === '') texts.pop()
  if (texts.length !== 4 && texts.length !== 5) {
    throw unreadable(
      line,
      `界址点行须为 点号,圈号,X,Y，有 ${texts.length} 项`,
      `a boundary point is 点号,圈号,X,Y; there are ${texts.length} fields`
    )
  }
  const [name = '', ring = '', x = '', y = '', z] = texts
  for (const value of [x, y, ...(z === undefined ? [] : [z])]) {
    if (!NUMBER.test(value)) throw unreadable(line, `坐标“${value}”不是数`, `the coordinate "${value}" is no number`)
  }
  if (!/^\d+$/.test(ring))
    throw unreadable(line, `圈号“${ring}”不是整数`, `the ring number "${ring}" is no whole number`)
  if (fields.some(token => token.text !== token.text.trim())) addNote(plot.notes, 'TXT_SPACES', line)
  if (plain(raw) !== raw.replace(/[\u3000\u00a0\t]/g, ' ')) addNote(plot.notes, 'TXT_FULL_WIDTH', line)
  if (/^\d/.test(name)) addNote(plot.notes, 'TXT_POINT_NAMES', line)
  if (z !== undefined) plot.hasZ = true
  const decimals = Math.max(...[x, y].map(value => value.split('.')[1]?.length ?? 0))
  plot.vertices.push({ name, ring: String(Number(ring)), x: Number(x), y: Number(y), line, decimals })
}

/** @throws TXT_NOT_POLYGON */
export function refuseOtherThanPolygon({ kind, line }: TxtPlot): void {
  if (kind === '面') return
  throw txtNotPolygon({ line, kind }, atLine(line, { zh: '须为“面”', en: 'must be 面' }))
}
