import type { Catalog } from '../catalog/catalog.ts'
import type { HashAlgorithm } from '../lib/canonical-json.ts'
import { Problem } from '../lib/errors.ts'
import type { Database, Queryable } from '../lib/sql.ts'
import { type Settled, Together } from '../lib/together.ts'
import { type Composed, compose } from './answer/compose.ts'
import type { Answer } from './answer/result.ts'
import { evaluate, type Ground } from './evaluate.ts'
import { takeParcels } from './intake/intake.ts'
import { checking, undo } from './measure/failure.ts'
import { planSnapshot, type Snapshot } from './measure/plan-state.ts'
import { one } from './measure/rows.ts'
import { layersUnavailable, rulesetUnknown } from './problems.ts'
import type { LandCheckRequest } from './request.ts'
import { layersOf, type Ruleset } from './rules/ruleset.ts'
import { suggest } from './suggest/suggest.ts'
import { record } from './trust/record.ts'
import type { Recorded } from './trust/row.ts'

export interface LandCheckEngine {
  db: Database
  catalog: Catalog
  rulesets: ReadonlyMap<string, Ruleset>
  /** Of this server; it stands in every answer. */
  version: string
  /** What a statement may take before what it asks is given up, milliseconds; default 10 s. */
  timeoutMs?: number
  /** Of the hashes in answers; default SHA-256. */
  hash?: HashAlgorithm
}

/** What an earlier check stood on, to be checked again as then: revisions by layer. */
export interface Frozen {
  knownTime: string
  validTime: string
  revisions: Readonly<Record<string, number>>
  ruleset: Ruleset
}

/** One answer, what it was composed of, or what is wrong with the parcel. */
export type Checked = { answer: Answer; composed: Composed } | { problem: Problem }

/** @throws RULESET_UNKNOWN */
export function getRuleset(rulesets: ReadonlyMap<string, Ruleset>, id: string): Ruleset {
  const ruleset = rulesets.get(id)
  if (!ruleset) throw rulesetUnknown({ id, known: [...rulesets.keys()].join(', ') })
  return ruleset
}

/**
 * A parcel against a rule set, in one snapshot of the database. Nothing is kept.
 * @throws the problems of problems.ts; LAYER_UNAVAILABLE when the database failed on every rule
 */
export async function checkLand(engine: LandCheckEngine, request: LandCheckRequest, frozen?: Frozen): Promise<Answer> {
  const [checked] = await checkMany(engine, [request], frozen)
  if (!checked || 'problem' in checked) throw checked?.problem ?? new Error('One request has one answer.')
  return checked.answer
}

/**
 * Several parcels against one rule set, each as if it were checked alone, in one snapshot. A parcel that cannot be
 * taken has its problem in place of the answer.
 * @param requests at most 200, of one rule set
 * @throws RULESET_UNKNOWN; LAYER_UNAVAILABLE when the database failed on every rule
 */
export async function checkMany(
  engine: LandCheckEngine,
  requests: readonly LandCheckRequest[],
  frozen?: Frozen
): Promise<Checked[]> {
  const ruleset = frozen?.ruleset ?? getRuleset(engine.rulesets, requests[0]?.ruleset ?? '')
  const work = (tx: Queryable) => checkIn({ tx, engine, ruleset, ...(frozen && { frozen }) }, requests)
  try {
    return await engine.db.transaction(work, checking(engine.timeoutMs))
  } catch (error) {
    // Outside the rules (intake, partition) a failure of the database leaves nothing to answer with.
    throw error instanceof Problem ? error : layersUnavailable({}, { cause: error })
  }
}

/** As `checkLand`, in one snapshot with others that come at the same time: each statement is then asked once for all. */
export function checkTogether(engine: LandCheckEngine, request: LandCheckRequest): Promise<Answer> {
  // Suggestions are many checks: nobody should have to wait for another's.
  if (request.include?.includes('suggestions')) return checkLand(engine, request)
  const queues = queuesOf.get(engine) ?? new Map<string, Together<LandCheckRequest, Answer>>()
  queuesOf.set(engine, queues)
  const queue =
    queues.get(request.ruleset) ??
    new Together({ work: (requests: LandCheckRequest[]) => checkEach(engine, requests), ...CHECKED })
  queues.set(request.ruleset, queue)
  return queue.do(request)
}

/**
 * Measured on two processors: more in a group save little, and more groups at once wait for each other. Of a statement's
 * time half is spent whatever it asks, so that a second group of one or two takes more than it saves (eight callers:
 * 100 checks a second, 112 with at least three).
 */
const CHECKED = { most: 8, atOnce: 2, least: 3 }
const queuesOf = new WeakMap<LandCheckEngine, Map<string, Together<LandCheckRequest, Answer>>>()

