import { EXTENT } from '../scheme.ts'
import type { Sized } from './choose.ts'
import { firstVertex, POLYGON } from './columns.ts'

/** Stands for polygons too small to be drawn: of their area together, where most of it lies. */
export interface Square {
  /** The north-western corner, in tile units. */
  x: number
  y: number
  side: number
  /** The largest of them that lies in the square: its number among the features of a group. */
  group: number
  feature: number
}

/**
 * Sums the area of small polygons up in cells and draws a cell for each cellful, so that where they are many can still
 * be seen (the tiny-polygon accumulation of tippecanoe). What is short of a cellful is handed on to the next cell,
 * rows to and fro. A polygon counts where its first vertex lies, thus in one tile.
 * @param least polygons of a smaller area are summed up, in square tile units
 */
export function sumSquares(groups: readonly Sized[], least: number, side: number): Square[] {
  const across = EXTENT / side
  const sums = new Float64Array(across * across)
  const largest = new Int32Array(across * across).fill(-1)
  const owners = new Uint8Array(across * across)
  for (const [number, group] of groups.entries()) addTo(group, number)

  function addTo({ columns, placing, features, sizes }: Sized, number: number): void {
    const { x, y, kinds } = columns
    for (let i = 0; i < features.length; i++) {
      const size = sizes[i]!
      const feature = features[i]!
      if (size >= least || kinds[feature] !== POLYGON) continue
      const vertex = firstVertex(columns, feature)
      const column = Math.floor((x[vertex]! * placing.scale + placing.offX) / side)
      const row = Math.floor(placing.y(y[vertex]!) / side)
      if (column < 0 || row < 0 || column >= across || row >= across) continue
      const cell = row * across + column
      const rival = largest[cell]!
      if (rival < 0 || size > sizeOf(groups[owners[cell]!]!, rival)) {
        largest[cell] = i
        owners[cell] = number
      }
      sums[cell]! += size
    }
  }

  return toAndFro(sums, across, side).map(cell => ({
    x: (cell % across) * side,
    y: Math.floor(cell / across) * side,
    side,
    group: owners[cell]!,
    feature: groups[owners[cell]!]!.features[largest[cell]!]!
  }))
}

const sizeOf = ({ sizes }: Sized, i: number) => sizes[i]!

/** The cells that are drawn. */
function toAndFro(sums: Float64Array, across: number, side: number): number[] {
  const full = side * side
  const drawn: number[] = []
  let carried = 0
  for (let row = 0; row < across; row++) {
    for (let i = 0; i < across; i++) {
      const cell = row * across + (row % 2 === 0 ? i : across - 1 - i)
      if (sums[cell] === 0) continue
      carried += sums[cell]!
      if (carried < full / 2) continue
      drawn.push(cell)
      // Polygons may lie over each other: no more than a cellful is handed on.
      carried = Math.min(carried - full, full)
    }
  }
  return drawn
}
