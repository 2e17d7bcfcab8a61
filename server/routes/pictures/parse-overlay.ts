import type { Feature, FeatureCollection, Geometry } from 'geojson'
import { badOverlay } from './problems.ts'

/** Of an overlay: characters as written, features, places, and how deep collections of geometries may nest. */
export const OVERLAY_LIMITS = { bytes: 1024 * 1024, features: 1000, places: 50_000, depth: 4, text: 200 } as const

/** How many brackets a position has around it in the coordinates of each type (RFC 7946 §3.1). */
const NESTING: Readonly<Record<string, number>> = {
  Point: 0,
  MultiPoint: 1,
  LineString: 1,
  MultiLineString: 2,
  Polygon: 2,
  MultiPolygon: 3
}

/** Properties that say how a feature is drawn, as simplestyle-spec 1.1.0 names them; all others are dropped. */
const COLORS = ['stroke', 'fill', 'marker-color'] as const
const NUMBERS = { 'stroke-width': 50, 'stroke-opacity': 1, 'fill-opacity': 1, 'marker-radius': 50 } as const
const HEX = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i

/**
 * Checks GeoJSON that a client has laid over a map: a FeatureCollection, a Feature or a Geometry in degrees, longitude
 * first. What comes back holds only what was checked.
 * @throws PICTURE_OVERLAY_INVALID
 */
export function parseOverlay(given: unknown): FeatureCollection {
  const state = { places: 0 }
  const root = objectAt(given, '')
  const found =
    root['type'] === 'FeatureCollection'
      ? listAt(root['features'], '/features').map((feature, i) => [feature, `/features/${i}`] as const)
      : [[root, ''] as const]
  if (found.length > OVERLAY_LIMITS.features) throw badOverlay('/features', `≤ ${OVERLAY_LIMITS.features}`)
  return { type: 'FeatureCollection', features: found.flatMap(([one, at]) => featureAt(one, at, state)) }
}

/** The overlay of an address. @throws PICTURE_OVERLAY_INVALID */
export function parseOverlayText(text: string): FeatureCollection {
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch {
    throw badOverlay('', 'JSON')
  }
  return parseOverlay(given)
}

interface State {
  places: number
}

/** None where a feature has no geometry. */
function featureAt(given: unknown, at: string, state: State): Feature[] {
  const one = objectAt(given, at)
  if (one['type'] !== 'Feature') {
    return geometriesAt(one, at, state, 0).map(geometry => ({ type: 'Feature', geometry, properties: {} }))
  }
  if (one['geometry'] === null) return []
  const geometries = geometriesAt(objectAt(one['geometry'], `${at}/geometry`), `${at}/geometry`, state, 0)
  const properties = one['properties'] ? styleAt(objectAt(one['properties'], `${at}/properties`)) : {}
  return geometries.map(geometry => ({ type: 'Feature', geometry, properties }))
}

/** A geometry, or those of a collection. */
function geometriesAt(given: Record<string, unknown>, at: string, state: State, depth: number): Geometry[] {
  const type = String(given['type'])
  if (type === 'GeometryCollection') {
    if (depth >= OVERLAY_LIMITS.depth) throw badOverlay(at, `≤ ${OVERLAY_LIMITS.depth} GeometryCollection`)
    return listAt(given['geometries'], `${at}/geometries`).flatMap((inner, i) =>
      geometriesAt(objectAt(inner, `${at}/geometries/${i}`), `${at}/geometries/${i}`, state, depth + 1)
    )
  }
  const nesting = Object.hasOwn(NESTING, type) ? NESTING[type] : undefined
  if (nesting === undefined) throw badOverlay(`${at}/type`, 'FeatureCollection, Feature, Polygon …')
  const coordinates = coordinatesAt(given['coordinates'], `${at}/coordinates`, nesting, state)
  return [{ type, coordinates } as Geometry]
}

function coordinatesAt(given: unknown, at: string, nesting: number, state: State): unknown[] {
  const list = listAt(given, at)
  if (nesting > 0) return list.map((inner, i) => coordinatesAt(inner, `${at}/${i}`, nesting - 1, state))
  if (++state.places > OVERLAY_LIMITS.places) throw badOverlay(at, `≤ ${OVERLAY_LIMITS.places}`)
  const [longitude, latitude] = list
  if (!isWithin(longitude, 180) || !isWithin(latitude, 90)) throw badOverlay(at, '[-180 … 180, -90 … 90]')
  return [longitude, latitude]
}

const isWithin = (value: unknown, most: number): value is number => typeof value === 'number' && Math.abs(value) <= most

function styleAt(properties: Record<string, unknown>): Record<string, string | number> {
  const kept: Record<string, string | number> = {}
  for (const name of COLORS) {
    const value = properties[name]
    if (typeof value === 'string' && HEX.test(value)) kept[name] = value
  }
  for (const [name, most] of Object.entries(NUMBERS)) {
    const value = properties[name]
    if (typeof value === 'number' && value >= 0 && value <= most) kept[name] = value
  }
  const { title } = properties
  if (typeof title === 'string') kept['title'] = title.slice(0, OVERLAY_LIMITS.text)
  return kept
}

function objectAt(given: unknown, at: string): Record<string, unknown> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw badOverlay(at, '{…}')
  return given as Record<string, unknown>
}

function listAt(given: unknown, at: string): unknown[] {
  if (!Array.isArray(given)) throw badOverlay(at, '[…]')
  return given
}
