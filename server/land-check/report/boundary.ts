import type { Geometry, Position } from 'geojson'
import { chainsOf } from './map-frame.ts'

/** 界址点: the boundary points of a parcel in the order of its rings, named J1 … through all of them. */

export interface BoundaryPoint {
  no: string
  /** From 1; every ring of every part has its own. */
  ring: number
  /** X in the sense of Chinese surveys, metres. */
  north: number
  east: number
  /** To the next point of the ring, metres. */
  length: number
}

export function boundaryPoints(parcel: Geometry): BoundaryPoint[] {
  let number = 0
  return chainsOf(parcel).flatMap((chain, ring) => {
    const points = chain.slice(0, -1)
    return points.map((point, i): BoundaryPoint => {
      const [east = 0, north = 0] = point
      return {
        no: `J${++number}`,
        ring: ring + 1,
        north,
        east,
        length: distance(point, points[(i + 1) % points.length]!)
      }
    })
  })
}

const distance = ([ax = 0, ay = 0]: Position, [bx = 0, by = 0]: Position) => Math.hypot(bx - ax, by - ay)
