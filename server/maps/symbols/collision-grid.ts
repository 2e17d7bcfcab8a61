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
  /** Of each cell the numbers of its boxes. */
  readonly #cells: (number[] | undefined)[]
  /** left, top, right, bottom of each box. */
  readonly #boxes: number[] = []
  readonly #cooperative: boolean[] = []

  /** @param area what boxes are compared in: beyond it all lie in the cells at its side */
  constructor(area: Box) {
    this.#left = area.left
    this.#top = area.top
    this.#columns = Math.max(1, Math.ceil((area.right - area.left) / CELL))
    this.#rows = Math.max(1, Math.ceil((area.bottom - area.top) / CELL))
    this.#cells = Array.from({ length: this.#columns * this.#rows }, () => undefined)
  }

  /** Whether a box may be taken. */
  isFree(box: Box, overlap: Overlap): boolean {
    if (overlap === 'always') return true
    const [first, last, bottom] = [this.#column(box.left), this.#column(box.right), this.#row(box.bottom)]
    for (let y = this.#row(box.top); y <= bottom; y++)
      for (let x = first; x <= last; x++) {
        const cell = this.#cells[y * this.#columns + x]
        if (cell && !this.#isClear(cell, box, overlap)) return false
      }
    return true
  }

  take(box: Box, overlap: Overlap): void {
    const at = this.#cooperative.push(overlap === 'cooperative') - 1
    this.#boxes.push(box.left, box.top, box.right, box.bottom)
    const [first, last, bottom] = [this.#column(box.left), this.#column(box.right), this.#row(box.bottom)]
    for (let y = this.#row(box.top); y <= bottom; y++)
      for (let x = first; x <= last; x++) {
        const cell = y * this.#columns + x
        const taken = this.#cells[cell]
        if (taken) taken.push(at)
        else this.#cells[cell] = [at]
      }
  }

  #isClear(cell: readonly number[], { left, top, right, bottom }: Box, overlap: Overlap): boolean {
    const boxes = this.#boxes
    for (const at of cell) {
      const i = 4 * at
      if (left >= boxes[i + 2]! || right <= boxes[i]! || top >= boxes[i + 3]! || bottom <= boxes[i + 1]!) continue
      if (overlap !== 'cooperative' || !this.#cooperative[at]) return false
    }
    return true
  }

  #column(x: number): number {
    return clamp(Math.floor((x - this.#left) / CELL), this.#columns)
  }

  #row(y: number): number {
    return clamp(Math.floor((y - this.#top) / CELL), this.#rows)
  }
}

const clamp = (value: number, count: number) => Math.min(count - 1, Math.max(0, value))
