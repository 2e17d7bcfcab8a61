import type { End, LineMask } from './line-mask.ts'

/** How a line is drawn; lengths in pixels of the picture. */
export interface Stroke {
  width: number
  /** To the right of the line's direction; negative: to the left. */
  offset: number
  /** Pixels over which the edge fades, at least 1. */
  blur: number
  cap: 'butt' | 'round' | 'square'
  join: 'miter' | 'bevel' | 'round'
  miterLimit: number
  /** Lengths of dashes and gaps in turns; null: none. */
  dashes: readonly number[] | null
}

/** Lines narrower than this, and bends less than that (as a cosine), look the same however they are joined. */
const THIN = 2.2
const NEARLY_STRAIGHT = 0.985
/** Vertices this close are one, in pixels. */
const SAME = 0.3

/**
 * Draws a line into a mask.
 * @param places x y in turns, `count` vertices; they are changed
 * @param isRing the last vertex is joined to the first
 * @param hidden whether the stretch that begins at a vertex is left out
 */
export function strokeLine(
  mask: LineMask,
  places: Float64Array,
  count: number,
  isRing: boolean,
  stroke: Stroke,
  hidden: ((vertex: number) => boolean) | null = null
): void {
  if (hidden) strokeVisible(mask, places, count, isRing, stroke, hidden)
  else strokeWhole(mask, places, count, isRing, stroke)
}

function strokeWhole(mask: LineMask, places: Float64Array, count: number, isRing: boolean, stroke: Stroke): void {
  let kept = thinned(places, count)
  if (isRing && kept > 2 && isSame(places, 0, kept - 1)) kept--
  const closed = isRing && kept > 2
  if (kept < 2 && stroke.cap === 'butt') return
  if (stroke.offset !== 0) offsetLine(places, kept, closed, stroke.offset)
  if (stroke.dashes) dashLine(mask, places, kept, closed, stroke, stroke.dashes)
  else drawLine(mask, places, kept, closed, stroke)
}

/** The parts of a line that are not hidden, each a line of its own. */
function strokeVisible(
  mask: LineMask,
  places: Float64Array,
  count: number,
  isRing: boolean,
  stroke: Stroke,
  hidden: (vertex: number) => boolean
): void {
  const last = isRing ? count : count - 1
  let first = 0
  while (first < last && !hidden(first)) first++
  if (first === last) {
    strokeWhole(mask, places, count, isRing, stroke)
    return
  }
  // A ring is gone round from a hidden stretch on, so that no part is cut in two where it begins.
  const start = isRing ? first + 1 : 0
  const part = new Float64Array(2 * count + 4)
  let length = 0
  for (let step = 0; step < last; step++) {
    const vertex = (start + step) % count
    if (length === 0) length = put(part, 0, places, vertex)
    if (hidden(vertex)) {
      if (length > 1) strokeWhole(mask, part, length, false, stroke)
      length = 0
    } else length = put(part, length, places, (vertex + 1) % count)
  }
  if (length > 1) strokeWhole(mask, part, length, false, stroke)
}

function put(part: Float64Array, at: number, places: Float64Array, vertex: number): number {
  part[2 * at] = places[2 * vertex]!
  part[2 * at + 1] = places[2 * vertex + 1]!
  return at + 1
}

/** Much faster than `Math.hypot`, which keeps from overflow. */
const lengthOf = (x: number, y: number) => Math.sqrt(x * x + y * y)

const isSame = (places: Float64Array, a: number, b: number) =>
  Math.abs(places[2 * a]! - places[2 * b]!) + Math.abs(places[2 * a + 1]! - places[2 * b + 1]!) < SAME

/** Leaves out vertices that lie on the one before; the last one stays. */
function thinned(places: Float64Array, count: number): number {
  let kept = Math.min(count, 1)
  for (let i = 1; i < count; i++) if (!isSame(places, i, kept - 1)) kept = put(places, kept, places, i)
  if (kept > 1) put(places, kept - 1, places, count - 1)
  return kept
}

/** Moves a line aside: vertices along the middle of their bend, sharp bends at most twice as far. */
function offsetLine(places: Float64Array, count: number, closed: boolean, offset: number): void {
  const from = places.slice(0, 2 * count)
  const direction = (a: number, b: number): [number, number] => {
    const [dx, dy] = [from[2 * b]! - from[2 * a]!, from[2 * b + 1]! - from[2 * a + 1]!]
    const length = lengthOf(dx, dy) || 1
    return [dx / length, dy / length]
  }
  for (let i = 0; i < count; i++) {
    const before = i > 0 ? i - 1 : closed ? count - 1 : -1
    const after = i < count - 1 ? i + 1 : closed ? 0 : -1
    const a = before >= 0 ? direction(before, i) : direction(i, after)
    const b = after >= 0 ? direction(i, after) : a
    const [nx, ny] = [-(a[1] + b[1]), a[0] + b[0]]
    const length = lengthOf(nx, ny)
    if (length < 1e-6) continue
    const factor = Math.min(2 / length, 2)
    places[2 * i] = from[2 * i]! + (nx / length) * offset * factor
    places[2 * i + 1] = from[2 * i + 1]! + (ny / length) * offset * factor
  }
}

