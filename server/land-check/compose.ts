import { canonicalHash } from '../lib/canonical-json.ts'
import type { Evaluation, Outcome } from './evaluate.ts'
import { hashedResult } from './hashed.ts'
import type { Parcel } from './intake.ts'
import { allBuildable, nearReason, type Reason, reasonsOf, VERDICT_TEXT, type Verdict, worst } from './judge.ts'
import { netOf } from './net.ts'
import { VARIANTS, type Variant } from './plan-rule.ts'
import type { LandCheckRequest } from './request.ts'
import type { Answer } from './result.ts'
import { lengthM, squareM } from './round.ts'
import { marginOf, ruleResult } from './rule-result.ts'
import { type Ruleset, sensitivityWidth, sliverArea, toleranceWidth } from './ruleset.ts'
import { equivalentWidth, splitParts, totalArea } from './sliver.ts'

export interface Composed {
  request: LandCheckRequest
  ruleset: Ruleset
  parcel: Parcel
  evaluation: Evaluation
  /** Of this server. */
  version: string
}

/** The answer, from what was measured: pure, so that the same measurements always say the same. */
export function compose(composed: Composed): Answer {
  const { request, ruleset, parcel, evaluation } = composed
  const { outcomes, snapshot, validTime } = evaluation
  const sensitivity = sensitivityOf(composed)
  const reasons = [...reasonsFor(composed, 'base'), ...nearReasons(outcomes)]
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
    application: { type: request.applicationType ?? null, purpose: request.purpose ?? null },
    parcel: parcelOf(parcel, ruleset),
    ...netOf(evaluation, parcel),
    rules: outcomes.map(outcome => ruleResult(outcome, ruleset, parcel)),
    notHit: outcomes.filter(({ status }) => status === 'NO_HIT').map(({ rule }) => rule.id),
    notEvaluated: missing.map(({ rule }) => rule.id),
    slivers: sliversOf(composed),
    asOf: { validTime, knownTime: snapshot.knownTime }
  }
  const inputHash = canonicalHash({ crs: ruleset.workingCrs, gridM: ruleset.gridM, polygons: parcel.grid })
  const sources = { ...sourcesOf(composed), inputHash }
  const resultHash = canonicalHash(hashedResult(answer, sources, evaluation))
  return { ...answer, provenance: { ...sources, resultHash, requestHash: canonicalHash(request) } }
}

/** What counts against the parcel, or against a variant of it. */
function reasonsFor({ ruleset, parcel, evaluation }: Composed, variant: Variant): Reason[] {
  const findings = evaluation.outcomes.map(outcome =>
    variant === 'base' ? outcome : { ...outcome, status: outcome.variants[variant] ?? outcome.status }
  )
  const pieces = evaluation.partition.uncovered[variant] ?? []
  const { real } = splitParts(
    pieces.filter(({ area }) => area > DUST),
    gapLimit(ruleset, parcel)
  )
  return reasonsOf(findings, totalArea(real))
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

/** Clear of a zero-tolerance layer, but not by more than the surveys can tell. */
function nearReasons(outcomes: Outcome[]): Reason[] {
  const near = outcomes.filter(
    ({ rule, status, variants }) =>
      rule.zeroTolerance && status === 'NO_HIT' && (['HIT', 'SLIVER'] as unknown[]).includes(variants.dilated)
  )
  return near.map(({ rule }) => nearReason(rule))
}

function parcelOf(parcel: Parcel, ruleset: Ruleset): Answer['parcel'] {
  const { source, crs, geometry, vertices, parts, inside, ellipsoidMethod, notes } = parcel
  return {
    source,
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
  const overlaps = evaluation.outcomes.flatMap(({ rule, slivers }) =>
    slivers.map(part => ({
      rule: rule.id,
      kind: 'overlap' as const,
      part,
      areaM2: sliverArea(ruleset, rule, parcel.areaPlanar) ?? 0,
      widthM: toleranceWidth(ruleset, rule)
    }))
  )
  const areaM2 = gapLimit(ruleset, parcel)
  const pieces = (evaluation.partition.uncovered.base ?? []).filter(({ area }) => area > DUST)
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
}: Composed): Omit<Answer['provenance'], 'inputHash' | 'resultHash' | 'requestHash'> {
  const { snapshot, outcomes } = evaluation
  const ids = [
    ...new Set([...ruleset.rules.map(rule => rule.layer), ...(ruleset.coverage ? [ruleset.coverage.layer] : [])])
  ]
  return {
    ruleset: { id: ruleset.id, version: ruleset.version, hash: ruleset.hash },
    layers: ids.map(id => {
      const standing = snapshot.layers.find(layer => layer.id === id)
      return {
        id,
        revision: standing?.revision ?? 0,
        contentHash: standing?.contentHash ?? '',
        publishedAt: standing?.publishedAt ?? null,
        coverageOk: coverageOk(outcomes.filter(({ rule }) => rule.layer === id))
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
    .map(({ rule, unsurveyed }) => Boolean(rule.coverage) || (typeof unsurveyed === 'number' && unsurveyed < DUST))
  return answers.length === 0 ? null : answers.every(Boolean)
}
