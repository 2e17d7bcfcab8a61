import type { Text } from '../../lib/errors.ts'
import { type NotEvaluated, notEvaluatedReason, type Reason, type Status } from '../answer/judge.ts'
import { metres2 } from '../answer/messages.ts'
import type { Answer } from '../answer/result.ts'
import { squareM } from '../answer/round.ts'
import { VARIANTS, type Variant } from '../measure/measure.ts'
import type { LandCheckRequest } from '../request.ts'
import type { TenureRule } from '../rules/rule.ts'
import { type Judged, notEvaluated, SEVERITY } from './judged.ts'
import { featureCodeOf, maskCode } from './parcel-code.ts'
import { tenureText } from './tenure-text.ts'

/** Existing parcels under the applied one: whose they are, and what that means (reference: land-check §3.4, tenure). */

/** An existing parcel that shares ground with the applied one, or with a variant of it. */
export interface HeldParcel {
  /** Its 宗地代码, by the rule's codeField. */
  code: string | null
  /** By the rule's holderField. */
  holder?: string | null
  /** By mustCover.collectiveField. */
  collective?: string | null
  /** m² it shares with the applied one. */
  area: number
  /** What they share is small and thin enough to be a digitising sliver. */
  sliver?: boolean
}

export interface TenureInput {
  /** A variant that is absent is judged as the parcel itself. */
  parcels: Partial<Record<Variant, readonly HeldParcel[]>> & { base: readonly HeldParcel[] }
  /** m² of the applied parcel, and of what the existing ones together cover of it; asked by mustCover. */
  ground: Partial<Record<Variant, Covered>> & { base: Covered }
  /** m² that may be left uncovered as a digitising gap. */
  ignorableM2: number
  household?: LandCheckRequest['household']
  stage?: string | undefined
  /** Why "nothing found" would not mean "nothing there". */
  gap?: NotEvaluated | undefined
}

interface Covered {
  area: number
  covered: number
}

export type Holder = Answer['tenure'][number]['holder']
export type Treatment = TenureRule['treatments'][number]['treatment']

/** What an existing parcel means for the applied one. */
export interface Treated extends HeldParcel {
  featureCode: string
  whose: Holder
  treatment: Treatment
  effect: TenureRule['treatments'][number]['effect']
  /** No entry of the rule fits the parcel: somebody must look. */
  untreated: boolean
}

export interface TenureJudged extends Judged {
  tenure: Answer['tenure']
}

/**
 * Judges the parcels measured under each variant. Parcels that are somebody else's are named by masked codes only. A
 * rejection that was found stands, whatever else is unknown; every other answer needs the whole ground known.
 */
export function judgeTenure(rule: TenureRule, input: TenureInput): TenureJudged {
  const { gap } = input
  const at = (variant: Variant) =>
    input.parcels[variant] && (!rule.mustCover || input.ground[variant]) ? variant : 'base'
  const treated = (variant: Variant) =>
    withSlivers(input.parcels[variant] ?? [], input.ignorableM2).map(parcel => treat(rule, parcel, input))
  const found = (variant: Variant) => reasonsOf(rule, treated(at(variant)), input, at(variant))
  const stands = (reasons: Reason[]) => !gap || reasons.some(({ severity }) => severity === 'REJECT')
  const base = treated('base')
  const tenure = base.map(parcel => lineOf(rule, parcel))
  const reasons = Object.fromEntries(
    VARIANTS.map(variant => {
      const own = found(variant)
      return [variant, stands(own) ? own : notEvaluatedReason(rule, gap)]
    })
  )
  const { area, covered } = input.ground.base
  const overlap = { area: covered, share: covered / area, reasons, tenure }
  if (!stands(found('base'))) return { ...notEvaluated(rule, gap!), ...overlap }
  return { status: statusOf(base, uncoveredReason(rule, base, input, 'base')), ...overlap }
}

/** When the slivers together are not small, none of them is one. */
function withSlivers(parcels: readonly HeldParcel[], ignorableM2: number): readonly HeldParcel[] {
  const together = parcels.reduce((sum, { area, sliver }) => sum + (sliver ? area : 0), 0)
  return together > ignorableM2 ? parcels.map(parcel => ({ ...parcel, sliver: false })) : parcels
}

function statusOf(parcels: Treated[], missing: Reason | undefined): Status {
  if (missing || parcels.some(({ sliver }) => !sliver)) return 'HIT'
  return parcels.length > 0 ? 'SLIVER' : 'NO_HIT'
}

const NOBODY = { treatment: 'conflict', effect: 'review' } as const

function treat(rule: TenureRule, parcel: HeldParcel, { household }: TenureInput): Treated {
  const featureCode = featureCodeOf(parcel.code) ?? rule.featureCode ?? ''
  const whose = holderOf(rule, parcel, household)
  const of = rule.treatments.filter(entry => fits(entry.featureCode, featureCode))
  // Whose the parcel is decides, and is not known: a conflict that somebody must look at, never nothing.
  const found =
    whose === 'unknown' && of[0]?.holder
      ? { ...NOBODY, untreated: false }
      : of.find(entry => entry.holder === undefined || entry.holder === whose)
  const { treatment, effect } = found ?? NOBODY
  return { ...parcel, featureCode, whose, treatment, effect, untreated: !found }
}

