import { canonicalHash, canonicalJson, HASH_ALGORITHMS } from '../../lib/canonical-json.ts'
import { Problem, type Text } from '../../lib/errors.ts'
import { sql } from '../../lib/sql.ts'
import type { Answer, LandCheckResult } from '../answer/result.ts'
import { checkLand, type Frozen, type LandCheckEngine } from '../check.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import type { CheckRecord } from './audit.ts'

export type Replay = { answer: Answer } | { problem: { code: string; messages: Text } }

/** Computes an answer again from what it stood on, or says why that cannot be done. */
export async function replay(
  engine: LandCheckEngine,
  kept: CheckRecord,
  result: LandCheckResult,
  ruleset: Ruleset | undefined
): Promise<Replay> {
  if (!ruleset) return { problem: { code: 'RULESET_NOT_KEPT', messages: NO_RULESET } }
  const frozen = frozenOf(result, ruleset)
  // Under the name of the version that answered then: it is no finding, and would change the hash.
  const then = { ...engine, version: result.provenance.engine.service, hash: kept.algorithm }
  try {
    // As text and back: what is compared is what would be sent.
    return { answer: JSON.parse(canonicalJson(await checkLand(then, kept.request, frozen))) }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { problem: { code: error.code, messages: error.text } }
  }
}

/** What an answer stood on. */
export function frozenOf({ asOf, provenance }: LandCheckResult, ruleset: Ruleset): Frozen {
  const revisions = Object.fromEntries(provenance.layers.map(({ id, revision }) => [id, revision]))
  return { knownTime: asOf.knownTime, validTime: asOf.validTime, revisions, ruleset }
}

const NO_RULESET: Text = {
  zh: '此记录所用规则集的原文未保存，或已与其哈希不符。',
  en: 'The rule set it went by was not kept, or no longer fits its hash.'
}

/** The rule set as it was: the kept document, or what is loaded now under the same hash; undefined where neither is. */
export async function findRuleset({ db, rulesets }: LandCheckEngine, { id, hash }: { id: string; hash: string }) {
  const [row] = await db.query<{ document: string }>(sql`SELECT document FROM yitu.ruleset WHERE hash = ${hash}`)
  if (!row) return [...rulesets.values()].find(ruleset => ruleset.hash === hash)
  const definition = JSON.parse(row.document)
  const fits = HASH_ALGORITHMS.some(algorithm => canonicalHash(definition, algorithm) === hash)
  return fits ? ({ ...definition, id, hash } as Ruleset) : undefined
}
