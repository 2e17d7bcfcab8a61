import { type Static, Type } from 'typebox'
import { TextSchema } from '../../catalog/layer.ts'
import { HASH_ALGORITHMS } from '../../lib/canonical-json.ts'
import { EFFECTS, LAW_STATUSES, RULE_SCHEMAS } from '../rules/rule.ts'
import { NOT_EVALUATED_REASONS, STATUSES } from './judge.ts'
import { ParcelSchema } from './parcel-schema.ts'
import {
  CapSchema,
  ClassSchema,
  Geometry,
  Hash,
  HouseholdSchema,
  orNull,
  SetbackSchema,
  SuggestionSchema,
  strict,
  TenureSchema,
  VerdictSchema
} from './result-parts.ts'

/** The answer of a land-check. Areas are m², planar in the working CRS; geometries are GeoJSON, longitude latitude. */

const NetSchema = Type.Object(
  {
    class: ClassSchema,
    area: Type.Number({ description: 'Two decimals; the classes sum to the parcel’s displayed area exactly' }),
    areaExact: Type.Number({ description: 'Six decimals' }),
    share: Type.Number(),
    geometry: orNull(Geometry)
  },
  strict
)

const PartSchema = Type.Object(
  {
    part: Type.Integer({ description: 'From 1' }),
    area: Type.Number(),
    net: Type.Array(Type.Object({ class: ClassSchema, area: Type.Number(), areaExact: Type.Number() }, strict))
  },
  strict
)

const RuleResultSchema = Type.Object(
  {
    id: Type.String(),
    kind: Type.Enum(Object.keys(RULE_SCHEMAS)),
    title: TextSchema,
    status: Type.Enum([...STATUSES]),
    reason: Type.Optional(Type.Enum([...NOT_EVALUATED_REASONS])),
    detail: Type.Optional(Type.String()),
    effect: Type.Enum([...EFFECTS]),
    lawStatus: Type.Enum([...LAW_STATUSES]),
    mandatory: Type.Boolean(),
    zeroTolerance: Type.Boolean(),
    layer: orNull(Type.String({ description: 'null: the rule reads none' })),
    measure: orNull(
      Type.Object(
        {
          area: Type.Number({ description: 'After union: nothing is counted twice' }),
          share: Type.Number(),
          widthM: orNull(Type.Number({ description: 'Of the widest part: the rectangle of its area and perimeter' })),
          marginM: orNull(Type.Number({ description: 'Distance when clear, −depth when hit; null: none is near' }))
        },
        strict
      )
    ),
    threshold: Type.Object(
      { areaM2: Type.Number({ description: 'Slivers up to this are set apart' }), widthM: Type.Number() },
      strict
    ),
    features: Type.Array(
      Type.Object(
        {
          layer: Type.String(),
          featureId: Type.String(),
          revision: Type.Integer({ description: 'Since which revision of the layer it is as it is' }),
          attributes: Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true }),
          overlapArea: Type.Number({ description: 'Gross: overlapping features each count in full' }),
          share: Type.Number(),
          geometry: Geometry
        },
        strict
      )
    ),
    legalBasis: Type.Array(Type.Unsafe<object>({ type: 'object', additionalProperties: true })),
    messageZh: Type.String(),
    messageEn: Type.String()
  },
  strict
)

const SliverSchema = Type.Object(
  {
    rule: orNull(Type.String({ description: 'null: a gap between zones' })),
    kind: Type.Enum(['overlap', 'gap']),
    area: Type.Number(),
    widthM: Type.Number(),
    threshold: Type.Object({ areaM2: Type.Number(), widthM: Type.Number() }, strict),
    geometry: Geometry
  },
  strict
)

const ProvenanceSchema = Type.Object(
  {
    ruleset: Type.Object({ id: Type.String(), version: Type.String(), hash: Hash }, strict),
    layers: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          revision: Type.Integer({ description: '0: never published' }),
          contentHash: Type.String(),
          publishedAt: orNull(Type.String()),
          coverageOk: orNull(Type.Boolean({ description: 'null: not asked' }))
        },
        strict
      )
    ),
    engine: Type.Object(
      {
        service: Type.String(),
        postgis: Type.String(),
        geos: Type.String(),
        proj: Type.String(),
        gridM: Type.Number()
      },
      strict
    ),
    inputHash: Hash,
    resultHash: Hash,
    requestHash: Hash,
    prevAuditHash: Hash,
    hashAlgorithm: Type.Enum([...HASH_ALGORITHMS], { description: 'Of the hashes of this answer but the rule set’s' })
  },
  strict
)

export const LandCheckResultSchema = Type.Object(
  {
    id: Type.String({ pattern: '^lc_[0-9A-HJKMNP-TV-Z]{26}$' }),
    createdAt: Type.String(),
    verdict: VerdictSchema,
    verdictZh: Type.String(),
    verdictEn: Type.String(),
    completeness: Type.Object(
      { evaluated: Type.Integer(), total: Type.Integer(), mandatoryMissing: Type.Integer() },
      strict
    ),
    reasons: Type.Array(
      Type.Object(
        { code: Type.String(), severity: VerdictSchema, rule: orNull(Type.String()), message: TextSchema },
        strict
      )
    ),
    marginM: orNull(Type.Number({ description: 'To the nearest forbidden or restricted boundary; negative: depth' })),
    marginSearchM: Type.Number({ description: 'A margin beyond this is null' }),
    boundarySensitive: Type.Boolean({ description: 'The verdict would differ for a boundary moved by its accuracy' }),
    boundarySensitivity: Type.Object(
      { toleranceM: Type.Number(), eroded: orNull(VerdictSchema), dilated: VerdictSchema },
      strict
    ),
    application: Type.Object(
      {
        type: orNull(Type.String()),
        stage: orNull(Type.String()),
        intendedUse: orNull(Type.Object({ system: Type.String(), code: Type.String() }, strict)),
        terrainClass: orNull(Type.String()),
        purpose: orNull(Type.String())
      },
      strict
    ),
    parcel: ParcelSchema,
    net: Type.Array(NetSchema),
    netCheck: Type.Object(
      {
        area: Type.Number({ description: 'Of the parcel, two decimals: what net[].area sums to' }),
        residual: Type.Number({ description: 'm²: the parcel less the classes, unrounded' }),
        complete: Type.Boolean({ description: 'false: a rule that feeds it was not evaluated' })
      },
      strict
    ),
    parts: Type.Array(PartSchema, { description: 'For a parcel of several parts' }),
    rules: Type.Array(RuleResultSchema),
    notHit: Type.Array(Type.String()),
    notEvaluated: Type.Array(Type.String()),
    slivers: Type.Array(SliverSchema),
    tenure: Type.Array(TenureSchema),
    setbacks: Type.Array(SetbackSchema),
    caps: Type.Array(CapSchema),
    households: Type.Array(HouseholdSchema),
    suggestions: Type.Array(SuggestionSchema, { description: 'Advice, re-checked by the same engine; on request' }),
    previewOnly: Type.Boolean({ description: 'The datum was shifted for maps: this is no authoritative answer' }),
    asOf: Type.Object({ validTime: Type.String(), knownTime: Type.String() }, strict),
    provenance: ProvenanceSchema
  },
  strict
)

export type LandCheckResult = Static<typeof LandCheckResultSchema>
/** The answer before it has an id and a place in the chain. */
export type Answer = Omit<LandCheckResult, 'id' | 'createdAt' | 'provenance'> & {
  provenance: Omit<LandCheckResult['provenance'], 'prevAuditHash'>
}
