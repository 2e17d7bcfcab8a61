import { type Static, Type } from 'typebox'

/** What `POST /api/land-checks` takes. What is not here is not built, and is refused. */
export const LandCheckRequestSchema = Type.Object(
  {
    geojson: Type.Optional(
      Type.Object(
        { type: Type.Enum(['Polygon', 'MultiPolygon', 'Feature', 'FeatureCollection']) },
        {
          additionalProperties: true,
          description:
            'RFC 7946, longitude latitude, at least 8 decimals: a Polygon or MultiPolygon, a Feature of one, or a FeatureCollection of one Feature'
        }
      )
    ),
    wkt: Type.Optional(
      Type.String({
        maxLength: 2_000_000,
        description:
          'POLYGON or MULTIPOLYGON, x y: easting northing, or longitude latitude, whatever the CRS’s axis order'
      })
    ),
    crs: Type.Optional(
      Type.String({ pattern: '^(EPSG:\\d{4,6}|OGC:CRS84)$', description: 'The CRS of wkt, for example EPSG:4547' })
    ),
    ruleset: Type.String({ default: 'homestead-demo', maxLength: 64, description: 'An id of /api/rulesets' }),
    applicationType: Type.Optional(
      Type.String({ minLength: 1, maxLength: 40, description: 'For example new, rebuild; decides which rules apply' })
    ),
    purpose: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Kept in the audit record' }))
  },
  { additionalProperties: false }
)

/** `ruleset` is filled in by its default where it came over HTTP. */
export type LandCheckRequest = Omit<Static<typeof LandCheckRequestSchema>, 'geojson'> & { geojson?: unknown }
