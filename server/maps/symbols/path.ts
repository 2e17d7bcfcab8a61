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

  #segment(i: number): [dx: number, dy: number] {
    const { points } = this
    return [points[i * 2 + 2]! - points[i * 2]!, points[i * 2 + 3]! - points[i * 2 + 1]!]
  }
}
