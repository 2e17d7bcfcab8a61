import type { Problem, Text } from '../../lib/errors.ts'
import { geometryTooLarge, geometryUnreadable } from '../problems.ts'

export type Position = [number, number]
/** Polygons of rings (shell, holes …), x y as given. */
export type Polygons = Position[][][]

/** The forms a parcel may be sent in. */
export const SOURCES = ['geojson', 'wkt', 'vertices', 'txt', 'parcelCode', 'file'] as const

/** What was tolerated, repaired or assumed on the way in. `line`: of the TXT, from 1, the first of `count`. */
export interface Note {
  code: string
  message: Text
  count?: number
  line?: number
}

/** A parcel as it was sent, read but not yet judged. */
export interface GivenParcel {
  source: (typeof SOURCES)[number]
  polygons: Polygons
  vertices: number
  /** The most decimals any coordinate was written with. */
  decimals: number
  hasZ: boolean
}

/** A parcel with all that is known about it before its geometry is judged. */
export interface GivenPlot extends GivenParcel {
  crs: string
  notes: Note[]
  /** m², as the source declares it */
  declaredArea: number | null
}

/** One of the plots in an input, in its order; a plot that cannot be read hides no other. */
export interface Plot {
  no: string
  name: string
  parcel: GivenPlot | Problem
}

const MAX_VERTICES = 10_000
const MAX_PARTS = 200

/** @throws GEOMETRY_UNREADABLE when empty, PAYLOAD_TOO_LARGE beyond 10 000 vertices or 200 parts */
export function coordinatesOf(polygons: Polygons): Pick<GivenParcel, 'polygons' | 'vertices'> {
  const vertices = polygons.reduce((all, rings) => rings.reduce((sum, ring) => sum + ring.length, all), 0)
  if (vertices > MAX_VERTICES || polygons.length > MAX_PARTS) {
    throw geometryTooLarge({ vertices, parts: polygons.length })
  }
  if (polygons.length === 0 || polygons.some(rings => rings.length === 0)) {
    throw geometryUnreadable({ zh: '几何为空', en: 'it is empty' })
  }
  return { polygons, vertices }
}

/** How many decimals a number's text has: `407761.089` 3, `113.10` 2, `1.5e-7` 8. */
export function decimalsOf(number: string): number {
  const [, fraction = '', exponent = '0'] = /^[+-]?\d*\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(number) ?? []
  return Math.max(0, fraction.length - Number(exponent))
}
