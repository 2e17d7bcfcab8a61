import { doubleArea } from '../../lib/area.ts'
import type { Polygons, Position } from './given.ts'

/** Repairs that lose nothing, and the one order in which equal parcels are equal. Rings here are open. */

export type RepairCode = 'RING_CLOSED' | 'DUPLICATE_POINTS_REMOVED' | 'RING_ORIENTATION'

/** A ring with fewer than three distinct points; named by part and ring, from 0. */
export interface TooFew {
  part: number
  ring: number
}

export interface OpenRings {
  polygons: Polygons
  repairs: { code: RepairCode; count: number }[]
  tooFew: TooFew[]
}

const same = (a: Position | undefined, b: Position | undefined) => a?.[0] === b?.[0] && a?.[1] === b?.[1]

/** Takes the closing point and points that repeat their neighbour off every ring, and says so where it was a repair. */
export function openRings(polygons: Polygons): OpenRings {
  let unclosed = 0
  let duplicates = 0
  const tooFew: TooFew[] = []
  const open = polygons.map((rings, part) =>
    rings.map((given, ring) => {
      const closed = given.length > 1 && same(given[0], given.at(-1))
      if (!closed) unclosed++
      const body = closed ? given.slice(0, -1) : given
      const distinct = body.filter((point, i) => i === 0 || !same(point, body[i - 1]))
      while (distinct.length > 1 && same(distinct[0], distinct.at(-1))) distinct.pop()
      duplicates += body.length - distinct.length
      if (distinct.length < 3) tooFew.push({ part, ring })
      return distinct
    })
  )
  const repairs = [
    { code: 'RING_CLOSED', count: unclosed },
    { code: 'DUPLICATE_POINTS_REMOVED', count: duplicates }
  ] as const
  return { polygons: open, repairs: repairs.filter(({ count }) => count > 0), tooFew }
}

/** How many rings run the other way than RFC 7946 §3.1.6 has it (shells counter-clockwise, holes clockwise). */
export function turnedRings(polygons: Polygons): number {
  return polygons.flatMap(rings => rings.filter((ring, i) => isCounterClockwise(ring) !== (i === 0))).length
}

const isCounterClockwise = (ring: Position[]) => {
  const [x0, y0] = ring[0] ?? [0, 0]
  return (
    ring.reduce((sum, [x, y], i) => {
      const [nextX, nextY] = ring[(i + 1) % ring.length]!
      return sum + (x - x0) * (nextY - y0) - (nextX - x0) * (y - y0)
    }, 0) > 0
  )
}

/** Coordinates in metres as whole numbers of the grid. */
export const toGrid = (polygons: Polygons, gridM: number): Polygons => {
  const perMetre = Math.round(1 / gridM)
  return mapPoints(polygons, ([x, y]) => [Math.round(x * perMetre), Math.round(y * perMetre)])
}

/** Grid numbers back in metres: the doubles nearest to them. */
export const toMetres = (polygons: Polygons, gridM: number): Polygons => {
  const perMetre = Math.round(1 / gridM)
  return mapPoints(polygons, ([x, y]) => [x / perMetre, y / perMetre])
}

const mapPoints = (polygons: Polygons, change: (point: Position) => Position): Polygons =>
  polygons.map(rings => rings.map(ring => ring.map(change)))

const byPoint = ([ax, ay]: Position, [bx, by]: Position) => ax - bx || ay - by
const byRing = (a: Position[], b: Position[]) => {
  const differing = a.findIndex((point, i) => b[i] === undefined || byPoint(point, b[i]) !== 0)
  return differing < 0 || !b[differing] ? a.length - b.length : byPoint(a[differing]!, b[differing])
}

/**
 * The canonical form of integer polygons: shells counter-clockwise and holes clockwise, each from its smallest point
 * (x, then y), holes and parts in order of their points. Equal parcels, however written, become equal.
 */
export function canonicalRings(polygons: Polygons): Polygons {
  return polygons
    .map(([shell = [], ...holes]) => [
      startAtSmallest(turned(shell, true)),
      ...holes.map(hole => startAtSmallest(turned(hole, false))).sort(byRing)
    ])
    .sort((a, b) => byRing(a[0]!, b[0]!))
}

const turned = (ring: Position[], counterClockwise: boolean) =>
  doubleArea(ring) > 0n === counterClockwise ? ring : [...ring].reverse()

function startAtSmallest(ring: Position[]): Position[] {
  const start = ring.reduce((best, point, i) => (byPoint(point, ring[best]!) < 0 ? i : best), 0)
  return [...ring.slice(start), ...ring.slice(0, start)]
}

/** With the closing point that GeoJSON and WKB want. */
export const closeRings = (polygons: Polygons): Polygons =>
  polygons.map(rings => rings.map(ring => (ring[0] ? [...ring, ring[0]] : ring)))
