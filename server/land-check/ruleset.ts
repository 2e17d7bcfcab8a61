import { type Static, Type } from 'typebox'
import { ID_PATTERN, TextSchema } from '../catalog/layer.ts'

/**
 * A rule set as data: which layers decide about a parcel, with what effect, how exactly, and by which law. What a rule
 * set says is hashed into every answer, so that an answer names the rules it was given by.
 */

const Id = Type.String({ pattern: ID_PATTERN, maxLength: 40 })
const FieldName = Type.String({ pattern: '^[a-z][a-z0-9_]*$', maxLength: 63 })
const DateText = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
const strict = { additionalProperties: false } as const

const WhereSchema = Type.Object(
  { field: FieldName, in: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }) },
  { ...strict, description: 'Only rows whose field holds one of these values' }
)

const ToleranceSchema = Type.Object(
  {
    maxAreaM2: Type.Number({ minimum: 0, description: 'An overlap part larger than this is no sliver' }),
    maxShare: Type.Number({ minimum: 0, maximum: 1, description: 'The same as a share of the parcel' })
  },
  { ...strict, description: 'How much may be ignored as a digitising sliver; it must also be thin (see accuracyM)' }
)

export const EFFECTS = ['prohibit', 'restrict', 'review', 'allow', 'inform'] as const
export type Effect = (typeof EFFECTS)[number]

const RuleSchema = Type.Object(
  {
    id: Type.String({ pattern: '^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$', maxLength: 40 }),
    title: TextSchema,
    effect: Type.Enum([...EFFECTS], {
      description:
        'prohibit: forbidden land, an overlap rejects · restrict: restricted land, conditions apply · review: somebody must look · allow: buildable land · inform: reported only'
    }),
    layer: Id,
    where: Type.Optional(WhereSchema),
    mandatory: Type.Boolean({ description: 'Without an answer to a mandatory rule there is no verdict (fail closed)' }),
    zeroTolerance: Type.Boolean({ description: 'A sliver, or a boundary closer than the accuracy, needs a review' }),
    sliver: Type.Optional(
      Type.Union([ToleranceSchema, Type.Literal(false)], { description: 'false: none is ignored' })
    ),
    accuracyM: Type.Number({
      exclusiveMinimum: 0,
      description: 'Standard deviation of the layer’s boundaries, metres'
    }),
    coverage: Type.Optional(
      Type.Object(
        { declared: TextSchema },
        {
          ...strict,
          description: 'Why the layer covers its whole jurisdiction; default: the rule set’s coverage layer'
        }
      )
    ),
    appliesTo: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), { minItems: 1, description: 'Application types; default: every one' })
    ),
    attributes: Type.Optional(
      Type.Array(FieldName, { description: 'Fields shown of each feature; default: the first' })
    ),
    legalBasis: Type.Array(
      Type.Object(
        {
          doc: Type.String({ minLength: 1 }),
          article: Type.Optional(Type.String({ minLength: 1 })),
          url: Type.Optional(Type.String({ pattern: '^https?://' })),
          validFrom: Type.Optional(DateText),
          note: Type.Optional(Type.String({ minLength: 1 }))
        },
        strict
      )
    )
  },
  strict
)

export const RulesetSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    title: TextSchema,
    description: Type.Optional(TextSchema),
    version: Type.String({ minLength: 1, maxLength: 40 }),
    validFrom: DateText,
    workingCrs: Type.String({ pattern: '^EPSG:\\d{4,6}$', description: 'Projected, in metres: areas are taken in it' }),
    gridM: Type.Literal(0.0001, { description: 'Every coordinate lies on this grid' }),
    timeZone: Type.String({ minLength: 1, description: 'IANA name: which day it is when a check is made' }),
    jurisdiction: Type.Object(
      {
        title: TextSchema,
        extent: Type.Array(Type.Number(), {
          minItems: 4,
          maxItems: 4,
          description: 'west, south, east, north in degrees'
        }),
        paddingM: Type.Number({ minimum: 0 })
      },
      strict
    ),
    coverage: Type.Optional(
      Type.Object(
        { layer: Id, field: FieldName, where: Type.Optional(WhereSchema) },
        { ...strict, description: 'The layer of surveyed areas, and its field that names the surveyed layer' }
      )
    ),
    areaMethod: Type.Object(
      { overlap: Type.Literal('planar', { description: 'In the working CRS' }) },
      { ...strict, description: 'Which area each purpose uses; the ellipsoidal area of the parcel is always given too' }
    ),
    maxAreaM2: Type.Number({ exclusiveMinimum: 0 }),
    parcelAccuracyM: Type.Number({ exclusiveMinimum: 0, description: 'Standard deviation of boundary points, metres' }),
    sliver: ToleranceSchema,
    marginSearchM: Type.Number({ minimum: 0, maximum: 1000, description: 'How far around a margin is looked for' }),
    rules: Type.Array(RuleSchema, { minItems: 1 })
  },
  strict
)

export type RulesetDefinition = Static<typeof RulesetSchema>
export type Rule = Static<typeof RuleSchema>
export type Tolerance = Static<typeof ToleranceSchema>

/** A rule set as served: its file stem as id, and the SHA-256 of the file's canonical JSON. */
export interface Ruleset extends Omit<RulesetDefinition, '$schema'> {
  id: string
  hash: string
}

/** Widest overlap that may come from inaccuracy alone: w = 2·√(m_parcel² + m_layer²), metres. */
export const toleranceWidth = (ruleset: Ruleset, rule: Rule): number =>
  2 * Math.hypot(ruleset.parcelAccuracyM, rule.accuracyM)

/** The largest of the rules' widths: how far the parcel is eroded and dilated to see whether the verdict holds. */
export const sensitivityWidth = (ruleset: Ruleset): number =>
  Math.max(...ruleset.rules.filter(rule => rule.effect !== 'inform').map(rule => toleranceWidth(ruleset, rule)), 0)

/** The area up to which an overlap part of a rule may be a sliver, m²; null where the rule ignores none. */
export function sliverArea(ruleset: Ruleset, rule: Rule, parcelArea: number): number | null {
  if (rule.sliver === false) return null
  const { maxAreaM2, maxShare } = rule.sliver ?? ruleset.sliver
  return Math.min(maxAreaM2, maxShare * parcelArea)
}
