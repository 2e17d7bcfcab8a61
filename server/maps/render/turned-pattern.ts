import type { Pattern } from './pixels.ts'
import { bottomOf, type Spans } from './place.ts'

/** A pattern turned and laid out along lines, for the pixels near them: in its own size, its middle on the line. */
export class TurnedPattern {
  readonly #left: number
  readonly #top: number
  readonly #width: number
  readonly #height: number
  readonly #words: Uint32Array
  /** How far each pixel lies from the line that its colour is of. */
  readonly #near: Float32Array

  /** @param spans the pixels of interest */
  constructor(spans: Spans) {
    this.#left = Math.max(spans.left, 0)
    this.#top = spans.top
    this.#width = Math.max(spans.right - this.#left, 0)
    this.#height = bottomOf(spans) - spans.top
    const size = this.#width * this.#height
    this.#words = new Uint32Array(size)
    this.#near = new Float32Array(size).fill(Number.POSITIVE_INFINITY)
  }

  /**
   * Lays a pattern along a line, where none lies that is nearer.
   * @param places x y in turns; the vertices `from` to `to`, not included
   * @param offset to the right of the line, where it is drawn
   * @param reach pixels beside the line that are of interest
   */
  lay(
    places: Float64Array,
    from: number,
    to: number,
    isClosed: boolean,
    { image, offset, reach }: { image: Pattern; offset: number; reach: number }
  ): void {
    let along = 0
    const count = to - from
    for (let i = 0; i < (isClosed ? count : count - 1); i++) {
      const [a, b] = [2 * (from + i), 2 * (from + ((i + 1) % count))]
      const [x, y] = [places[a]!, places[a + 1]!]
      const [dx, dy] = [places[b]! - x, places[b + 1]! - y]
      const length = Math.hypot(dx, dy)
      if (length === 0) continue
      this.#laySegment({ x, y, stepX: dx / length, stepY: dy / length, length, along }, image, offset, reach)
      along += length
    }
  }

  /** What is laid, as a pattern as large as the pixels of interest. */
  asPaint(opacity: number): Pattern {
    const [width, height] = [this.#width, this.#height]
    return { words: this.#words, width, height, opacity, originX: this.#left, originY: this.#top }
  }

  #laySegment(segment: Segment, image: Pattern, offset: number, reach: number): void {
    const { x, y, stepX, stepY, length, along } = segment
    const [endX, endY] = [x + stepX * length, y + stepY * length]
    const [left, right] = [Math.min(x, endX) - reach, Math.max(x, endX) + reach]
    const bottom = Math.min(Math.ceil(Math.max(y, endY) + reach), this.#top + this.#height)
    for (let row = Math.max(Math.floor(Math.min(y, endY) - reach), this.#top); row < bottom; row++) {
      const down = row + 0.5 - y
      // Of a steep segment a row has only so many pixels beside it.
      const middle = x + (down * stepX) / stepY
      const beside = Math.abs(stepY) > 0.01 ? reach / Math.abs(stepY) : Number.POSITIVE_INFINITY
      const low = beside < Infinity ? Math.max(left, middle - beside) : left
      const high = beside < Infinity ? Math.min(right, middle + beside) : right
      const first = Math.max(Math.floor(low), this.#left)
      const last = Math.min(Math.ceil(high), this.#left + this.#width)
      for (let column = first; column < last; column++) {
        const across = column + 0.5 - x
        const at = across * stepX + down * stepY
        const aside = down * stepX - across * stepY
        const distance = Math.hypot(Math.max(-at, at - length, 0), aside)
        const pixel = (row - this.#top) * this.#width + column - this.#left
        if (distance >= this.#near[pixel]! || distance > reach) continue
        this.#near[pixel] = distance
        this.#words[pixel] = pixelAt(image, along + at, aside - offset + image.height / 2)
      }
    }
  }
}

/** A stretch of a line: where it begins, its direction, its length, and how far from the line's beginning that is. */
interface Segment {
  x: number
  y: number
  stepX: number
  stepY: number
  length: number
  along: number
}

/** The colour at a place in a pattern that is repeated to its sides; above and below its edge goes on. */
function pixelAt({ words, width, height }: Pattern, x: number, y: number): number {
  const [fromLeft, fromTop] = [x - 0.5, y - 0.5]
  const [i, j] = [Math.floor(fromLeft), Math.floor(fromTop)]
  const [right, down] = [fromLeft - i, fromTop - j]
  const [column, next] = [((i % width) + width) % width, (((i + 1) % width) + width) % width]
  const row = Math.min(Math.max(j, 0), height - 1) * width
  const below = Math.min(Math.max(j + 1, 0), height - 1) * width
  const [a, b, c, d] = [words[row + column]!, words[row + next]!, words[below + column]!, words[below + next]!]
  let word = 0
  for (let by = 0; by < 32; by += 8) {
    const upper = ((a >>> by) & 255) * (1 - right) + ((b >>> by) & 255) * right
    const lower = ((c >>> by) & 255) * (1 - right) + ((d >>> by) & 255) * right
    word |= Math.round(upper * (1 - down) + lower * down) << by
  }
  return word >>> 0
}
