import { along, area, centroid, clip, direction, distance, inset, type Point, type Ring, reach } from './plane.ts'
import { between, chance, type Random, random, whole } from './random.ts'
import type { World } from './world.ts'

/** What stands on one built face: streets, blocks between them, parcels that fill the blocks, buildings in parcels. */
export interface Fabric {
  streets: { line: [Point, Point]; width: number }[]
  blocks: Ring[]
  parcels: Parcel[]
}

export interface Parcel {
  ring: Ring
  block: number
  buildings: Ring[][]
}

interface Habit {
  /** From the face's border to the first plots, metres. */
  margin: number
  /** A block is cut while it is longer or deeper than this. */
  block: [number, number]
  street: [number, number]
  /** A parcel is cut while it is larger than this, and dropped when smaller than the other, square metres. */
  parcel: [number, number]
  smallest: number
}

export const HABITS = {
  homestead: { margin: 7, block: [72, 30], street: [3.5, 6], parcel: [112, 150], smallest: 62 },
  urban: { margin: 11, block: [120, 78], street: [8, 13], parcel: [520, 1500], smallest: 220 },
  industry: { margin: 9, block: [150, 95], street: [8, 12], parcel: [800, 2150], smallest: 380 }
} satisfies Record<string, Habit>

/** Cuts fish ponds out of a face: long basins with dikes between (桑基鱼塘). */
export function pondsOf(world: World, face: number): Ring[] {
  const r = random(world.seed, 'ponds', face)
  const corners = world.mesh.faces[face]!.corners
  const axis = longestSide(corners) + between(r, -0.03, 0.03)
  const limit = between(r, 5200, 9500)
  const split = (ring: Ring): Ring[] => {
    if (area(ring) < 700) return []
    const done =
      area(ring) > limit
        ? cut(ring, axis, between(r, 0.45, 0.55), between(r, -0.02, 0.02), between(r, 3.5, 6))
        : undefined
    return done ? done.halves.flatMap(split) : [ring]
  }
  const ground = inset(corners, 8)
  return ground.length < 3 ? [] : split(ground)
}

export type BuiltUse = keyof typeof HABITS

/** The fabric of a face; the same face always has the same. Cuts keep to two directions, slightly irregular. */
export function fabricOf(world: World, face: number): Fabric {
  const use = world.use[face] as BuiltUse
  const habit: Habit = HABITS[use]
  const r = random(world.seed, 'fabric', face)
  const axis = longestSide(world.mesh.faces[face]!.corners) + between(r, -0.04, 0.04)
  const fabric: Fabric = { streets: [], blocks: [], parcels: [] }
  const ground = inset(world.mesh.faces[face]!.corners, habit.margin)
  if (ground.length < 3) return fabric
  cutBlocks(ground, axis, habit, r, fabric)
  fabric.blocks.forEach((block, i) => {
    for (const ring of cutParcels(block, axis, habit, r)) {
      const buildings =
        use === 'homestead' ? house(ring, r) : use === 'urban' ? urbanBuilding(ring, r) : sheds(ring, axis, r)
      fabric.parcels.push({ ring, block: i, buildings })
    }
  })
  return fabric
}

/** The direction of a ring's longest side, radians: streets run along it. */
function longestSide(ring: Ring): number {
  const next = (i: number) => ring[(i + 1) % ring.length]!
  const i = ring.reduce((best, p, j) => (distance(p, next(j)) > distance(ring[best]!, next(best)) ? j : best), 0)
  return Math.atan2(next(i)[1] - ring[i]![1], next(i)[0] - ring[i]![0])
}

interface Cut {
  halves: [Ring, Ring]
  line: [Point, Point]
  gap: number
}

/** Cuts a convex ring across its longer side (of two directions) at `share`, with a gap between. */
function cut(ring: Ring, axis: number, share: number, tilt: number, gap: number): Cut | undefined {
  const [u, v] = [direction(axis), direction(axis + Math.PI / 2)]
  const [u0, u1] = reach(ring, u)
  const [v0, v1] = reach(ring, v)
  const n = direction((u1 - u0 > v1 - v0 ? axis : axis + Math.PI / 2) + tilt)
  const [low, high] = reach(ring, n)
  const at = low + (high - low) * share
  const left = clip(ring, n, at - gap / 2)
  const right = clip(ring, [-n[0], -n[1]], -(at + gap / 2))
  if (left.length < 3 || right.length < 3) return undefined
  const ends = clip(ring, n, at).filter(p => Math.abs(n[0] * p[0] + n[1] * p[1] - at) < 1e-6)
  if (ends.length < 2) return undefined
  return { halves: [left, right], line: [ends[0]!, ends[1]!], gap }
}

const size = (ring: Ring, axis: number): [number, number] => {
  const [a, b] = reach(ring, direction(axis))
  const [c, d] = reach(ring, direction(axis + Math.PI / 2))
  return b - a > d - c ? [b - a, d - c] : [d - c, b - a]
}

