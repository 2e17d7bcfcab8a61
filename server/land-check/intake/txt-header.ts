import { type Crs, findCrs, prefixTwin } from '../../lib/crs.ts'
import type { Note, Position } from './given.ts'
import {
  atLine,
  txtAxisSwapped,
  txtCoordinateWrong,
  txtCrsUndeclared,
  txtDatum,
  txtTransformation,
  txtZoneMismatch
} from './problems-intake.ts'
import { addNote, type TxtBlocks, unreadable } from './txt-lines.ts'
import type { TxtVertex } from './txt-plots.ts'

/** What a TXT says its coordinates are, and whether they are that. Nothing is guessed: they agree, or are refused. */

export interface TxtFrame {
  /** The zone with its number before the easting, and without; null where the CRS is no Gauss-Krüger zone. */
  zone: { prefixed: Crs; plain: Crs } | null
  /** The request's CRS, where it declares one. */
  declared: string | null
}

/** The zone's CRSs: 3° zones 25–45, 6° zones 13–23 (EPSG 4513–4533, 4491–4501). */
function zoneOf(zone: number, width: 3 | 6): TxtFrame['zone'] {
  const prefixed = findCrs(`EPSG:${(width === 3 ? 4488 : 4478) + zone}`)
  const plain = prefixed && prefixTwin(prefixed)
  return prefixed?.gauss?.prefix === zone && prefixed.gauss.width === width && plain ? { prefixed, plain } : null
}

/**
 * Reads the frame from the header, or from the CRS of the request where there is none.
 * @throws DATUM_FOREIGN, TXT_TRANSFORMATION, TXT_UNREADABLE, TXT_ZONE_MISMATCH, CRS_UNDECLARED
 */
export function readFrame({ header, notes }: TxtBlocks, declared: string | undefined): TxtFrame {
  if (header) checkHeader(header, notes)
  else addNote(notes, 'TXT_HEADER_ABSENT')
  const zone = header?.get('带号')
  if (!zone?.value) {
    if (declared === undefined) throw txtCrsUndeclared({ missing: header ? '带号' : '[属性描述]' })
    const crs = findCrs(declared)
    const twin = crs && prefixTwin(crs)
    const own =
      crs?.gauss && twin
        ? crs.gauss.prefix === null
          ? { prefixed: twin, plain: crs }
          : { prefixed: crs, plain: twin }
        : null
    return { zone: own, declared }
  }
  const datum = header?.get('坐标系')
  if (!datum?.value) throw txtCrsUndeclared({ missing: '坐标系' })
  const width = header?.get('几度分带')
  if (!width?.value) throw txtCrsUndeclared({ missing: '几度分带' })
  const degrees = Number(/^([36])\s*度?(分?带)?$/.exec(width.value)?.[1])
  if (!degrees)
    throw unreadable(
      width.line,
      `几度分带须为 3 或 6，不是“${width.value}”`,
      `几度分带 must be 3 or 6, not "${width.value}"`
    )
  const number = Number(/^(\d{1,2})\s*带?$/.exec(zone.value)?.[1])
  const found = zoneOf(number, degrees as 3 | 6)
  if (!found)
    throw unreadable(
      zone.line,
      `${degrees} 度带没有带号“${zone.value}”`,
      `there is no zone "${zone.value}" of ${degrees}°`
    )
  if (declared !== undefined && declared !== found.prefixed.code && declared !== found.plain.code) {
    const seen = `带号=${zone.value}`
    throw txtZoneMismatch({ line: zone.line, seen, declared: `crs ${declared}` }, at(zone.line, declared, seen))
  }
  return { zone: found, declared: declared ?? null }
}

const at = (line: number, declared: string, seen: string | number) => ({
  ...atLine(line, { zh: `${declared} 与 ${seen} 不符`, en: `${declared} does not fit ${seen}` }),
  members: { line, declared, seen }
})

