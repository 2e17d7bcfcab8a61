import { type PictureCrs, projectionOf } from '../lib/picture-crs.ts'

/** A pixel of a picture that somebody points at. */
export interface Spot {
  crs: PictureCrs
  /** Its middle, in units of the CRS: x is the east and y the north. */
  x: number
  y: number
  /** How wide and high a pixel is, in units of the CRS. */
  pixel: readonly [width: number, height: number]
}

/** Corners of the ring that stands for a circle. */
const CORNERS = 16

/** Where a spot lies: longitude latitude in degrees; undefined where its CRS cannot say. */
export function placeOf({ crs, x, y }: Spot): [number, number] | undefined {
  return inDegrees(crs, x, y)
}

function inDegrees(crs: PictureCrs, x: number, y: number): [number, number] | undefined {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return undefined
  const place = projectionOf(crs).inverse(x, y)
  return place.every(Number.isFinite) ? place : undefined
}

/**
 * What is within so many pixels of a spot: a closed ring of longitudes and latitudes in degrees, round in the picture.
 * Undefined where the CRS cannot say.
 */
export function ringAround({ crs, x, y, pixel: [width, height] }: Spot, reach: number): [number, number][] | undefined {
  const corners = Array.from({ length: CORNERS }, (_, i) => {
    const angle = (2 * Math.PI * i) / CORNERS
    return inDegrees(crs, x + Math.cos(angle) * reach * width, y + Math.sin(angle) * reach * height)
  })
  const ring = [...corners, corners[0]]
  return ring.every(corner => corner !== undefined) ? ring : undefined
}
