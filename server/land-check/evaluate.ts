import type { Catalog } from '../catalog/catalog.ts'
import type { Layer } from '../catalog/layer.ts'
import { type Queryable, sql } from '../lib/sql.ts'
import type { Parcel } from './intake.ts'
import type { Finding, NotEvaluated, Status } from './judge.ts'
import { type Clip, type LandClass, type Partition, planPartition } from './plan-partition.ts'
import { type Part, planRule, type RuleMeasure, type Shapes, VARIANTS, type Variant } from './plan-rule.ts'
import { type LayerStanding, planCoverage, planSnapshot, type Snapshot } from './plan-state.ts'
import { one } from './rows.ts'
import { type Effect, type Rule, type Ruleset, sensitivityWidth, sliverArea, toleranceWidth } from './ruleset.ts'
import { splitParts, totalArea } from './sliver.ts'

/** What became of one rule: its finding for the parcel and its variants, and what it rests on. */
export interface Outcome extends Finding {
  detail?: string
  standing?: LayerStanding
  /** m² of the parcel outside the surveyed areas; null: nothing surveyed here; undefined: declared to cover all. */
  unsurveyed?: number | null
  measure?: RuleMeasure
  slivers: Part[]
  /** The status for the eroded and the dilated parcel. */
  variants: Partial<Record<Variant, Status>>
}

export interface Evaluation {
  snapshot: Snapshot
  validTime: string
  outcomes: Outcome[]
  partition: Partition
  shapes: Shapes
}

interface Given {
  tx: Queryable
  catalog: Catalog
  ruleset: Ruleset
  parcel: Parcel
  applicationType?: string
}

/** Evaluates every rule, none cut short by another, in the snapshot of the given transaction. Coverage comes first. */
export async function evaluate(given: Given): Promise<Evaluation> {
  const { tx, catalog, ruleset, parcel } = given
  const shapes: Shapes = {
    base: parcel.base,
    dilated: parcel.dilated,
    ...(parcel.eroded && { eroded: parcel.eroded })
  }
  const wanted = [...ruleset.rules.map(rule => rule.layer), ...(ruleset.coverage ? [ruleset.coverage.layer] : [])]
  const snapshot = one<Snapshot>(await tx.query(planSnapshot([...new Set(wanted)])))
  const validTime = dayOf(snapshot.knownTime, ruleset.timeZone)
  // Nothing is written, so one savepoint serves every rule: what fails is undone to here and the next goes on.
  await tx.query(sql`SAVEPOINT rules`)
  const surveyed = await readCoverage(given, snapshot, shapes, validTime)
  const outcomes: Outcome[] = []
  for (const rule of ruleset.rules) {
    const layer = catalog.find(rule.layer)
    const standing = snapshot.layers.find(({ id }) => id === rule.layer)
    outcomes.push(await evaluateRule(given, { rule, layer, standing, surveyed, shapes, validTime }))
  }
  const limits = {
    area: Math.min(ruleset.sliver.maxAreaM2, ruleset.sliver.maxShare * parcel.areaPlanar),
    width: sensitivityWidth(ruleset)
  }
  const partition = one<Partition>(await tx.query(planPartition(ruleset, shapes, clipsOf(outcomes), limits)))
  return { snapshot, validTime, outcomes, partition, shapes }
}

/** The calendar day at a moment in a time zone, YYYY-MM-DD. */
const dayOf = (moment: string, timeZone: string) =>
  new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    new Date(moment)
  )

type Coverage = Record<string, number> | { failed: NotEvaluated; detail: string }

async function readCoverage(given: Given, snapshot: Snapshot, shapes: Shapes, validTime: string): Promise<Coverage> {
  const { tx, catalog, ruleset } = given
  const asked = ruleset.rules.filter(rule => !rule.coverage).map(rule => rule.layer)
  if (!ruleset.coverage || asked.length === 0) return {}
  const layer = catalog.find(ruleset.coverage.layer)
  const standing = snapshot.layers.find(({ id }) => id === ruleset.coverage?.layer)
  // No coverage layer, no coverage: every rule that needs it is left without an answer.
  if (!layer || !standing?.hasTable) return {}
  try {
    const row = one<{ uncovered: Record<string, number> }>(
      await tx.query(planCoverage(ruleset, layer, shapes, [...new Set(asked)], validTime))
    )
    return row.uncovered
  } catch (error) {
    await tx.query(sql`ROLLBACK TO SAVEPOINT rules`)
    return { failed: failureReason(error), detail: `coverage: ${(error as Error).message}` }
  }
}

interface RuleGiven {
  rule: Rule
  layer: Layer | undefined
  standing: LayerStanding | undefined
  surveyed: Coverage
  shapes: Shapes
  validTime: string
}

const NOTHING = { area: 0, share: 0, slivers: [], variants: {} }

