/**
 * Areas of overlaps by integers alone: an oracle for the land-check that shares nothing with it. Coordinates are whole
 * numbers of the 0.1 mm grid. The ground under a parcel is cut into vertical slabs at every vertex and every crossing
 * of edges; between two neighbouring edges of a slab lies a trapezoid that belongs to the same features throughout.
 *
 * Crossings are rational; they are kept with 64 binary places after the grid unit, so that each trapezoid is wrong by
 * less than 10⁻¹⁹ units × its width, which is 10⁻²⁰ m² for a parcel of a hundred metres.
 */

/** Open or closed, any direction, whole numbers of the grid. */
export type GridRing = readonly (readonly [number, number])[]
/** All rings of one valid (multi)polygon: a point is inside where it is within an odd number of them. */
export type GridFeature = readonly GridRing[]

const PLACES = 64n
const UNITS_PER_M2 = 1e8

interface Edge {
  /** −1: the parcel; else the place of the feature. */
  owner: number
  x0: bigint
  y0: bigint
  dx: bigint
  dy: bigint
  x1: bigint
  low: bigint
  high: bigint
  /** All of it is south of the parcel: it only tells what is inside above it. */
  below: boolean
}

/**
 * m² of the parcel by the set of groups that cover it: bit k of the key is set where any feature of group k is. Key 0
 * is what none covers.
 */
export function exactAreas(parcel: GridFeature, groups: readonly (readonly GridFeature[])[]): Map<bigint, number> {
  const points = parcel.flat()
  const originX = Math.min(...points.map(([x]) => x))
  const originY = Math.min(...points.map(([, y]) => y))
  const width = BigInt(Math.max(...points.map(([x]) => x)) - originX)
  const height = BigInt(Math.max(...points.map(([, y]) => y)) - originY)
  const edges: Edge[] = []
  const groupOf: number[] = []
  const add = (feature: GridFeature, owner: number) => {
    for (const ring of feature) addRing(edges, ring, owner, { originX, originY, width, height })
  }
  add(parcel, -1)
  groups.forEach((features, group) => {
    for (const feature of features) add(feature, groupOf.push(group) - 1)
  })
  const doubled = new Map<bigint, bigint>()
  const cuts = breakpoints(edges, width)
  for (let i = 0; i + 1 < cuts.length; i++) sumSlab(doubled, edges, groupOf, cuts[i]!, cuts[i + 1]!)
  return new Map([...doubled].map(([mask, area]) => [mask, Number(area >> 64n) / 2 ** 65 / UNITS_PER_M2]))
}

interface Frame {
  originX: number
  originY: number
  width: bigint
  height: bigint
}

function addRing(edges: Edge[], ring: GridRing, owner: number, frame: Frame): void {
  ring.forEach((from, i) => {
    const to = ring[(i + 1) % ring.length]!
    if (from[0] === to[0]) return
    const [left, right] = from[0] < to[0] ? [from, to] : [to, from]
    const [x0, x1] = [BigInt(left[0] - frame.originX), BigInt(right[0] - frame.originX)]
    const [y0, y1] = [BigInt(left[1] - frame.originY), BigInt(right[1] - frame.originY)]
    const [low, high] = y0 < y1 ? [y0, y1] : [y1, y0]
    if (x1 <= 0n || x0 >= frame.width || low > frame.height) return
    edges.push({ owner, x0, y0, x1, dx: x1 - x0, dy: y1 - y0, low, high, below: high < 0n })
  })
}

/** Where slabs begin and end, ascending, with 64 binary places. */
function breakpoints(edges: readonly Edge[], width: bigint): bigint[] {
  const end = width << PLACES
  const cuts = new Set<bigint>([0n, end])
  for (const { x0, x1 } of edges) {
    if (x0 > 0n) cuts.add(x0 << PLACES)
    if (x1 < width) cuts.add(x1 << PLACES)
  }
  const near = edges.filter(({ below }) => !below)
  near.forEach((a, i) => {
    for (let k = i + 1; k < near.length; k++) {
      const b = near[k]!
      if (a.high < b.low || b.high < a.low || a.x1 <= b.x0 || b.x1 <= a.x0) continue
      const turn = a.dy * b.dx - b.dy * a.dx
      if (turn === 0n) continue
      const at = (b.y0 - a.y0) * a.dx * b.dx + a.x0 * a.dy * b.dx - b.x0 * b.dy * a.dx
      const x = (at << PLACES) / turn
      if (x > 0n && x < end) cuts.add(x)
    }
  })
  return [...cuts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

const heightAt = ({ x0, y0, dx, dy }: Edge, x: bigint) => (y0 << PLACES) + ((x - (x0 << PLACES)) * dy) / dx

function sumSlab(doubled: Map<bigint, bigint>, edges: readonly Edge[], groupOf: number[], from: bigint, to: bigint) {
  const spanning = edges.filter(({ x0, x1 }) => x0 << PLACES <= from && x1 << PLACES >= to)
  const inside = new Set<number>()
  const counts = new Map<number, number>()
  let mask = 0n
  let inParcel = false
  const cross = (owner: number) => {
    if (owner < 0) {
      inParcel = !inParcel
      return
    }
    const group = groupOf[owner]!
    const entering = !inside.delete(owner)
    if (entering) inside.add(owner)
    const count = (counts.get(group) ?? 0) + (entering ? 1 : -1)
    counts.set(group, count)
    mask = count > 0 ? mask | bitOf(group) : mask & ~bitOf(group)
  }
  for (const { owner, below } of spanning) if (below) cross(owner)
  const rising = spanning
    .filter(({ below }) => !below)
    .map(edge => ({ owner: edge.owner, left: heightAt(edge, from), right: heightAt(edge, to) }))
    .sort((a, b) => {
      const difference = a.left + a.right - b.left - b.right
      return difference < 0n ? -1 : difference > 0n ? 1 : 0
    })
  rising.forEach(({ owner, left, right }, i) => {
    cross(owner)
    const next = rising[i + 1]
    if (!inParcel || !next) return
    const area = (next.left - left + next.right - right) * (to - from)
    doubled.set(mask, (doubled.get(mask) ?? 0n) + area)
  })
}

/** The bit of a group in the keys of `exactAreas`; a rule set has more than 32. */
export const bitOf = (group: number): bigint => 1n << BigInt(group)

/** m² of the parcel that any of the groups covers. */
export const coveredBy = (areas: ReadonlyMap<bigint, number>, ...groups: number[]): number => {
  const wanted = groups.reduce((mask, group) => mask | bitOf(group), 0n)
  return [...areas].reduce((sum, [mask, area]) => ((mask & wanted) !== 0n ? sum + area : sum), 0)
}

/** Metres. */
export const perimeterOf = (feature: GridFeature): number =>
  feature.reduce(
    (all, ring) =>
      ring.reduce((sum, [x, y], i) => {
        const [nextX, nextY] = ring[(i + 1) % ring.length]!
        return sum + Math.hypot(nextX - x, nextY - y)
      }, all),
    0
  ) / 1e4
