import { LINE, POINT } from './columns.ts'
import { type Grow, growBytes, growCounts, growFloats } from './grow.ts'
import { mercatorX, mercatorY } from './projection.ts'
import type { GeometrySink } from './read-wkb.ts'

/**
 * Gathers geometries in degrees (longitude latitude) as the columns they become, their places still as shares of the
 * world: rings open and wound as MVT 2.1 §4.3.4.4 wants them, the points of a feature in one part. A feature is of the
 * kind of its first part; parts of other kinds, and such as have too few vertices, are left out.
 */
export class GeometryGatherer implements GeometrySink {
  /** x y of each vertex. */
  readonly vertices: Grow<Float64Array> = growFloats()
  readonly partEnds: Grow<Uint32Array> = growCounts()
  readonly outer: Grow<Uint8Array> = growBytes()
  readonly featureEnds: Grow<Uint32Array> = growCounts()
  readonly kinds: Grow<Uint8Array> = growBytes()
  /** Areas in squares of the world's girth, lengths in girths. */
  readonly sizes: Grow<Float64Array> = growFloats()
  #kind = 0
  #part = 0
  #isOuter = false
  /** The polygon whose rings are coming has its outer ring. */
  #hasOuter = false
  #start = 0
  #size = 0

  part(kind: number, outer: boolean): void {
    this.#endPart()
    if (this.#kind === 0) this.#kind = kind
    this.#part = kind
    this.#isOuter = outer
    if (outer) this.#hasOuter = false
  }

  vertex(longitude: number, latitude: number): void {
    this.vertices.push(mercatorX(longitude))
    this.vertices.push(mercatorY(latitude))
  }

  /** @returns whether there is anything of the feature; if not, it was not there */
  endFeature(): boolean {
    this.#endPart()
    const from = this.featureEnds.length > 0 ? this.featureEnds.array[this.featureEnds.length - 1]! : 0
    const there = this.partEnds.length > from
    if (there) {
      this.featureEnds.push(this.partEnds.length)
      this.kinds.push(this.#kind)
      this.sizes.push(this.#size)
    }
    this.#kind = 0
    this.#part = 0
    this.#size = 0
    return there
  }

  #endPart(): void {
    const from = this.#start
    const count = this.vertices.length / 2 - from
    if (count > 0 && this.#part === this.#kind && this.#keep(from, count)) {
      const end = this.vertices.length / 2
      const firstPart = this.featureEnds.length > 0 ? this.featureEnds.array[this.featureEnds.length - 1]! : 0
      // The points of a feature are one part.
      if (this.#part === POINT && this.partEnds.length > firstPart) this.partEnds.array[this.partEnds.length - 1] = end
      else {
        this.partEnds.push(end)
        this.outer.push(this.#isOuter ? 1 : 0)
      }
    } else this.vertices.length = from * 2
    this.#start = this.vertices.length / 2
  }

  /** Makes the part what it is to be. @returns false where nothing is left of it */
  #keep(from: number, count: number): boolean {
    if (this.#part === POINT) return true
    if (this.#part === LINE) {
      this.#size += this.#length(from, count)
      return count > 1
    }
    const { array } = this.vertices
    const last = from + count - 1
    const closed = array[from * 2] === array[last * 2] && array[from * 2 + 1] === array[last * 2 + 1]
    const open = closed ? count - 1 : count
    this.vertices.length = (from + open) * 2
    const area = open > 2 ? this.#area(from, open) : 0
    if (area === 0 || (!this.#isOuter && !this.#hasOuter)) return false
    if (area > 0 !== this.#isOuter) this.#reverse(from, open)
    this.#size += this.#isOuter ? Math.abs(area) : -Math.abs(area)
    this.#hasOuter = true
    return true
  }

  #length(from: number, count: number): number {
    const { array } = this.vertices
    let sum = 0
    for (let i = from + 1; i < from + count; i++) {
      sum += Math.hypot(array[i * 2]! - array[i * 2 - 2]!, array[i * 2 + 1]! - array[i * 2 - 1]!)
    }
    return sum
  }

  /** Positive where it runs clockwise on screen; relative to the first vertex, so that small rings keep their digits. */
  #area(from: number, count: number): number {
    const { array } = this.vertices
    const [x0, y0] = [array[from * 2]!, array[from * 2 + 1]!]
    let sum = 0
    for (let i = from + 1; i < from + count - 1; i++) {
      const [ax, ay] = [array[i * 2]! - x0, array[i * 2 + 1]! - y0]
      const [bx, by] = [array[i * 2 + 2]! - x0, array[i * 2 + 3]! - y0]
      sum += ax * by - ay * bx
    }
    return sum / 2
  }

  #reverse(from: number, count: number): void {
    const { array } = this.vertices
    for (let i = from * 2, j = (from + count - 1) * 2; i < j; i += 2, j -= 2) {
      const [x, y] = [array[i]!, array[i + 1]!]
      array[i] = array[j]!
      array[i + 1] = array[j + 1]!
      array[j] = x
      array[j + 1] = y
    }
  }
}
