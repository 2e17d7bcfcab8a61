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
    open: Type.Boolean({ description: 'true: the list is a subset, an unknown code is a warning, not an error' }),
    standard: Type.Optional(Type.String({ description: 'The document the codes, or their colours, come from' })),
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
  { additionalProperties: false, title: 'Code list', description: 'layers/codelists/<id>.json' }
)

/** Whom to turn to about the services, as their metadata says it. */
const ContactSchema = Type.Object(
  {
    person: Type.Optional(TextSchema),
    position: Type.Optional(TextSchema),
    organization: Type.Optional(TextSchema),
    address: Type.Optional(
      Type.Object(
        {
          street: TextSchema,
          city: TextSchema,
          province: TextSchema,
          postcode: Type.String({ minLength: 1 }),
          country: TextSchema
        },
        { additionalProperties: false }
      )
    ),
    phone: Type.Optional(Type.String({ minLength: 1 })),
    email: Type.Optional(Type.String({ minLength: 1 }))
  },
  { additionalProperties: false, description: 'Whom to turn to about the services; printed in their capabilities' }
)

/** layers/district.json: which district this server serves. */
export const DistrictSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    code: Type.String({ pattern: '^\\d{12}$' }),
    title: TextSchema,
    extent: Type.Array(Type.Number(), {
      minItems: 4,
      maxItems: 4,
      description: 'west, south, east, north in degrees: where a layer’s features must lie unless it says otherwise'
    }),
    workingCrs: Type.String({ pattern: '^EPSG:\\d+$', description: 'The projected CRS of the district’s surveys' }),
    contact: Type.Optional(ContactSchema)
  },
  { additionalProperties: false, title: 'District', description: 'layers/district.json: the district that is served' }
)

/** styles/maps/<id>.json: a themed map, its layers from bottom to top. */
export const MapSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    title: TextSchema,
    description: Type.Optional(TextSchema),
    background: Type.String({ pattern: '^#[0-9a-f]{6}$' }),
    tone: Type.Optional(Type.Enum(['grey'], { description: 'Draws the layers’ own colours in shades of grey' })),
    layers: Type.Array(Id, { minItems: 1, uniqueItems: true, description: 'Layer ids from bottom to top' }),
    hidden: Type.Optional(
      Type.Array(Id, {
        uniqueItems: true,
        description: 'Those of the layers that are switched off at first: in the style with visibility none'
      })
    )
  },
  { additionalProperties: false, title: 'Map', description: 'styles/maps/<id>.json: a themed map' }
)

export type Theme = Static<typeof ThemeSchema>
export type Department = Static<typeof DepartmentSchema>
export type CodeList = Static<typeof CodeListSchema> & { id: string }
export type District = Static<typeof DistrictSchema>
export type MapDefinition = Static<typeof MapSchema> & { id: string }
