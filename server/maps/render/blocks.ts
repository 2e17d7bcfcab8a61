/**
 * Which parts of rows were written. A row is divided into 32 blocks, a bit each, so that what was left alone is skipped
 * in a step.
 */
export class Blocks {
  readonly shift: number
  readonly rows: Uint32Array
  /** Rows that were written: the first and the last. */
  low: number
  high = -1

  constructor(width: number, height: number) {
    this.shift = Math.max(Math.ceil(Math.log2(width / 32)), 3)
    this.rows = new Uint32Array(height)
    this.low = height
  }

  /** Notes that a row was written from one place to another, both included. */
  mark(row: number, from: number, to: number): void {
    const first = from >>> this.shift
    const last = to >>> this.shift
    // The last block has what is left over.
    const bits = last >= 31 ? -1 << Math.min(first, 31) : (-1 << first) & (-1 >>> (31 - last))
    this.rows[row]! |= bits
  }

  /** Notes that rows will be written, the last not included. */
  span(top: number, bottom: number): void {
    if (top < this.low) this.low = top
    if (bottom - 1 > this.high) this.high = bottom - 1
  }

  /** Nothing was written. */
  reset(): void {
    this.low = this.rows.length
    this.high = -1
  }
}
