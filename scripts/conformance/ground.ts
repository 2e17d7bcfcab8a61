import type { Feature, FeatureCollection, Position } from 'geojson'
import proj4 from 'proj4'

/** The ground of the analytical cases: every case has a corner of its own, so that all of it is published once. */

export type Metres = [east: number, north: number]
/** A ring: its points, or a rectangle by its corner, width and height. */
export type Ring = Metres[] | { box: [east: number, north: number, width: number, height: number] }

export interface Zone {
  id: string
  rings?: Ring[]
  line?: Metres[]
}

/** What must be answered; what is not said is not compared. */
export interface Expected {
  verdict: string
  /** Forbidden, restricted, buildable, uncovered, m². */
  net?: number[]
  shares?: number[]
  parts?: number[][]
  rules?: Record<string, string>
  slivers?: number[]
  marginM?: number | null
  boundarySensitive?: boolean
  areaPlanar?: number
}

export interface Case {
  name: string
  /** Polygons of rings; by default 10 m east by 12 m north. */
  parcel?: Ring[][]
  request?: Record<string, unknown>
  /** Zones by layer, without the prefix. */
  ground: Record<string, Zone[]>
  expect: Expected
}

export interface CaseFile {
  origin: { crs: string; east: number; north: number; spacing: number; columns: number }
  tolerance: { areaM2: number; metres: number }
  /** What every question has beside its parcel. */
  request: Record<string, unknown>
  cases: Case[]
}

export const LAYER_PREFIX = 'conformance-'

const GAUSS_KRUGER = '+proj=tmerc +lat_0=0 +lon_0=114 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs'
const CGCS2000 = '+proj=longlat +a=6378137 +rf=298.257222101 +no_defs'
const toDegrees = proj4(GAUSS_KRUGER.replace('+ellps=GRS80', '+a=6378137 +rf=298.257222101'), CGCS2000)

/** Easting northing of EPSG:4547 as longitude latitude with 12 decimals, a ten-thousandth of a millimetre. */
export function degreesOf([east, north]: Metres): Position {
  const [lon = Number.NaN, lat = Number.NaN] = toDegrees.forward([east, north])
  return [Number(lon.toFixed(12)), Number(lat.toFixed(12))]
}

/** The corner of the n-th case in EPSG:4547: cases lie `spacing` metres apart, farther than any of them reaches. */
export function cornerOf({ origin }: CaseFile, n: number): Metres {
  const column = n % origin.columns
  return [origin.east + column * origin.spacing, origin.north + Math.floor(n / origin.columns) * origin.spacing]
}

/** A closed ring in EPSG:4547, coordinates on the 0.1 mm grid. */
export function ringAt(ring: Ring, [east, north]: Metres): Metres[] {
  const points: Metres[] = Array.isArray(ring) ? ring : corners(...ring.box)
  const placed = points.map(([e, n]): Metres => [onGrid(east + e), onGrid(north + n)])
  return [...placed, placed[0]!]
}

const corners = (east: number, north: number, width: number, height: number): Metres[] => [
  [east, north],
  [east + width, north],
  [east + width, north + height],
  [east, north + height]
]

const onGrid = (metres: number) => Number(metres.toFixed(4))

/** The parcel of a case as WKT of EPSG:4547. */
export function parcelWkt({ parcel = [[{ box: [0, 0, 10, 12] }]] }: Case, corner: Metres): string {
  const polygons = parcel.map(rings => {
    const text = rings.map(
      ring =>
        `(${ringAt(ring, corner)
          .map(point => point.map(c => c.toFixed(4)).join(' '))
          .join(', ')})`
    )
    return `(${text.join(', ')})`
  })
  return polygons.length === 1 ? `POLYGON ${polygons[0]}` : `MULTIPOLYGON (${polygons.join(', ')})`
}

/** The layers to publish before the cases are asked: GeoJSON, longitude latitude, fields `code` and `kind`. */
export function groundOf(file: CaseFile): Map<string, FeatureCollection> {
  const layers = new Map<string, FeatureCollection>()
  file.cases.forEach(({ ground }, n) => {
    for (const [layer, zones] of Object.entries(ground)) {
      const id = LAYER_PREFIX + layer
      const collection = layers.get(id) ?? { type: 'FeatureCollection', features: [] }
      collection.features.push(...zones.map(zone => featureOf(zone, n, cornerOf(file, n))))
      layers.set(id, collection)
    }
  })
  return layers
}

function featureOf({ id, rings = [], line }: Zone, n: number, corner: Metres): Feature {
  const properties = { code: `${n + 1}-${id}`, kind: id }
  if (line) {
    const coordinates = line.map(([e, north]) => degreesOf([onGrid(corner[0] + e), onGrid(corner[1] + north)]))
    return { type: 'Feature', properties, geometry: { type: 'MultiLineString', coordinates: [coordinates] } }
  }
  const polygon = rings.map(ring => ringAt(ring, corner).map(degreesOf))
  return { type: 'Feature', properties, geometry: { type: 'MultiPolygon', coordinates: [polygon] } }
}
