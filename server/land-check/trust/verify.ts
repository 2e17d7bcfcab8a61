import { planContentHash } from '../../catalog/content-hash.ts'
import { planGroundLayer, planGroundStrays } from '../../catalog/ground.ts'
import type { Layer } from '../../catalog/layer.ts'
import type { HashAlgorithm } from '../../lib/canonical-json.ts'
import type { Text } from '../../lib/errors.ts'
import { type JsonDifference, jsonDifferences } from '../../lib/json-diff.ts'
import { type Queryable, sql } from '../../lib/sql.ts'
import type { LandCheckResult } from '../answer/result.ts'
import type { LandCheckEngine } from '../check.ts'
import { landCheckUnknown } from '../problems.ts'
import { type Broken, brokenOf, findCheckRecord, resultOf } from './audit.ts'
import { findRuleset, replay } from './replay.ts'
import { recordUnreadable } from './trust-problems.ts'

/**
 * identical: the same text and hash · engine-differs: found the same by another version of the engine · differs: see
 * `differences`, `layers`, `ruleset` · not-replayed: it could not be computed again, `problem` says why
 */
export const VERIFY_OUTCOMES = ['identical', 'engine-differs', 'differs', 'not-replayed'] as const

export interface LayerVerification {
  id: string
  revision: number
  /** As the answer names it. */
  contentHash: string
  /** As the layer's list of revisions has it; null: there is no such revision. */
  listed: string | null
  /** Of the rows of that revision as they are stored now; null: not looked at, or the layer keeps no history. */
  stored: string | null
  /** Features whose copy that land-checks measure is not what is stored; null: not looked at, or the layer has no copy. */
  strays: number | null
  agrees: boolean
}

export interface Verification {
  id: string
  createdAt: string
  /** The record is intact and what it says was found again. */
  agrees: boolean
  outcome: (typeof VERIFY_OUTCOMES)[number]
  /** What of the kept record no longer fits its hashes; nothing when it is intact. */
  broken: Broken[]
  verdict: { kept: string; recomputed: string | null }
  resultHash: { kept: string; recomputed: string | null; algorithm: HashAlgorithm }
  ruleset: { id: string; version: string; hash: string; kept: boolean }
  engine: { kept: object; now: object | null; differs: string[] }
  layers: LayerVerification[]
  /** The first hundred, by JSON pointer. */
  differences: JsonDifference[]
  problem: { code: string; messages: Text } | null
}

const MOST_DIFFERENCES = 100
/** What an answer says about when, where in the chain, and by which versions: no finding. */
const NO_FINDING = new Set([
  '/id',
  '/createdAt',
  '/provenance/prevAuditHash',
  '/provenance/engine',
  '/provenance/resultHash'
])

/**
 * Computes a kept answer again from what it stood on: the request as it came, the layers at the revisions it names,
 * the rule set as it was then. What was found must be the same to the byte.
 * @param deep the stored rows of every layer are hashed too, which reads them all; done anyway where the answers differ
 * @throws LAND_CHECK_UNKNOWN, RECORD_UNREADABLE
 */
export async function verifyLandCheck(engine: LandCheckEngine, id: string, deep = false): Promise<Verification> {
  const kept = await findCheckRecord(engine.db, id)
  if (!kept) throw landCheckUnknown({ id })
  const result = resultOf(kept)
  if (!result) throw recordUnreadable({ id })
  const { ruleset, engine: by, resultHash } = result.provenance
  const document = await findRuleset(engine, ruleset)
  const again = await replay(engine, kept, result, document)
  const answer = 'answer' in again ? again.answer : null
  const differences = answer ? [...jsonDifferences(result, answer, NO_FINDING)] : []
  const now = answer && { ...answer.provenance.engine, service: engine.version }
  const differs = now ? [...jsonDifferences(by, now)].map(({ pointer }) => pointer.slice(1)) : []
  // Versions of PostGIS, GEOS and PROJ are part of what is hashed: where they differ, so do the hashes.
  const sameHash = answer?.provenance.resultHash === resultHash || differs.some(part => part !== 'service')
  const same = answer !== null && differences.length === 0 && sameHash
  const outcome = !answer ? 'not-replayed' : !same ? 'differs' : differs.length > 0 ? 'engine-differs' : 'identical'
  const broken = brokenOf(kept)
  const layers = await verifyLayers(engine, result, deep || !same)
  return {
    id,
    createdAt: kept.createdAt,
    agrees: same && broken.length === 0 && layers.every(({ agrees }) => agrees),
    outcome,
    broken,
    verdict: { kept: result.verdict, recomputed: answer?.verdict ?? null },
    resultHash: { kept: resultHash, recomputed: answer?.provenance.resultHash ?? null, algorithm: kept.algorithm },
    ruleset: { ...ruleset, kept: document !== undefined },
    engine: { kept: by, now, differs },
    layers,
    differences: differences.slice(0, MOST_DIFFERENCES),
    problem: 'problem' in again ? again.problem : null
  }
}

async function verifyLayers(
  { db, catalog }: LandCheckEngine,
  { provenance }: LandCheckResult,
  deep: boolean
): Promise<LayerVerification[]> {
  const verified: LayerVerification[] = []
  for (const { id, revision, contentHash } of provenance.layers) {
    const listed = revision === 0 ? '' : await listedHash(db, id, revision)
    const layer = catalog.find(id)
    const look = deep && layer && !layer.source && revision > 0
    const stored = look ? await storedHash(db, planContentHash(layer, revision)) : null
    const strays = look ? await straysOf(db, layer, revision) : null
    const agrees = listed === contentHash && (stored === null || stored === contentHash) && (strays ?? 0) === 0
    verified.push({ id, revision, contentHash, listed, stored, strays, agrees })
  }
  return verified
}

async function listedHash(db: Queryable, id: string, revision: number): Promise<string | null> {
  const [row] = await db.query<{ hash: string }>(
    sql`SELECT content_hash AS hash FROM yitu.revision WHERE layer_id = ${id} AND revision = ${revision}::integer`
  )
  return row?.hash ?? null
}

/** Null where the layer is not kept for land-checks. */
async function straysOf(db: Queryable, layer: Layer, revision: number): Promise<number | null> {
  const [kept] = await db.query(planGroundLayer(layer))
  if (!kept) return null
  const [row] = await db.query<{ strays: number }>(planGroundStrays(layer, revision))
  return row?.strays ?? null
}

async function storedHash(db: Queryable, statement: ReturnType<typeof planContentHash>): Promise<string | null> {
  const [row] = await db.query<{ hash: string }>(statement)
  return row?.hash ?? null
}

/** What anybody may know who holds a report: whether there is such an answer, and whether it says this. */
export interface Glance {
  exists: boolean
  createdAt: string | null
  verdict: string | null
  /** Whether the hash on the report is the answer's; null where none was given. */
  matches: boolean | null
}

export async function glanceAt(db: Queryable, id: string, hash?: string): Promise<Glance> {
  const found = await findCheckRecord(db, id)
  if (!found) return { exists: false, createdAt: null, verdict: null, matches: hash === undefined ? null : false }
  const { createdAt, verdict, resultHash } = found
  // A record that was changed since matches nothing any more.
  const matches = hash === undefined ? null : hash === resultHash && brokenOf(found).length === 0
  return { exists: true, createdAt, verdict, matches }
}
