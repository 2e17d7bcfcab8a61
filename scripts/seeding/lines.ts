import { lengthOf, pieces } from './curve.ts'
import { faceRing } from './dissolve.ts'
import type { Spot } from './draw.ts'
import type { Side } from './mesh.ts'
import type { Point } from './plane.ts'
import type { World } from './world.ts'

export interface Stretch extends Spot {
  line: readonly Point[]
}

/** A line as a spot; the face is the one at its middle. */
export function stretch(world: World, line: readonly Point[], near?: number): Stretch {
  const face = world.mesh.find(line[Math.floor(line.length / 2)]!, near)
  return { shape: { type: 'LineString', line }, face: world.villageOf[face]! < 0 ? (near ?? -1) : face, line }
}

/** The runs of a line's points that lie in the district. */
export function insideRuns(world: World, line: readonly Point[]): Point[][] {
  const runs: Point[][] = []
  let run: Point[] = []
  let near = 0
  for (const point of line) {
    near = world.mesh.find(point, near)
    if (world.villageOf[near]! >= 0) run.push(point)
    else if (run.length > 0) {
      if (run.length > 2) runs.push(run)
      run = []
    }
  }
  return run.length > 2 ? [...runs, run] : runs
}

/** Cuts lines to pieces about as many as wanted, each with what is known of its line; the longest where too many. */
export function shared<T extends { line: readonly Point[] }>(lines: readonly T[], count: number): T[] {
  const step = lines.reduce((sum, { line }) => sum + lengthOf(line), 0) / Math.max(1, count)
  const all = lines.flatMap(entry => {
    const length = lengthOf(entry.line)
    const each = length / Math.max(1, Math.round(length / step))
    return pieces(entry.line, each * 0.98).map(line => ({ ...entry, line }))
  })
  if (all.length <= count) return all
  const least = all.map(({ line }) => lengthOf(line)).toSorted((a, b) => b - a)[count - 1]!
  return all.filter(({ line }) => lengthOf(line) >= least).slice(0, count)
}

/** Joins sides into lines that end where three or more, or none, go on. Sides may be listed from either face, once. */
export function chains(sides: readonly Side[]): Side[][] {
  const at = new Map<number, Side[]>()
  for (const side of sides)
    for (const end of [side.from, side.to]) {
      const list = at.get(end)
      if (list) list.push(side)
      else at.set(end, [side])
    }
  const left = new Set(sides)
  const out: Side[][] = []
  const walk = (start: number, first: Side): Side[] => {
    const chain: Side[] = []
    let corner = start
    let side: Side | undefined = first
    while (side && left.delete(side)) {
      const turned: Side = side.from === corner ? side : reversed(side)
      chain.push(turned)
      corner = turned.to
      const here: Side[] = at.get(corner)!
      side = here.length === 2 ? here.find(next => left.has(next)) : undefined
    }
    return chain
  }
  for (const [corner, list] of at)
    if (list.length !== 2) for (const side of list) if (left.has(side)) out.push(walk(corner, side))
  for (const side of sides) if (left.has(side)) out.push(walk(side.from, side))
  return out
}

export const reversed = ({ face, neighbour, from, to }: Side): Side => ({
  face: neighbour,
  neighbour: face,
  from: to,
  to: from
})

/** The points of sides that follow each other, as borders are drawn. */
export function lineOf(world: World, sides: readonly Side[]): Point[] {
  return [...sides.flatMap(side => world.mesh.border(side)), world.mesh.corner(sides[sides.length - 1]!.to)]
}

/** A face's outline as a closed line. */
export const outlineOf = (world: World, face: number): Point[] => {
  const ring = faceRing(world.mesh, face)
  return [...ring, ring[0]!]
}
