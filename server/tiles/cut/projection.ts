/** Shares of the world's girth, from the north-western corner of the grids: x to the east, y to the south. */

/** The poles are infinitely far on Mercator's projection: what lies beyond this is drawn at it. */
const LAST_LATITUDE = 89.9

export const mercatorX = (longitude: number): number => (longitude + 180) / 360

/** Mercator's projection on the sphere (EPSG:3857). */
export function mercatorY(latitude: number): number {
  const within = Math.min(Math.max(latitude, -LAST_LATITUDE), LAST_LATITUDE)
  const sine = Math.sin((within * Math.PI) / 180)
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)
}

/** Where a place of Mercator's projection lies on a grid of degrees: 90° at 0, so that a degree is as long as in x. */
export const degreesY = (y: number): number => 0.25 - Math.atan(Math.sinh(Math.PI - 2 * Math.PI * y)) / (2 * Math.PI)

/** The other way round. */
export const fromDegreesY = (y: number): number => mercatorY(90 - 360 * y)
