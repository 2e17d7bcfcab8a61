import { VERDICT_TEXT } from '../answer/judge.ts'
import type { LandCheckResult } from '../answer/result.ts'
import { statusNames } from './classes.ts'
import { sayIn } from './input.ts'

/**
 * The answer as the public may read it (公示): no household, no holder, no parcel code, no purpose, no file or plot
 * name, no feature by name. What a rule about people says in words is replaced by its status. The verdict, the parcel
 * itself, areas, statuses and articles stay as they are.
 */
export function forThePublic(result: LandCheckResult): LandCheckResult {
  const aboutPeople = new Set(result.rules.filter(rule => !SPATIAL.has(rule.kind)).map(({ id }) => id))
  const [zh, en] = (['zh', 'en'] as const).map(language => statusNames(sayIn(language)))
  return {
    ...result,
    application: { ...result.application, purpose: null },
    reasons: result.reasons.map(reason =>
      reason.rule !== null && aboutPeople.has(reason.rule)
        ? { ...reason, message: ruleTitle(result, reason.rule) ?? VERDICT_TEXT[reason.severity] }
        : reason
    ),
    parcel: {
      ...result.parcel,
      plot: null,
      sourceFile: null,
      normalization: []
    },
    rules: result.rules.map(({ detail: _, ...rule }) => ({
      ...rule,
      features: [],
      ...(aboutPeople.has(rule.id) && { messageZh: zh![rule.status], messageEn: en![rule.status] })
    })),
    setbacks: result.setbacks.map(setback => ({ ...setback, featureId: '' })),
    tenure: [],
    households: []
  }
}

/** Kinds of rules whose words are about land alone. */
const SPATIAL: ReadonlySet<string> = new Set(['overlap', 'distance', 'cap'])

const ruleTitle = (result: LandCheckResult, id: string) => result.rules.find(rule => rule.id === id)?.title
