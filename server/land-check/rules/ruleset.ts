import { type Static, Type } from 'typebox'
import { TextSchema } from '../../catalog/layer.ts'
import {
  DateText,
  FieldName,
  Id,
  isLayerRule,
  type LayerRule,
  type OverlapRule,
  RuleSchema,
  strict,
  ToleranceSchema,
  WhereSchema
} from './rule.ts'

/**
 * A rule set as data: which layers decide about a parcel, with what effect, how exactly, and by which law. What a rule
 * set says is hashed into every answer, so that an answer names the rules it was given by.
 */

export const RulesetSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    title: TextSchema,
    description: Type.Optional(TextSchema),
    version: Type.String({ minLength: 1, maxLength: 40 }),
    validFrom: DateText,
    validTo: Type.Optional(DateText),
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
        paddingM: Type.Number({ minimum: 0 }),
        layer: Type.Optional(Id)
      },
      {
        ...strict,
        description: 'The extent finds wrong coordinates; the polygons of layer, where named, are the boundary itself'
      }
    ),
    parcelLayer: Type.Optional(
      Type.Object(
        { layer: Id, unitField: Type.Optional(FieldName) },
        { ...strict, description: 'Where 宗地代码 (its first field) and 不动产单元号 (unitField) are looked up' }
      )
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
    asBuilt: Type.Optional(
      Type.Object(
        {
          maxOutwardM: Type.Number({ minimum: 0, description: 'How far the built may reach beyond the approved' }),
          maxExcessM2: Type.Number({ minimum: 0, description: 'How much larger it may be' }),
          note: Type.Optional(Type.String({ minLength: 1 }))
        },
        { ...strict, description: 'What is tolerated when what was built is compared with what was approved' }
      )
    ),
    rules: Type.Array(RuleSchema, { minItems: 1 })
  },
  strict
)

export type RulesetDefinition = Static<typeof RulesetSchema>

/** A rule set as served: its file stem as id, and the SHA-256 of the file's canonical JSON. */
export interface Ruleset extends Omit<RulesetDefinition, '$schema'> {
  id: string
  hash: string
}

/** Widest overlap that may come from inaccuracy alone: w = 2·√(m_parcel² + m_layer²), metres. */
export const toleranceWidth = (ruleset: Ruleset, rule: LayerRule): number =>
  2 * Math.hypot(ruleset.parcelAccuracyM, rule.accuracyM)

/** The largest of the rules' widths: how far the parcel is eroded and dilated to see whether the verdict holds. */
export function sensitivityWidth(ruleset: Ruleset): number {
  const known = sensitivityWidths.get(ruleset)
  if (known !== undefined) return known
  const decisive = ruleset.rules.filter(isLayerRule).filter(rule => rule.kind !== 'overlap' || rule.effect !== 'inform')
  const width = Math.max(0, ...decisive.map(rule => toleranceWidth(ruleset, rule)))
  sensitivityWidths.set(ruleset, width)
  return width
}

/** Asked for by every rule of every check. */
const sensitivityWidths = new WeakMap<Ruleset, number>()

/** The area up to which an overlap part of a rule may be a sliver, m²; null where the rule ignores none. */
export function sliverArea(ruleset: Ruleset, rule: OverlapRule, parcelArea: number): number | null {
  if (rule.sliver === false) return null
  const { maxAreaM2, maxShare } = rule.sliver ?? ruleset.sliver
  return Math.min(maxAreaM2, maxShare * parcelArea)
}

/** The layers a rule set reads, each once or more. */
export const layersOf = ({ rules, coverage, jurisdiction, parcelLayer }: Ruleset): string[] => [
  ...rules.flatMap(rule => ('layer' in rule ? rule.layer : [])),
  ...[coverage?.layer, jurisdiction.layer, parcelLayer?.layer].flatMap(id => id ?? [])
]