function checkHeader(header: NonNullable<TxtBlocks['header']>, notes: Note[]): void {
  const datum = header.get('坐标系')
  if (datum?.value && !/^(CGCS\s*2000|2000\s*国家大地坐标系|国家\s*2000.*|中国\s*2000.*|2000.*)$/i.test(datum.value)) {
    const { line, value } = datum
    throw txtDatum({ line, datum: value }, atLine(line, { zh: '须为 2000 国家大地坐标系', en: 'must be CGCS2000' }))
  }
  const projection = header.get('投影类型')
  if (projection?.value && !/^高斯[-－—·\s]*克吕?里?格(投影)?$|^gauss/i.test(projection.value)) {
    throw unreadable(
      projection.line,
      `投影类型须为高斯克吕格，不是“${projection.value}”`,
      `投影类型 must be 高斯克吕格, not "${projection.value}"`
    )
  }
  const unit = header.get('计量单位')
  if (unit?.value && !/^(米|公尺|m|metre|meter)$/i.test(unit.value)) {
    throw unreadable(unit.line, `计量单位须为米，不是“${unit.value}”`, `计量单位 must be 米, not "${unit.value}"`)
  }
  const shift = header.get('转换参数')
  if (shift && shift.value.replace(/[,\s]/g, '') !== '') {
    const { line, value } = shift
    throw txtTransformation({ line, value }, atLine(line, { zh: '转换参数须为空', en: '转换参数 must be blank' }))
  }
  const accuracy = header.get('精度')
  if (accuracy?.value) {
    if (/^[0-9]$/.test(accuracy.value)) addNote(notes, 'TXT_ACCURACY_IN_DECIMALS', accuracy.line)
    else if (!/^0?\.\d+$/.test(accuracy.value)) {
      throw unreadable(
        accuracy.line,
        `精度须为小数位数或米，不是“${accuracy.value}”`,
        `精度 must be a number of decimals or of metres, not "${accuracy.value}"`
      )
    }
  }
}

/** Northings of China, metres; eastings are below 10⁶ without a zone number and above 13 · 10⁶ with one. */
const isNorthing = (n: number) => n >= 1_000_000 && n < 7_000_000
const prefixOf = (n: number) =>
  n > 0 && n < 1_000_000 ? 0 : n >= 13_000_000 && n < 46_000_000 ? Math.floor(n / 1e6) : null

/**
 * The CRS of a plot's vertices, and they as easting northing.
 * @throws AXIS_SWAPPED, TXT_COORDINATE_WRONG, TXT_ZONE_MISMATCH with the line
 */
export function place(
  vertices: TxtVertex[],
  { zone, declared }: TxtFrame,
  notes: Note[]
): { crs: string; points: Position[] } {
  const points = vertices.map(({ x, y }): Position => [y, x])
  if (!zone) return { crs: declared ?? '', points }
  const expected = vertices.length > 0 && prefixOf(vertices[0]!.y) ? zone.prefixed : zone.plain
  for (const { x, y, line } of vertices) {
    const prefix = prefixOf(y)
    if (prefix === null || !isNorthing(x)) {
      const wrong = isNorthing(y) && prefixOf(x) !== null ? txtAxisSwapped : txtCoordinateWrong
      throw wrong(
        { line, x, y },
        { ...atLine(line, { zh: `X ${x}，Y ${y}`, en: `X ${x}, Y ${y}` }), members: { line } }
      )
    }
    if (prefix !== (expected.gauss?.prefix ?? 0)) {
      const named = `带号 ${zone.prefixed.gauss?.prefix} (${expected.code})`
      throw txtZoneMismatch({ line, seen: y, declared: named }, at(line, named, y))
    }
  }
  if (declared !== null && declared !== expected.code) {
    const { line = 1, y = 0 } = vertices[0] ?? {}
    throw txtZoneMismatch({ line, seen: y, declared: `crs ${declared}` }, at(line, declared, y))
  }
  if (expected.gauss?.prefix) addNote(notes, 'TXT_ZONE_PREFIX_REMOVED', vertices[0]?.line)
  return { crs: expected.code, points }
}
