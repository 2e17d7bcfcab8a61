import type { Text } from '../../lib/errors.ts'
import type { GivenPlot, Note } from './given.ts'
import { declaredTolerance } from './read-txt.ts'

/** What is told of a parcel that was taken although it was not written as it should be. */

export function inputNotes({ crs, hasZ }: GivenPlot): Note[] {
  const notes: Note[] = []
  if (crs === 'OGC:CRS84' || crs === 'EPSG:4326') {
    const message = { zh: 'WGS 84 经纬度按 CGCS2000 使用。', en: 'WGS 84 longitude latitude is taken as CGCS2000.' }
    notes.push({ code: 'DATUM_ASSUMED_EQUAL', message })
  }
  if (hasZ) notes.push({ code: 'Z_DROPPED', message: { zh: '高程等第三维已略去。', en: 'Z and M were dropped.' } })
  return notes
}

const REPAIRS: Record<string, Text> = {
  RING_CLOSED: { zh: '未闭合的环已闭合。', en: 'Rings that were open were closed.' },
  DUPLICATE_POINTS_REMOVED: { zh: '重复点已去除。', en: 'Repeated points were removed.' },
  RING_ORIENTATION: { zh: '环的方向已调整。', en: 'Rings were turned to their proper direction.' },
  SPIKES_REMOVED: { zh: '不足 1 毫米的尖刺已去除。', en: 'Spikes shorter than 1 mm were removed.' },
  DUPLICATE_POINTS_ON_GRID: {
    zh: '0.1 毫米格网上重合的点已合并。',
    en: 'Points that fall together on the 0.1 mm grid were merged.'
  }
}

/** Repairs that lose nothing; those that were not needed are left out. */
export const repairNotes = (repairs: readonly { code: string; count: number }[]): Note[] =>
  repairs.flatMap(({ code, count }) => (count > 0 ? [{ code, count, message: REPAIRS[code]! }] : []))

export const MILLIMETRES: Note = {
  code: 'DEGREES_READ_AS_MILLIMETRES',
  message: {
    zh: '九位小数的经纬度均落在整毫米上，按整毫米读取（改动不超过 0.06 毫米）。',
    en: 'Degrees with nine decimals all lie on whole millimetres and were read as these (changed by 0.06 mm at most).'
  }
}

export const structureNote = (areaDelta: number): Note => ({
  code: 'REPAIRED_STRUCTURE',
  message: {
    zh: `按 repair=structure 修复，面积变化 ${areaDelta.toFixed(6)} 平方米。`,
    en: `Repaired as repair=structure asks; the area changed by ${areaDelta.toFixed(6)} m².`
  }
})

/** A declared area is compared and never used: half a square metre and 0.1 % are within what it is rounded to. */
export function declaredNotes(declared: readonly (number | null | undefined)[], measured: number): Note[] {
  const differing = declared.find(area => area != null && Math.abs(area - measured) > declaredTolerance(measured))
  if (differing == null) return []
  const [said, found] = [differing.toFixed(2), measured.toFixed(2)]
  const message = {
    zh: `申报面积 ${said} 平方米与坐标面积 ${found} 平方米不符，以坐标为准。`,
    en: `The declared area of ${said} m² differs from the ${found} m² of the coordinates, which count.`
  }
  return [{ code: 'DECLARED_AREA_DIFFERS', message }]
}
