import type { Layer } from '../../catalog/layer.ts'
import { tableOf } from '../../catalog/table.ts'
import { name, type Statement, sql } from '../../lib/sql.ts'
import type { NotEvaluated, Reason } from '../answer/judge.ts'
import type { Answer } from '../answer/result.ts'
import type { LandCheckRequest } from '../request.ts'
import type { HouseholdRule } from '../rules/rule.ts'
import { everywhere, type Judged, notEvaluated, SEVERITY } from './judged.ts'
import { maskCode } from './parcel-code.ts'

/** One household, one homestead (土地管理法 第六十二条): a count in a register of pseudonyms, never of names. */

type Household = NonNullable<LandCheckRequest['household']>

/** What the register holds under a pseudonym. */
export interface Register {
  /** 宗地代码 of the homesteads kept, in order. */
  kept: (string | null)[]
  /** How many are given up in exchange. */
  surrendered: number
}

export interface HouseholdInput {
  household?: Household
  stage?: string
  /** Why there is no register, where there is none; absent where it was not asked. */
  register?: Register | { unavailable: NotEvaluated; detail?: string }
}

export interface HouseholdJudged extends Judged {
  households: Answer['households']
}

/** Whether the register has to be asked: somebody applies, by pseudonym. */
export const asksRegister = (rule: HouseholdRule, { household, stage }: HouseholdInput): boolean =>
  household !== undefined && !isTooEarly(rule, stage)

const isTooEarly = (rule: HouseholdRule, stage: string | undefined) => rule.notAskedAt?.includes(stage ?? '') ?? false

/**
 * The homesteads of households at a revision of the register, in force on a day: one row each, in order, see
 * {@link Register}.
 * @param validTime YYYY-MM-DD
 */
export function planRegister(
  rule: HouseholdRule,
  layer: Layer,
  { households, revision, validTime }: { households: readonly Household[]; revision: number; validTime: string }
): Statement {
  const code = sql`${name('t', rule.codeField)}::text`
  const given = sql`coalesce(q.given ? ${code}, false)`
  const asked = households.map(({ pseudonym, surrenderParcelCodes = [] }, n) => ({
    n,
    holder: pseudonym,
    given: surrenderParcelCodes
  }))
  const statement = sql`SELECT r.kept, r.surrendered
    FROM jsonb_to_recordset(${JSON.stringify(asked)}::jsonb) AS q (n integer, holder text, given jsonb)
    CROSS JOIN LATERAL (
      SELECT coalesce(json_agg(${code} ORDER BY ${code} COLLATE "C") FILTER (WHERE NOT ${given}), '[]') AS kept,
        count(*) FILTER (WHERE ${given})::integer AS surrendered
      FROM ${tableOf(layer)} t
      WHERE ${name('t', rule.holderField)}::text = q.holder
        AND t.rev_from <= ${revision}::integer AND (t.rev_to IS NULL OR t.rev_to > ${revision}::integer)
        AND (t.valid_from IS NULL OR t.valid_from <= ${validTime}::date) AND (t.valid_to IS NULL OR t.valid_to > ${validTime}::date)) AS r
    ORDER BY q.n`
  return { ...statement, keepPlan: true }
}

/** Judges what the register holds. Without a pseudonym, or without the register, there is no answer. */
export function judgeHousehold(rule: HouseholdRule, input: HouseholdInput): HouseholdJudged {
  const { household, register, stage } = input
  if (isTooEarly(rule, stage)) return { status: 'NOT_APPLICABLE', reasons: {}, households: [] }
  if (!household) return { ...notEvaluated(rule, 'input_missing', 'household.pseudonym'), households: [] }
  if (!register) return { ...notEvaluated(rule, 'layer_missing'), households: [] }
  if ('unavailable' in register) return { ...notEvaluated(rule, register.unavailable, register.detail), households: [] }
  const registered = register.kept.length
  const reasons = registered > rule.allowed ? [reasonOf(rule, registered)] : []
  return {
    status: reasons.length > 0 ? 'HIT' : 'NO_HIT',
    reasons: everywhere(reasons),
    households: [
      {
        rule: rule.id,
        registered,
        surrendered: register.surrendered,
        allowed: rule.allowed,
        parcelCodes: register.kept.map(code => (code === null ? '—' : maskCode(code)))
      }
    ]
  }
}

function reasonOf(rule: HouseholdRule, registered: number): Reason {
  const zh = `该户已登记宅基地${registered}宗，${rule.allowed === 0 ? '不得再申请' : `最多允许${rule.allowed}宗`}（一户只能拥有一处宅基地）。`
  const en = `The household already holds ${registered} registered ${registered === 1 ? 'homestead' : 'homesteads'}; ${rule.allowed} may be held beside this one (one household, one homestead).`
  return { code: 'ONE_HOUSEHOLD_ONE_HOMESTEAD', severity: SEVERITY[rule.effect], rule: rule.id, message: { zh, en } }
}
