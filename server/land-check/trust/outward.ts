import type { Polygons, Position } from '../intake/given.ts'

/** The farthest that a region reaches beyond a polygon. */
export interface Farthest {
  /** Metres from `at` to the polygon. */
  distanceM: number
  at: Position
  /** The true maximum is at most this much larger. */
  slackM: number
}

/** Half the grid: below it distances are no longer told apart. */
const TOLERANCE = 0.00005
/** Where two walls run parallel the middle between them is equally far all along: the search is cut off there. */
const MOST_CELLS = 400_000

/**
 * The greatest distance from a point of `outside` to `approved`: the directed Hausdorff distance from what was built to
 * what was approved. It need not lie at a vertex: in a courtyard that was built over it lies in the middle.
 *
 * Branch and bound, exact to 0.05 mm. The region is cut into trapezoids. The distance to one edge is a convex function,
 * so over a convex cell it is greatest at a corner; the distance to the polygon is the least of those to its edges, so
 * over a cell it is at most min over edges of max over corners. Cells whose bound is not above the best corner found are
 * done; the others are halved. For a convex polygon that ends at once: the corners decide.
 * @param outside built less approved: its points lie outside `approved` or on its edge; metres, rings open or closed
 * @returns null where `outside` is empty
 */
export function farthestOutward(outside: Polygons, approved: Polygons): Farthest | null {
  const origin = approved[0]?.[0]?.[0]
  if (!origin) return null
  const edges = edgesOf(fromOrigin(approved, origin))
  const region = fromOrigin(outside, origin)
  let best = -1
  let at: Position = [0, 0]
  let cells: Cell[] = trapezoids(region).map(corners => ({ corners, edges, bound: Number.POSITIVE_INFINITY }))
  let seen = 0
  let most = 0
  while (cells.length > 0 && seen < MOST_CELLS) {
    seen += cells.length
    const open: Cell[] = []
    for (const cell of cells) {
      const { least, at: corner, ...bounded } = measure(cell)
      if (least > best) [best, at] = [least, corner]
      if (bounded.bound > best + TOLERANCE) open.push(bounded)
    }
    cells = open.filter(({ bound }) => bound > best + TOLERANCE).flatMap(halved)
    most = cells.reduce((bound, cell) => Math.max(bound, cell.bound), 0)
  }
  if (best < 0) return null
  const slackM = Math.max(TOLERANCE, most - best)
  return { distanceM: best, at: [at[0] + origin[0], at[1] + origin[1]], slackM }
}

type Edge = readonly [number, number, number, number]
type Corners = [Position, Position, Position, Position]

interface Cell {
  /** Of a convex quadrangle, in order. */
  corners: Corners
  /** Those that can be the nearest somewhere in the cell. */
  edges: readonly Edge[]
  /** Nowhere in the cell is it farther. */
  bound: number
}

/** How far the farthest corner is, and how far any point of the cell can be at most. */
function measure({ corners, edges }: Cell): Cell & { least: number; at: Position } {
  const farthest = new Float64Array(edges.length)
  let bound = Number.POSITIVE_INFINITY
  const nearest = corners.map(() => Number.POSITIVE_INFINITY)
  for (let k = 0; k < edges.length; k++) {
    let most = 0
    for (let i = 0; i < 4; i++) {
      const distance = toEdge(corners[i]!, edges[k]!)
      if (distance < nearest[i]!) nearest[i] = distance
      if (distance > most) most = distance
    }
    farthest[k] = most
    if (most < bound) bound = most
  }
  const [a, b, c, d] = corners
  const across = Math.max(between(a, c), between(b, d), between(a, b), between(b, c), between(c, d), between(d, a))
  const least = Math.max(...nearest)
  return {
    corners,
    // Within the cell a distance changes by no more than the cell is wide.
    edges: edges.filter((_, i) => farthest[i]! - across <= bound),
    bound,
    least,
    at: corners[nearest.indexOf(least)]!
  }
}

// Math.hypot takes ten times as long; nothing here is near the limits of a double.
const length = (dx: number, dy: number) => Math.sqrt(dx * dx + dy * dy)
const between = ([ax, ay]: Position, [bx, by]: Position) => length(ax - bx, ay - by)

// By index: this is called a hundred million times for outlines of thousands of vertices.
function toEdge(p: Position, edge: Edge): number {
  const dx = edge[2] - edge[0]
  const dy = edge[3] - edge[1]
  const x = p[0] - edge[0]
  const y = p[1] - edge[1]
  const along = (x * dx + y * dy) / (dx * dx + dy * dy)
  const t = Math.max(0, Math.min(along, 1))
  return length(x - t * dx, y - t * dy)
}

const middle = ([ax, ay]: Position, [bx, by]: Position): Position => [(ax + bx) / 2, (ay + by) / 2]

/** Cut across its longer sides; the pieces are convex as it is. */
function halved({ corners: [a, b, c, d], edges, bound }: Cell): Cell[] {
  const wide = between(a, b) + between(c, d) > between(b, c) + between(d, a)
  const [m, n] = wide ? [middle(a, b), middle(c, d)] : [middle(b, c), middle(d, a)]
  const pieces: Corners[] = wide
    ? [
        [a, m, n, d],
        [m, b, c, n]
      ]
    : [
        [a, b, m, n],
        [n, m, c, d]
      ]
  return pieces.map(piece => ({ corners: piece, edges, bound }))
}

/** Differences of large coordinates lose digits: everything is counted from a corner of the polygon. */
const fromOrigin = (polygons: Polygons, [ox, oy]: Position): Polygons =>
  polygons.map(rings => rings.map(ring => ring.map(([x, y]): Position => [x - ox, y - oy])))

function edgesOf(polygons: Polygons): Edge[] {
  return polygons.flat().flatMap(ring =>
    ring.flatMap(([ax, ay], i): Edge[] => {
      const [bx, by] = ring[(i + 1) % ring.length]!
      return ax === bx && ay === by ? [] : [[ax, ay, bx, by]]
    })
  )
}

/** A region as trapezoids between the heights of its vertices, by the even-odd rule: holes fall out by themselves. */
function trapezoids(region: Polygons): Corners[] {
  const sides = edgesOf(region).flatMap(([ax, ay, bx, by]) =>
    ay === by ? [] : [ay < by ? ([ax, ay, bx, by] as const) : ([bx, by, ax, ay] as const)]
  )
  const heights = [...new Set(region.flat(2).map(([, y]) => y))].sort((a, b) => a - b)
  return heights.slice(1).flatMap((top, i) => {
    const bottom = heights[i]!
    const crossing = sides
      .filter(([, low, , high]) => low <= bottom && high >= top)
      .map(side => [xAt(side, bottom), xAt(side, top)] as const)
      .sort((a, b) => a[0] + a[1] - b[0] - b[1])
    return Array.from({ length: crossing.length >> 1 }, (_, k): Corners => {
      const [left, right] = [crossing[2 * k]!, crossing[2 * k + 1]!]
      return [
        [left[0], bottom],
        [right[0], bottom],
        [right[1], top],
        [left[1], top]
      ]
    })
  })
}

const xAt = ([ax, ay, bx, by]: Edge, y: number) =>
  y === ay ? ax : y === by ? bx : ax + ((y - ay) / (by - ay)) * (bx - ax)
