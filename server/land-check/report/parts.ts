import type { Geometry } from 'geojson'
import type { LandCheckResult } from '../answer/result.ts'
import type { Projected } from './input.ts'

/** One geometry of an answer, for other programs. */
export interface Part {
  role: 'parcel' | 'net' | 'overlap' | 'sliver' | 'suggestion'
  /** Of the net partition; the kind of a sliver or suggestion. */
  class: string | null
  rule: string | null
  layer: string | null
  featureId: string | null
  verdict: string | null
  /** m², planar in the working CRS. */
  area: number
  geometry: Geometry
}

/** Everything an answer shows, longitude latitude; with `projected` in metres of its working CRS. */
export function partsOf(result: LandCheckResult, projected?: Projected): Part[] {
  const none = { class: null, rule: null, layer: null, featureId: null, verdict: null }
  const given = (geometry: object) => geometry as Geometry
  const parcel: Part = {
    ...none,
    role: 'parcel',
    verdict: result.verdict,
    area: result.parcel.areaPlanar,
    geometry: projected?.parcel ?? given(result.parcel.geometry)
  }
  const net = result.net.flatMap(({ class: land, areaExact: area, geometry }, i): Part[] => {
    const shape = projected ? projected.net[i] : geometry
    return shape ? [{ ...none, role: 'net', class: land, area, geometry: given(shape) }] : []
  })
  const overlaps = result.rules.flatMap(({ id: rule, features }, i) =>
    features.map(({ layer, featureId, overlapArea: area, geometry }, n): Part => {
      const shape = projected?.overlaps[i]?.[n] ?? given(geometry)
      return { ...none, role: 'overlap', rule, layer, featureId, area, geometry: shape }
    })
  )
  const slivers = result.slivers.map(({ rule, kind, area, geometry }, i): Part => {
    return { ...none, role: 'sliver', class: kind, rule, area, geometry: projected?.slivers[i] ?? given(geometry) }
  })
  const suggestions = result.suggestions.map(({ kind, verdict, area, geometry }, i): Part => {
    const shape = projected?.suggestions[i] ?? given(geometry)
    return { ...none, role: 'suggestion', class: kind, verdict, area, geometry: shape }
  })
  return [parcel, ...net, ...overlaps, ...slivers, ...suggestions]
}

/** The parts as GeoJSON (RFC 7946), one feature each. */
export function partsGeojson(result: LandCheckResult): string {
  const features = partsOf(result).map(({ geometry, ...properties }, i) => ({
    type: 'Feature',
    id: i + 1,
    properties,
    geometry
  }))
  const { id, verdict, provenance } = result
  return JSON.stringify({
    type: 'FeatureCollection',
    landCheck: { id, verdict, resultHash: provenance.resultHash, crsWorking: result.parcel.crsWorking },
    features
  })
}
