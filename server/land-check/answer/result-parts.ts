import { Type } from 'typebox'
import { TextSchema } from '../../catalog/layer.ts'
import { CLASSES } from '../measure/measure.ts'
import { TREATMENTS } from '../rules/rule.ts'
import { VERDICTS } from './judge.ts'

/** What stands beside the rules in the answer of a land-check: what was found of each kind, and advice. */

export const strict = { additionalProperties: false } as const
export const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()])
export const Geometry = Type.Unsafe<object>({
  type: 'object',
  additionalProperties: true,
  description: 'GeoJSON, longitude latitude'
})
export const Hash = Type.String({ pattern: '^[0-9a-f]{64}$' })
export const VerdictSchema = Type.Enum([...VERDICTS])
export const ClassSchema = Type.Enum([...CLASSES])

export const SetbackSchema = Type.Object(
  {
    rule: Type.String(),
    layer: Type.String(),
    featureId: Type.String(),
    requiredM: Type.Number(),
    distanceM: Type.Number({ description: 'From the legal reference line, to 0.1 mm' }),
    kept: Type.Boolean()
  },
  strict
)

export const TenureSchema = Type.Object(
  {
    rule: Type.String(),
    layer: Type.String(),
    parcelCode: Type.String({ description: 'Masked where somebody else holds it' }),
    featureCode: Type.String({ description: '宗地特征码' }),
    holder: Type.Enum(['same', 'surrendered', 'other', 'unknown']),
    treatment: Type.Enum([...TREATMENTS]),
    area: Type.Number()
  },
  strict
)

export const CapSchema = Type.Object(
  {
    rule: Type.String(),
    code: Type.String(),
    maxM2: Type.Number(),
    areaM2: Type.Number({ description: 'By the rule’s area method' }),
    areaMethod: Type.Enum(['planar', 'ellipsoid']),
    excessM2: Type.Number({ description: '0 where it is kept' }),
    kept: Type.Boolean(),
    citation: Type.String()
  },
  strict
)

export const HouseholdSchema = Type.Object(
  {
    rule: Type.String(),
    registered: Type.Integer({ description: 'Homesteads under the pseudonym, the surrendered ones not counted' }),
    surrendered: Type.Integer(),
    allowed: Type.Integer(),
    parcelCodes: Type.Array(Type.String(), { description: 'Masked' })
  },
  strict
)

export const SuggestionSchema = Type.Object(
  {
    kind: Type.Enum(['largest-buildable', 'trim', 'shift', 'scale-to-cap']),
    verdict: VerdictSchema,
    area: Type.Number(),
    geometry: Geometry,
    shift: orNull(
      Type.Object(
        { eastM: Type.Number(), northM: Type.Number(), distanceM: Type.Number(), bearingDeg: Type.Number() },
        strict
      )
    ),
    inscribedCircle: orNull(
      Type.Object(
        { center: Type.Array(Type.Number(), { minItems: 2, maxItems: 2 }), radiusM: Type.Number() },
        { ...strict, description: 'Of largest-buildable: the largest circle inside, its centre longitude latitude' }
      )
    ),
    /** The same question with this geometry has this input hash. */
    inputHash: Hash,
    message: TextSchema
  },
  strict
)
