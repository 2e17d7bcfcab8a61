import { planarArea } from '../../lib/area.ts'
import type { Polygons, Position } from '../intake/given.ts'

/**
 * A parcel scaled about its centroid until its area is the cap: the coordinates stay whole numbers of the grid, and the
 * area comes as near to the cap from below as the grid lets it (about 10⁻⁴ m²).
 */

interface Scaling {
  /** Whole numbers of the grid, rings open, shells counter-clockwise and holes clockwise. */
  grid: Polygons
  gridM: number
  capM2: number
  /** The area the cap is about, m²; the same as the planar one or that of the ellipsoid. */
  areaOf: (grid: Polygons) => number
}

/** Null where no scaled parcel keeps the cap. */
export function scaleToCap({ grid, gridM, capM2, areaOf }: Scaling): Polygons | null {
  const planar = planarArea(grid, gridM)
  // Planar metres for each of the cap's: the same for every parcel of the place.
  let goal = (capM2 * planar) / areaOf(grid)
  for (let tries = 0; tries < 5; tries++) {
    const scaled = nudged(scaledAbout(centroid(grid), grid, Math.sqrt(goal / planar)), goal, gridM)
    const excess = areaOf(scaled) - capM2
    if (excess <= 0) return scaled
    goal -= 2 * excess
  }
  return null
}

function scaledAbout([cx, cy]: Position, polygons: Polygons, by: number): Polygons {
  const near = (c: number, v: number) => Math.round(c + (v - c) * by)
  return polygons.map(rings => rings.map(ring => ring.map(([x, y]): Position => [near(cx, x), near(cy, y)])))
}

/** Of the area; holes count against it. */
export function centroid(polygons: Polygons): Position {
  const [x0, y0] = polygons[0]?.[0]?.[0] ?? [0, 0]
  let [doubled, sumX, sumY] = [0, 0, 0]
  for (const ring of polygons.flat()) {
    ring.forEach(([x, y], i) => {
      const [nextX, nextY] = ring[(i + 1) % ring.length]!
      const cross = (x - x0) * (nextY - y0) - (nextX - x0) * (y - y0)
      doubled += cross
      sumX += cross * (x + nextX - 2 * x0)
      sumY += cross * (y + nextY - 2 * y0)
    })
  }
  return [x0 + sumX / (3 * doubled), y0 + sumY / (3 * doubled)]
}

/** Units of the grid by which two corners may be moved so that the area comes out. */
const REACH = 3
const STEPS = Array.from({ length: 2 * REACH + 1 }, (_, i) => i - REACH)

/** The first shell with two corners, that are no neighbours, moved by up to 0.3 mm: the largest area up to the goal. */
function nudged(polygons: Polygons, goalM2: number, gridM: number): Polygons {
  const shell = polygons[0]?.[0] ?? []
  // Twice the area in square units of the grid, as the moves below are.
  const short = Math.floor(((goalM2 - planarArea(polygons, gridM)) * 2) / gridM ** 2)
  const half = Math.max(1, Math.floor(shell.length / 2))
  const first = movesOf(shell, 0)
  const second = shell.length > 3 ? movesOf(shell, half) : [{ dx: 0, dy: 0, gain: 0 }]
  let best = { gain: Number.NEGATIVE_INFINITY, moves: [] as Move[] }
  for (const a of first) {
    for (const b of second) {
      const gain = a.gain + b.gain
      if (gain <= short && gain > best.gain) best = { gain, moves: [a, b] }
    }
  }
  // So far below that no move reaches: the whole comes out a little smaller at the next try.
  const [a, b] = best.moves
  if (!a || !b) return polygons
  const moved = shell.map(
    ([x, y], i): Position => (i === 0 ? [x + a.dx, y + a.dy] : i === half ? [x + b.dx, y + b.dy] : [x, y])
  )
  return [[moved, ...(polygons[0]?.slice(1) ?? [])], ...polygons.slice(1)]
}

interface Move {
  dx: number
  dy: number
  /** By what it changes twice the area. */
  gain: number
}

function movesOf(ring: Position[], i: number): Move[] {
  const [beforeX, beforeY] = ring[(i + ring.length - 1) % ring.length]!
  const [afterX, afterY] = ring[(i + 1) % ring.length]!
  return STEPS.flatMap(dx => STEPS.map(dy => ({ dx, dy, gain: dx * (afterY - beforeY) - dy * (afterX - beforeX) })))
}
