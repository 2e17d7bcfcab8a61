import type { Box } from './shape-icon.ts'

/** How a box gets on with others: in no case, with those that say the same, or with all. */
export type Overlap = 'never' | 'cooperative' | 'always'

/** Pixels along the side of a cell. */
const CELL = 48

/** The boxes that are taken, by the cells of a grid they reach into. */
export class CollisionGrid {
  readonly #left: number
  readonly #top: number
  readonly #columns: number
  readonly #rows: number
  readonly #cells: number[][]
  readonly #boxes: Box[] = []
  readonly #cooperative: boolean[] = []

  /** @param area what boxes are compared in: beyond it all lie in the cells at its side */
  constructor(area: Box) {
    this.#left = area.left
    this.#top = area.top
    this.#columns = Math.max(1, Math.ceil((area.right - area.left) / CELL))
    this.#rows = Math.max(1, Math.ceil((area.bottom - area.top) / CELL))
    this.#cells = Array.from({ length: this.#columns * this.#rows }, () => [])
  }

  /** Whether a box may be taken. */
  isFree(box: Box, overlap: Overlap): boolean {
    if (overlap === 'always') return true
    for (const cell of this.#cellsOf(box))
      for (const at of this.#cells[cell]!) {
        if (overlap === 'cooperative' && this.#cooperative[at]) continue
        const other = this.#boxes[at]!
        if (box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top)
          return false
      }
    return true
  }

  take(box: Box, overlap: Overlap): void {
    const at = this.#boxes.push(box) - 1
    this.#cooperative.push(overlap === 'cooperative')
    for (const cell of this.#cellsOf(box)) this.#cells[cell]!.push(at)
  }

  *#cellsOf(box: Box): Generator<number> {
    const column = (x: number) => clamp(Math.floor((x - this.#left) / CELL), this.#columns)
    const row = (y: number) => clamp(Math.floor((y - this.#top) / CELL), this.#rows)
    const [first, last] = [column(box.left), column(box.right)]
    const bottom = row(box.bottom)
    for (let y = row(box.top); y <= bottom; y++) for (let x = first; x <= last; x++) yield y * this.#columns + x
  }
}

const clamp = (value: number, count: number) => Math.min(count - 1, Math.max(0, value))
