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
  const place = projectionOf(crs).inverse(x, y)
  return place.every(Number.isFinite) ? place : undefined
}

/**
 * What is within so many pixels of a spot: a closed ring of longitudes and latitudes in degrees, round in the picture.
 * Undefined where the CRS cannot say.
 */
export function ringAround({ crs, x, y, pixel: [width, height] }: Spot, reach: number): [number, number][] | undefined {
  const { inverse } = projectionOf(crs)
  const corners = Array.from({ length: CORNERS }, (_, i) => {
    const angle = (2 * Math.PI * i) / CORNERS
    return inverse(x + Math.cos(angle) * reach * width, y + Math.sin(angle) * reach * height)
  })
  return corners.every(corner => corner.every(Number.isFinite)) ? [...corners, corners[0]!] : undefined
}
