import { canonicalHash, type HashAlgorithm } from '../../lib/canonical-json.ts'
import type { Evaluation } from '../evaluate.ts'
import type { Parcel } from '../intake/intake.ts'
import { VARIANTS, type Variant } from '../measure/measure.ts'
import type { LandCheckRequest } from '../request.ts'
import { layersOf, type Ruleset, sensitivityWidth, sliverArea, toleranceWidth } from '../rules/ruleset.ts'
import { hashedResult } from './hashed.ts'
import {
  allBuildable,
  bySeverity,
  jurisdictionUnknown,
  notInForce,
  previewOnly,
  type Reason,
  uncoveredReason,
  VERDICT_TEXT,
  type Verdict,
  worst
} from './judge.ts'
import { netOf } from './net.ts'
import type { Outcome } from './outcome.ts'
import type { Answer } from './result.ts'
import { lengthM, squareM } from './round.ts'
import { marginOf, ruleResult } from './rule-result.ts'
import { equivalentWidth, splitParts, totalArea } from './sliver.ts'

export interface Composed {
  request: LandCheckRequest
  ruleset: Ruleset
  parcel: Parcel
  evaluation: Evaluation
  /** Of this server. */
  version: string
  hash: HashAlgorithm
  suggestions?: Answer['suggestions']
}

/** The answer, from what was measured: pure, so that the same measurements always say the same. */
export function compose(composed: Composed): Answer {
  const { request, ruleset, parcel, evaluation } = composed
  const { outcomes, snapshot, validTime } = evaluation
  const sensitivity = sensitivityOf(composed)
  const reasons = [...standingReasons(composed), ...reasonsFor(composed, 'base')].sort(bySeverity)
  const applicable = outcomes.filter(({ status }) => status !== 'NOT_APPLICABLE')
  const missing = applicable.filter(({ status }) => status === 'NOT_EVALUATED')
  const verdict = worst(reasons.map(({ severity }) => severity))
  const margins = outcomes.flatMap(outcome => marginOf(outcome, ruleset, parcel) ?? [])
  const answer = {
    verdict,
    verdictZh: VERDICT_TEXT[verdict].zh,
    verdictEn: VERDICT_TEXT[verdict].en,
    completeness: {
      evaluated: applicable.length - missing.length,
      total: applicable.length,
      mandatoryMissing: missing.filter(({ rule }) => rule.mandatory).length
    },
    reasons: reasons.length > 0 ? reasons : [allBuildable],
    marginM: margins.length > 0 ? Math.min(...margins) : null,
    marginSearchM: ruleset.marginSearchM,
    ...sensitivity,
    previewOnly: parcel.previewOnly,
    application: applicationOf(request),
    parcel: parcelOf(parcel, ruleset),
    ...netOf(evaluation, parcel),
    rules: outcomes.map(outcome => ruleResult(outcome, ruleset, parcel)),
    notHit: outcomes.filter(({ status }) => status === 'NO_HIT').map(({ rule }) => rule.id),
    notEvaluated: missing.map(({ rule }) => rule.id),
    slivers: sliversOf(composed),
    tenure: outcomes.flatMap(({ tenure = [] }) => tenure),
    setbacks: outcomes.flatMap(({ setbacks = [] }) => setbacks),
    caps: outcomes.flatMap(({ caps = [] }) => caps),
    households: outcomes.flatMap(({ households = [] }) => households),
    suggestions: composed.suggestions ?? [],
    asOf: { validTime, knownTime: snapshot.knownTime }
  }
  const { hash } = composed
  const inputHash = inputHashOf(parcel, ruleset, hash)
  const sources = { ...sourcesOf(composed), inputHash }
  const resultHash = canonicalHash(hashedResult(answer, sources, evaluation), hash)
  return {
    ...answer,
    provenance: { ...sources, resultHash, requestHash: canonicalHash(request, hash), hashAlgorithm: hash }
  }
}

/** Of the parcel on the grid: the same for every way of writing it. */
export const inputHashOf = (
  { grid }: Pick<Parcel, 'grid'>,
  { workingCrs, gridM }: Ruleset,
  hash: HashAlgorithm = 'sha256'
): string => canonicalHash({ crs: workingCrs, gridM, polygons: grid }, hash)

const applicationOf = (request: LandCheckRequest): Answer['application'] => ({
  type: request.applicationType ?? null,
  stage: request.stage ?? null,
  intendedUse: request.intendedUse ?? null,
  terrainClass: request.terrainClass ?? null,
  purpose: request.purpose ?? null
})

/** Why the answer cannot be relied on, whatever the rules say. */
function standingReasons({ ruleset, parcel, evaluation }: Composed): Reason[] {
  const { validTime } = evaluation
  const inForce = ruleset.validFrom <= validTime && (!ruleset.validTo || validTime < ruleset.validTo)
  return [
    ...(inForce ? [] : [notInForce(ruleset, validTime)]),
    ...(parcel.previewOnly ? [previewOnly(parcel.datum)] : []),
    ...(parcel.jurisdictionUnknown ? [jurisdictionUnknown(ruleset)] : [])
  ]
}