const fits = (pattern: string, code: string) =>
  [0, 1].every(at => pattern[at] === '*' || (pattern[at] === code[at] && code.length === 2))

/**
 * Who holds a parcel, as seen by the household that applies. A parcel it gives up must be its own: that somebody
 * else's parcel is given up is a mere claim.
 */
function holderOf(rule: TenureRule, parcel: HeldParcel, household: TenureInput['household']): Holder {
  const collective = rule.mustCover?.collectiveField && household?.collective
  if (!rule.holderField) {
    if (!collective || !parcel.collective) return 'unknown'
    return parcel.collective === collective ? 'same' : 'other'
  }
  if (!household || !parcel.holder) return 'unknown'
  if (parcel.holder !== household.pseudonym) return 'other'
  return parcel.code !== null && (household.surrenderParcelCodes ?? []).includes(parcel.code) ? 'surrendered' : 'same'
}

function reasonsOf(rule: TenureRule, parcels: Treated[], input: TenureInput, variant: Variant): Reason[] {
  const real = parcels.filter(({ sliver }) => !sliver)
  const groups = new Map<string, Treated[]>()
  for (const parcel of real) {
    if (parcel.effect === 'inform') continue
    const key = [parcel.treatment, parcel.effect, parcel.whose, parcel.untreated].join()
    groups.set(key, [...(groups.get(key) ?? []), parcel])
  }
  return [
    ...[...groups.values()].map(group => groupReason(rule, group)),
    ...[uncoveredReason(rule, parcels, input, variant), collectiveReason(rule, real, input)].filter(
      r => r !== undefined
    )
  ]
}

const say = (rule: TenureRule, code: string, effect: TenureRule['treatments'][number]['effect'], message: Text) => ({
  code,
  severity: SEVERITY[effect],
  rule: rule.id,
  message
})

function groupReason(rule: TenureRule, group: Treated[]): Reason {
  const { treatment, effect, whose, untreated } = group[0]!
  const area = group.reduce((sum, parcel) => sum + parcel.area, 0)
  const codes = group.map(shownCode)
  const code = untreated ? 'TENURE_UNTREATED' : `TENURE_${treatment.toUpperCase().replaceAll('-', '_')}`
  return say(rule, code, effect, tenureText(untreated ? 'untreated' : treatment, whose, codes, area))
}

/** The parcels the rule wants must cover the applied one, but for a gap that digitising leaves. */
function uncoveredReason(
  rule: TenureRule,
  parcels: Treated[],
  { ground, ignorableM2 }: TenureInput,
  variant: Variant
): Reason | undefined {
  const { mustCover } = rule
  const found = ground[variant]
  if (!mustCover || !found) return undefined
  const own = parcels.filter(({ whose }) => whose === 'same' || whose === 'unknown')
  const covered = mustCover.holder
    ? Math.min(
        found.covered,
        own.reduce((sum, { area }) => sum + area, 0)
      )
    : found.covered
  const missing = found.area - covered
  if (missing <= ignorableM2) return undefined
  const { zh, en } = rule.title
  return say(rule, 'TENURE_NOT_COVERED', mustCover.effect, {
    zh: `${metres2(missing)}平方米不在“${zh}”范围内。`,
    en: `${metres2(missing)} m² are not covered by ${en}.`
  })
}

/** The parcels that cover the applied one must be the collective's whose member applies. */
function collectiveReason(rule: TenureRule, parcels: Treated[], { household, stage }: TenureInput): Reason | undefined {
  const { mustCover } = rule
  if (!mustCover?.collectiveField || parcels.length === 0) return undefined
  if (!household?.collective) {
    if (mustCover.collectiveNotAskedAt?.includes(stage ?? '')) return undefined
    return say(rule, 'COLLECTIVE_UNKNOWN', 'review', {
      zh: '未提供申请人所属的集体经济组织，无法核对土地所有权人，须人工复核。',
      en: 'The applicant’s collective is not stated, so the owner of the land cannot be compared: review.'
    })
  }
  const foreign = parcels.filter(({ collective }) => collective !== household.collective)
  if (foreign.length === 0) return undefined
  const area = metres2(foreign.reduce((sum, parcel) => sum + parcel.area, 0))
  return say(rule, 'OTHER_COLLECTIVE', mustCover.collectiveEffect ?? mustCover.effect, {
    zh: `${area}平方米属于其他集体经济组织所有。`,
    en: `${area} m² belong to another collective.`
  })
}

/** Somebody else's parcel is shown by its place and kind only. */
const shownCode = ({ code, whose }: Treated): string => {
  if (code === null) return '—'
  return whose === 'same' || whose === 'surrendered' ? code : maskCode(code)
}

const lineOf = (rule: TenureRule, parcel: Treated): Answer['tenure'][number] => ({
  rule: rule.id,
  layer: rule.layer,
  parcelCode: shownCode(parcel),
  featureCode: parcel.featureCode,
  holder: parcel.whose,
  treatment: parcel.treatment,
  area: squareM(parcel.area)
})
