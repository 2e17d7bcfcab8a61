import { Delaunay } from 'd3-delaunay'
import { along, distance, type Point, type Ring, signedArea } from './plane.ts'
import { hash, random } from './random.ts'

/**
 * A planar mesh: the Voronoi cells of the sites. Two neighbours share one border, drawn once, so whatever is put together
 * from faces tiles exactly.
 */
export interface Mesh {
  sites: readonly Point[]
  faces: Face[]
  /** The place of a corner (a Voronoi vertex). */
  corner(id: number): Point
  /** The face a point lies in (by straight borders); `near` makes it quicker. */
  find(point: Point, near?: number): number
  /** The drawn border from corner `from` of the face's side: all its points but the last. */
  border(side: Side): Point[]
}

export interface Side {
  face: number
  neighbour: number
  from: number
  to: number
}

/** One cell; sides run counter-clockwise. `corners` is the convex cell with straight sides. */
export interface Face {
  id: number
  sides: Side[]
  corners: Ring
}

/** Makes the mesh. `roughness` says how far, in metres, a border between two sites may leave the straight line. */
export function makeMesh(sites: Point[], roughness: (a: number, b: number) => number, seed: number): Mesh {
  const delaunay = new Delaunay(Float64Array.from(sites.flat()))
  const { circumcenters } = delaunay.voronoi()
  const corner = (id: number): Point => [circumcenters[2 * id]!, circumcenters[2 * id + 1]!]
  const faces = sites.map((_, id) => faceOf(id, delaunay, corner))
  const borders = new Map<number, Point[]>()

  /** Drawn from the lower site's point of view, whoever asks. */
  const drawn = (side: Side): Point[] => {
    const low = Math.min(side.face, side.neighbour)
    const high = Math.max(side.face, side.neighbour)
    const key = low * sites.length + high
    let line = borders.get(key)
    if (!line) {
      const [from, to] = side.face === low ? [side.from, side.to] : [side.to, side.from]
      line = rough(corner(from), corner(to), sites[low]!, sites[high]!, roughness(low, high), hash(seed, 'border', key))
      borders.set(key, line)
    }
    return line
  }
  const border = (side: Side): Point[] =>
    side.face < side.neighbour ? drawn(side).slice(0, -1) : drawn(side).toReversed().slice(0, -1)
  return { sites, faces, corner, find: (point, near) => delaunay.find(point[0], point[1], near), border }
}

function faceOf(
  id: number,
  { inedges, triangles, halfedges }: Delaunay<Float64Array>,
  corner: (id: number) => Point
): Face {
  const sides: Side[] = []
  const start = inedges[id]!
  let edge = start
  do {
    const from = Math.floor(edge / 3)
    const out = edge % 3 === 2 ? edge - 2 : edge + 1
    const neighbour = triangles[out % 3 === 2 ? out - 2 : out + 1]!
    edge = halfedges[out]!
    if (edge === -1) return { id, sides: [], corners: [] }
    sides.push({ face: id, neighbour, from, to: Math.floor(edge / 3) })
  } while (edge !== start)
  let corners = sides.map(side => corner(side.from))
  if (signedArea(corners) < 0) {
    sides.reverse()
    for (const side of sides) [side.from, side.to] = [side.to, side.from]
    corners = sides.map(side => corner(side.from))
  }
  return { id, sides, corners }
}

/**
 * A fractal line from a to b. Each point is moved from the straight line towards one of the two sites, so the line stays
 * in the two triangles that only these neighbours share, and no two borders can cross.
 */
function rough(a: Point, b: Point, left: Point, right: Point, metres: number, seed: number): Point[] {
  const length = distance(a, b)
  const apart = distance(left, right)
  const limit = Math.min(0.45, (2 * metres) / apart)
  const steps = metres <= 0 || length < 50 ? 1 : 2 ** Math.min(5, Math.round(Math.log2(length / 28)))
  if (steps < 2) return [a, b]
  const r = random(seed)
  const offset = new Float64Array(steps + 1)
  for (let step = steps, spread = limit; step > 1; step /= 2, spread *= 0.55)
    for (let i = step / 2; i < steps; i += step)
      offset[i] = (offset[i - step / 2]! + offset[i + step / 2]!) / 2 + (r() * 2 - 1) * spread
  const line: Point[] = [a]
  for (let i = 1; i < steps; i++) {
    const u = Math.max(-0.8, Math.min(0.8, offset[i]!))
    line.push(along(along(a, b, i / steps), u > 0 ? left : right, Math.abs(u)))
  }
  line.push(b)
  return line
}
