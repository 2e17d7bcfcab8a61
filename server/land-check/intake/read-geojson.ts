import { geometryUnreadable } from '../problems.ts'
import { coordinatesOf, decimalsOf, type GivenParcel } from './given.ts'

type Json = Record<string, unknown>

/** Members each object may have (RFC 7946 §7.1 forbids new meanings; `crs` of the 2008 draft would change the datum). */
const MEMBERS: Record<string, string[]> = {
  Polygon: ['type', 'coordinates', 'bbox'],
  MultiPolygon: ['type', 'coordinates', 'bbox'],
  Feature: ['type', 'geometry', 'properties', 'id', 'bbox'],
  FeatureCollection: ['type', 'features', 'bbox', 'name']
}

/**
 * Reads a parcel from GeoJSON (RFC 7946): a Polygon or MultiPolygon, a Feature of one, or a FeatureCollection of one
 * Feature. Longitude latitude in degrees.
 * @throws GEOMETRY_UNREADABLE with a JSON pointer
 */
export function readGeojson(value: unknown, pointer = '/geojson'): GivenParcel {
  const object = asObject(value, pointer)
  switch (object['type']) {
    case 'FeatureCollection': {
      const features = object['features']
      if (!Array.isArray(features) || features.length !== 1) {
        const count = Array.isArray(features) ? features.length : 0
        throw unreadable(
          `${pointer}/features`,
          `须恰有一个要素,收到 ${count} 个`,
          `one feature is needed, not ${count}`
        )
      }
      return readGeojson(features[0], `${pointer}/features/0`)
    }
    case 'Feature':
      return readGeojson(object['geometry'], `${pointer}/geometry`)
    case 'Polygon':
      return parcel([object['coordinates']], pointer, (_part, rest) => `${pointer}/coordinates${rest}`)
    default:
      return parcel(object['coordinates'], pointer, (part, rest) => `${pointer}/coordinates/${part}${rest}`)
  }
}

const MAX_FEATURES = 1000

/** The features of a collection, each a plot: its id or place, and the first of its texts as its name. */
export function splitFeatures(value: unknown): { no: string; name: string; pointer: string; value: unknown }[] {
  const features = (value as Json | null)?.['type'] === 'FeatureCollection' ? (value as Json)['features'] : undefined
  if (!Array.isArray(features) || features.length < 2) return [{ no: '1', name: '', pointer: '/geojson', value }]
  asObject(value, '/geojson')
  if (features.length > MAX_FEATURES) {
    const count = features.length
    throw unreadable(
      '/geojson/features',
      `最多 ${MAX_FEATURES} 个要素，收到 ${count} 个`,
      `at most ${MAX_FEATURES} features, not ${count}`
    )
  }
  return features.map((feature: Json | null, i) => {
    const properties = Object.values((feature?.['properties'] ?? {}) as Json)
    return {
      no: String(feature?.['id'] ?? i + 1).slice(0, 100),
      name: String(properties.find(property => typeof property === 'string') ?? '').slice(0, 100),
      pointer: `/geojson/features/${i}`,
      value: feature
    }
  })
}

function asObject(value: unknown, pointer: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unreadable(pointer, '须为 GeoJSON 对象', 'a GeoJSON object is needed')
  }
  const object = value as Json
  const allowed = MEMBERS[String(object['type'])]
  if (!allowed) {
    const type = JSON.stringify(object['type']) ?? ''
    throw unreadable(
      `${pointer}/type`,
      `类型 ${type} 不是面`,
      `type ${type} is no Polygon, MultiPolygon or Feature of one`
    )
  }
  const extra = Object.keys(object).find(key => !allowed.includes(key))
  if (extra) throw unreadable(`${pointer}/${extra}`, `不认识成员 ${extra}`, `the member ${extra} is not known`)
  return object
}

function parcel(parts: unknown, pointer: string, at: (part: number, rest: string) => string): GivenParcel {
  let decimals = 0
  let dropped = false
  const read = (value: unknown, place: string): [number, number] => {
    if (!Array.isArray(value) || value.length < 2 || value.length > 4 || !value.every(Number.isFinite)) {
      throw unreadable(place, '坐标须为二至四个有限数', 'a position is two to four finite numbers')
    }
    const [x, y] = value as [number, number]
    decimals = Math.max(decimals, decimalsOf(String(x)), decimalsOf(String(y)))
    dropped ||= value.length > 2
    return [x, y]
  }
  if (!Array.isArray(parts)) throw unreadable(`${pointer}/coordinates`, '须为数组', 'must be an array')
  const polygons = parts.map((rings, p) => {
    if (!Array.isArray(rings)) throw unreadable(at(p, ''), '须为环的数组', 'must be an array of rings')
    return rings.map((ring, r) => {
      if (!Array.isArray(ring)) throw unreadable(at(p, `/${r}`), '须为坐标的数组', 'must be an array of positions')
      return ring.map((position, i) => read(position, at(p, `/${r}/${i}`)))
    })
  })
  return { source: 'geojson', ...coordinatesOf(polygons), decimals, hasZ: dropped }
}

const unreadable = (pointer: string, zh: string, en: string) =>
  geometryUnreadable(
    { zh: `${pointer} ${zh}`, en: `${pointer}: ${en}` },
    { details: [{ pointer, message: { zh, en } }] }
  )
