import { faceRing } from './dissolve.ts'
import type { Ring } from './plane.ts'
import { along, distance, isSimple, type Point, rectangle, signedArea } from './plane.ts'
import type { World } from './world.ts'

/** What real zoning data gets wrong, or right but hard; each is put on purpose into so many homestead faces. */
export const AWKWARD = {
  /** One half may be built on, the other only restricted: parcels straddle. */
  straddle: 6,
  /** Two zones that should meet leave 2 cm (or 3 m) of ground to nobody. */
  'gap-2cm': 3,
  'gap-3m': 3,
  /** A strip 4 cm wide of another class lies over the zone. */
  sliver: 3,
  /** Two zones overlap by 5 m. */
  overlap: 3,
  /** A valid but deeply concave limit. */
  concave: 3,
  /** A hole filled by a forbidden zone, and one left empty. */
  'filled-hole': 3,
  'empty-hole': 3
} as const

export type Awkward = keyof typeof AWKWARD

/** Every second of the first homestead faces that can be cut, the kinds taking turns so that each comes early. */
export function awkwardFaces(world: World): Map<number, Awkward> {
  const left = new Map(Object.entries(AWKWARD) as [Awkward, number][])
  const faces = world.ranked.homestead.filter((id, i) => i % 2 === 1 && halves(faceRing(world.mesh, id)) !== undefined)
  const chosen = new Map<number, Awkward>()
  while (left.size > 0 && faces.length > 0)
    for (const [kind, count] of [...left]) {
      const face = faces.shift()
      if (face === undefined) break
      chosen.set(face, kind)
      if (count > 1) left.set(kind, count - 1)
      else left.delete(kind)
    }
  return chosen
}

export interface ZonePiece {
  zone: 'buildable' | 'restricted' | 'forbidden'
  rings: Ring[]
  reason?: string
}

/** The zones of a face that is awkward in the given way. */
export function awkwardZones(world: World, face: number, kind: Awkward): ZonePiece[] {
  const ring = faceRing(world.mesh, face)
  const [left, right] = halves(ring)!
  const middle = rectangle(along(left[0]!, left[left.length - 1]!, 0.5), 14, 10, 0.4)
  const two = (a: Ring, b: Ring): ZonePiece[] => [
    { zone: 'buildable', rings: [a] },
    { zone: 'restricted', rings: [b], reason: '村庄规划近期不安排新增宅基地' }
  ]
  switch (kind) {
    case 'straddle':
      return two(left, right)
    case 'gap-2cm':
      return two(left, moved(right, 0.02))
    case 'gap-3m':
      return two(left, moved(right, 3))
    case 'overlap': {
      const strip = moved(right, 5)
      return two([...left, strip[0]!, strip[strip.length - 1]!], right)
    }
    case 'sliver': {
      const strip = moved(right, 0.04)
      const sliver: Ring = [left[0]!, left[left.length - 1]!, strip[0]!, strip[strip.length - 1]!]
      return [
        { zone: 'buildable', rings: [ring] },
        { zone: 'forbidden', rings: [signedArea(sliver) > 0 ? sliver : sliver.toReversed()], reason: '数据接边残留' }
      ]
    }
    case 'concave': {
      const teeth = comb(left[left.length - 1]!, left[0]!)
      return two([...left, ...teeth], [...right, ...teeth.toReversed()])
    }
    case 'filled-hole':
      return [
        { zone: 'buildable', rings: [ring, middle.toReversed()] },
        { zone: 'forbidden', rings: [middle], reason: '古树名木保护范围' }
      ]
    case 'empty-hole':
      return [{ zone: 'buildable', rings: [ring, middle.toReversed()] }]
  }
}

/** Cuts a ring in two along the shortest chord between about opposite points; both halves start and end on the chord. */
function halves(ring: Ring): [Ring, Ring] | undefined {
  const n = ring.length
  if (n < 4) return undefined
  let best: { i: number; j: number; length: number } | undefined
  const total = Math.abs(signedArea(ring))
  for (let i = 0; i < n; i++)
    for (let j = i + 2; j < n; j++) {
      if (i === 0 && j === n - 1) continue
      const share = Math.abs(signedArea(ring.slice(i, j + 1))) / total
      const length = distance(ring[i]!, ring[j]!)
      if (share > 0.38 && share < 0.62 && (!best || length < best.length)) best = { i, j, length }
    }
  if (!best) return undefined
  const left = ring.slice(best.i, best.j + 1)
  const right = [...ring.slice(best.j), ...ring.slice(0, best.i + 1)]
  return isSimple(left) && isSimple(right) && best.length > 80 ? [left, right] : undefined
}

/** A half whose chord (its last and first point) is moved into it by `by` metres. */
function moved(half: Ring, by: number): Ring {
  const slide = (end: Point, next: Point, other: Point): Point => {
    const chord = distance(end, other)
    const depth = Math.abs((other[0] - end[0]) * (next[1] - end[1]) - (other[1] - end[1]) * (next[0] - end[0])) / chord
    return along(end, next, Math.min(0.9, by / depth))
  }
  const [first, last] = [half[0]!, half[half.length - 1]!]
  return [slide(first, half[1]!, last), ...half.slice(1, -1), slide(last, half[half.length - 2]!, first)]
}

/** Teeth along a line, 16 m to either side: the points between its ends. */
function comb(from: Point, to: Point): Ring {
  const length = distance(from, to)
  const side: Point = [-(to[1] - from[1]) / length, (to[0] - from[0]) / length]
  const teeth: Ring = []
  for (let i = 1; i < 12; i++) {
    const p = along(from, to, 0.2 + (0.6 * i) / 12)
    const by = i % 2 === 0 ? 16 : -16
    teeth.push([p[0] + side[0] * by, p[1] + side[1] * by])
  }
  return teeth
}