/** What counts against the parcel, or against a variant of it. */
function reasonsFor({ ruleset, parcel, evaluation }: Composed, variant: Variant): Reason[] {
  const pieces = evaluation.measure.uncovered[variant] ?? []
  const { real } = splitParts(
    pieces.filter(({ area }) => area > DUST),
    gapLimit(ruleset, parcel)
  )
  const uncovered = real.length > 0 ? [uncoveredReason(totalArea(real))] : []
  return [...evaluation.outcomes.flatMap(({ reasons }) => reasons[variant] ?? []), ...uncovered]
}

/** m²: one square millimetre. Overlays of slanted edges leave such pieces where no ground is. */
const DUST = 1e-6

const gapLimit = ({ sliver }: Ruleset, parcel: Parcel) =>
  Math.min(sliver.maxAreaM2, sliver.maxShare * parcel.areaPlanar)

function sensitivityOf(composed: Composed): Pick<Answer, 'boundarySensitive' | 'boundarySensitivity'> {
  const { evaluation, ruleset } = composed
  const [base, eroded, dilated] = VARIANTS.map((variant): Verdict | null =>
    evaluation.shapes[variant] ? worst(reasonsFor(composed, variant).map(({ severity }) => severity)) : null
  )
  return {
    boundarySensitive: eroded !== base || dilated !== base,
    boundarySensitivity: {
      toleranceM: lengthM(sensitivityWidth(ruleset)),
      eroded: eroded ?? null,
      dilated: dilated ?? base!
    }
  }
}

/** The parcel as answers have it. */
export function parcelOf(parcel: Parcel, ruleset: Ruleset): Answer['parcel'] {
  const { source, crs, geometry, vertices, parts, inside, ellipsoidMethod, notes } = parcel
  return {
    source,
    plot: parcel.plot,
    sourceFile: parcel.sourceFile,
    datum: parcel.datum,
    declaredArea: parcel.declaredArea,
    location: parcel.location,
    crs,
    crsWorking: ruleset.workingCrs,
    geometry,
    vertices,
    parts,
    areaPlanar: squareM(parcel.areaPlanar),
    areaEllipsoid: squareM(parcel.areaEllipsoid),
    ellipsoidMethod,
    perimeterM: lengthM(parcel.perimeter),
    inside,
    normalization: notes
  }
}

function sliversOf({ ruleset, parcel, evaluation }: Composed): Answer['slivers'] {
  const overlaps = evaluation.outcomes.flatMap(({ rule, slivers }) => {
    if (rule.kind !== 'overlap') return []
    const areaM2 = sliverArea(ruleset, rule, parcel.areaPlanar) ?? 0
    const widthM = toleranceWidth(ruleset, rule)
    return slivers.map(part => ({ rule: rule.id, kind: 'overlap' as const, part, areaM2, widthM }))
  })
  const areaM2 = gapLimit(ruleset, parcel)
  const pieces = (evaluation.measure.uncovered.base ?? []).filter(({ area }) => area > DUST)
  const gaps = splitParts(pieces, areaM2).slivers.map(part => ({
    rule: null,
    kind: 'gap' as const,
    part,
    areaM2,
    widthM: sensitivityWidth(ruleset)
  }))
  return [...overlaps, ...gaps].map(({ rule, kind, part, areaM2, widthM }) => ({
    rule,
    kind,
    area: squareM(part.area),
    widthM: lengthM(equivalentWidth(part)),
    threshold: { areaM2: squareM(areaM2), widthM: lengthM(widthM) },
    geometry: part.geometry!
  }))
}

function sourcesOf({
  ruleset,
  evaluation,
  version
}: Composed): Omit<Answer['provenance'], 'inputHash' | 'resultHash' | 'requestHash' | 'hashAlgorithm'> {
  const { snapshot, outcomes } = evaluation
  const ids = [...new Set(layersOf(ruleset))]
  return {
    ruleset: { id: ruleset.id, version: ruleset.version, hash: ruleset.hash },
    layers: ids.map(id => {
      const standing = snapshot.layers.find(layer => layer.id === id)
      return {
        id,
        revision: standing?.revision ?? 0,
        contentHash: standing?.contentHash ?? '',
        publishedAt: standing?.publishedAt ?? null,
        coverageOk: coverageOk(outcomes.filter(({ rule }) => 'layer' in rule && rule.layer === id))
      }
    }),
    engine: {
      service: version,
      postgis: snapshot.postgis,
      geos: snapshot.geos,
      proj: snapshot.proj,
      gridM: ruleset.gridM
    }
  }
}

/** Whether the parcel lies in surveyed ground of a layer: by its coverage, or because the rule set declares it. */
function coverageOk(outcomes: Outcome[]): boolean | null {
  const answers = outcomes
    .filter(({ measure }) => measure !== undefined)
    .map(
      ({ rule, unsurveyed }) =>
        ('coverage' in rule && rule.coverage !== undefined) || (typeof unsurveyed === 'number' && unsurveyed < DUST)
    )
  return answers.length === 0 ? null : answers.every(Boolean)
}
