/** Points, rings and convex polygons in the plane: EPSG:4547 metres, east then north. Rings are open (no repeated end). */

export type Point = readonly [number, number]
export type Ring = Point[]

export const distance = (a: Point, b: Point): number => Math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2)

export const along = (a: Point, b: Point, t: number): Point => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t]

/** Counter-clockwise is positive. */
export function signedArea(ring: readonly Point[]): number {
  const [x0, y0] = ring[0]!
  let sum = 0
  for (let i = 1; i + 1 < ring.length; i++) {
    const a = ring[i]!
    const b = ring[i + 1]!
    sum += (a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0)
  }
  return sum / 2
}

export const area = (ring: readonly Point[]): number => Math.abs(signedArea(ring))

export function centroid(ring: readonly Point[]): Point {
  const [x0, y0] = ring[0]!
  let sum = 0
  let x = 0
  let y = 0
  for (let i = 1; i + 1 < ring.length; i++) {
    const ax = ring[i]![0] - x0
    const ay = ring[i]![1] - y0
    const bx = ring[i + 1]![0] - x0
    const by = ring[i + 1]![1] - y0
    const cross = ax * by - bx * ay
    sum += cross
    x += (ax + bx) * cross
    y += (ay + by) * cross
  }
  return sum === 0 ? ring[0]! : [x0 + x / (3 * sum), y0 + y / (3 * sum)]
}

export function contains(ring: readonly Point[], [x, y]: Point): boolean {
  let inside = false
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const a = ring[i]!
    const b = ring[j]!
    if (a[1] > y !== b[1] > y && x < ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]) + a[0]) inside = !inside
  }
  return inside
}

/** The direction of an angle (radians, counter-clockwise from east). */
export const direction = (angle: number): Point => [Math.cos(angle), Math.sin(angle)]

/** What of a convex ring lies where `n · p ≤ limit`; empty where nothing does. */
export function clip(ring: Ring, n: Point, limit: number): Ring {
  const out: Ring = []
  let previous = ring[ring.length - 1]
  if (!previous) return out
  let before = n[0] * previous[0] + n[1] * previous[1] - limit
  for (const point of ring) {
    const here = n[0] * point[0] + n[1] * point[1] - limit
    if (here <= 0 !== before <= 0) out.push(along(previous, point, before / (before - here)))
    if (here <= 0) out.push(point)
    previous = point
    before = here
  }
  return out.length < 3 ? [] : out
}

/** A convex counter-clockwise ring with every side moved inwards by `by` metres; empty where nothing is left. */
export function inset(ring: Ring, by: number): Ring {
  let left = ring
  for (let i = 0; i < ring.length && left.length > 0; i++) {
    const a = ring[i]!
    const b = ring[(i + 1) % ring.length]!
    const length = distance(a, b)
    if (length < 1e-6) continue
    const n: Point = [(b[1] - a[1]) / length, -(b[0] - a[0]) / length]
    left = clip(left, n, n[0] * a[0] + n[1] * a[1] - by)
  }
  return left
}

/** How far a ring reaches along a direction: lowest and highest `axis · p`. */
export function reach(ring: readonly Point[], axis: Point): [number, number] {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const p of ring) {
    const d = axis[0] * p[0] + axis[1] * p[1]
    if (d < low) low = d
    if (d > high) high = d
  }
  return [low, high]
}

/** A rectangle about its centre; `angle` turns the `length` side from east. Counter-clockwise. */
export function rectangle([x, y]: Point, length: number, width: number, angle: number): Ring {
  const [c, s] = direction(angle)
  const corner = (u: number, v: number): Point => [x + u * c - v * s, y + u * s + v * c]
  const [l, w] = [length / 2, width / 2]
  return [corner(-l, -w), corner(l, -w), corner(l, w), corner(-l, w)]
}

/** The shape with every point pulled towards its centre; keeps a star-shaped ring simple. */
export const shrink = (ring: Ring, factor: number): Ring => {
  const c = centroid(ring)
  return ring.map(p => along(c, p, factor))
}

/** Whether no two sides of an open line or ring cross. Quadratic: for short ones. */
export function isSimple(ring: readonly Point[]): boolean {
  const n = ring.length
  const turn = (a: Point, b: Point, c: Point) => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
  for (let i = 0; i < n; i++) {
    const [a, b] = [ring[i]!, ring[(i + 1) % n]!]
    for (let j = i + 2; j < n; j++) {
      if (i === 0 && j === n - 1) continue
      const [c, d] = [ring[j]!, ring[(j + 1) % n]!]
      if (turn(a, b, c) * turn(a, b, d) <= 0 && turn(c, d, a) * turn(c, d, b) <= 0) return false
    }
  }
  return true
}
