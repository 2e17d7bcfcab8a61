/** 界址点坐标 TXT for tests: the golden parcel of the reference (12 × 10 m), and changes to it. */

export const HEADER = [
  '[属性描述]',
  '格式版本号=1.01',
  '数据产生单位=佛山市自然资源局南海分局',
  '数据产生日期=2025-6-15',
  '坐标系=2000国家大地坐标系',
  '几度分带=3',
  '投影类型=高斯克吕格',
  '计量单位=米',
  '带号=38',
  '精度=0.001',
  '转换参数=,,,,,,'
]

export const PLOT = '5,0.0120,1,地块1,面,,农村宅基地,0702,@'

export type Point = readonly [north: number, east: number]

/** The parcel of 120 m², north 12 m and east 10 m, clockwise from its north-west corner. */
export const GOLDEN_POINTS: Point[] = [
  [2550370.457, 38407761.089],
  [2550370.457, 38407771.089],
  [2550358.457, 38407771.089],
  [2550358.457, 38407761.089]
]

/** The lines of a ring with its first point repeated. */
export function ringLines(
  points: readonly Point[],
  o: { ring?: number; from?: number; close?: boolean; letter?: string } = {}
) {
  const { ring = 1, from = 1, close = true, letter = 'J' } = o
  const lines = points.map(([n, e], i) => `${letter}${from + i},${ring},${n.toFixed(3)},${e.toFixed(3)}`)
  return close ? [...lines, lines[0]!] : lines
}

export const txtOf = (plots: string[], header: string[] = HEADER) => [...header, '[地块坐标]', ...plots, ''].join('\n')

export const GOLDEN_TXT = txtOf([PLOT, ...ringLines(GOLDEN_POINTS)])

/** A header with some of its lines changed, added, or (null) left out. */
export const headerWith = (changes: Record<string, string | null>) => [
  ...HEADER.flatMap(line => {
    const [key = ''] = line.split('=')
    const change = changes[key]
    return change === undefined ? [line] : change === null ? [] : [`${key}=${change}`]
  }),
  ...Object.entries(changes).flatMap(([key, value]) =>
    HEADER.some(line => line.startsWith(`${key}=`)) ? [] : [`${key}=${value}`]
  )
]

/** A rectangle in northing easting, metres from the golden corner. */
export const rectangle = (north: number, east: number, height: number, width: number): Point[] => [
  [2550358.457 + north, 38407761.089 + east],
  [2550358.457 + north + height, 38407761.089 + east],
  [2550358.457 + north + height, 38407761.089 + east + width],
  [2550358.457 + north, 38407761.089 + east + width]
]
