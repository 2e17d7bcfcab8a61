import { EXTENT } from '../scheme.ts'
import type { Group } from './candidates.ts'
import { firstVertex, POINT } from './columns.ts'

/** Points that lie close together, as one. */
export interface Cluster {
  /** In tile units: the middle of its points. */
  x: number
  y: number
  count: number
}

export interface Clustered {
  groups: Group[]
  clusters: Cluster[]
}

/** A pixel where a tile is drawn 512 pixels wide. */
const PIXEL = EXTENT / 512

/** Instead of a cell: what is no point, and what lies beside the tile. */
const OTHER = -1
const MARGIN = -2

/**
 * Puts points that share a cell of about `radius` pixels together. Cells are parts of the tile: each point counts in
 * one tile, and tiles need not know of each other. Points that are alone in their cell stay; those of the margin go, as
 * the tile beside may show them as part of a cluster.
 */
export function clusterPoints(groups: readonly Group[], radius: number): Clustered {
  const across = Math.max(Math.round(EXTENT / (radius * PIXEL)), 1)
  const side = EXTENT / across
  const counts = new Uint32Array(across * across)
  const sumsX = new Float64Array(across * across)
  const sumsY = new Float64Array(across * across)
  const cells = groups.map(({ columns, placing, features }) =>
    Int32Array.from(features, feature => {
      const vertex = firstVertex(columns, feature)
      const x = columns.x[vertex]! * placing.scale + placing.offX
      const y = placing.y(columns.y[vertex]!)
      if (columns.kinds[feature] !== POINT) return OTHER
      if (x < 0 || y < 0 || x >= EXTENT || y >= EXTENT) return MARGIN
      const cell = Math.floor(y / side) * across + Math.floor(x / side)
      counts[cell]!++
      sumsX[cell]! += x
      sumsY[cell]! += y
      return cell
    })
  )
  const clusters: Cluster[] = []
  counts.forEach((count, cell) => {
    if (count > 1) clusters.push({ x: sumsX[cell]! / count, y: sumsY[cell]! / count, count })
  })
  const alone = groups.map((group, i) => ({
    ...group,
    features: group.features.filter((_, j) => cells[i]![j] === OTHER || counts[cells[i]![j]!] === 1)
  }))
  return { groups: alone, clusters }
}

/** The fields of a cluster, as supercluster names them. */
export const clusterFields = ({ count }: Cluster) => ({
  cluster: true,
  point_count: count,
  point_count_abbreviated:
    count < 1000 ? count : `${Math.round(count / (count < 10_000 ? 100 : 1000)) / (count < 10_000 ? 10 : 1)}k`
})
