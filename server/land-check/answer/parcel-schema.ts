import { Type } from 'typebox'
import { TextSchema } from '../../catalog/layer.ts'
import { SOURCES } from '../intake/given.ts'

/** The parcel as answers have it: what was sent, and what was made of it. */

const strict = { additionalProperties: false } as const
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const Geometry = Type.Unsafe<object>({
  type: 'object',
  additionalProperties: true,
  description: 'GeoJSON, longitude latitude'
})

const NoteSchema = Type.Object(
  {
    code: Type.String(),
    count: Type.Optional(Type.Integer()),
    line: Type.Optional(Type.Integer({ description: 'Of a TXT, from 1' })),
    message: TextSchema
  },
  strict
)

export const ParcelSchema = Type.Object(
  {
    source: Type.Enum([...SOURCES]),
    plot: orNull(Type.Object({ no: Type.String(), name: Type.String() }, strict)),
    sourceFile: orNull(Type.Unsafe<object>({ type: 'object', additionalProperties: true })),
    datum: Type.String(),
    declaredArea: orNull(Type.Number({ description: 'm², as declared with the parcel; compared, never used' })),
    location: orNull(Type.Object({ division: Type.String(), name: TextSchema }, strict)),
    crs: Type.String(),
    crsWorking: Type.String(),
    geometry: Geometry,
    vertices: Type.Integer(),
    parts: Type.Integer(),
    areaPlanar: Type.Number(),
    areaEllipsoid: Type.Number(),
    ellipsoidMethod: Type.String(),
    perimeterM: Type.Number(),
    inside: Type.Array(Type.Number(), { minItems: 2, maxItems: 2, description: 'A point inside, longitude latitude' }),
    normalization: Type.Array(NoteSchema)
  },
  strict
)
