import { geometryUnreadable } from '../problems.ts'
import { coordinatesOf, decimalsOf, type GivenParcel, type Position } from './given.ts'

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

/**
 * Reads a POLYGON or MULTIPOLYGON (OGC 06-103r4 §7): x y, that is easting northing or longitude latitude. Z and M are
 * skipped; curves are refused.
 * @throws GEOMETRY_UNREADABLE saying where
 */
export function readWkt(text: string): GivenParcel {
  const tokens = text.match(/[(),]|[^\s(),]+/g) ?? []
  let at = 0
  let decimals = 0
  let hasZ = false

  const fail = (zh: string, en: string) => {
    const seen = tokens[at] === undefined ? 'end' : `"${tokens[at]!.slice(0, 40)}"`
    return geometryUnreadable({
      zh: `WKT 第 ${at + 1} 个记号 ${seen}:${zh}`,
      en: `WKT token ${at + 1}, ${seen}: ${en}`
    })
  }
  const expect = (token: string) => {
    if (tokens[at] !== token) throw fail(`此处应为 ${token}`, `${token} is expected here`)
    at++
  }
  const list = <T>(item: () => T): T[] => {
    const items: T[] = []
    expect('(')
    do items.push(item())
    while (tokens[at] === ',' && at++ >= 0)
    expect(')')
    return items
  }
  const position = (): Position => {
    const numbers: number[] = []
    while (NUMBER.test(tokens[at] ?? '')) {
      if (numbers.length < 2) decimals = Math.max(decimals, decimalsOf(tokens[at]!))
      numbers.push(Number(tokens[at++]))
    }
    if (numbers.length < 2 || numbers.length > 4 || !numbers.every(Number.isFinite)) {
      throw fail('每点须为二至四个有限数', 'a point is two to four finite numbers')
    }
    hasZ ||= numbers.length > 2
    return [numbers[0]!, numbers[1]!]
  }
  const polygon = () => list(() => list(position))

  const type = tokens[at]?.toUpperCase()
  if (type !== 'POLYGON' && type !== 'MULTIPOLYGON') {
    throw fail(
      '须为 POLYGON 或 MULTIPOLYGON；坐标系写在 crs，不用 SRID= 前缀',
      'POLYGON or MULTIPOLYGON is needed; the CRS goes in crs, not in a SRID= prefix'
    )
  }
  at++
  if (/^(Z|M|ZM)$/i.test(tokens[at] ?? '')) at++
  const polygons = type === 'POLYGON' ? [polygon()] : list(polygon)
  if (at < tokens.length) throw fail('多余内容', 'nothing may follow')
  return { source: 'wkt', ...coordinatesOf(polygons), decimals, hasZ }
}
