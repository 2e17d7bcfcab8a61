import type { Mesh } from './mesh.ts'

/** Splits faces into connected groups of about `size`, each grown from its lowest id. */
export function groupsOf(mesh: Mesh, ids: readonly number[], size: number): number[][] {
  const left = new Set(ids)
  const groups: number[][] = []
  for (const first of ids) {
    if (!left.delete(first)) continue
    const wanted = Math.max(1, Math.round(size * (groups.length + 1)) - Math.round(size * groups.length))
    const group = [first]
    for (let i = 0; i < group.length && group.length < wanted; i++)
      for (const { neighbour } of mesh.faces[group[i]!]!.sides)
        if (group.length < wanted && left.delete(neighbour)) group.push(neighbour)
    groups.push(group)
  }
  return groups
}
