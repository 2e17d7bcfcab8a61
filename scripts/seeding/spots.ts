import { stations } from './curve.ts'
import type { Source, Spot } from './draw.ts'
import { fabricOf } from './fabric.ts'
import type { Use } from './landuse.ts'
import type { Plan } from './plan.ts'
import { along, distance, type Point } from './plane.ts'
import { bell, between, chance, pick, type Random, random, weighted } from './random.ts'
import type { World } from './world.ts'

type Weights = readonly (readonly [Use, number])[]

const BUSY: Weights = [
  ['urban', 6],
  ['homestead', 4],
  ['industry', 2]
]

export const spotAt = (at: Point, face: number): Spot => ({ shape: { type: 'Point', at }, face })

/** A point at the side of a border: `off` metres from it, inside the face. */
export function roadsidePoint(world: World, face: number, r: Random, off: number): Point {
  const side = pick(r, world.mesh.faces[face]!.sides)
  const p = along(world.mesh.corner(side.from), world.mesh.corner(side.to), between(r, 0.08, 0.92))
  const centre = world.mesh.sites[face]!
  return along(p, centre, Math.min(0.9, off / Math.max(1, distance(p, centre))))
}

/** Faces as often as the weights of their uses say; built ones as often as people are there. */
export const facesBy =
  (world: World, weights: Weights = BUSY) =>
  (r: Random): number =>
    pick(r, world.ranked[weighted(r, weights)])

/** At the side of roads round faces of these uses: half of them where fabric is shown. */
export const roadside = (off: readonly [number, number] = [9, 16], weights: Weights = BUSY): Source =>
  function* ({ world, filled }, count, layer) {
    const anywhere = facesBy(world, weights)
    const shown = weights.flatMap(([use]) => (use in filled ? filled[use as keyof typeof filled] : []))
    for (let i = 0; i < count; i++) {
      const r = random(world.seed, 'at', layer, i)
      const face = shown.length > 0 && chance(r, 0.4) ? pick(r, shown) : anywhere(r)
      yield spotAt(roadsidePoint(world, face, r, between(r, off[0], off[1])), face)
    }
  }

/** Somewhere within faces of these uses. */
export const within = (...uses: Use[]): Source =>
  function* ({ world }, count, layer) {
    for (let i = 0; i < count; i++) {
      const r = random(world.seed, 'in', layer, i)
      const face = pick(r, world.ranked[pick(r, uses)])
      const { sides } = world.mesh.faces[face]!
      yield spotAt(along(world.mesh.sites[face]!, world.mesh.corner(pick(r, sides).from), between(r, 0, 0.75)), face)
    }
  }

/** In the villages in turn, at the roadside of their built ground, the core first. */
export const inVillages = (off: readonly [number, number] = [14, 40]): Source =>
  function* ({ world }, count, layer) {
    for (let i = 0; i < count; i++) {
      const village = world.order[i % world.order.length]!
      const r = random(world.seed, 'village', layer, i)
      const near = builtFaces(world, village)
      const face = i < world.order.length && chance(r, 0.6) ? near[0]! : pick(r, near)
      yield spotAt(roadsidePoint(world, face, r, between(r, off[0], off[1])), face)
    }
  }

/** Homes and town of a village, its core first; any of its faces where nothing is built. */
export function builtFaces(world: World, village: number): number[] {
  const own = world.facesOf[village]!
  const built = own.filter(id => world.use[id] === 'homestead' || world.use[id] === 'urban')
  const core = world.cores[village]!
  return built.length === 0 ? own : core >= 0 ? [core, ...built] : built
}

/** Around so many hot spots, more about some than others. */
export const clustered = (each: number, spread: readonly [number, number] = [40, 260]): Source =>
  function* ({ world }, count, layer) {
    const busy = facesBy(world)
    const centres = Array.from({ length: Math.max(40, Math.round(count / each)) }, (_, i) => {
      const r = random(world.seed, 'hot', layer, i)
      return { face: busy(r), spread: between(r, spread[0], spread[1]) }
    })
    for (let i = 0; i < count; i++) {
      const r = random(world.seed, 'cluster', layer, i)
      const centre = centres[Math.floor(centres.length * r() * r())]!
      yield scattered(world, centre.face, centre.spread, r)
    }
  }

/** About a face's middle, in the district and not in the water. */
export function scattered(world: World, around: number, spread: number, r: Random): Spot {
  const [x, y] = world.mesh.sites[around]!
  const at: Point = [x + bell(r) * spread, y + bell(r) * spread]
  const face = world.mesh.find(at, around)
  return world.villageOf[face]! < 0 || world.use[face] === 'water' ? spotAt([x, y], around) : spotAt(at, face)
}

/** At the sides of the streets between blocks, and evenly along them: lamps, manholes, hydrants. */
export const streetside = (off: number, uses: readonly Use[] = ['urban', 'homestead', 'industry']): Source =>
  function* (plan, count) {
    const faces = shownFaces(plan, uses)
    const each = Math.max(6, Math.ceil(count / Math.max(1, faces.length)))
    for (const face of faces) {
      const streets = fabricOf(plan.world, face).streets.filter(({ line: [a, b] }) => distance(a, b) > 12)
      const length = streets.reduce((sum, { line: [a, b] }) => sum + distance(a, b), 0)
      for (const [k, { line, width }] of streets.entries())
        for (const [j, { at, heading }] of stations(line, Math.max(6, length / each)).entries()) {
          const by = (width / 2 + off) * ((j + k) % 2 === 0 ? 1 : -1)
          yield spotAt([at[0] - heading[1] * by, at[1] + heading[0] * by], face)
        }
    }
  }

/** Built faces of these uses: those that are filled at this scale, taking turns, then the rest. */
export function shownFaces({ world, filled }: Plan, uses: readonly Use[]): number[] {
  const lists = uses.map(use => (use in filled ? filled[use as keyof typeof filled] : []))
  const turns = Math.max(0, ...lists.map(list => list.length))
  const first = Array.from({ length: turns }, (_, i) => lists.flatMap(list => list[i] ?? [])).flat()
  const seen = new Set(first)
  return [...first, ...uses.flatMap(use => world.ranked[use]).filter(face => !seen.has(face))]
}

/** Beside lines, `off` metres from them, evenly spaced; only where the ground is the district's and dry. */
export const beside = (lines: (plan: Plan) => readonly (readonly Point[])[], off: number): Source =>
  function* (plan, count) {
    const { world } = plan
    const all = lines(plan)
    const length = all.flatMap(line => line.slice(1).map((p, i) => distance(p, line[i]!))).reduce((a, b) => a + b, 0)
    for (const line of all)
      for (const [j, { at, heading }] of stations(line, (length / count) * 0.97).entries()) {
        const by = j % 2 === 0 ? off : -off
        const point: Point = [at[0] - heading[1] * by, at[1] + heading[0] * by]
        const face = world.mesh.find(point)
        if (world.villageOf[face]! >= 0) yield spotAt(point, face)
      }
  }
