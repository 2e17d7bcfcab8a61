import { type Static, Type } from 'typebox'
import { ID_PATTERN, TextSchema } from '../../catalog/layer.ts'

/** One rule of a rule set, as data. Its `kind` says how it is evaluated: one file of kinds/ each. */

export const Id = Type.String({ pattern: ID_PATTERN, maxLength: 40 })
export const FieldName = Type.String({ pattern: '^[a-z][a-z0-9_]*$', maxLength: 63 })
export const DateText = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
export const strict = { additionalProperties: false } as const

export const WhereSchema = Type.Object(
  { field: FieldName, in: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }) },
  { ...strict, description: 'Only rows whose field holds one of these values' }
)

export const ToleranceSchema = Type.Object(
  {
    maxAreaM2: Type.Number({ minimum: 0, description: 'An overlap part larger than this is no sliver' }),
    maxShare: Type.Number({ minimum: 0, maximum: 1, description: 'The same as a share of the parcel' })
  },
  { ...strict, description: 'How much may be ignored as a digitising sliver; it must also be thin (see accuracyM)' }
)

export const LegalBasisSchema = Type.Array(
  Type.Object(
    {
      doc: Type.String({ minLength: 1 }),
      article: Type.Optional(Type.String({ minLength: 1 })),
      url: Type.Optional(Type.String({ pattern: '^https?://' })),
      validFrom: Type.Optional(DateText),
      validTo: Type.Optional(DateText),
      note: Type.Optional(Type.String({ minLength: 1 }))
    },
    strict
  )
)

export const EFFECTS = ['prohibit', 'restrict', 'review', 'allow', 'inform'] as const
export type Effect = (typeof EFFECTS)[number]

/** What every rule has. */
export const common = {
  id: Type.String({ pattern: '^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$', maxLength: 40 }),
  title: TextSchema,
  mandatory: Type.Boolean({ description: 'Without an answer to a mandatory rule there is no verdict (fail closed)' }),
  appliesTo: Type.Optional(
    Type.Array(Type.String({ minLength: 1 }), { minItems: 1, description: 'Application types; default: every one' })
  ),
  legalBasis: LegalBasisSchema
}

/** What a rule has that reads features of a layer. */
export const layered = {
  layer: Id,
  where: Type.Optional(WhereSchema),
  accuracyM: Type.Number({
    exclusiveMinimum: 0,
    description: 'Standard deviation of the layer’s boundaries, metres'
  }),
  coverage: Type.Optional(
    Type.Object(
      { declared: TextSchema },
      { ...strict, description: 'Why the layer covers its whole jurisdiction; default: the rule set’s coverage layer' }
    )
  ),
  maxAgeDays: Type.Optional(
    Type.Integer({ minimum: 1, description: 'A layer published longer ago answers nothing (layer_stale)' })
  ),
  attributes: Type.Optional(Type.Array(FieldName, { description: 'Fields shown of each feature; default: the first' }))
}

export const LAW_STATUSES = ['inForce', 'changeWithPreEffect', 'changeWithoutPreEffect'] as const

/** Overlap of areas: zones, prohibitions, plans. */
export const OverlapRuleSchema = Type.Object(
  {
    ...common,
    ...layered,
    kind: Type.Literal('overlap'),
    effect: Type.Enum([...EFFECTS], {
      description:
        'prohibit: forbidden land, an overlap rejects · restrict: restricted land, conditions apply · review: somebody must look · allow: buildable land · inform: reported only'
    }),
    zeroTolerance: Type.Boolean({ description: 'A sliver, or a boundary closer than the accuracy, needs a review' }),
    sliver: Type.Optional(
      Type.Union([ToleranceSchema, Type.Literal(false)], { description: 'false: none is ignored' })
    ),
    lawStatus: Type.Optional(
      Type.Enum([...LAW_STATUSES], {
        description: 'Of what the layer holds; changeWithPreEffect: a draft plan that already binds (review)'
      })
    )
  },
  strict
)

/** Setback: the parcel must keep its distance from lines, points or polygons. */
export const DistanceRuleSchema = Type.Object(
  {
    ...common,
    ...layered,
    kind: Type.Literal('distance'),
    effect: Type.Enum(['prohibit', 'restrict', 'review'], { description: 'restrict: needs consent' }),
    distance: Type.Object(
      {
        metres: Type.Optional(Type.Number({ minimum: 0, description: 'For every feature, or where byCode has none' })),
        field: Type.Optional(FieldName),
        byCode: Type.Optional(
          Type.Record(Type.String(), Type.Number({ minimum: 0 }), { description: 'Metres by the value of field' })
        ),
        offsetField: Type.Optional(FieldName)
      },
      {
        ...strict,
        description:
          'Metres from the legal reference line; offsetField: metres between the stored line and the legal one (half the road, the outer conductor)'
      }
    )
  },
  strict
)

