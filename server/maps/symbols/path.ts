/** A rectangle: left, top, right, bottom. */
export type Near = readonly [left: number, top: number, right: number, bottom: number]

/** A line of pixels that can be walked along. */
export class Path {
  /** x y in turns. */
  readonly points: Float64Array
  /** The distance of each vertex from the first. */
  readonly lengths: Float64Array
  readonly length: number

  constructor(points: Float64Array) {
    this.points = points
    this.lengths = new Float64Array(points.length / 2)
    for (let i = 1; i < this.lengths.length; i++) {
      const [dx, dy] = this.#segment(i - 1)
      this.lengths[i] = this.lengths[i - 1]! + Math.hypot(dx, dy)
    }
    this.length = this.lengths.at(-1) ?? 0
  }

  /** The number of the segment on which a distance lies. */
  segmentAt(distance: number): number {
    let [low, high] = [0, this.lengths.length - 2]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.lengths[middle]! <= distance) low = middle
      else high = middle - 1
    }
    return low
  }

  /** Distances before the first vertex and beyond the last lie on the line prolonged. */
  at(distance: number): [x: number, y: number] {
    const segment = this.segmentAt(distance)
    const [dx, dy] = this.#segment(segment)
    const length = this.lengths[segment + 1]! - this.lengths[segment]! || 1
    const share = (distance - this.lengths[segment]!) / length
    return [this.points[segment * 2]! + dx * share, this.points[segment * 2 + 1]! + dy * share]
  }

  /** The direction of the line at a distance, in radians. */
  angleAt(distance: number): number {
    const [dx, dy] = this.#segment(this.segmentAt(distance))
    return Math.atan2(dy, dx)
  }

  /** By how much the line turns at a vertex, in radians from 0 to π. */
  turnAt(vertex: number): number {
    const [ax, ay] = this.#segment(vertex - 1)
    const [bx, by] = this.#segment(vertex)
    return Math.abs(Math.atan2(ax * by - ay * bx, ax * bx + ay * by))
  }

  /** From which distance to which the line runs within a rectangle; a stretch for each segment that does. */
  *stretchesIn([left, top, right, bottom]: Near): Generator<[from: number, to: number]> {
    for (let i = 0; i + 1 < this.lengths.length; i++) {
      const [x, y] = [this.points[i * 2]!, this.points[i * 2 + 1]!]
      const [dx, dy] = this.#segment(i)
      const inside = within(within([0, 1], x, dx, left, right), y, dy, top, bottom)
      const length = this.lengths[i + 1]! - this.lengths[i]!
      if (inside[0] < inside[1]) yield [this.lengths[i]! + inside[0] * length, this.lengths[i]! + inside[1] * length]
    }
  }

  #segment(i: number): [dx: number, dy: number] {
    const { points } = this
    return [points[i * 2 + 2]! - points[i * 2]!, points[i * 2 + 3]! - points[i * 2 + 1]!]
  }
}

/** The shares of a step along one axis at which it lies between two bounds. */
function within(
  [from, to]: [number, number],
  start: number,
  step: number,
  low: number,
  high: number
): [number, number] {
  if (step === 0) return start < low || start > high ? [1, 0] : [from, to]
  const [a, b] = [(low - start) / step, (high - start) / step]
  return [Math.max(from, Math.min(a, b)), Math.min(to, Math.max(a, b))]
}
