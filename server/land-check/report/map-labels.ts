import type { Geometry } from 'geojson'
import type { BoundaryPoint } from './boundary.ts'
import { chainsOf, type Frame } from './map-frame.ts'
import type { DrawnText } from './model.ts'

/** Names of boundary points and lengths of edges, beside the parcel's boundary. */

/** Above this only some points are named, and no edge. */
const MOST_NAMED = 24
/** Points on paper: an edge shorter than this has no room for its length. */
const SHORTEST_EDGE = 26
const RADIUS = 1.7

const round = (n: number) => Math.round(n * 100) / 100

/** A small octagon at every boundary point that is named. */
export function pointMarks(points: readonly BoundaryPoint[], frame: Frame): string[] {
  return named(points, frame).map(({ east, north }) => {
    const [x, y] = frame.toPaper([east, north])
    const corners = Array.from({ length: 8 }, (_, i) => {
      const angle = (Math.PI / 4) * i
      return `${round(x + RADIUS * Math.cos(angle))} ${round(y + RADIUS * Math.sin(angle))}`
    })
    return `M${corners.join('L')}Z`
  })
}

/** Points on paper: nearer than this names would lie on each other. */
const CROWDED = 17

function named(points: readonly BoundaryPoint[], frame: Frame): BoundaryPoint[] {
  const step = Math.ceil(points.length / MOST_NAMED)
  const taken: Vector[] = []
  return points.filter(({ east, north }, i) => {
    const here = frame.toPaper([east, north])
    if (i % step !== 0 || taken.some(([x, y]) => Math.hypot(x - here[0], y - here[1]) < CROWDED)) return false
    taken.push(here)
    return true
  })
}

export function labelsOf(points: readonly BoundaryPoint[], parcel: Geometry, frame: Frame): DrawnText[] {
  const chosen = new Set(named(points, frame).map(({ no }) => no))
  const withLengths = points.length <= MOST_NAMED
  let before = 0
  return chainsOf(parcel).flatMap(chain => {
    const ring = points.slice(before, before + chain.length - 1)
    before += ring.length
    const paper = ring.map(({ east, north }) => frame.toPaper([east, north]))
    const side = turnOf(paper)
    return ring.flatMap((point, i) => {
      const here = paper[i]!
      const next = paper[(i + 1) % ring.length]!
      const last = paper[(i + ring.length - 1) % ring.length]!
      const outward = unit(add(normal(last, here, side), normal(here, next, side)))
      const name = textAt(here, outward, 8, point.no, 7, '#7a0c10', true)
      const middle = [(here[0] + next[0]) / 2, (here[1] + next[1]) / 2] as const
      const long = Math.hypot(next[0] - here[0], next[1] - here[1]) >= SHORTEST_EDGE
      const length = textAt(middle, normal(here, next, side), 7, point.length.toFixed(2), 6, '#333333', false)
      return [...(chosen.has(point.no) ? [name] : []), ...(withLengths && long ? [length] : [])]
    })
  })
}

type Vector = readonly [number, number]

const add = (a: Vector, b: Vector): Vector => [a[0] + b[0], a[1] + b[1]]
function unit([x, y]: Vector): Vector {
  const length = Math.hypot(x, y)
  return length > 1e-9 ? [x / length, y / length] : [0, -1]
}

/** 1 where the ring runs clockwise on paper (y downwards), −1 where counter-clockwise. */
function turnOf(paper: Vector[]): number {
  const doubled = paper.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = paper[(i + 1) % paper.length]!
    return sum + x * nextY - nextX * y
  }, 0)
  return Math.sign(doubled) || 1
}

/** The outward normal of an edge. */
const normal = (a: Vector, b: Vector, side: number): Vector => unit([side * (b[1] - a[1]), -side * (b[0] - a[0])])

function textAt(
  [x, y]: Vector,
  [dx, dy]: Vector,
  away: number,
  text: string,
  size: number,
  color: string,
  bold: boolean
): DrawnText {
  // Texts are wider than high: beside an upright edge they start (or end) at it.
  const anchor = dx > 0.5 ? 'start' : dx < -0.5 ? 'end' : 'middle'
  const reach = anchor === 'middle' ? away : away * 0.55
  return {
    x: round(x + dx * reach),
    y: round(y + dy * away + size * 0.36),
    text,
    size,
    anchor,
    color,
    bold,
    halo: true
  }
}
