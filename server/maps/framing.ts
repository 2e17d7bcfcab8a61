import { type PictureCrs, projectionOf } from '../lib/picture-crs.ts'
import { outsideCrs } from './framing-problems.ts'
import type { PictureFrame } from './picture.ts'

/** From what somebody wants to see to the frame of a picture. Positions are longitude latitude in degrees. */

/** Metres around the equator: what zoom 0 of MapLibre shows along 512 pixels. */
const GIRTH = 2 * Math.PI * 6378137
const ZOOM_PIXELS = 512

/** First eccentricity squared of the ellipsoid of GB/T 28588-2012 (CGCS2000); that of WGS 84 is the same to 10⁻¹⁰. */
const E2 = 0.0066943800229

/** Inches and CSS pixels: a pixel is a ninety-sixth of an inch (CSS Values and Units 4 §6.2). */
export const METRES_PER_CSS_PIXEL = 0.0254 / 96

/** west, south, east, north in degrees */
export type DegreesBox = readonly [number, number, number, number]

interface Size {
  width: number
  height: number
}

/** Metres on the ground along one unit of x and one of y of a CRS, at a place in its own coordinates. */
export function groundMetres(crs: PictureCrs, x: number, y: number): { x: number; y: number } {
  const step = crs.unit === 'degree' ? 1e-4 : 10
  const { inverse } = projectionOf(crs)
  const length = (dx: number, dy: number) => {
    const [west, south] = inverse(x - dx, y - dy)
    const [east, north] = inverse(x + dx, y + dy)
    const latitude = ((south + north) / 2) * RADIANS
    const root = Math.sqrt(1 - E2 * Math.sin(latitude) ** 2)
    const acrossMetres = (6378137 / root) * Math.cos(latitude) * (east - west) * RADIANS
    const alongMetres = ((6378137 * (1 - E2)) / root ** 3) * (north - south) * RADIANS
    return Math.hypot(acrossMetres, alongMetres) / (2 * step)
  }
  return { x: length(step, 0), y: length(0, step) }
}

const RADIANS = Math.PI / 180

/** Units of a CRS that a CSS pixel measures at a MapLibre zoom, in the middle of a picture. */
export function unitsAtZoom(crs: PictureCrs, [longitude, latitude]: readonly [number, number], zoom: number): number {
  const pixels = ZOOM_PIXELS * 2 ** zoom
  if (crs.unit === 'degree') return 360 / pixels
  const mercator = GIRTH / pixels
  if (crs.code === 'EPSG:3857') return mercator
  const [x, y] = placeIn(crs, longitude, latitude)
  return (mercator * Math.cos(latitude * RADIANS)) / groundMetres(crs, x, y).x
}

/** The frame with a place in its middle. @throws PICTURE_OUTSIDE_CRS */
export function frameAround(
  crs: PictureCrs,
  [longitude, latitude]: readonly [number, number],
  unitsPerPixel: number,
  { width, height }: Size,
  pixelRatio: number
): PictureFrame {
  const [x, y] = placeIn(crs, longitude, latitude)
  const [halfWidth, halfHeight] = [(width * unitsPerPixel) / 2, (height * unitsPerPixel) / 2]
  return { crs, box: [x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight], width, height, pixelRatio }
}

/** The frame that a box just fits into, in its middle. @throws PICTURE_OUTSIDE_CRS */
export function frameOfBox(crs: PictureCrs, degrees: DegreesBox, size: Size, pixelRatio: number): PictureFrame {
  const [west, south, east, north] = boxIn(crs, degrees)
  const units = Math.max((east - west) / size.width, (north - south) / size.height)
  const [x, y] = [(west + east) / 2, (south + north) / 2]
  const [halfWidth, halfHeight] = [(size.width * units) / 2, (size.height * units) / 2]
  return { crs, box: [x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight], ...size, pixelRatio }
}

/** What a box of degrees covers in a CRS, its sides being curves there. @throws PICTURE_OUTSIDE_CRS */
export function boxIn(crs: PictureCrs, [west, south, east, north]: DegreesBox): [number, number, number, number] {
  const STEPS = 8
  const places: [number, number][] = []
  for (let i = 0; i <= STEPS; i++) {
    const [longitude, latitude] = [west + ((east - west) * i) / STEPS, south + ((north - south) * i) / STEPS]
    for (const side of [south, north]) places.push(placeIn(crs, longitude, side))
    for (const side of [west, east]) places.push(placeIn(crs, side, latitude))
  }
  const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)]
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]
}

/** @throws PICTURE_OUTSIDE_CRS where the CRS is not made for the place */
function placeIn(crs: PictureCrs, longitude: number, latitude: number): [number, number] {
  const [west, south, east, north] = crs.area
  if (!(longitude >= west && longitude <= east && latitude >= south && latitude <= north)) {
    throw outsideCrs({ crs: crs.code, area: crs.area.join(', '), place: `${longitude} ${latitude}` })
  }
  return projectionOf(crs).forward(longitude, latitude)
}