async function evaluateRule(given: Given, o: RuleGiven): Promise<Outcome> {
  const { rule, layer, standing, surveyed } = o
  const { ruleset, parcel, applicationType } = given
  const base = { rule, ...NOTHING, ...(standing && { standing }) }
  if (rule.appliesTo && applicationType !== undefined && !rule.appliesTo.includes(applicationType)) {
    return { ...base, status: 'NOT_APPLICABLE' }
  }
  if (!layer || !standing?.hasTable) return { ...base, status: 'NOT_EVALUATED', reason: 'layer_missing' }
  if (standing.revision === 0 || standing.featureCount === 0) {
    return { ...base, status: 'NOT_EVALUATED', reason: 'no_data' }
  }
  const unknown = [rule.where?.field ?? [], rule.attributes ?? []]
    .flat()
    .find(f => layer.fields.every(({ name }) => name !== f))
  if (unknown)
    return { ...base, status: 'NOT_EVALUATED', reason: 'error', detail: `layer ${layer.id} has no field ${unknown}` }

  const limit =
    rule.effect === 'allow' || rule.effect === 'inform' ? null : sliverArea(ruleset, rule, parcel.areaPlanar)
  const width = toleranceWidth(ruleset, rule)
  let measure: RuleMeasure
  try {
    const context = { ruleset, rule, layer, shapes: o.shapes, validTime: o.validTime, sliverArea: limit, width }
    measure = one<RuleMeasure>(await given.tx.query(planRule(context)))
  } catch (error) {
    await given.tx.query(sql`ROLLBACK TO SAVEPOINT rules`)
    return { ...base, status: 'NOT_EVALUATED', reason: failureReason(error), detail: (error as Error).message }
  }
  const gap = findGap(rule, measure, surveyed)
  const parts = measure.variants.base?.parts ?? []
  const area = totalArea(parts)
  const { slivers } = splitParts(parts, limit)
  const found = statusOf(measure, 'base', limit)
  const variants = Object.fromEntries(
    VARIANTS.filter(variant => o.shapes[variant]).map(variant => [
      variant,
      concluded(rule, statusOf(measure, variant, limit), gap).status
    ])
  )
  const rests = {
    ...('unsurveyed' in gap && { unsurveyed: gap.unsurveyed }),
    ...(gap.detail && { detail: gap.detail })
  }
  return {
    ...base,
    ...concluded(rule, found, gap),
    ...rests,
    measure,
    area,
    share: area / parcel.areaPlanar,
    slivers,
    variants
  }
}

interface Gap {
  reason?: NotEvaluated
  detail?: string
  unsurveyed?: number | null
}

/** Why "nothing found" would not mean "nothing there". */
function findGap(rule: Rule, measure: RuleMeasure, surveyed: Coverage): Gap {
  const gap: Gap = measure.invalid.length > 0 ? { reason: 'invalid_geometry', detail: measure.invalid.join(', ') } : {}
  if (rule.coverage) return gap
  if ('failed' in surveyed && typeof surveyed.failed === 'string') {
    return { reason: surveyed.failed, detail: String(surveyed.detail), unsurveyed: null }
  }
  const unsurveyed = (surveyed as Record<string, number>)[rule.layer] ?? null
  const complete = unsurveyed !== null && unsurveyed < 1e-6
  return complete || gap.reason ? { ...gap, unsurveyed } : { reason: 'no_coverage', unsurveyed }
}

function statusOf(measure: RuleMeasure, variant: Variant, limit: number | null): Status {
  const found = measure.variants[variant]
  if (!found) return 'NO_HIT'
  // Predicate and overlay are computed apart: interiors may meet where no area is left. That is no clear NO_HIT.
  if (found.parts.length === 0) return limit === null ? 'HIT' : 'SLIVER'
  return splitParts(found.parts, limit).real.length > 0 ? 'HIT' : 'SLIVER'
}

/** A prohibition that was found stands, whatever else is unknown; every other answer needs the whole ground known. */
function concluded(rule: Rule, status: Status, gap: Gap): { status: Status; reason?: NotEvaluated } {
  if (!gap.reason || (status === 'HIT' && rule.effect === 'prohibit')) return { status }
  return { status: 'NOT_EVALUATED', reason: gap.reason }
}

const failureReason = (error: unknown): NotEvaluated =>
  (error as { code?: string }).code === '57014' ? 'timeout' : 'error'

const LAND: Partial<Record<Effect, Exclude<LandClass, 'uncovered'>>> = {
  prohibit: 'forbidden',
  restrict: 'restricted',
  allow: 'buildable'
}

function clipsOf(outcomes: Outcome[]): Clip[] {
  return outcomes.flatMap(({ rule, measure }) => {
    const land = LAND[rule.effect]
    if (!land || !measure) return []
    return VARIANTS.flatMap(variant => {
      const found = measure.variants[variant]
      return found ? [{ variant, land, geom: found.clip }] : []
    })
  })
}
