import { Blocks } from './blocks.ts'
import { blendRow, type Paint, type Pixels } from './pixels.ts'
import { bottomOf, type Spans } from './place.ts'

/**
 * Fills areas. Each edge adds, pixel by pixel, by how much the covered share changes from one pixel of a row to the
 * next; the sum along the row is the covered share itself, exact for every slope. Areas that share an edge cover its
 * pixels together to the full, so no line shows between them; areas one upon the other are filled once.
 */
export class AreaMask {
  readonly #width: number
  readonly #stride: number
  readonly #cells: Float32Array
  readonly #written: Blocks
  #left = 0
  #right = 0
  #top = 0
  #bottom = 0

  constructor(width: number, height: number) {
    this.#width = width
    this.#stride = width + 2
    this.#cells = new Float32Array(this.#stride * height)
    this.#written = new Blocks(width, height)
  }

  /** What lies beyond these pixels is of no interest from now on. */
  within(spans: Spans): void {
    this.#left = Math.max(spans.left, 0)
    this.#right = Math.min(spans.right, this.#width)
    this.#top = spans.top
    this.#bottom = bottomOf(spans)
  }

  /** Adds a ring; it is closed here. @param places x y in turns; the vertices `from` to `to`, not included */
  ring(places: Float64Array, from: number, to: number): void {
    let x = places[2 * to - 2]!
    let y = places[2 * to - 1]!
    for (let i = from; i < to; i++) {
      const nextX = places[2 * i]!
      const nextY = places[2 * i + 1]!
      if (y < nextY) this.#edge(x, y, nextX, nextY, 1)
      else if (y > nextY) this.#edge(nextX, nextY, x, y, -1)
      x = nextX
      y = nextY
    }
  }

  /** An edge downward, cut to the rows and columns of interest. */
  #edge(x0: number, y0: number, x1: number, y1: number, sign: number): void {
    if (y1 <= this.#top || y0 >= this.#bottom) return
    const left = this.#left
    const right = this.#right
    if (x0 >= right && x1 >= right) return
    const slope = (x1 - x0) / (y1 - y0)
    let fromX = x0
    let fromY = y0
    let toX = x1
    let toY = y1
    if (fromY < this.#top) {
      fromX += slope * (this.#top - fromY)
      fromY = this.#top
    }
    if (toY > this.#bottom) {
      toX -= slope * (toY - this.#bottom)
      toY = this.#bottom
    }
    // To the left of everything it covers whole rows; to the right nothing.
    const fromSide = fromX < left
    const toSide = toX < left
    if (fromSide && toSide) {
      this.#column(left, fromY, toY, sign)
      return
    }
    if (fromSide) {
      const crossing = Math.min(fromY + (left - fromX) / slope, toY)
      this.#column(left, fromY, crossing, sign)
      fromX = left
      fromY = crossing
    } else if (toSide) {
      const crossing = Math.max(fromY + (left - fromX) / slope, fromY)
      this.#column(left, crossing, toY, sign)
      toX = left
      toY = crossing
    }
    if (fromX > right) {
      fromY = Math.min(fromY + (right - fromX) / slope, toY)
      fromX = right
    } else if (toX > right) {
      toY = Math.max(fromY + (right - fromX) / slope, fromY)
      toX = right
    }
    if (toY > fromY) this.#rows(fromX, fromY, toX, toY, sign)
  }

  #column(x: number, y0: number, y1: number, sign: number): void {
    if (y1 > y0) this.#rows(x, y0, x, y1, sign)
  }

  #rows(x0: number, y0: number, x1: number, y1: number, sign: number): void {
    const cells = this.#cells
    const written = this.#written
    const stride = this.#stride
    const slope = (x1 - x0) / (y1 - y0)
    let x = x0
    let y = y0
    written.span(Math.floor(y0), Math.ceil(y1))
    for (let row = Math.floor(y0); y < y1; row++) {
      const nextY = Math.min(row + 1, y1)
      const height = nextY - y
      const nextX = nextY === y1 ? x1 : x + slope * height
      const low = Math.min(x, nextX)
      const high = Math.max(x, nextX)
      const first = Math.floor(low)
      const last = Math.ceil(high)
      const at = row * stride + first
      const weight = sign * height
      if (last <= first + 1) {
        const beyond = ((low + high) / 2 - first) * weight
        cells[at] = cells[at]! + weight - beyond
        cells[at + 1] = cells[at + 1]! + beyond
      } else this.#flat(at, low - first, high - first, last - first, weight)
      written.mark(row, first, Math.max(last, first + 1))
      x = nextX
      y = nextY
    }
  }

