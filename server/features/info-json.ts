import type { DescribedFeature } from './describe-feature.ts'

/** As RFC 7946 wants coordinates; clients that know reference systems would else take them for those of the picture. */
const DEGREES = { type: 'name', properties: { name: 'urn:ogc:def:crs:OGC:1.3:CRS84' } }

/**
 * Features as GeoJSON (RFC 7946), longitude first: `properties` has the values as they are kept, `attributes` each with
 * its title and in words.
 */
export function infoJson(features: readonly DescribedFeature[]): string {
  return JSON.stringify({
    type: 'FeatureCollection',
    crs: DEGREES,
    numberReturned: features.length,
    features: features.map(({ id, featureId, layer, values, validFrom, validTo, geometry }) => ({
      type: 'Feature',
      id,
      geometry,
      properties: {
        feature_id: featureId,
        ...Object.fromEntries(values.map(({ name, value }) => [name, value])),
        ...(validFrom !== null && { valid_from: validFrom }),
        ...(validTo !== null && { valid_to: validTo })
      },
      layer,
      attributes: values.map(({ name, title, value, text }) => ({ name, title, value, text }))
    }))
  })
}
