import proj4 from 'proj4'
import type { Point } from './plane.ts'

// EPSG:4547, CGCS2000 3-degree Gauss–Krüger CM 114E. GRS80's flattening is CGCS2000's.
const grid = proj4('+proj=etmerc +lat_0=0 +lon_0=114 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs')

/** Longitude latitude in degrees → east north in EPSG:4547 metres. */
export const toMetres = (lonLat: Point): Point => grid.forward([lonLat[0], lonLat[1]]) as [number, number]

/** East north in EPSG:4547 metres, rounded to 0.1 mm as a survey gives them → longitude latitude in degrees. */
export const toDegrees = ([x, y]: Point): Point => grid.inverse([round(x), round(y)]) as [number, number]

export const round = (metres: number): number => Math.round(metres * 1e4) / 1e4
