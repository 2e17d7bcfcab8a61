import type { Catalog } from '../catalog/catalog.ts'
import type { Layer } from '../catalog/layer.ts'
import { sridOf } from '../lib/crs.ts'
import type { Queryable } from '../lib/sql.ts'
import type { Outcome } from './answer/outcome.ts'
import type { Parcel } from './intake/intake.ts'
import { farthestM } from './kinds/distance.ts'
import { judge, notApplicable } from './kinds/judge.ts'
import { readRegisters } from './kinds/registers.ts'
import { keptFields, maxOffsetOf, surveyedAreas, surveyedGroups } from './measure/facts.ts'
import { type Refusal, refusalOf, undo } from './measure/failure.ts'
import { NOTHING_NEAR, type ParcelMeasure, type RuleMeasure, type Shapes } from './measure/measure.ts'
import type { SurveyedGroup } from './measure/plan-coverage.ts'
import { type MeasureQuery, planMeasure } from './measure/plan-measure.ts'
import { hasMargin, leastSearchM, type RuleQuery } from './measure/plan-near.ts'
import { columns } from './measure/plan-pieces.ts'
import type { LayerStanding, Snapshot } from './measure/plan-state.ts'
import { type Box, settledBy } from './measure/surveyed.ts'
import type { LandCheckRequest } from './request.ts'
import { isLayerRule, type LayerRule, type Rule } from './rules/rule.ts'
import type { Ruleset } from './rules/ruleset.ts'

/** What a check stands on: one transaction, one snapshot, one rule set, one day. */
export interface Ground {
  tx: Queryable
  catalog: Catalog
  ruleset: Ruleset
  snapshot: Snapshot
  /** The day whose law applies, YYYY-MM-DD. */
  validTime: string
}

export interface Asked {
  request: LandCheckRequest
  parcel: Parcel
}

export interface Evaluation {
  snapshot: Snapshot
  validTime: string
  outcomes: Outcome[]
  /** The layer rules that could be asked, and the coverage layer. */
  queried: Pick<MeasureQuery, 'rules' | 'coverage'>
  measure: ParcelMeasure
  shapes: Shapes
}

/**
 * Evaluates every rule for every parcel, none cut short by another. All are asked in one statement; where that fails,
 * each rule is asked alone to find those that fail, and the others are asked again without them.
 */
export async function evaluate(ground: Ground, asked: Asked[]): Promise<Evaluation[]> {
  const { ruleset, snapshot, validTime } = ground
  const refused = new Map<Rule, Refusal>()
  const rules: RuleQuery[] = []
  for (const [place, rule] of ruleset.rules.entries()) {
    if (!isLayerRule(rule) || !asked.some(({ request }) => applies(rule, request))) continue
    const query = await prepareRule(ground, rule, place)
    if ('reason' in query) refused.set(rule, query)
    else rules.push(query)
  }
  const shapes = asked.map(({ parcel }) => shapesOf(parcel))
  const coverage = await prepareCoverage(ground)
  const settled = asked.map(
    ({ parcel }) => coverage && settledBy(coverage.areas, coverage.groups, around(parcel, ruleset), validTime)
  )
  const asking = coverage && { ...coverage, parcels: settled.flatMap((known, n) => (known ? [] : n)) }
  const measures = await measureAll(ground, { ruleset, rules, coverage: asking, shapes, validTime }, refused)
  const surveyed = measures.map(({ unsurveyed }, n) => byLayer(settled[n] ?? unsurveyed, coverage?.groups ?? []))
  const registers = await readRegisters(ground, asked)
  const queried = { rules: rules.filter(({ rule }) => !refused.has(rule)), coverage }
  const answered = new Set(queried.rules.map(({ place }) => place))
  const standings = ruleset.rules.map(rule => standingOf(snapshot, rule))
  return asked.map(({ request, parcel }, n) => {
    const measure = measures[n]!
    const outcomes = ruleset.rules.map((rule, place) => {
      if (!applies(rule, request)) return notApplicable(rule)
      const found = measure.rules[place]
      return judge(rule, {
        ruleset,
        request,
        parcel,
        validTime,
        shapes: shapes[n]!,
        standing: standings[place],
        measure: found ? { ...NOTHING_NEAR, ...found } : answered.has(place) ? NOTHING_NEAR : undefined,
        refusal: refused.get(rule),
        unsurveyed: surveyed[n]!,
        areas: measure.areas,
        register: registers.get(rule)?.[n]
      })
    })
    return { snapshot, validTime, outcomes, queried, measure, shapes: shapes[n]! }
  })
}

