import { Blocks } from './blocks.ts'
import { blendRow, type Paint, type Pixels } from './pixels.ts'
import { bottomOf, type Spans } from './place.ts'

/** How the end of a stretch of line is drawn. `joint`: cut off sharply, as the next stretch begins there. */
export type End = 'butt' | 'round' | 'joint'

/** How the outer side of a bend is filled, where it is not rounded. */
export type Corner = 'miter' | 'bevel'

/**
 * Draws lines. A pixel is covered as far as its middle lies within the line's half width and half a pixel, and of all
 * lines that reach it the nearest counts: where lines meet, cross or lie upon each other they are drawn once.
 */
export class LineMask {
  readonly #width: number
  readonly #covered: Uint8Array
  readonly #written: Blocks
  #left = 0
  #right = 0
  #top = 0
  #bottom = 0

  constructor(width: number, height: number) {
    this.#width = width
    this.#covered = new Uint8Array(width * height)
    this.#written = new Blocks(width, height)
  }

  /** What lies beyond these pixels is of no interest from now on. */
  within(spans: Spans): void {
    this.#left = Math.max(spans.left, 0)
    this.#right = Math.min(spans.right, this.#width)
    this.#top = spans.top
    this.#bottom = bottomOf(spans)
  }

  /** Whether a stretch or box with so much around it touches what is of interest. */
  touches(minX: number, minY: number, maxX: number, maxY: number): boolean {
    return maxX >= this.#left && minX <= this.#right && maxY >= this.#top && minY <= this.#bottom
  }

