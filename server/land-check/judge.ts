import type { Text } from '../lib/errors.ts'
import { metres2, percent, whyNot } from './messages.ts'
import type { Rule } from './ruleset.ts'

/** Worst first: the verdict is the worst of the reasons' severities, so a further reason can only worsen it. */
export const VERDICTS = ['REJECT', 'INDETERMINATE', 'REVIEW', 'CONDITIONAL', 'PASS'] as const
export type Verdict = (typeof VERDICTS)[number]

export const STATUSES = ['HIT', 'NO_HIT', 'SLIVER', 'NOT_EVALUATED', 'NOT_APPLICABLE'] as const
export type Status = (typeof STATUSES)[number]

export const NOT_EVALUATED_REASONS = [
  'layer_missing',
  'no_data',
  'no_coverage',
  'invalid_geometry',
  'timeout',
  'error'
] as const
export type NotEvaluated = (typeof NOT_EVALUATED_REASONS)[number]

export interface Finding {
  rule: Rule
  status: Status
  reason?: NotEvaluated
  /** m² and share of the parcel, after union. */
  area: number
  share: number
}

export interface Reason {
  code: string
  severity: Verdict
  /** The rule it comes from; null for what no rule covers. */
  rule: string | null
  message: Text
}

export const worst = (verdicts: readonly Verdict[]): Verdict =>
  VERDICTS.find(verdict => verdicts.includes(verdict)) ?? 'PASS'

/**
 * Every reason that counts against the parcel, worst first.
 * @param uncovered m² that no rule covers, slivers not counted
 */
export function reasonsOf(findings: readonly Finding[], uncovered: number): Reason[] {
  const reasons = findings.flatMap(finding => reasonOf(finding) ?? [])
  if (uncovered > 0) {
    const zh = `${metres2(uncovered)}平方米没有任何管制分区覆盖，不能视为可建。`
    const en = `${metres2(uncovered)} m² are covered by no zone; that is not buildable land.`
    reasons.push({ code: 'UNCOVERED', severity: 'REVIEW', rule: null, message: { zh, en } })
  }
  return reasons.sort((a, b) => VERDICTS.indexOf(a.severity) - VERDICTS.indexOf(b.severity))
}

function reasonOf({ rule, status, reason, area, share }: Finding): Reason | undefined {
  const { zh, en } = rule.title
  const size = { zh: `${metres2(area)}平方米（${percent(share)}）`, en: `${metres2(area)} m² (${percent(share)})` }
  const say = (code: string, severity: Verdict, message: Text): Reason => ({ code, severity, rule: rule.id, message })
  if (status === 'NOT_EVALUATED' && rule.mandatory) {
    const why = whyNot(reason ?? 'error')
    return say('NOT_EVALUATED', 'INDETERMINATE', {
      zh: `“${zh}”无法评定：${why.zh}。`,
      en: `${en} could not be evaluated: ${why.en}.`
    })
  }
  if (status === 'SLIVER' && rule.zeroTolerance) {
    const message = {
      zh: `与“${zh}”有细碎重叠${size.zh}，须人工复核。`,
      en: `It overlaps ${en} by a sliver of ${size.en}: review.`
    }
    return say('SLIVER_ZERO_TOLERANCE', 'REVIEW', message)
  }
  if (status !== 'HIT') return undefined
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

/** Rules of zero tolerance whose boundary is nearer than the accuracy of parcel and layer can tell. */
export function nearReason(rule: Rule): Reason {
  const zh = `地块边界与“${rule.title.zh}”的距离小于测量精度，须人工复核。`
  const en = `The boundary is nearer to ${rule.title.en} than the accuracy of the surveys: review.`
  return { code: 'NEAR_ZERO_TOLERANCE', severity: 'REVIEW', rule: rule.id, message: { zh, en } }
}

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