/** A metre around the parcel. */
function around({ grid }: Parcel, { gridM }: Ruleset): Box {
  const box = [Infinity, Infinity, -Infinity, -Infinity] as [number, number, number, number]
  for (const [x, y] of grid.flat(2)) {
    box[0] = Math.min(box[0], x * gridM - 1)
    box[1] = Math.min(box[1], y * gridM - 1)
    box[2] = Math.max(box[2], x * gridM + 1)
    box[3] = Math.max(box[3], y * gridM + 1)
  }
  return box
}

/** m² outside the surveyed areas, by layer. */
const byLayer = (unsurveyed: Readonly<Record<string, number>>, groups: readonly SurveyedGroup[]) =>
  Object.fromEntries(
    groups.flatMap(({ layerIds }, place) => {
      const left = unsurveyed[place]
      return left === undefined ? [] : layerIds.map(id => [id, left])
    })
  )

/** With no application type given every rule applies. */
const applies = ({ appliesTo }: Rule, { applicationType }: LandCheckRequest): boolean =>
  !appliesTo || applicationType === undefined || appliesTo.includes(applicationType)

const shapesOf = ({ base, eroded, dilated }: Parcel): Shapes => ({ base, dilated, ...(eroded && { eroded }) })

const standingOf = ({ layers }: Snapshot, rule: Rule): LayerStanding | undefined =>
  'layer' in rule ? layers.find(({ id }) => id === rule.layer) : undefined

async function prepareRule(ground: Ground, rule: LayerRule, place: number): Promise<RuleQuery | Refusal> {
  const { catalog, ruleset, snapshot } = ground
  const layer = catalog.find(rule.layer)
  const standing = standingOf(snapshot, rule)
  if (!layer || !standing?.hasTable) return { reason: 'layer_missing' }
  if (standing.revision === 0 || standing.featureCount === 0) return { reason: 'no_data' }
  if (isStale(rule, standing, snapshot)) return { reason: 'layer_stale', detail: `published ${standing.publishedAt}` }
  const distance = rule.kind === 'distance' ? rule.distance : {}
  const used = [rule.where?.field, distance.field, distance.offsetField].flatMap(field => field ?? [])
  const fields = columns(rule, [...used, ...(rule.attributes ?? [])])
  const unknown = fields.find(field => layer.fields.every(({ name }) => name !== field))
  if (unknown) return { reason: 'error', detail: `layer ${layer.id} has no field ${unknown}` }
  if (standing.groundSrid !== sridOf(ruleset.workingCrs)) {
    return { reason: 'layer_missing', detail: `layer ${layer.id} is not kept for land-checks in ${ruleset.workingCrs}` }
  }
  const looksFar = hasMargin({ rule }) || rule.kind === 'distance'
  if (standing.groundWide === null || (looksFar && !standing.groundWide)) {
    return {
      reason: 'error',
      detail: `layer ${layer.id} is not kept to be found ${looksFar ? 'from afar' : 'by place'}`
    }
  }
  try {
    const kept = await keptFields(ground.tx, layer, standing)
    const lost = fields.find(field => !kept.includes(field))
    if (lost) return { reason: 'error', detail: `the table of layer ${layer.id} has no field ${lost}` }
    const searchM = await searchOf(ground, rule, layer, standing)
    return { place, rule, layer, revision: standing.revision, searchM: Math.max(searchM, leastSearchM(ruleset)) }
  } catch (error) {
    await undo(ground.tx, error)
    return refusalOf(error)
  }
}

const DAY_MS = 86_400_000

