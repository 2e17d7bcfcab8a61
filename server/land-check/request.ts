import { type Static, Type } from 'typebox'

/** What a land-check is asked (reference: land-check §3.2). What is not here is not built, and is refused. */

const strict = { additionalProperties: false } as const
const Code = (description: string) => Type.String({ minLength: 1, maxLength: 40, description })

const Geojson = Type.Object(
  { type: Type.Enum(['Polygon', 'MultiPolygon', 'Feature', 'FeatureCollection']) },
  {
    additionalProperties: true,
    description:
      'RFC 7946, longitude latitude, at least 8 decimals: a Polygon or MultiPolygon, a Feature of one, or a FeatureCollection of one Feature'
  }
)

/** The parcel, in one of these forms. A file (shapefile, TXT …) is read by the route, which fills in `wkt` or `txt`. */
const parcelForms = {
  geojson: Type.Optional(Geojson),
  wkt: Type.Optional(
    Type.String({
      maxLength: 2_000_000,
      description:
        'POLYGON or MULTIPOLYGON, x y: easting northing, or longitude latitude, whatever the CRS’s axis order'
    })
  ),
  vertices: Type.Optional(
    Type.Array(Type.Array(Type.Number(), { minItems: 2, maxItems: 2 }), {
      minItems: 3,
      maxItems: 10_000,
      description: '界址点: one ring of x y pairs in the declared CRS'
    })
  ),
  crs: Type.Optional(
    Type.String({
      pattern: '^(EPSG:\\d{4,6}|OGC:CRS84)$',
      description: 'The CRS of wkt and vertices, for example EPSG:4547'
    })
  ),
  txt: Type.Optional(Type.String({ maxLength: 2_000_000, description: '界址点坐标 TXT, the text of the file' })),
  parcelCode: Type.Optional(
    Type.String({
      pattern: '^\\d{12}[A-Z]{2}\\d{5}([A-Z]\\d{8})?$',
      description: '宗地代码 (19) or 不动产单元号 (28), looked up in the parcel layer of the rule set'
    })
  ),
  plot: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 100,
      description: 'Of several plots in one input: 地块编号, or its place from 1'
    })
  ),
  sourceFile: Type.Optional(
    Type.Object(
      {
        name: Type.String({ maxLength: 255 }),
        format: Type.String({ maxLength: 40 }),
        sha256: Type.String({ pattern: '^[0-9a-f]{64}$' })
      },
      { ...strict, description: 'The file the parcel was read from' }
    )
  ),
  datum: Type.Optional(
    Type.Enum(['CGCS2000', 'GCJ-02', 'BD-09'], {
      description: 'GCJ-02 and BD-09 (longitude latitude of web maps): preview only, never a verdict'
    })
  ),
  repair: Type.Optional(
    Type.Enum(['none', 'structure'], {
      description:
        'structure: an invalid polygon may be repaired where its area stays within 0.01 m² and its parts the same'
    })
  )
}

const Household = Type.Object(
  {
    pseudonym: Type.String({
      minLength: 1,
      maxLength: 100,
      description: 'As in the register; never a name or an ID number'
    }),
    membersEligible: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
    collective: Type.Optional(Code('Code of the village collective the household belongs to')),
    surrenderParcelCodes: Type.Optional(
      Type.Array(Type.String({ maxLength: 40 }), { maxItems: 20, description: '宗地代码 given up in exchange' })
    )
  },
  strict
)

const AsOf = Type.Object(
  {
    validTime: Type.Optional(
      Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'The day whose law applies; default: today' })
    ),
    knownTime: Type.Optional(
      Type.String({ format: 'date-time', description: 'What was published by then; default: now' })
    )
  },
  strict
)

export const INCLUDES = ['suggestions', 'trace'] as const

export const LandCheckRequestSchema = Type.Object(
  {
    ...parcelForms,
    ruleset: Type.String({ default: 'homestead-demo', maxLength: 64, description: 'An id of /api/rulesets' }),
    applicationType: Type.Optional(Code('For example new, rebuild, extension; decides which rules apply')),
    stage: Type.Optional(
      Type.Enum(['pre-check', 'approval', 'publicity', 'design', 'setting-out', 'acceptance'], {
        description: 'Where in the approval the question is asked'
      })
    ),
    intendedUse: Type.Optional(
      Type.Object({ system: Code('The code list, for example landuse-plan'), code: Code('For example 0703') }, strict)
    ),
    household: Type.Optional(Household),
    terrainClass: Type.Optional(Type.Enum(['plain', 'hill', 'mountain'], { description: 'Decides the area cap' })),
    declaredAreaM2: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'Compared, never used' })),
    asOf: Type.Optional(AsOf),
    include: Type.Optional(Type.Array(Type.Enum([...INCLUDES]), { uniqueItems: true, maxItems: INCLUDES.length })),
    purpose: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Kept in the audit record' }))
  },
  strict
)

/** `ruleset` is filled in by its default where it came over HTTP. */
export type LandCheckRequest = Omit<Static<typeof LandCheckRequestSchema>, 'geojson'> & { geojson?: unknown }
