import type { Polygons, Position } from './given.ts'

/** Out-and-back strokes shorter than a millimetre (reference: land-check §3.3, 5): nothing is lost with them. */

const MAX_LENGTH_M = 0.001
/** How far the way back may lie from the way out: the grid. */
const MAX_WIDTH_M = 0.000_15

/** Metres of one unit of x and of y. */
type Scale = readonly [number, number]

/** @param unit degrees are measured on the sphere at their latitude: near enough for a millimetre */
export function dropSpikes(polygons: Polygons, unit: 'degree' | 'metre'): { polygons: Polygons; count: number } {
  const lat = polygons[0]?.[0]?.[0]?.[1] ?? 0
  const scale: Scale = unit === 'metre' ? [1, 1] : [111_320 * Math.cos((lat * Math.PI) / 180), 110_750]
  let count = 0
  const without = polygons.map(rings =>
    rings.map(ring => {
      let kept = ring
      for (let tip = findSpike(kept, scale); tip >= 0 && kept.length > 3; tip = findSpike(kept, scale)) {
        kept = kept.filter((_, i) => i !== tip)
        const [before, after] = [kept.at(tip - 1), kept[tip % kept.length]]
        if (before?.[0] === after?.[0] && before?.[1] === after?.[1])
          kept = kept.filter((_, i) => i !== tip % kept.length)
        count++
      }
      return kept
    })
  )
  return { polygons: without, count }
}

/** The index of a point at which an open ring turns back on itself for less than a millimetre; −1: none. */
function findSpike(ring: Position[], [sx, sy]: Scale): number {
  return ring.findIndex((tip, i) => {
    const before = ring.at(i - 1)!
    const after = ring[(i + 1) % ring.length]!
    const [outX, outY] = [(tip[0] - before[0]) * sx, (tip[1] - before[1]) * sy]
    const [backX, backY] = [(after[0] - tip[0]) * sx, (after[1] - tip[1]) * sy]
    if (outX * backX + outY * backY >= 0) return false
    const [out, back] = [Math.hypot(outX, outY), Math.hypot(backX, backY)]
    if (Math.min(out, back) >= MAX_LENGTH_M) return false
    return Math.abs(outX * backY - outY * backX) <= MAX_WIDTH_M * Math.max(out, back)
  })
}
