import proj4 from 'proj4'
import { tileExtent, WEB_MERCATOR_QUAD } from './tile-matrix.ts'

/**
 * The coordinate reference systems that maps are drawn in. Coordinates inside the program are always x y: longitude
 * latitude or easting northing. Which comes first in a request is a matter of its standard, by `northFirst`.
 */
export interface PictureCrs {
  /** As WMS names it: `CRS:84`, `EPSG:4490`. */
  code: string
  unit: 'degree' | 'metre'
  /** Whether the register names the north first (latitude longitude, northing easting). */
  northFirst: boolean
  /** Where it can be used: west, south, east, north in degrees. */
  area: readonly [number, number, number, number]
  /** PROJ's definition; undefined: its x and y are longitude and latitude. */
  proj?: string
}

const WORLD = [-180, -90, 180, 90] as const

/** A Gauss-Krüger projection of CGCS2000: semi-major axis and flattening of GB/T 28588-2012. */
const gaussKruger = (meridian: number, falseEasting: number) =>
  `+proj=tmerc +lat_0=0 +lon_0=${meridian} +k=1 +x_0=${falseEasting} +y_0=0 +a=6378137 +rf=298.257222101 +units=m +no_defs`

export const PICTURE_CRS: readonly PictureCrs[] = [
  { code: 'CRS:84', unit: 'degree', northFirst: false, area: WORLD },
  { code: 'EPSG:4326', unit: 'degree', northFirst: true, area: WORLD },
  { code: 'EPSG:4490', unit: 'degree', northFirst: true, area: WORLD },
  {
    code: 'EPSG:3857',
    unit: 'metre',
    northFirst: false,
    area: [-180, -85.051129, 180, 85.051129],
    proj: '+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +no_defs'
  },
  zone('EPSG:4526', 114, 38_500_000),
  zone('EPSG:4547', 114, 500_000),
  zone('EPSG:4549', 120, 500_000)
]

/** 3° wide; half a zone more on both sides, as districts lie across borders of zones. */
function zone(code: string, meridian: number, falseEasting: number): PictureCrs {
  return {
    code,
    unit: 'metre',
    northFirst: true,
    area: [meridian - 3, 0, meridian + 3, 84],
    proj: gaussKruger(meridian, falseEasting)
  }
}

/** The system a code stands for, in either case; undefined where pictures are not drawn in it. */
export const findPictureCrs = (code: string): PictureCrs | undefined =>
  PICTURE_CRS.find(crs => crs.code === code.toUpperCase())

/** From longitude latitude (degrees) to x y of a CRS, and back. */
export interface Projection {
  forward(longitude: number, latitude: number): [x: number, y: number]
  inverse(x: number, y: number): [longitude: number, latitude: number]
}

const IDENTITY: Projection = { forward: (x, y) => [x, y], inverse: (x, y) => [x, y] }
const projections = new Map<string, Projection>()

export function projectionOf({ proj }: PictureCrs): Projection {
  if (!proj) return IDENTITY
  const known = projections.get(proj)
  if (known) return known
  // Degrees of WGS 84 and CGCS2000 are taken as equal; the ellipsoid is the projection's own, so nothing is shifted.
  const made = proj4(`${proj} +nadgrids=@null`)
  const projection: Projection = {
    forward: (longitude, latitude) => made.forward([longitude, latitude]) as [number, number],
    inverse: (x, y) => made.inverse([x, y]) as [number, number]
  }
  projections.set(proj, projection)
  return projection
}

/** The side of the square that Web Mercator draws the world in, in metres. */
export const MERCATOR_SIDE = tileExtent(WEB_MERCATOR_QUAD, { z: 0, x: 0, y: 0 })[2] * 2