  /**
   * A straight stretch.
   * @param half half its width
   * @param blur pixels over which its edge fades, at least 1
   */
  stretch(x0: number, y0: number, x1: number, y1: number, half: number, blur: number, start: End, end: End): void {
    const reach = half + 0.5
    if (
      !this.touches(
        Math.min(x0, x1) - reach,
        Math.min(y0, y1) - reach,
        Math.max(x0, x1) + reach,
        Math.max(y0, y1) + reach
      )
    )
      return
    const dx = x1 - x0
    const dy = y1 - y0
    const length = Math.sqrt(dx * dx + dy * dy)
    const ux = length > 0 ? dx / length : 1
    const uy = length > 0 ? dy / length : 0
    const top = Math.max(Math.ceil(Math.min(y0, y1) - reach - 0.5), this.#top)
    const bottom = Math.min(Math.floor(Math.max(y0, y1) + reach - 0.5) + 1, this.#bottom)
    this.#written.span(top, bottom)
    const fade = 255 / blur
    const near = Math.min(x0, x1) - reach
    const far = Math.max(x0, x1) + reach
    // Along a row the line is reached over so many pixels to both sides of its middle.
    const isLevel = Math.abs(uy) < 1e-6
    const across = isLevel ? 0 : reach / Math.abs(uy)
    const slope = isLevel ? 0 : ux / uy
    const covered = this.#covered
    const written = this.#written
    const [left, right, width] = [this.#left, this.#right, this.#width]
    const startKind = kindOf(start)
    const endKind = kindOf(end)
    for (let row = top; row < bottom; row++) {
      const py = row + 0.5 - y0
      let low = near
      let high = far
      if (!isLevel) {
        const middle = x0 + py * slope
        if (middle - across > low) low = middle - across
        if (middle + across < high) high = middle + across
      }
      let from = Math.ceil(low - 0.5)
      let to = Math.floor(high - 0.5) + 1
      if (from < left) from = left
      if (to > right) to = right
      if (from >= to) continue
      written.mark(row, from, to - 1)
      const base = row * width
      let along = (from + 0.5 - x0) * ux + py * uy
      let aside = (from + 0.5 - x0) * uy - py * ux
      for (let x = from; x < to; x++, along += ux, aside += uy) {
        let distance = aside < 0 ? -aside : aside
        let share = 255
        if (along < 0) {
          if (startKind === ROUND) distance = Math.sqrt(distance * distance + along * along)
          else if (startKind === BUTT) share = (along + 0.5) * 255
          else continue
        } else if (along > length) {
          const beyond = along - length
          if (endKind === ROUND) distance = Math.sqrt(distance * distance + beyond * beyond)
          else if (endKind === BUTT) share = (0.5 - beyond) * 255
          else continue
        } else {
          if (startKind === BUTT && along < 0.5) share = (along + 0.5) * 255
          if (endKind === BUTT && length - along < 0.5) share = Math.min(share, (length - along + 0.5) * 255)
        }
        const value = Math.min((reach - distance) * fade, share) + 0.5
        if (value > covered[base + x]!) covered[base + x] = value
      }
    }
  }

  /**
   * The outer side of a bend at a place, between the end of a stretch that comes along (`ax`, `ay`) and the beginning
   * of one that leaves along (`bx`, `by`), both of length 1.
   */
  corner(
    x: number,
    y: number,
    ax: number,
    ay: number,
    bx: number,
    by: number,
    half: number,
    blur: number,
    kind: Corner
  ): void {
    const reach = half + 0.5
    const [mx, my] = [ax - bx, ay - by]
    const middle = Math.hypot(mx, my)
    if (middle < 1e-6) return
    // How far the outer corner lies from the place, of a miter; of a bevel half of its middle.
    const cosine = Math.sqrt(Math.max((1 + ax * bx + ay * by) / 2, 0))
    const far = kind === 'miter' ? reach / Math.max(cosine, 0.05) : reach
    const flat = half * cosine + 0.5
    const fade = 255 / blur
    const top = Math.max(Math.ceil(y - far - 0.5), this.#top)
    const bottom = Math.min(Math.floor(y + far - 0.5) + 1, this.#bottom)
    const from = Math.max(Math.ceil(x - far - 0.5), this.#left)
    const to = Math.min(Math.floor(x + far - 0.5) + 1, this.#right)
    if (from >= to) return
    this.#written.span(top, bottom)
    for (let row = top; row < bottom; row++) {
      const py = row + 0.5 - y
      this.#written.mark(row, from, to - 1)
      for (let column = from; column < to; column++) {
        const px = column + 0.5 - x
        if (px * ax + py * ay < 0 || px * bx + py * by > 0) continue
        let covered = reach - Math.max(Math.abs(px * ay - py * ax), Math.abs(px * by - py * bx))
        if (kind === 'bevel') covered = Math.min(covered, flat - Math.abs(px * mx + py * my) / middle)
        if (covered <= 0) continue
        const value = Math.min(covered * fade, 255) + 0.5
        const at = row * this.#width + column
        if (value > this.#covered[at]!) this.#covered[at] = value
      }
    }
  }

  /** Paints what was drawn within the spans, but for what `without` has; both are empty again. */
  paint(pixels: Pixels, spans: Spans, paint: Paint, without: LineMask | null = null): void {
    this.#eachRun((y, first, end) => {
      const start = y * this.#width
      const from = Math.max(first, spans.from[y - spans.top]!)
      const to = Math.min(end, spans.to[y - spans.top]!)
      if (without) {
        const other = without.#covered
        for (let at = start + from; at < start + to; at++) this.#covered[at] = less(this.#covered[at]!, other[at]!)
      }
      blendRow(pixels, y, from, to, paint, this.#covered, start)
      this.#covered.fill(0, start + first, start + end)
    })
    without?.clear()
  }

  clear(): void {
    this.#eachRun((y, first, end) => this.#covered.fill(0, y * this.#width + first, y * this.#width + end))
  }

  /** Goes through the stretches of rows that were written, which count as empty from then on. */
  #eachRun(take: (row: number, first: number, end: number) => void): void {
    const { low, high, rows, shift } = this.#written
    for (let y = low; y <= high; y++) {
      let bits = rows[y]!
      rows[y] = 0
      for (let block = 0; bits !== 0; ) {
        const skipped = Math.clz32(bits & -bits) ^ 31
        block += skipped
        bits >>>= skipped
        const length = bits === 0xffffffff ? 32 : Math.clz32(~bits & (bits + 1)) ^ 31
        const end = block + length >= 32 ? this.#width : Math.min((block + length) << shift, this.#width)
        take(y, block << shift, end)
        block += length
        bits = length === 32 ? 0 : bits >>> length
      }
    }
    this.#written.reset()
  }
}

const [JOINT, BUTT, ROUND] = [0, 1, 2]
const kindOf = (end: End) => (end === 'round' ? ROUND : end === 'butt' ? BUTT : JOINT)
const less = (covered: number, without: number) => Math.round((covered * (255 - without)) / 255)