  /** An edge that crosses several pixels of a row: from `low` to `high` behind the cell `at`, `count` cells. */
  #flat(at: number, low: number, high: number, count: number, weight: number): void {
    const cells = this.#cells
    const per = 1 / (high - low)
    // The share of a cell to the right of the edge, summed up to the cells' ends.
    const first = 0.5 * per * (1 - low) * (1 - low)
    const end = high - count + 1
    const last = 0.5 * per * end * end
    cells[at] = cells[at]! + weight * first
    if (count === 2) cells[at + 1] = cells[at + 1]! + weight * (1 - first - last)
    else {
      const second = per * (1.5 - low)
      cells[at + 1] = cells[at + 1]! + weight * (second - first)
      for (let i = 2; i < count - 1; i++) cells[at + i] = cells[at + i]! + weight * per
      const before = second + (count - 3) * per
      cells[at + count - 1] = cells[at + count - 1]! + weight * (1 - before - last)
    }
    cells[at + count] = cells[at + count]! + weight * last
  }

  /**
   * Paints what was added within the spans, and is empty again.
   * @param isHard pixels are painted that are covered to a half, those wholly; none is painted in part
   */
  paint(pixels: Pixels, spans: Spans, paint: Paint, isHard = false): void {
    const { low, high, rows } = this.#written
    for (let y = low; y <= high; y++) {
      const bits = rows[y]!
      if (bits === 0) continue
      rows[y] = 0
      this.#paintRow(pixels, y, bits, spans.from[y - spans.top]!, spans.to[y - spans.top]!, paint, isHard)
    }
    this.#written.reset()
  }

  #paintRow(pixels: Pixels, y: number, bits: number, from: number, to: number, paint: Paint, isHard: boolean): void {
    const cells = this.#cells
    const width = this.#width
    const { row } = pixels
    const start = y * this.#stride
    const { shift } = this.#written
    let sum = 0
    let covered = 0
    let begun = -1
    for (let block = 0; block < 32; block++) {
      const first = block << shift
      if (first >= width) break
      const end = block === 31 ? width : Math.min(first + (1 << shift), width)
      if ((bits >>> block) & 1) {
        if (begun < 0) begun = first
        for (let x = first; x < end; x++) {
          const change = cells[start + x]!
          if (change !== 0) {
            sum += change
            covered = isHard ? hardByteOf(sum) : byteOf(sum)
            cells[start + x] = 0
          }
          row[x] = covered
        }
      } else if (covered > 0) row.fill(covered, first, end)
      else {
        if (begun >= 0) blendRow(pixels, y, Math.max(begun, from), Math.min(first, to), paint, row, 0)
        begun = -1
        if (bits >>> block === 0) break
      }
    }
    if (begun >= 0) blendRow(pixels, y, Math.max(begun, from), to, paint, row, 0)
    cells[start + width] = 0
    cells[start + width + 1] = 0
  }

  /** The most that areas lie upon each other in any pixel of the mask; it is empty afterwards. */
  heaped(): number {
    const { low, high, rows } = this.#written
    let most = 0
    for (let y = low; y <= high; y++) {
      let sum = 0
      for (let at = y * this.#stride; at < (y + 1) * this.#stride; at++) {
        sum += this.#cells[at]!
        most = Math.max(most, Math.abs(sum))
        this.#cells[at] = 0
      }
      rows[y] = 0
    }
    this.#written.reset()
    return most
  }
}

/** A trifle less than a half: of two areas that share a pixel one has it. */
const hardByteOf = (share: number): number => (Math.abs(share) >= 0.4999 ? 255 : 0)

function byteOf(share: number): number {
  const size = share < 0 ? -share : share
  // Single precision: a sum of many shares falls a little short of 1.
  return size >= 0.997 ? 255 : (size * 255 + 0.5) | 0
}
