import { type Static, Type } from 'typebox'
import { ID_PATTERN, TextSchema } from './layer.ts'

/** What layers share, so that no definition says it twice: themes, departments, code lists, the district, maps. */

const Id = Type.String({ pattern: ID_PATTERN })

export const ThemeSchema = Type.Object({ id: Id, title: TextSchema }, { additionalProperties: false })
export const DepartmentSchema = Type.Object({ id: Id, title: TextSchema }, { additionalProperties: false })

export const CodeListSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    title: TextSchema,
    /** An open list is a subset: an unknown code is a warning, not an error. */
    open: Type.Boolean(),
    codes: Type.Array(
      Type.Object(
        {
          code: Type.String({ minLength: 1 }),
          title: TextSchema,
          color: Type.Optional(Type.String({ pattern: '^#[0-9a-f]{6}$' }))
        },
        { additionalProperties: false }
      ),
      { minItems: 1 }
    )
  },
  { additionalProperties: false }
)

/** layers/district.json: which district this server serves. */
export const DistrictSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    code: Type.String({ pattern: '^\\d{12}$' }),
    title: TextSchema,
    /** west, south, east, north in degrees: the default extent a layer's features must lie in. */
    extent: Type.Array(Type.Number(), { minItems: 4, maxItems: 4 }),
    /** The projected CRS of the district's surveys. */
    workingCrs: Type.String({ pattern: '^EPSG:\\d+$' })
  },
  { additionalProperties: false }
)

/** styles/maps/<id>.json: a themed map, its layers from bottom to top. */
export const MapSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    title: TextSchema,
    description: Type.Optional(TextSchema),
    background: Type.String({ pattern: '^#[0-9a-f]{6}$' }),
    layers: Type.Array(Id, { minItems: 1 })
  },
  { additionalProperties: false }
)

export type Theme = Static<typeof ThemeSchema>
export type Department = Static<typeof DepartmentSchema>
export type CodeList = Static<typeof CodeListSchema> & { id: string }
export type District = Static<typeof DistrictSchema>
export type MapDefinition = Static<typeof MapSchema> & { id: string }