/** Whatever fails for all may be one parcel's fault: then each is checked alone. */
async function checkEach(engine: LandCheckEngine, requests: LandCheckRequest[]): Promise<Settled<Answer>[]> {
  const settle = (checked: Checked): Settled<Answer> =>
    'problem' in checked
      ? { status: 'rejected', reason: checked.problem }
      : { status: 'fulfilled', value: checked.answer }
  try {
    return (await checkMany(engine, requests)).map(settle)
  } catch (error) {
    if (requests.length === 1) throw error
  }
  return Promise.allSettled(requests.map(request => checkLand(engine, request)))
}

/** Where checks are made: a transaction with one snapshot. */
export interface CheckContext {
  tx: Queryable
  engine: LandCheckEngine
  ruleset: Ruleset
  frozen?: Frozen
}

/** The same, within a transaction: suggestions are checked again in the snapshot of the check that makes them. */
export async function checkIn(context: CheckContext, requests: readonly LandCheckRequest[]): Promise<Checked[]> {
  const checked: Checked[] = new Array(requests.length)
  const groups = new Map<string, number[]>()
  for (const [i, { asOf, applicationType }] of requests.entries()) {
    const key = JSON.stringify([asOf?.validTime, asOf?.knownTime, applicationType])
    groups.set(key, [...(groups.get(key) ?? []), i])
  }
  for (const group of groups.values()) {
    const answers = await checkGroup(
      context,
      group.map(i => requests[i]!)
    )
    for (const [j, i] of group.entries()) checked[i] = answers[j]!
  }
  return checked
}

/** Requests that ask for the same time and kind of application: they stand on the same ground. */
async function checkGroup(context: CheckContext, requests: LandCheckRequest[]): Promise<Checked[]> {
  const { tx, ruleset, engine } = context
  const ground = await groundOf(context, requests[0]!)
  const taken = await takeParcels(tx, requests, ruleset, ground)
  const asked = taken.flatMap((parcel, i) => (parcel instanceof Problem ? [] : [{ parcel, request: requests[i]! }]))
  const evaluations = asked.length === 0 ? [] : await evaluateEach(ground, asked)
  const composed = evaluations.map((evaluation, i) => ({
    ...asked[i]!,
    ruleset,
    evaluation,
    version: engine.version,
    hash: engine.hash ?? 'sha256'
  }))
  if (evaluations.some(({ outcomes }) => outcomes.every(({ reason }) => reason === 'error' || reason === 'timeout'))) {
    throw layersUnavailable()
  }
  const answers: { composed: Composed; answer: Answer }[] = []
  for (const one of composed) answers.push(await withSuggestions(context, one))
  return taken.map(parcel => (parcel instanceof Problem ? { problem: parcel } : answers.shift()!))
}

async function withSuggestions(context: CheckContext, composed: Composed) {
  const answer = compose(composed)
  if (!composed.request.include?.includes('suggestions')) return { composed, answer }
  const suggestions = await suggest(context.tx, composed, answer, requests => checkIn(context, requests))
  const advised = { ...composed, suggestions }
  return { composed: advised, answer: compose(advised) }
}

/** Together; where that fails each alone, so that one parcel the database chokes on spoils no other. */
async function evaluateEach(ground: Ground, asked: Parameters<typeof evaluate>[1]) {
  try {
    return await evaluate(ground, asked)
  } catch (error) {
    if (asked.length === 1) throw error
    await undo(ground.tx, error)
  }
  const alone = []
  for (const question of asked) alone.push(...(await evaluate(ground, [question])))
  return alone
}

/** What stood when the question is asked for: the revisions of the layers, and the day whose law applies. */
export async function groundOf(
  { tx, engine, ruleset, frozen }: CheckContext,
  { asOf }: Pick<LandCheckRequest, 'asOf'>
): Promise<Ground> {
  const { catalog } = engine
  const at = { knownTime: frozen?.knownTime ?? asOf?.knownTime, revisions: frozen?.revisions }
  const snapshot = one<Snapshot>(await tx.query(planSnapshot([...new Set(layersOf(ruleset))], at)))
  const validTime = frozen?.validTime ?? asOf?.validTime ?? dayOf(snapshot.knownTime, ruleset.timeZone)
  return { tx, catalog, ruleset, snapshot, validTime }
}

/** The calendar day at a moment in a time zone, YYYY-MM-DD. */
function dayOf(moment: string, timeZone: string): string {
  const calendar =
    calendars.get(timeZone) ??
    new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  calendars.set(timeZone, calendar)
  return calendar.format(new Date(moment))
}

/** Making one takes longer than a query; rule sets name few time zones. */
const calendars = new Map<string, Intl.DateTimeFormat>()

/**
 * Checks and keeps the answer.
 * @param actor who asked: the key's id
 * @param idempotencyKey kept with the answer: see `answerOnce`
 */
export async function answerLandCheck(
  engine: LandCheckEngine,
  request: LandCheckRequest,
  actor: string,
  idempotencyKey?: string
): Promise<Recorded> {
  const ruleset = getRuleset(engine.rulesets, request.ruleset)
  const answer = await checkTogether(engine, request)
  return record(engine.db, { request, answer, actor, ruleset, idempotencyKey })
}