const StagesSchema = Type.Array(Type.String({ minLength: 1 }), {
  minItems: 1,
  description: 'Stages at which nobody has applied yet, so that the applicant is not asked about; otherwise it is'
})

export const TREATMENTS = ['conflict', 'rebuild', 'surrender', 'state-land', 'conversion', 'dispute', 'base'] as const

/** Tenure: existing parcels under the applied one, judged by the 宗地特征码 (GB/T 37346) and by who holds them. */
export const TenureRuleSchema = Type.Object(
  {
    ...common,
    ...layered,
    kind: Type.Literal('tenure'),
    codeField: FieldName,
    featureCode: Type.Optional(
      Type.String({
        pattern: '^[GJZ][ABSXCDEFHGWY]$',
        description: 'Of parcels whose own codes hold none, for example JD'
      })
    ),
    holderField: Type.Optional(FieldName),
    treatments: Type.Array(
      Type.Object(
        {
          featureCode: Type.String({ pattern: '^[GJZ*][ABSXCDEFHGWY*]$', description: '宗地特征码; * for any letter' }),
          holder: Type.Optional(
            Type.Enum(['same', 'surrendered', 'other'], { description: 'Of the household that applies; default: any' })
          ),
          treatment: Type.Enum([...TREATMENTS]),
          effect: Type.Enum(['prohibit', 'restrict', 'review', 'inform'])
        },
        strict
      ),
      { minItems: 1, description: 'The first that fits a parcel decides about it' }
    ),
    mustCover: Type.Optional(
      Type.Object(
        {
          effect: Type.Enum(['prohibit', 'restrict', 'review']),
          holder: Type.Optional(
            Type.Literal('same', { description: 'Only parcels the household itself holds count (rebuilding in place)' })
          ),
          collectiveField: Type.Optional(FieldName),
          collectiveEffect: Type.Optional(
            Type.Enum(['prohibit', 'restrict', 'review'], {
              description: 'Of another collective’s land; default: effect'
            })
          ),
          collectiveNotAskedAt: Type.Optional(StagesSchema)
        },
        {
          ...strict,
          description:
            'The parcels must cover the applied one (collective ownership, JA), and be the applicant’s collective’s'
        }
      )
    )
  },
  strict
)

/** Area cap from a dated table of parameters. */
export const CapRuleSchema = Type.Object(
  {
    ...common,
    kind: Type.Literal('cap'),
    effect: Type.Enum(['prohibit', 'restrict'], { description: 'restrict: curable by a smaller parcel' }),
    areaMethod: Type.Enum(['planar', 'ellipsoid']),
    toleranceM2: Type.Number({ minimum: 0, maximum: 1, description: 'Unrounded area ≤ cap + tolerance passes' }),
    defaultTerrain: Type.Optional(Type.Enum(['plain', 'hill', 'mountain'])),
    values: Type.Array(
      Type.Object(
        {
          code: Type.String({ minLength: 1, maxLength: 40 }),
          title: TextSchema,
          terrain: Type.Optional(Type.Enum(['plain', 'hill', 'mountain'])),
          maxM2: Type.Number({ exclusiveMinimum: 0 }),
          validFrom: DateText,
          validTo: Type.Optional(DateText),
          citation: Type.String({ minLength: 1 })
        },
        strict
      ),
      { minItems: 1 }
    )
  },
  strict
)

/** One household, one homestead: how many the register already holds under the pseudonym. */
export const HouseholdRuleSchema = Type.Object(
  {
    ...common,
    kind: Type.Literal('household'),
    layer: Id,
    holderField: FieldName,
    codeField: FieldName,
    effect: Type.Enum(['prohibit', 'restrict', 'review']),
    notAskedAt: Type.Optional(StagesSchema),
    allowed: Type.Integer({ minimum: 0, description: 'Homesteads a household may hold beside the one applied for' })
  },
  strict
)

export const RULE_SCHEMAS = {
  overlap: OverlapRuleSchema,
  distance: DistanceRuleSchema,
  tenure: TenureRuleSchema,
  cap: CapRuleSchema,
  household: HouseholdRuleSchema
} as const

export type OverlapRule = Static<typeof OverlapRuleSchema>
export type DistanceRule = Static<typeof DistanceRuleSchema>
export type TenureRule = Static<typeof TenureRuleSchema>
export type CapRule = Static<typeof CapRuleSchema>
export type HouseholdRule = Static<typeof HouseholdRuleSchema>
export type Rule = OverlapRule | DistanceRule | TenureRule | CapRule | HouseholdRule
/** Rules that are measured on the features of a layer. */
export type LayerRule = OverlapRule | DistanceRule | TenureRule
export type Tolerance = Static<typeof ToleranceSchema>

export const isLayerRule = (rule: Rule): rule is LayerRule => rule.kind !== 'cap' && rule.kind !== 'household'

export const RuleSchema = Type.Union([
  OverlapRuleSchema,
  DistanceRuleSchema,
  TenureRuleSchema,
  CapRuleSchema,
  HouseholdRuleSchema
])
