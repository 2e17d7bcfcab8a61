import { Type } from 'typebox'
import { STATUSES } from '../uploads/record.ts'

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])

const Text = Type.Object({ zh: Type.String(), en: Type.String() })

const IssueSchema = Type.Object({
  kind: Type.String({ description: 'What is wrong, as a word: bad-value, invalid-geometry, outside-extent …' }),
  severity: Type.Enum(['error', 'warning']),
  index: Type.Integer({ description: 'The feature, counted from 0 in the order of the file' }),
  featureId: Type.Optional(Type.String({ description: 'Its business key' })),
  field: Type.Optional(Type.String()),
  value: Type.Optional(Type.String()),
  location: Type.Optional(Type.Array(Type.Number(), { description: 'Longitude, latitude in degrees (EPSG:4490)' })),
  message: Text
})

const ReportSchema = Type.Object({
  source: Type.Optional(
    Type.Object({
      format: Type.String(),
      dataset: Type.String(),
      crs: Type.String({ description: 'The CRS the file was in' }),
      encoding: Type.String({ description: 'The encoding its texts were read in' }),
      features: Type.Integer(),
      geometryTypes: Type.Array(Type.String())
    })
  ),
  fields: Type.Array(
    Type.Object({
      name: Type.String(),
      type: Type.String(),
      from: Nullable(Type.String({ description: 'The property of the file; null: none' }))
    })
  ),
  notes: Type.Array(Text),
  errors: Type.Integer(),
  warnings: Type.Integer(),
  counts: Type.Record(Type.String(), Type.Integer(), { description: 'Issues by kind' }),
  issues: Type.Array(IssueSchema, { description: 'At most 100' }),
  result: Type.Optional(
    Type.Object({
      unchanged: Type.Boolean({ description: 'Nothing differed from what was published' }),
      inserted: Type.Integer(),
      updated: Type.Integer(),
      removed: Type.Integer(),
      featureCount: Type.Integer()
    })
  )
})

/** An upload as the API shows it. */
export const UploadSchema = Type.Object({
  id: Type.String(),
  layer: Type.String(),
  mode: Type.Enum(['replace', 'append']),
  status: Type.Enum([...STATUSES]),
  progress: Type.Number({ minimum: 0, maximum: 1 }),
  file: Type.String(),
  bytes: Type.Integer(),
  actor: Type.String({ description: 'The id of the key that sent it' }),
  report: Nullable(ReportSchema),
  problem: Nullable(Type.Object({}, { additionalProperties: true, description: 'RFC 9457, for refused and failed' })),
  revision: Nullable(Type.Integer({ description: 'The revision of the layer that it published' })),
  createdAt: Type.String({ format: 'date-time' }),
  finishedAt: Nullable(Type.String({ format: 'date-time' })),
  links: Type.Object({ self: Type.String(), layer: Type.Optional(Type.String()) })
})