/** Whether what the layer held at the time of the question was older than the rule takes. */
const isStale = ({ maxAgeDays }: LayerRule, { publishedAt }: LayerStanding, { knownTime }: Snapshot): boolean =>
  maxAgeDays !== undefined && Date.parse(knownTime) - Date.parse(publishedAt ?? '') > maxAgeDays * DAY_MS

/** Metres around a parcel in which features of the rule count. */
async function searchOf({ tx, ruleset }: Ground, rule: LayerRule, layer: Layer, standing: LayerStanding) {
  if (hasMargin({ rule })) return ruleset.marginSearchM
  if (rule.kind !== 'distance') return 0
  const { offsetField } = rule.distance
  const offsetM = offsetField ? await maxOffsetOf(tx, layer, standing, offsetField) : 0
  // A violation by the dilated parcel, and how near others come, are looked for too.
  return farthestM(rule) + offsetM + 1
}

/** Without a coverage layer nothing is surveyed: every rule that needs it is left without an answer. */
async function prepareCoverage({ tx, catalog, ruleset, snapshot }: Ground) {
  const layer = ruleset.coverage && catalog.find(ruleset.coverage.layer)
  const standing = snapshot.layers.find(({ id }) => id === ruleset.coverage?.layer)
  const needing = ruleset.rules.flatMap(rule => (isLayerRule(rule) && !rule.coverage ? [rule.layer] : []))
  if (!layer || !standing?.hasTable || standing.revision === 0 || needing.length === 0) return null
  if (standing.groundSrid !== sridOf(ruleset.workingCrs)) return null
  try {
    const groups = await surveyedGroups(tx, ruleset, layer, standing, [...new Set(needing)])
    return { layer, groups, areas: await surveyedAreas(tx, ruleset, layer, standing, groups) }
  } catch (error) {
    await undo(tx, error)
    return null
  }
}

async function measureAll({ tx }: Ground, query: MeasureQuery, refused: Map<Rule, Refusal>): Promise<ParcelMeasure[]> {
  try {
    return await ask(tx, query)
  } catch (error) {
    await undo(tx, error)
  }
  const sound: RuleQuery[] = []
  let timeouts = 0
  for (const rule of query.rules) {
    // Where nothing but timeouts comes, the others are not waited for one by one.
    const refusal: Refusal | null =
      timeouts < MOST_TIMEOUTS ? await failure(tx, { ...query, rules: [rule], coverage: null }) : { reason: 'timeout' }
    if (refusal?.reason === 'timeout') timeouts++
    if (refusal) refused.set(rule.rule, refusal)
    else sound.push(rule)
  }
  const uncovered = query.coverage && (await failure(tx, { ...query, rules: [] }))
  const coverage = uncovered ? null : query.coverage
  return ask(tx, { ...query, rules: sound, coverage })
}

const MOST_TIMEOUTS = 3

async function failure(tx: Queryable, query: MeasureQuery): Promise<Refusal | null> {
  try {
    await ask(tx, query)
    return null
  } catch (error) {
    await undo(tx, error)
    return refusalOf(error)
  }
}

async function ask(tx: Queryable, query: MeasureQuery): Promise<ParcelMeasure[]> {
  const rows = await tx.query<ParcelMeasure>(planMeasure(query))
  // The embedded database answers some failures inside GEOS with no rows and no error.
  if (rows.length !== query.shapes.length || rows.some(row => !row.classes)) {
    throw new Error(`The database answered ${rows.length} rows for ${query.shapes.length} parcels.`)
  }
  for (const { rules } of rows) {
    for (const { place, rule, layer } of query.rules) if (rules[place]) shown(rules[place], rule, layer)
  }
  return rows
}

/** Of a feature's fields only those the rule shows, or judges by, go any further. */
function shown({ features = [], near = [], held = {} }: Partial<RuleMeasure>, rule: LayerRule, layer: Layer): void {
  const wanted = columns(rule, rule.attributes ?? [layer.fields[0]!.name])
  for (const feature of [...features, ...near, ...Object.values(held).flat()]) {
    feature.attributes = Object.fromEntries(wanted.map(field => [field, feature.attributes[field] ?? null]))
  }
}
