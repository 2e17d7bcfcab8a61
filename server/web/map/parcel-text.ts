import type { Geometry } from 'geojson'
import type { LandCheckRequest } from '../api/land-check.ts'
import { fromSurvey, SURVEY_CRS } from './coordinates.ts'

/** Pasted text as a parcel: GeoJSON or WKT. What is wrong with it the server says; here it is only told apart. */
export function readParcelText(
  text: string,
  crs: string
): { request: LandCheckRequest; outline: Geometry | null } | null {
  const trimmed = text.trim()
  if (trimmed === '') return null
  if (!trimmed.startsWith('{')) return { request: { wkt: trimmed, crs }, outline: outlineOfWkt(trimmed, crs) }
  try {
    const geojson: unknown = JSON.parse(trimmed)
    return { request: { geojson }, outline: outlineOfGeoJson(geojson) }
  } catch {
    return null
  }
}

/** Text of a 界址点 file: a section in brackets, or a line of point name, ring and two coordinates. */
export const isTxt = (text: string): boolean =>
  /^\s*[[【](属性描述|地块坐标)[\]】]/m.test(text) ||
  /^\s*[A-Za-z]{0,2}\d+\s*[,，]\s*\d+\s*[,，]\s*\d+\.\d+\s*[,，]\s*\d/m.test(text)

export const isGeoJson = (text: string): boolean => text.trim().startsWith('{')

interface AnyGeoJson {
  type?: string
  coordinates?: unknown
  geometry?: AnyGeoJson
  features?: AnyGeoJson[]
}

function outlineOfGeoJson(value: unknown): Geometry | null {
  const { type, geometry, features } = value as AnyGeoJson
  if (type === 'Feature') return outlineOfGeoJson(geometry ?? {})
  if (type === 'FeatureCollection') return features?.length === 1 ? outlineOfGeoJson(features[0]) : null
  return type === 'Polygon' || type === 'MultiPolygon' ? (value as Geometry) : null
}

/** A preview of a WKT polygon in a CRS the console knows; null where it knows none (the result will be drawn). */
function outlineOfWkt(wkt: string, crs: string): Geometry | null {
  const toLonLat = crs === SURVEY_CRS ? fromSurvey : /^EPSG:(4490|4326)$/.test(crs) ? (p: [number, number]) => p : null
  const body = /^POLYGON\s*\(\s*(\(.*\))\s*\)$/is.exec(wkt)?.[1]
  if (!toLonLat || !body) return null
  const rings = [...body.matchAll(/\(([^()]*)\)/g)].map(([, ring = '']) =>
    ring.split(',').map(pair => {
      const [x = Number.NaN, y = Number.NaN] = pair.trim().split(/\s+/).map(Number)
      return toLonLat([x, y])
    })
  )
  const finite = rings.flat(2).every(Number.isFinite)
  return finite && rings.length > 0 && rings.every(ring => ring.length >= 4)
    ? { type: 'Polygon', coordinates: rings }
    : null
}
