import type { Mesh, Side } from './mesh.ts'
import { contains, type Point, type Ring, signedArea } from './plane.ts'

/** The outline of one face, as drawn. */
export const faceRing = (mesh: Mesh, id: number): Ring => mesh.faces[id]!.sides.flatMap(side => mesh.border(side))

/**
 * The exact union of faces: polygons with holes, made of the very points of the shared borders. At every corner of the
 * mesh three faces meet, so an outline never touches itself.
 */
export function dissolve(mesh: Mesh, ids: Iterable<number>): Ring[][] {
  const members = new Set(ids)
  const next = new Map<number, Side>()
  for (const id of members)
    for (const side of mesh.faces[id]!.sides) if (!members.has(side.neighbour)) next.set(side.from, side)
  const outer: Ring[] = []
  const holes: Ring[] = []
  for (const start of [...next.keys()]) {
    if (!next.has(start)) continue
    const ring: Point[] = []
    for (let at = start; next.has(at); ) {
      const side = next.get(at)!
      next.delete(at)
      ring.push(...mesh.border(side))
      at = side.to
    }
    if (signedArea(ring) > 0) outer.push(ring)
    else holes.push(ring)
  }
  return withHoles(outer, holes)
}

function withHoles(outer: Ring[], holes: Ring[]): Ring[][] {
  const polygons = outer.map(ring => [ring])
  const bySize = polygons.toSorted((a, b) => signedArea(a[0]!) - signedArea(b[0]!))
  for (const hole of holes) bySize.find(([ring]) => contains(ring!, hole[0]!))?.push(hole)
  return polygons
}

/** Groups faces into connected components, each in the order of discovery from its lowest id. */
export function components(mesh: Mesh, ids: Iterable<number>): number[][] {
  const left = new Set(ids)
  const groups: number[][] = []
  for (const first of [...left].toSorted((a, b) => a - b)) {
    if (!left.delete(first)) continue
    const group = [first]
    for (const id of group)
      for (const { neighbour } of mesh.faces[id]!.sides) if (left.delete(neighbour)) group.push(neighbour)
    groups.push(group)
  }
  return groups
}
