import type { Source } from './draw.ts'
import type { Use } from './landuse.ts'
import { type Patch, polygon } from './patches.ts'
import { area, clip, direction, distance, inset, type Point, type Ring, reach } from './plane.ts'
import { between, random } from './random.ts'
import type { World } from './world.ts'

/** Long strips that a field (a face, clear of its rough border) is cut into, each about `size` square metres. */
export function stripsOf(world: World, face: number, size: number): Ring[] {
  const room = inset(world.mesh.faces[face]!.corners, 17)
  if (room.length < 3 || area(room) < size * 0.6) return []
  const i = room.reduce((best, _, j) => (side(room, j) > side(room, best) ? j : best), 0)
  const [a, b] = [room[i]!, room[(i + 1) % room.length]!]
  const n = direction(Math.atan2(b[1] - a[1], b[0] - a[0]))
  return cut(room, n, size, random(world.seed, 'strips', face), 0)
}

const side = (ring: Ring, i: number) => distance(ring[i]!, ring[(i + 1) % ring.length]!)

/** Halves a convex ring across its length, at the end across its depth once, until the pieces are small enough. */
function cut(ring: Ring, n: Point, size: number, r: () => number, depth: number): Ring[] {
  if (area(ring) < size * 1.45 || depth > 9) return area(ring) > size * 0.3 ? [ring] : []
  const across: Point = [-n[1], n[0]]
  const [low, high] = reach(ring, n)
  const [near, far] = reach(ring, across)
  const axis = high - low > (far - near) * 0.45 ? n : across
  const [from, to] = axis === n ? [low, high] : [near, far]
  const at = from + (to - from) * between(r, 0.45, 0.55)
  const halves = [clip(ring, axis, at - 0.4), clip(ring, [-axis[0], -axis[1]], -(at + 0.4))]
  return halves.flatMap(half => (half.length < 3 ? [] : cut(half, n, size, r, depth + 1)))
}

/** Strips of fields of these uses, face by face, every `nth` face. */
export const strips = (uses: readonly Use[], size: number, nth = 1): Source<Patch & { index: number }> =>
  function* ({ world }) {
    const longest = Math.max(...uses.map(use => world.ranked[use].length))
    for (let i = 0; i < longest; i += nth)
      for (const use of uses) {
        const face = world.ranked[use][i]
        if (face === undefined) continue
        for (const [index, ring] of stripsOf(world, face, size).entries()) yield { ...polygon([ring], face), index }
      }
  }
