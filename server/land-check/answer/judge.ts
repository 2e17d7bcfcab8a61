import type { Text } from '../../lib/errors.ts'
import type { DistanceRule, OverlapRule, Rule } from '../rules/rule.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import { metres2, percent, whyNot } from './messages.ts'

/** Worst first: the verdict is the worst of the reasons' severities, so a further reason can only worsen it. */
export const VERDICTS = ['REJECT', 'INDETERMINATE', 'REVIEW', 'CONDITIONAL', 'PASS'] as const
export type Verdict = (typeof VERDICTS)[number]

export const STATUSES = ['HIT', 'NO_HIT', 'SLIVER', 'NOT_EVALUATED', 'NOT_APPLICABLE'] as const
export type Status = (typeof STATUSES)[number]

export const NOT_EVALUATED_REASONS = [
  'layer_missing',
  'layer_stale',
  'no_data',
  'no_coverage',
  'invalid_geometry',
  'input_missing',
  'timeout',
  'error'
] as const
export type NotEvaluated = (typeof NOT_EVALUATED_REASONS)[number]

export interface Reason {
  code: string
  severity: Verdict
  /** The rule it comes from; null for what no rule covers. */
  rule: string | null
  message: Text
}

export const worst = (verdicts: readonly Verdict[]): Verdict =>
  VERDICTS.find(verdict => verdicts.includes(verdict)) ?? 'PASS'

export const bySeverity = (a: Reason, b: Reason): number => VERDICTS.indexOf(a.severity) - VERDICTS.indexOf(b.severity)

/** Ground that no rule covers is never buildable. */
export function uncoveredReason(area: number): Reason {
  const zh = `${metres2(area)}平方米没有任何管制分区覆盖，不能视为可建。`
  const en = `${metres2(area)} m² are covered by no zone; that is not buildable land.`
  return { code: 'UNCOVERED', severity: 'REVIEW', rule: null, message: { zh, en } }
}

/** Nothing where the rule is not mandatory: what it would say is only information. */
export function notEvaluatedReason({ id, title, mandatory }: Rule, reason: NotEvaluated = 'error'): Reason[] {
  if (!mandatory) return []
  const why = whyNot(reason)
  const message = {
    zh: `“${title.zh}”无法评定：${why.zh}。`,
    en: `${title.en} could not be evaluated: ${why.en}.`
  }
  return [{ code: 'NOT_EVALUATED', severity: 'INDETERMINATE', rule: id, message }]
}

interface OverlapFinding {
  rule: OverlapRule
  status: Status
  reason?: NotEvaluated
  /** m² and share of the parcel, after union. */
  area: number
  share: number
}

/** What an overlap counts against the parcel, or nothing. */
export function overlapReason({ rule, status, reason, area, share }: OverlapFinding): Reason | undefined {
  if (status === 'NO_HIT' || status === 'NOT_APPLICABLE') return undefined
  const { zh, en } = rule.title
  const size = { zh: `${metres2(area)}平方米（${percent(share)}）`, en: `${metres2(area)} m² (${percent(share)})` }
  const say = (code: string, severity: Verdict, message: Text): Reason => ({ code, severity, rule: rule.id, message })
  if (status === 'NOT_EVALUATED') return notEvaluatedReason(rule, reason)[0]
  if (status === 'SLIVER' && rule.zeroTolerance) {
    const message = {
      zh: `与“${zh}”有细碎重叠${size.zh}，须人工复核。`,
      en: `It overlaps ${en} by a sliver of ${size.en}: review.`
    }
    return say('SLIVER_ZERO_TOLERANCE', 'REVIEW', message)
  }
  if (status !== 'HIT') return undefined
  if (rule.lawStatus === 'changeWithPreEffect') {
    const message = {
      zh: `地块涉及尚未生效但已有预先效力的“${zh}”${size.zh}，须人工复核。`,
      en: `${size.en} lie in ${en}, a draft with effect before it is in force: review.`
    }
    return say('DRAFT_WITH_PRE_EFFECT', 'REVIEW', message)
  }
  if (rule.lawStatus === 'changeWithoutPreEffect') return undefined
  switch (rule.effect) {
    case 'prohibit':
      return say('PROHIBITED', 'REJECT', { zh: `地块占用“${zh}”${size.zh}。`, en: `It takes ${size.en} of ${en}.` })
    case 'restrict':
      return say('RESTRICTED', 'CONDITIONAL', { zh: `地块涉及“${zh}”${size.zh}。`, en: `${size.en} lie in ${en}.` })
    case 'review':
      return say('REVIEW_NEEDED', 'REVIEW', {
        zh: `地块涉及“${zh}”${size.zh}，须人工复核。`,
        en: `${size.en} lie in ${en}: review.`
      })
    default:
      return undefined
  }
}

