import { dissolve, faceRing } from './dissolve.ts'
import type { Source, Spot } from './draw.ts'
import { fabricOf } from './fabric.ts'
import { groupsOf } from './groups.ts'
import type { Use } from './landuse.ts'
import { area, centroid, inset, type Point, type Ring, rectangle } from './plane.ts'
import { between, hash, pick, random } from './random.ts'
import type { Shape } from './shape.ts'
import { shownFaces } from './spots.ts'
import type { World } from './world.ts'

/** A spot that is ground: square metres, and the faces it is made of. */
export interface Patch extends Spot {
  area: number
  faces: readonly number[]
}

const ringsArea = (rings: Ring[]) => rings.reduce((sum, ring, i) => (i === 0 ? area(ring) : sum - area(ring)), 0)

export const polygon = (rings: Ring[], face: number): Patch => ({
  shape: { type: 'Polygon', rings },
  face,
  area: ringsArea(rings),
  faces: [face]
})

export function multi(polygons: Ring[][], face: number, faces: readonly number[] = [face]): Patch {
  const shape: Shape = { type: 'MultiPolygon', polygons }
  return { shape, face, faces, area: polygons.reduce((sum, rings) => sum + ringsArea(rings), 0) }
}

/** Whole faces, dissolved: one polygon (connected faces only), or as a multipolygon. */
export const ground = (world: World, faces: readonly number[], kind: 'Polygon' | 'MultiPolygon'): Patch => {
  const polygons = dissolve(world.mesh, faces)
  const patch = kind === 'Polygon' ? polygon(polygons[0]!, faces[0]!) : multi(polygons, faces[0]!)
  return { ...patch, faces }
}

/**
 * Groups of neighbouring faces of one class within a village or town, so large that about as many come as are wanted,
 * the largest groups first. `classOf` undefined: the face is in no group.
 */
export const patches = (
  kind: 'Polygon' | 'MultiPolygon',
  classOf: (world: World, face: number) => string | undefined,
  { by = 'town', most = Number.POSITIVE_INFINITY }: { by?: 'village' | 'town'; most?: number } = {}
): Source<Patch & { kind: string }> =>
  function* ({ world }, count) {
    const classes = new Map<string, { label: string; faces: number[] }>()
    let all = 0
    for (const face of world.facesOf.flat()) {
      const label = classOf(world, face)
      if (label === undefined) continue
      all += 1
      const village = world.villageOf[face]!
      const key = `${by === 'town' ? world.villages[village]!.town : village} ${label}`
      const entry = classes.get(key)
      if (entry) entry.faces.push(face)
      else classes.set(key, { label, faces: [face] })
    }
    const size = Math.min(most, Math.max(1, all / count))
    const groups = [...classes.values()].flatMap(({ label, faces }) =>
      groupsOf(world.mesh, faces, size).map(group => ({ label, group }))
    )
    groups.sort((a, b) => b.group.length - a.group.length || a.group[0]! - b.group[0]!)
    for (const { label, group } of groups.slice(0, count)) yield { ...ground(world, group, kind), kind: label }
  }

/** The class of faces that have one of these uses. */
export const ofUse =
  (...uses: Use[]) =>
  (world: World, face: number): string | undefined =>
    uses.includes(world.use[face]!) ? world.use[face] : undefined

/** Whole faces of these uses, as drawn. */
export const faces = (...uses: Use[]): Source<Patch> =>
  function* ({ world }, count) {
    for (let i = 0, left = count; left > 0 && uses.some(use => i < world.ranked[use].length); i++)
      for (const use of uses) {
        const face = world.ranked[use][i]
        if (face === undefined) continue
        left -= 1
        yield polygon([faceRing(world.mesh, face)], face)
      }
  }

/** A spot in built ground that knows its place in the fabric. */
export interface Plot extends Patch {
  index: number
  built: boolean
}

/** One thing a face in turn, another one each round, until no face has more: so that a few lie far apart. */
function* spread<T>(world: World, faces: readonly number[], thingsOf: (face: number) => T[]): Iterable<T> {
  for (let round = 0, more = true; more; round++) {
    more = false
    for (const face of faces) {
      const things = thingsOf(face)
      if (round >= things.length) continue
      more = true
      yield things[(hash(world.seed, 'spread', face) + round) % things.length]!
    }
  }
}

/** Parcels of the fabric: one after the other, every `nth`, or spread over the faces. */
export const plots = (
  uses: readonly Use[],
  { nth, fits = () => true }: { nth?: number; fits?: (parcel: { area: number; built: boolean }) => boolean } = {}
): Source<Plot> =>
  function* (plan) {
    const faces = shownFaces(plan, uses)
    const plotsOf = (face: number): Plot[] =>
      fabricOf(plan.world, face)
        .parcels.map(({ ring, buildings }, index) => ({ ...polygon([ring], face), index, built: buildings.length > 0 }))
        .filter(fits)
    if (nth === undefined) return yield* spread(plan.world, faces, plotsOf)
    let seen = 0
    for (const face of faces) for (const plot of plotsOf(face)) if (seen++ % nth === 0) yield plot
  }

/** Blocks between streets, spread over the faces. */
export const blocks = (uses: readonly Use[]): Source<Patch> =>
  function* (plan) {
    yield* spread(plan.world, shownFaces(plan, uses), face =>
      fabricOf(plan.world, face).blocks.map(block => polygon([block], face))
    )
  }

/** Small buildings: rectangles of a few metres to a side, in or beside what stands on parcels of these uses. */
export const sheds = (uses: readonly Use[], low: number, high: number, nth: number): Source<Patch> =>
  function* (plan, count, layer) {
    let i = 0
    for (const plot of plots(uses, { nth })(plan, count, layer)) {
      const ring = plot.shape.type === 'Polygon' ? plot.shape.rings[0]! : []
      const r = random(plan.world.seed, 'shed', layer, i++)
      const [a, b] = [ring[0]!, ring[1]!]
      const at: Point = centroid([a, b, centroid(ring)])
      const angle = Math.atan2(b[1] - a[1], b[0] - a[0])
      yield polygon([rectangle(at, between(r, low, high), between(r, low, high) * 0.7, angle)], plot.face)
    }
  }

/** A rectangle of so many metres within faces of these uses, clear of their borders. */
export const yards = (uses: readonly Use[], low: number, high: number): Source<Patch> =>
  function* ({ world }, count, layer) {
    const lists = uses.map(use => world.ranked[use])
    const all = lists.flatMap(list => list.length)
    const stride = Math.max(1, Math.floor(all.reduce((a, b) => a + b, 0) / Math.max(1, count) / 2))
    const pool = lists.flat()
    for (let i = 0; i < pool.length; i += stride) {
      const face = pool[i]!
      const r = random(world.seed, 'yard', layer, i)
      const room = inset(world.mesh.faces[face]!.corners, 30)
      if (room.length < 3 || area(room) < 400) continue
      const p = pick(r, room)
      const side = Math.min(between(r, low, high), Math.sqrt(area(room)) * 0.5)
      const at = centroid([p, centroid(room), centroid(room), room[0]!])
      yield polygon([rectangle(centroid([at, centroid(room), p]), side, side * between(r, 0.5, 0.9), r() * 3)], face)
    }
  }
