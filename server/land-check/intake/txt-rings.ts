import type { Note, Polygons, Position } from './given.ts'
import { atLine, txtCountMismatch, txtNotClosed, txtTooFewPoints } from './problems-intake.ts'
import { addNote } from './txt-lines.ts'
import type { TxtPlot, TxtVertex } from './txt-plots.ts'

/** The vertices of a plot as rings, and the rings as polygons: which lies in which decides, not their numbers. */

interface Ring {
  vertices: TxtVertex[]
  /** The first point was repeated at the end (and is not among the vertices). */
  closed: boolean
}

const same = (a: TxtVertex, b: TxtVertex) => a.x === b.x && a.y === b.y

/**
 * A ring ends where its first point comes again, or where the ring number changes.
 * @throws TXT_CLOSING_POINT_DIFFERS, TXT_TOO_FEW_POINTS, TXT_COUNT_MISMATCH
 */
export function ringsOf(plot: TxtPlot): Ring[] {
  const rings: Ring[] = []
  let open: Ring | null = null
  for (const vertex of plot.vertices) {
    const first = open?.vertices[0]
    if (open && first && first.ring === vertex.ring) {
      const distinct = open.vertices.some(other => !same(other, first))
      if (distinct && same(first, vertex)) {
        open.closed = true
        open = null
      } else open.vertices.push(vertex)
      continue
    }
    open = { vertices: [vertex], closed: false }
    rings.push(open)
  }
  for (const ring of rings) checkRing(ring, plot.notes)
  checkCount(plot, rings)
  const numbers = rings.map(({ vertices }) => vertices[0]!.ring)
  if (numbers[0] !== undefined && (numbers[0] !== '1' || new Set(numbers).size < numbers.length)) {
    addNote(plot.notes, 'TXT_RING_NUMBERS', rings[0]?.vertices[0]?.line)
  }
  return rings
}

function checkRing({ vertices, closed }: Ring, notes: Note[]): void {
  const first = vertices[0]!
  const last = vertices.at(-1)!
  const count = new Set(vertices.map(({ x, y }) => `${x} ${y}`)).size
  if (!closed && vertices.length > 3 && last.name === first.name) {
    const { line, name } = last
    throw txtNotClosed({ line, name }, atLine(line, { zh: '与首点坐标不同', en: 'not where the first point is' }))
  }
  if (count < 3) {
    const { line } = first
    throw txtTooFewPoints({ line, count }, atLine(line, { zh: '点过少', en: 'too few points' }))
  }
  if (!closed) addNote(notes, 'TXT_CLOSING_POINT_ABSENT', last.line)
}

/** With or without closing points the number must come out; else lines may be missing. */
function checkCount({ count, vertices, line, notes }: TxtPlot, rings: Ring[]): void {
  if (count === null || count === vertices.length) return
  const closings = rings.filter(ring => ring.closed).length
  if (closings > 0 && count === vertices.length - closings) addNote(notes, 'TXT_COUNT_WITHOUT_CLOSING', line)
  else if (closings < rings.length && count === vertices.length + rings.length - closings)
    addNote(notes, 'TXT_COUNT_WITH_CLOSING', line)
  else throw wrongCount(count, vertices.length, line)
}

function wrongCount(declared: number, found: number, line: number) {
  const said = { zh: `声明 ${declared}，实有 ${found}`, en: `${declared} declared, ${found} found` }
  return txtCountMismatch({ line, declared, found }, { ...atLine(line, said), members: { line, declared, found } })
}

/** Polygons of rings by containment: one inside an even number of others is a shell, of an odd number a hole. */
export function polygonsOf(rings: Ring[], points: Map<TxtVertex, Position>, notes: Note[]): Polygons {
  const outlines = rings.map(({ vertices }) => vertices.map(vertex => points.get(vertex)!))
  const around = outlines.map((ring, i) =>
    outlines.flatMap((other, j) => (i !== j && contains(other, ring) ? [j] : []))
  )
  const first = rings[0]?.vertices[0]?.ring
  const shells = new Map<number, Position[][]>()
  around.forEach((outer, i) => {
    const vertex = rings[i]!.vertices[0]!
    if (outer.length % 2 === 1) return
    shells.set(i, [closed(outlines[i]!)])
    if (vertex.ring !== first) addNote(notes, 'TXT_OUTER_PART_BY_CONTAINMENT', vertex.line)
  })
  around.forEach((outer, i) => {
    if (outer.length % 2 === 0) return
    const vertex = rings[i]!.vertices[0]!
    const shell = outer.find(j => around[j]!.length === outer.length - 1)
    if (shell === undefined) shells.set(i, [closed(outlines[i]!)])
    else shells.get(shell)!.push(closed(outlines[i]!))
    if (vertex.ring === first) addNote(notes, 'TXT_HOLE_BY_CONTAINMENT', vertex.line)
  })
  return [...shells.values()]
}

const closed = (ring: Position[]): Position[] => [...ring, ring[0]!]

/** Whether `inner` lies inside `outer`, told by its first point, or middle of an edge, that is not on the boundary. */
function contains(outer: Position[], inner: Position[]): boolean {
  const middles = inner.map(([x, y], i): Position => {
    const [nextX, nextY] = inner[(i + 1) % inner.length]!
    return [(x + nextX) / 2, (y + nextY) / 2]
  })
  for (const point of [...inner, ...middles]) {
    const side = sideOf(outer, point)
    if (side !== 0) return side > 0
  }
  return false
}

/** 1 inside, −1 outside, 0 within 0.1 µm of the boundary. */
function sideOf(ring: Position[], [px, py]: Position): number {
  let inside = false
  for (const [i, [ax, ay]] of ring.entries()) {
    const [bx, by] = ring[(i + 1) % ring.length]!
    const cross = (bx - ax) * (py - ay) - (px - ax) * (by - ay)
    const within =
      px >= Math.min(ax, bx) - 1e-7 &&
      px <= Math.max(ax, bx) + 1e-7 &&
      py >= Math.min(ay, by) - 1e-7 &&
      py <= Math.max(ay, by) + 1e-7
    if (within && Math.abs(cross) <= 1e-7 * Math.hypot(bx - ax, by - ay)) return 0
    if (ay > py !== by > py && px < ax + ((py - ay) / (by - ay)) * (bx - ax)) inside = !inside
  }
  return inside ? 1 : -1
}
