import type { Position } from 'geojson'

/**
 * One place inside an areal geometry for its label: of the largest part, the middle of its widest stretch along the
 * line halfway between the two vertices that enclose the middle of its height. The line thus passes no vertex, and
 * the place lies in the interior even of a crescent or a ring (the method of ST_PointOnSurface).
 * @param parts the polygons: each an outer ring and its holes, closed, x y
 * @returns null for a geometry without area
 */
export function labelPoint(parts: readonly Position[][][]): Position | null {
  const [largest] = parts
    .map(rings => ({ rings, area: Math.abs(doubleArea(rings[0] ?? [])) }))
    .sort((a, b) => b.area - a.area)
  if (!largest || largest.area === 0) return null
  const y = scanLine(largest.rings)
  const crossings = largest.rings.flatMap(ring => ringCrossings(ring, y)).sort((a, b) => a - b)
  let best: Position | null = null
  let widest = 0
  for (let i = 1; i < crossings.length; i += 2) {
    const [from, to] = [crossings[i - 1]!, crossings[i]!]
    if (to - from > widest) {
      widest = to - from
      best = [(from + to) / 2, y]
    }
  }
  return best
}

/** Relative to the first vertex, so that small shapes far from the origin keep their digits. */
function doubleArea(ring: Position[]): number {
  const [x0 = 0, y0 = 0] = ring[0] ?? []
  let sum = 0
  for (let i = 1; i < ring.length; i++) {
    sum += (ring[i - 1]![0]! - x0) * (ring[i]![1]! - y0) - (ring[i]![0]! - x0) * (ring[i - 1]![1]! - y0)
  }
  return sum
}

function scanLine(rings: Position[][]): number {
  const ys = rings.flatMap(ring => ring.map(position => position[1]!))
  const [lowest, highest] = ys.reduce(([low, high], y) => [Math.min(low, y), Math.max(high, y)], [Infinity, -Infinity])
  const middle = (lowest + highest) / 2
  const below = ys.reduce((best, y) => (y <= middle && y > best ? y : best), lowest)
  const above = ys.reduce((best, y) => (y > middle && y < best ? y : best), highest)
  return (below + above) / 2
}

function ringCrossings(ring: Position[], y: number): number[] {
  const crossings: number[] = []
  for (let i = 1; i < ring.length; i++) {
    const [ax, ay] = ring[i - 1] as [number, number]
    const [bx, by] = ring[i] as [number, number]
    if (ay > y !== by > y) crossings.push(ax + ((y - ay) / (by - ay)) * (bx - ax))
  }
  return crossings
}
