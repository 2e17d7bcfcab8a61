import { VectorTile, type VectorTileFeature } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'

type Ring = readonly { x: number; y: number }[]

/** A feature of a tile, measured in tile units. */
export interface TileShape {
  type: 0 | 1 | 2 | 3
  parts: Ring[]
  /** Square units of polygons, holes taken off; units of lines; how many points. */
  size: number
  /** Units along all edges. */
  edges: number
  vertices: number
  properties: Record<string, unknown>
}

/** The features of a tile's layer by id; empty without the layer. Several of one id are one. */
export function shapesOf(mvt: Uint8Array | null, layer: string): Map<number, TileShape> {
  const found = mvt ? new VectorTile(new PbfReader(mvt)).layers[layer] : undefined
  const gathered = new Map<number, { feature: VectorTileFeature; parts: Ring[] }>()
  for (let i = 0; i < (found?.length ?? 0); i++) {
    const feature = found!.feature(i)
    const id = feature.id ?? -1
    const parts = gathered.get(id)?.parts ?? []
    for (const part of feature.loadGeometry()) parts.push(part)
    gathered.set(id, { feature, parts })
  }
  // Measured once each: what stands for many features may be thousands of squares.
  return new Map([...gathered].map(([id, { feature, parts }]) => [id, measured(feature, parts)]))
}

function measured({ type, properties }: VectorTileFeature, parts: Ring[]): TileShape {
  const vertices = parts.reduce((sum, part) => sum + part.length, 0)
  const edges = parts.reduce((sum, part) => sum + length(part), 0)
  const area = parts.reduce((sum, part) => sum + signedArea(part), 0)
  return { type, parts, size: [0, vertices, edges, area][type]!, edges, vertices, properties: { ...properties } }
}

export const length = (part: Ring): number =>
  part.slice(1).reduce((sum, { x, y }, i) => sum + Math.hypot(x - part[i]!.x, y - part[i]!.y), 0)

/** Positive for clockwise on screen, where y points down. */
export const signedArea = (ring: Ring): number =>
  ring.reduce((sum, { x, y }, i) => {
    const next = ring[(i + 1) % ring.length]!
    return sum + (x * next.y - next.x * y) / 2
  }, 0)

/** The area of a polygon inside the tile itself, without its buffer. */
export const areaInside = ({ parts }: TileShape, extent: number): number =>
  parts.reduce((sum, ring) => sum + signedArea(clipped(ring, extent)), 0)

/** A ring without what lies beyond the tile's sides (Sutherland and Hodgman). */
function clipped(ring: Ring, extent: number): Ring {
  let points = ring
  for (const [axis, side, sign] of [
    ['x', 0, 1],
    ['x', extent, -1],
    ['y', 0, 1],
    ['y', extent, -1]
  ] as const) {
    const inside = (p: Ring[number]) => (p[axis] - side) * sign >= 0
    points = points.flatMap((to, i) => {
      const from = points.at(i - 1)!
      if (inside(from) === inside(to)) return inside(to) ? [to] : []
      const share = (side - from[axis]) / (to[axis] - from[axis])
      const crossing = { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }
      return inside(to) ? [crossing, to] : [crossing]
    })
  }
  return points
}