function cutBlocks(ring: Ring, axis: number, habit: Habit, r: Random, fabric: Fabric): void {
  const [long, deep] = size(ring, axis)
  if (long <= habit.block[0] * 1.15 && deep <= habit.block[1] * 1.6) {
    if (area(ring) > habit.smallest * 1.5) fabric.blocks.push(ring)
    return
  }
  // A block long enough but still too deep is cut along its length.
  const turned = long <= habit.block[0] * 1.15 && deep > habit.block[1] * 1.3
  const gap = long > 150 ? habit.street[1] : habit.street[0]
  const done = turned
    ? cutAcross(ring, axis, between(r, 0.44, 0.56), gap)
    : cut(ring, axis, between(r, 0.42, 0.58), between(r, -0.025, 0.025), gap)
  if (!done) return
  fabric.streets.push({ line: done.line, width: gap })
  for (const half of done.halves) cutBlocks(half, axis, habit, r, fabric)
}

/** Cuts across the shorter side. */
function cutAcross(ring: Ring, axis: number, share: number, gap: number): Cut | undefined {
  const n = shortSide(ring, axis)
  const [low, high] = reach(ring, n)
  const at = low + (high - low) * share
  const left = clip(ring, n, at - gap / 2)
  const right = clip(ring, [-n[0], -n[1]], -(at + gap / 2))
  const ends = clip(ring, n, at).filter(p => Math.abs(n[0] * p[0] + n[1] * p[1] - at) < 1e-6)
  if (left.length < 3 || right.length < 3 || ends.length < 2) return undefined
  return { halves: [left, right], line: [ends[0]!, ends[1]!], gap }
}

function shortSide(ring: Ring, axis: number): Point {
  const [u, v] = [direction(axis), direction(axis + Math.PI / 2)]
  const [u0, u1] = reach(ring, u)
  const [v0, v1] = reach(ring, v)
  return u1 - u0 > v1 - v0 ? v : u
}

function cutParcels(ring: Ring, axis: number, habit: Habit, r: Random): Ring[] {
  const limit = between(r, habit.parcel[0], habit.parcel[1]) * 1.25
  const rows =
    size(ring, axis)[1] > Math.sqrt(limit) * 1.5 ? cutAcross(ring, axis, between(r, 0.47, 0.53), 0) : undefined
  return (rows ? rows.halves : [ring]).flatMap(row => cutRow(row, axis, limit, habit, r))
}

function cutRow(ring: Ring, axis: number, limit: number, habit: Habit, r: Random): Ring[] {
  const here = area(ring)
  if (here < habit.smallest) return []
  if (here > limit) {
    const parts = Math.max(2, Math.round(here / (limit * 0.8)))
    const share = parts % 2 === 1 ? (parts - 1) / 2 / parts : 0.5
    const done = cut(ring, axis, share * between(r, 0.94, 1.06), between(r, -0.012, 0.012), 0)
    if (done && here > habit.smallest * 2) return done.halves.flatMap(half => cutRow(half, axis, limit, habit, r))
  }
  const [long, deep] = size(ring, axis)
  return long / deep > 4.5 ? [] : [ring]
}

/** A house fills most of its plot; some are L-shaped, some plots stand empty. */
function house(plot: Ring, r: Random): Ring[][] {
  if (chance(r, 0.045)) return []
  const body = inset(plot, between(r, 0.3, 0.95))
  if (body.length < 3 || area(body) < 30) return []
  return chance(r, 0.22) ? [[notched(body, r)]] : [[body]]
}

function urbanBuilding(plot: Ring, r: Random): Ring[][] {
  if (chance(r, 0.05)) return []
  const body = inset(plot, between(r, 2.5, 5))
  if (body.length < 3 || area(body) < 60) return []
  if (chance(r, 0.3)) return [[notched(body, r)]]
  const court = area(body) > 900 && chance(r, 0.35) ? inset(body, between(r, 9, 13)) : []
  return court.length > 2 && area(court) > 60 ? [[body, court.toReversed()]] : [[body]]
}

/** One to three sheds side by side. */
function sheds(plot: Ring, axis: number, r: Random): Ring[][] {
  if (chance(r, 0.04)) return []
  const yard = inset(plot, between(r, 3.5, 7))
  if (yard.length < 3) return []
  let parts: Ring[] = [yard]
  for (let cuts = whole(r, area(yard) > 900 ? 1 : 0, area(yard) > 1700 ? 3 : 1); cuts > 0; cuts--) {
    const largest = parts.reduce((a, b) => (area(b) > area(a) ? b : a))
    const done = cut(largest, axis, between(r, 0.38, 0.62), 0, between(r, 4, 8))
    if (done) parts = [...parts.filter(p => p !== largest), ...done.halves]
  }
  return parts.filter(part => area(part) > 120).map(part => [part])
}

/** Takes a corner out of a convex ring: an L. */
function notched(ring: Ring, r: Random): Ring {
  const corner = whole(r, 0, ring.length - 1)
  const [before, at, after] = [
    ring[(corner + ring.length - 1) % ring.length]!,
    ring[corner]!,
    ring[(corner + 1) % ring.length]!
  ]
  if (distance(before, at) < 6 || distance(at, after) < 6) return ring
  const bent = (before[0] - at[0]) * (after[0] - at[0]) + (before[1] - at[1]) * (after[1] - at[1])
  if (Math.abs(bent) > 0.3 * distance(before, at) * distance(at, after) || ring.length > 5) return ring
  const a = along(at, before, between(r, 0.3, 0.5))
  const b = along(at, after, between(r, 0.3, 0.5))
  const inner: Point = [a[0] + b[0] - at[0], a[1] + b[1] - at[1]]
  const middle = centroid(ring)
  if (distance(inner, middle) > distance(at, middle)) return ring
  return [...ring.slice(0, corner), a, inner, b, ...ring.slice(corner + 1)]
}
