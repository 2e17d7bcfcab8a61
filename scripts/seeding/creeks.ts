import { softened } from './curve.ts'
import type { Side } from './mesh.ts'
import { distance, isSimple, type Point, type Ring } from './plane.ts'
import { between, random, whole } from './random.ts'
import type { World } from './world.ts'

export interface Creek {
  /** A face beside its middle. */
  face: number
  line: Point[]
  /** Metres. */
  width: number
}

/** Creeks (河涌): from the rivers, and from creeks already drawn, along borders through open country. */
export function creeksOf(world: World, count: number): Creek[] {
  const { mesh } = world
  const r = random(world.seed, 'creeks')
  const open = (id: number) =>
    world.villageOf[id]! >= 0 && ['pond', 'farmland', 'orchard', 'reserve'].includes(world.use[id]!)
  const out = new Map<number, Side[]>()
  const mouths: number[] = []
  for (const face of mesh.faces)
    for (const side of face.sides) {
      if (!open(face.id) || !(open(side.neighbour) || world.use[side.neighbour] === 'water')) continue
      if (world.use[side.neighbour] === 'water') mouths.push(side.from)
      else {
        const list = out.get(side.from)
        if (list) list.push(side)
        else out.set(side.from, [side])
      }
    }
  const used = new Set<number>()
  const creeks: Creek[] = []
  for (let tries = 0; creeks.length < count && tries < count * 30; tries++) {
    const start = mouths[Math.floor(r() * mouths.length)]!
    const sides = walk(mesh.corner, out, start, used, whole(r, 7, 20))
    if (sides.length < 5) continue
    const corners = [...sides.map(side => mesh.corner(side.from)), mesh.corner(sides[sides.length - 1]!.to)]
    const apart = corners.filter((p, i) => i === 0 || i === corners.length - 1 || distance(p, corners[i - 1]!) > 60)
    const line = softened(apart, 3)
    for (const side of sides) {
      used.add(side.from)
      mouths.push(side.to)
    }
    used.add(sides[sides.length - 1]!.to)
    creeks.push({ face: sides[Math.floor(sides.length / 2)]!.face, line, width: between(r, 7, 16) })
  }
  return creeks
}

/** Goes on as straight as the borders allow, until a used corner or a dead end. */
function walk(
  corner: (id: number) => Point,
  out: Map<number, Side[]>,
  start: number,
  used: Set<number>,
  most: number
): Side[] {
  const path: Side[] = []
  const seen = new Set([start])
  let at = start
  while (path.length < most) {
    const from = corner(path[Math.max(0, path.length - 3)]?.from ?? at)
    const here = corner(at)
    const straightness = (side: Side) => {
      const to = corner(side.to)
      return distance(from, to) - (path.length === 0 ? 0 : distance(from, here))
    }
    const choices = (out.get(at) ?? []).filter(side => !seen.has(side.to) && !used.has(side.to))
    if (choices.length === 0) break
    const side = choices.reduce((a, b) => (straightness(b) > straightness(a) ? b : a))
    path.push(side)
    seen.add(side.to)
    at = side.to
  }
  return path
}

/** The water of a creek: its line widened to both sides; undefined where the bends are too tight for that. */
export function ribbon(line: readonly Point[], width: number): Ring | undefined {
  const points = line.filter((p, i) => i === 0 || i === line.length - 1 || distance(p, line[i - 1]!) > width * 1.2)
  const sides = [1, -1].map(side =>
    points.map((p, i): Point => {
      const a = points[Math.max(0, i - 1)]!
      const b = points[Math.min(points.length - 1, i + 1)]!
      const length = distance(a, b)
      return [
        p[0] - (side * width * (b[1] - a[1])) / (2 * length),
        p[1] + (side * width * (b[0] - a[0])) / (2 * length)
      ]
    })
  )
  const ring = [...sides[1]!, ...sides[0]!.toReversed()]
  return isSimple(ring) ? ring : undefined
}
