import { EXTENT } from '../scheme.ts'
import type { Group } from './candidates.ts'
import { firstVertex, LINE, POINT, POLYGON } from './columns.ts'
import { type Square, sumSquares } from './squares.ts'

/** A group with the size of each feature: its area in square tile units, its length in units; 0 for points. */
export interface Sized extends Group {
  sizes: Float32Array
}

/** What a tile will show. */
export interface Choice {
  /** By group: the features that are drawn as they are. */
  shown: Uint32Array[]
  squares: Square[]
  /** By group: the features that get a label point, where it lies in the tile. */
  labelled: Uint32Array[]
  /** What it was thought to take, in bytes after compression. */
  estimate: number
}

/** What a tile's parts are thought to take, in bytes after compression. */
export interface Costs {
  shape: number
  label: number
  square: number
}

/**
 * How much is left out, step by step until a tile is small enough. Polygons of less than `area` are put together in
 * squares of one of `sides`, lines shorter than `length` left out, of the points in a cell of `spacing` one is kept.
 * Where `labels` is not 0, only polygons and lines as large as that across keep their label point.
 */
interface Step {
  area: number
  sides: readonly number[]
  length: number
  spacing: number
  labels: number
}

/** A pixel is 8 units where a tile is drawn 512 pixels wide, as MapLibre does. */
const STEPS: readonly Step[] = [
  { area: 0, sides: [], length: 0, spacing: 0, labels: 0 },
  { area: 16, sides: [8], length: 0, spacing: 0, labels: 0 },
  { area: 16, sides: [8], length: 4, spacing: 4, labels: 64 },
  { area: 64, sides: [8, 16], length: 8, spacing: 8, labels: 64 },
  { area: 256, sides: [8, 16, 32], length: 16, spacing: 16, labels: 64 },
  { area: 1024, sides: [16, 32], length: 32, spacing: 32, labels: 64 },
  { area: 4096, sides: [32, 64], length: 64, spacing: 64, labels: 64 }
]

/** More of them are a burden to who draws them, however few bytes they take. */
const MOST_SQUARES = 30_000

export function withSizes(group: Group): Sized {
  const { columns, placing, features } = group
  const sizes = new Float32Array(features.length)
  const byArea = placing.scale ** 2 * placing.squeeze
  for (let i = 0; i < features.length; i++) {
    const feature = features[i]!
    const kind = columns.kinds[feature]!
    sizes[i] = columns.sizes[feature]! * (kind === POLYGON ? byArea : kind === LINE ? placing.scale : 0)
  }
  return { ...group, sizes }
}

/**
 * Chooses what a tile shows so that it takes no more than `allowed` bytes: everything, or what is largest.
 * @param whole nothing is left out for being small: the tile is the deepest, and will be enlarged
 */
export function choose(groups: readonly Sized[], costs: Costs, allowed: number, whole: boolean): Choice {
  for (const step of whole ? STEPS : STEPS.slice(1)) {
    const choice = take(groups, step, costs, allowed)
    if (choice) return choice
  }
  return largest(groups, costs, allowed)
}

/** @returns null where it would take more than is allowed */
function take(groups: readonly Sized[], step: Step, costs: Costs, allowed: number): Choice | null {
  const sifted = groups.map(group => sift(group, step))
  const shown = sifted.map(({ passed }) => passed)
  const labelled = sifted.map(({ labelled }) => labelled)
  const least = count(shown) * costs.shape + count(labelled) * costs.label
  if (least > allowed) return null
  const most = Math.min((allowed - least) / costs.square, MOST_SQUARES)
  const squares = squaresUpTo(groups, step, most)
  return squares && { shown, squares, labelled, estimate: least + squares.length * costs.square }
}

/** The finest squares that are not too many; null where all are too many. */
function squaresUpTo(groups: readonly Sized[], { area, sides }: Step, most: number): Square[] | null {
  const small = groups.reduce((sum, group) => sum + smallArea(group, area), 0)
  if (small === 0) return []
  for (const side of sides) {
    // What counts here may lie beside the tile, and polygons over each other.
    if (Math.min(small, EXTENT ** 2) / side ** 2 > most * 2) continue
    const squares = sumSquares(groups, area, side)
    if (squares.length <= most) return squares
  }
  return null
}

function smallArea({ columns, features, sizes }: Sized, least: number): number {
  let sum = 0
  for (let i = 0; i < features.length; i++) {
    if (sizes[i]! < least && columns.kinds[features[i]!] === POLYGON) sum += sizes[i]!
  }
  return sum
}

const count = (lists: readonly Uint32Array[]) => lists.reduce((sum, list) => sum + list.length, 0)

function sift({ columns, placing, features, sizes }: Sized, { area, length, spacing, labels }: Step) {
  const { kinds } = columns
  const passed = new Uint32Array(features.length)
  const passedSizes = new Float32Array(features.length)
  const labelled = new Uint32Array(features.length)
  let [passing, labelling] = [0, 0]
  const isFirst = spacing > 0 ? firstInCell(spacing) : () => true
  for (let i = 0; i < features.length; i++) {
    const feature = features[i]!
    const kind = kinds[feature]!
    const size = sizes[i]!
    if (labels === 0) labelled[labelling++] = feature
    if (kind === POINT) {
      const vertex = firstVertex(columns, feature)
      const [x, y] = [columns.x[vertex]! * placing.scale + placing.offX, placing.y(columns.y[vertex]!)]
      if (isFirst(x, y)) passed[passing++] = feature
      continue
    }
    if (size < (kind === LINE ? length : area)) continue
    passedSizes[passing] = size
    passed[passing++] = feature
    if (labels > 0 && size >= (kind === LINE ? labels : labels ** 2)) labelled[labelling++] = feature
  }
  return {
    passed: passed.subarray(0, passing),
    passedSizes: passedSizes.subarray(0, passing),
    labelled: labelled.subarray(0, labelling)
  }
}

/** Whether no place of the same cell was asked about before. */
function firstInCell(spacing: number): (x: number, y: number) => boolean {
  const across = (EXTENT * 2) / spacing
  const taken = new Set<number>()
  return (x, y) => {
    const cell = Math.floor(y / spacing) * across + Math.floor(x / spacing)
    if (taken.has(cell)) return false
    taken.add(cell)
    return true
  }
}

/** The largest features of what the last step leaves: where many lie over each other, or are dear to draw. */
function largest(groups: readonly Sized[], costs: Costs, allowed: number): Choice {
  const step = STEPS.at(-1)!
  const squares = sumSquares(groups, step.area, step.sides.at(-1)!)
  const each = costs.shape + costs.label
  let room = Math.max(Math.floor((allowed - squares.length * costs.square) / each), 1)
  const sifted = groups.map(group => sift(group, step))
  const ranked = Float32Array.from(sifted.flatMap(({ passedSizes }) => Array.from(passedSizes))).sort()
  const least = ranked[Math.max(ranked.length - room, 0)] ?? 0
  room -= ranked.reduce((larger, size) => (size > least ? larger + 1 : larger), 0)
  const shown = sifted.map(({ passed, passedSizes }) =>
    passed.filter((_, i) => passedSizes[i]! > least || (passedSizes[i] === least && room-- > 0))
  )
  return { shown, squares, labelled: shown, estimate: count(shown) * each + squares.length * costs.square }
}