function drawLine(mask: LineMask, places: Float64Array, count: number, closed: boolean, stroke: Stroke): void {
  const { width, blur, join, miterLimit, cap } = stroke
  const half = width / 2
  const isRound = join === 'round' || width <= THIN
  const stretches = closed ? count : count - 1
  const outer: End = cap === 'round' ? 'round' : 'butt'
  const longer = cap === 'square' ? half : 0
  if (stretches === 0) {
    const [x, y] = [places[0]!, places[1]!]
    mask.stretch(x - longer, y, x + longer, y, half, blur, outer, outer)
    return
  }
  let [lastX, lastY] = [0, 0]
  const closing = closed ? unit(places, count - 1, 0) : null
  if (closing) [lastX, lastY] = closing
  let start: End = closed ? (isRound ? 'round' : 'joint') : outer
  for (let i = 0; i < stretches; i++) {
    const next = i + 1 < count ? i + 1 : 0
    let x0 = places[2 * i]!
    let y0 = places[2 * i + 1]!
    let x1 = places[2 * next]!
    let y1 = places[2 * next + 1]!
    const length = lengthOf(x1 - x0, y1 - y0) || 1
    const ux = (x1 - x0) / length
    const uy = (y1 - y0) / length
    if ((i > 0 || closed) && !isRound) {
      const straightness = lastX * ux + lastY * uy
      if (straightness > NEARLY_STRAIGHT) start = 'round'
      else {
        start = 'joint'
        const cosine = Math.sqrt(Math.max((1 + straightness) / 2, 0))
        const kind = join === 'miter' && cosine * miterLimit >= 1 ? 'miter' : 'bevel'
        mask.corner(x0, y0, lastX, lastY, ux, uy, half, blur, kind)
      }
    }
    const isFirst = i === 0 && !closed
    const isLast = i === stretches - 1 && !closed
    if (isFirst) {
      x0 -= ux * longer
      y0 -= uy * longer
    }
    if (isLast) {
      x1 += ux * longer
      y1 += uy * longer
    }
    mask.stretch(x0, y0, x1, y1, half, blur, isFirst ? outer : start, isLast ? outer : isRound ? 'round' : 'joint')
    start = isRound ? 'round' : 'joint'
    lastX = ux
    lastY = uy
  }
}

function unit(places: Float64Array, a: number, b: number): [number, number] {
  const [dx, dy] = [places[2 * b]! - places[2 * a]!, places[2 * b + 1]! - places[2 * a + 1]!]
  const length = lengthOf(dx, dy) || 1
  return [dx / length, dy / length]
}

/** Shorter patterns of dashes than this are drawn as if they were this long, in pixels: there are no end of them. */
const SHORTEST_PATTERN = 0.5

function dashLine(
  mask: LineMask,
  places: Float64Array,
  count: number,
  closed: boolean,
  stroke: Stroke,
  dashes: readonly number[]
): void {
  const total = dashes.reduce((sum, dash) => sum + dash, 0)
  if (!(total >= SHORTEST_PATTERN) || count < 2) {
    drawLine(mask, places, count, closed, stroke)
    return
  }
  const dash = new Float64Array(2 * count + 4)
  let [at, left, drawing] = [0, dashes[0]!, true]
  let length = put(dash, 0, places, 0)
  const stretches = closed ? count : count - 1
  for (let i = 0; i < stretches; i++) {
    const next = (i + 1) % count
    const x0 = places[2 * i]!
    const y0 = places[2 * i + 1]!
    const whole = lengthOf(places[2 * next]! - x0, places[2 * next + 1]! - y0)
    const ux = (places[2 * next]! - x0) / (whole || 1)
    const uy = (places[2 * next + 1]! - y0) / (whole || 1)
    let done = 0
    while (whole - done > left) {
      done += left
      dash[2 * length] = x0 + ux * done
      dash[2 * length + 1] = y0 + uy * done
      if (drawing) drawLine(mask, dash, length + 1, false, stroke)
      dash[0] = dash[2 * length]!
      dash[1] = dash[2 * length + 1]!
      length = 1
      drawing = !drawing
      at = (at + 1) % dashes.length
      left = dashes[at]!
      if (left <= 0) left = 1e-6
    }
    left -= whole - done
    if (drawing) length = put(dash, length, places, next)
  }
  if (drawing && length > 1) drawLine(mask, dash, length, false, stroke)
}
