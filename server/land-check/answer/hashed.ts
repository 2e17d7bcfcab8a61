import type { Evaluation } from '../evaluate.ts'
import type { Position } from '../intake/given.ts'
import { canonicalRings, openRings } from '../intake/rings.ts'
import { CLASSES } from '../measure/measure.ts'
import type { Answer } from './result.ts'

type Hashable = Omit<Answer, 'provenance'>

/**
 * What a result hash is taken over: everything that was found, and what it was found by. Left out is how the parcel
 * was written (format, CRS, repairs) and when; geometries stand as whole 0.1 mm of the working CRS in canonical order,
 * so that the same parcel in another format has the same hash.
 */
export function hashedResult(answer: Hashable, sources: object, { measure }: Evaluation): object {
  const { parcel, net, rules, slivers, suggestions, asOf, ...rest } = answer
  return {
    ...rest,
    parcel: { areaPlanar: parcel.areaPlanar, areaEllipsoid: parcel.areaEllipsoid, parts: parcel.parts },
    net: net.map(({ geometry: _, ...numbers }) => numbers),
    shapes: CLASSES.map(land => gridShape(measure.classes[land].working)),
    // What a rule says of every parcel is in the rule set, whose hash is among the sources; what a message says is here.
    rules: rules.map(({ id, status, reason, detail, measure, threshold, features }) => ({
      ...{ id, status, reason, detail, measure, threshold },
      features: features.map(({ geometry: _, ...numbers }) => numbers)
    })),
    slivers: slivers.map(({ geometry: _, ...numbers }) => numbers),
    suggestions: suggestions.map(({ geometry: _, ...numbers }) => numbers),
    validTime: asOf.validTime,
    sources
  }
}

function gridShape(working: { coordinates: unknown } | null) {
  if (!working) return []
  const perMetre = 10_000
  const polygons = (working.coordinates as Position[][][]).map(rings =>
    rings.map(ring => ring.map(([x, y]): Position => [Math.round(x * perMetre), Math.round(y * perMetre)]))
  )
  const open = openRings(polygons).polygons.map(rings => rings.filter(ring => ring.length > 2))
  return canonicalRings(open.filter(rings => rings.length > 0))
}
