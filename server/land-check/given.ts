import { geometryTooLarge, geometryUnreadable } from './problems.ts'

export type Position = [number, number]
/** Polygons of rings (shell, holes …), x y as given. */
export type Polygons = Position[][][]

/** A parcel as it was sent, read but not yet judged. */
export interface GivenParcel {
  source: 'geojson' | 'wkt'
  polygons: Polygons
  vertices: number
  /** The most decimals any coordinate was written with. */
  decimals: number
  hasZ: boolean
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