const SETBACK = {
  prohibit: ['SETBACK_BROKEN', 'REJECT'],
  restrict: ['SETBACK_CONSENT', 'CONDITIONAL'],
  review: ['SETBACK_REVIEW', 'REVIEW']
} as const

/** @param broken metres that must be kept, and metres that are */
export function setbackReason(rule: DistanceRule, broken: { required: number; distance: number }): Reason {
  const [code, severity] = SETBACK[rule.effect]
  const { required, distance } = broken
  const message = {
    zh: `距“${rule.title.zh}”${distance.toFixed(4)}米，小于退距${required}米。`,
    en: `It is ${distance.toFixed(4)} m from ${rule.title.en}, less than the setback of ${required} m.`
  }
  return { code, severity, rule: rule.id, message }
}

/** Rules of zero tolerance whose boundary is nearer than the accuracy of parcel and layer can tell. */
export function nearReason(rule: OverlapRule): Reason {
  const zh = `地块边界与“${rule.title.zh}”的距离小于测量精度，须人工复核。`
  const en = `The boundary is nearer to ${rule.title.en} than the accuracy of the surveys: review.`
  return { code: 'NEAR_ZERO_TOLERANCE', severity: 'REVIEW', rule: rule.id, message: { zh, en } }
}

export const notInForce = ({ id, validFrom, validTo }: Ruleset, day: string): Reason => ({
  code: 'RULESET_NOT_IN_FORCE',
  severity: 'INDETERMINATE',
  rule: null,
  message: {
    zh: `规则集${id}在${day}不生效（${validFrom}至${validTo ?? '今'}）。`,
    en: `Rule set ${id} is not in force on ${day} (${validFrom} to ${validTo ?? 'now'}).`
  }
})

export const previewOnly = (datum: string): Reason => ({
  code: 'PREVIEW_ONLY',
  severity: 'INDETERMINATE',
  rule: null,
  message: {
    zh: `${datum}坐标经过偏移，仅供预览，不能作出结论。`,
    en: `${datum} coordinates are shifted: this is a preview and no verdict.`
  }
})

export const jurisdictionUnknown = ({ jurisdiction }: Ruleset): Reason => ({
  code: 'JURISDICTION_UNKNOWN',
  severity: 'INDETERMINATE',
  rule: null,
  message: {
    zh: `管辖界线图层${jurisdiction.layer}没有数据，不能确定地块是否在管辖范围内。`,
    en: `Layer ${jurisdiction.layer}, the boundary of the jurisdiction, holds no data: whether the parcel lies inside is not known.`
  }
})

export const allBuildable: Reason = {
  code: 'ALL_BUILDABLE',
  severity: 'PASS',
  rule: null,
  message: {
    zh: '地块全部位于可建范围，未触及禁止或限制。',
    en: 'All of the parcel is buildable; nothing forbids or restricts it.'
  }
}

export const VERDICT_TEXT: Record<Verdict, Text> = {
  REJECT: { zh: '不通过', en: 'Rejected' },
  INDETERMINATE: { zh: '无法判定', en: 'Indeterminate' },
  REVIEW: { zh: '人工复核', en: 'Manual review' },
  CONDITIONAL: { zh: '有条件', en: 'Conditional' },
  PASS: { zh: '通过', en: 'Passed' }
}
