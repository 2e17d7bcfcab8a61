import { type Columns, LINE, POINT } from './columns.ts'

/** Tile units that a shape may be off for want of a vertex. Rounding to whole units makes as much again. */
const TOLERANCE = 0.5
const EXTENT_BITS = 12

type Shapes = Pick<Columns, 'x' | 'y' | 'partEnds' | 'featureEnds' | 'kinds' | 'levels' | 'shift'>

/**
 * Finds the first zoom at which each vertex is needed (Douglas & Peucker 1973, all tolerances at once): cutting a tile
 * then passes over the others with one comparison. Both ends of a line, and of a ring four vertices far apart, are
 * needed at every zoom, so that nothing vanishes for being simplified. A shape's levels depend on itself alone.
 */
export function markLevels(shapes: Shapes, maxZoom: number): void {
  shapes.levels.fill(maxZoom)
  const simplify = simplifier(shapes, maxZoom)
  let part = 0
  let from = 0
  for (let feature = 0; feature < shapes.featureEnds.length; feature++) {
    const kind = shapes.kinds[feature]!
    for (; part < shapes.featureEnds[feature]!; part++) {
      const end = shapes.partEnds[part]!
      if (kind === POINT) shapes.levels.fill(0, from, end)
      else if (kind === LINE) simplify.line(from, end)
      else simplify.ring(from, end)
      from = end
    }
  }
}

function simplifier({ x, y, levels, shift }: Shapes, maxZoom: number) {
  /** Squared distance of a vertex that counts at the deepest zoom only. */
  const least = (TOLERANCE * 2 ** (shift - maxZoom - EXTENT_BITS)) ** 2
  const spans: number[] = []
  const base = shift - EXTENT_BITS + Math.log2(TOLERANCE)

  const levelOf = (squared: number) => Math.min(Math.max(Math.ceil(base - Math.log2(squared) / 2), 0), maxZoom)

  /** The vertex between two that is farthest from the straight line between them; `at` -1: none is off it. */
  const farthest = { at: -1, squared: 0 }
  function seek(a: number, b: number, bAt: number): void {
    const [ax, ay] = [x[a]!, y[a]!]
    const dx = x[bAt]! - ax
    const dy = y[bAt]! - ay
    const length = dx * dx + dy * dy
    farthest.at = -1
    farthest.squared = 0
    for (let i = a + 1; i < b; i++) {
      const px = x[i]! - ax
      const py = y[i]! - ay
      const along = length > 0 ? Math.min(Math.max((px * dx + py * dy) / length, 0), 1) : 0
      const offX = px - along * dx
      const offY = py - along * dy
      const squared = offX * offX + offY * offY
      if (squared > farthest.squared) {
        farthest.squared = squared
        farthest.at = i
      }
    }
  }

  /** @param b one beyond the last vertex between; @param bAt the vertex at the far end */
  function chain(a: number, b: number, bAt: number): void {
    spans.push(a, b, bAt)
    while (spans.length > 0) {
      const end = spans.pop()!
      const to = spans.pop()!
      const start = spans.pop()!
      if (to - start < 2) continue
      seek(start, to, end)
      if (farthest.squared < least) continue
      const at = farthest.at
      levels[at] = Math.min(levels[at]!, levelOf(farthest.squared))
      spans.push(start, at, at, at, to, end)
    }
  }

  return {
    line(from: number, end: number): void {
      levels[from] = 0
      levels[end - 1] = 0
      chain(from, end - 1, end - 1)
    },
    ring(from: number, end: number): void {
      const opposite = farthestFrom(from, end)
      levels[from] = 0
      levels[opposite] = 0
      for (const [a, b, bAt] of [
        [from, opposite, opposite],
        [opposite, end, from]
      ] as const) {
        seek(a, b, bAt)
        if (farthest.at < 0) continue
        levels[farthest.at] = 0
        chain(a, b, bAt)
      }
    }
  }

  function farthestFrom(from: number, end: number): number {
    let best = from
    let most = -1
    for (let i = from + 1; i < end; i++) {
      const squared = (x[i]! - x[from]!) ** 2 + (y[i]! - y[from]!) ** 2
      if (squared > most) {
        most = squared
        best = i
      }
    }
    return best
  }
}
