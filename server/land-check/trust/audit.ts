import { type HashAlgorithm, hashText } from '../../lib/canonical-json.ts'
import { type Queryable, sql } from '../../lib/sql.ts'
import type { LandCheckResult } from '../answer/result.ts'
import type { LandCheckRequest } from '../request.ts'
import { type Chain, checkAuditHash, type EventRow, eventAuditHash, GENESIS, requestFits } from './chain.ts'

/**
 * What of a row does not hold: previous: it does not name the audit hash of the row before it · body, request: they
 * were changed after they were hashed · columns: they say otherwise than the body · audit: its audit hash is another's.
 */
export type Broken = 'previous' | 'request' | 'body' | 'columns' | 'audit'

/** A row where the chain breaks: who asked, what for, and the hashes as they stand. */
export interface Break {
  seq: number
  id: string
  createdAt: string
  who: string
  purpose: string | null
  requestHash: string | null
  resultHash: string | null
  previous: string
  broken: Broken[]
}

export interface Audit {
  chain: Chain
  /** How many rows were looked at, and the first and last of them; null where there are none. */
  checked: number
  from: number | null
  to: number | null
  intact: boolean
  /** The first hundred. */
  breaks: Break[]
  /** The last row looked at: its audit hash, noted elsewhere, is a witness of everything before it. */
  end: { seq: number; id: string; auditHash: string } | null
  /** Whether a hash noted earlier is in the chain; null where none was given. */
  witnessed: boolean | null
  /** From where to go on; null at the end of the chain. */
  next: number | null
}

export interface AuditRange {
  /** The first row looked at. */
  from?: number | undefined
  limit: number
  /** An audit hash noted earlier: without it in the chain, its end was cut off. */
  witness?: string | undefined
}

const PAGE = 200
const MOST_BREAKS = 100

/** Verifies a chain over a range of its rows. */
export async function auditChain(db: Queryable, chain: Chain, { from, limit, witness }: AuditRange): Promise<Audit> {
  const page = chain === 'events' ? readEvents : readChecks
  const audit: Audit = { chain, checked: 0, from: null, to: null, intact: true, breaks: [], ...NOTHING }
  let next = from ?? 0
  while (audit.checked < limit) {
    const wanted = Math.min(PAGE, limit - audit.checked)
    const rows = await page(db, next, wanted)
    for (const { auditHash, ...row } of rows) {
      audit.from ??= row.seq
      audit.to = row.seq
      audit.end = { seq: row.seq, id: row.id, auditHash }
      if (row.broken.length > 0 && audit.breaks.length < MOST_BREAKS) audit.breaks.push(row)
      audit.intact &&= row.broken.length === 0
    }
    audit.checked += rows.length
    next = (audit.to ?? 0) + 1
    if (rows.length < wanted) return { ...audit, witnessed: await isThere(db, chain, witness) }
  }
  return { ...audit, next, witnessed: await isThere(db, chain, witness) }
}

const NOTHING = { end: null, witnessed: null, next: null }

async function isThere(db: Queryable, chain: Chain, hash: string | undefined): Promise<boolean | null> {
  if (hash === undefined) return null
  const rows =
    chain === 'events'
      ? await db.query(sql`SELECT FROM yitu.land_check_event WHERE audit_hash = ${hash}`)
      : await db.query(sql`SELECT FROM yitu.land_check WHERE audit_hash = ${hash}`)
  return rows.length > 0
}

type Audited = Break & { auditHash: string }

/** A row of yitu.land_check with the audit hash of the one before it. */
export interface CheckRecord {
  seq: number
  id: string
  actor: string
  request: LandCheckRequest
  requestHash: string
  inputHash: string
  resultHash: string
  verdict: string
  ruleset: string
  prevAuditHash: string
  auditHash: string
  body: string
  bodyHash: string | null
  algorithm: HashAlgorithm
  idempotencyKey: string | null
  purpose: string | null
  createdAt: string
  before: string | null
}

const CHECK_RECORD = sql`c.seq, c.id, c.actor, c.request, c.request_hash AS "requestHash", c.input_hash AS "inputHash",
  c.result_hash AS "resultHash", c.verdict, c.ruleset_id AS ruleset, c.prev_audit_hash AS "prevAuditHash",
  c.audit_hash AS "auditHash", c.body, c.body_hash AS "bodyHash", c.hash_algorithm AS algorithm,
  c.idempotency_key AS "idempotencyKey", c.purpose, c.created_at AS "createdAt",
  (SELECT b.audit_hash FROM yitu.land_check b WHERE b.seq < c.seq ORDER BY b.seq DESC LIMIT 1) AS before`

/** One record with everything that is audited, or undefined. */
export async function findCheckRecord(db: Queryable, id: string): Promise<CheckRecord | undefined> {
  const [row] = await db.query<CheckRecord>(sql`SELECT ${CHECK_RECORD} FROM yitu.land_check c WHERE c.id = ${id}`)
  return row
}

async function readChecks(db: Queryable, from: number, limit: number): Promise<Audited[]> {
  const rows = await db.query<CheckRecord>(sql`SELECT ${CHECK_RECORD} FROM yitu.land_check c
    WHERE c.seq >= ${from}::bigint ORDER BY c.seq LIMIT ${limit}::integer`)
  return rows.map(row => {
    const { seq, id, createdAt, actor: who, purpose, requestHash, resultHash, prevAuditHash: previous, auditHash } = row
    const broken = brokenOf(row)
    return { seq, id, createdAt, who, purpose, requestHash, resultHash, previous, broken, auditHash }
  })
}

/** What of a record does not hold. */
export function brokenOf(row: CheckRecord): Broken[] {
  const result = resultOf(row)
  return [
    ...((row.before ?? GENESIS) === row.prevAuditHash ? [] : (['previous'] as const)),
    ...(requestFits(row.request, row.requestHash, row.algorithm) ? [] : (['request'] as const)),
    ...(row.bodyHash === null || hashText(row.body, row.algorithm) === row.bodyHash ? [] : (['body'] as const)),
    ...(result && columnsFit(result, row) ? [] : (['columns'] as const)),
    ...(result && checkAuditHash(result, row) === row.auditHash ? [] : (['audit'] as const))
  ]
}

/** The answer a record keeps; undefined where it was changed into something that is none. */
export function resultOf({ body }: Pick<CheckRecord, 'body'>): LandCheckResult | undefined {
  try {
    const result = JSON.parse(body)
    return result?.provenance?.ruleset && result.application ? result : undefined
  } catch {
    return undefined
  }
}

function columnsFit({ id, createdAt, verdict, application, provenance }: LandCheckResult, row: CheckRecord): boolean {
  return (
    id === row.id &&
    createdAt === row.createdAt &&
    verdict === row.verdict &&
    application.purpose === row.purpose &&
    provenance.ruleset.id === row.ruleset &&
    provenance.requestHash === row.requestHash &&
    provenance.inputHash === row.inputHash &&
    provenance.resultHash === row.resultHash &&
    provenance.prevAuditHash === row.prevAuditHash
  )
}

async function readEvents(db: Queryable, from: number, limit: number): Promise<Audited[]> {
  const rows = await db.query<
    EventRow & { seq: number; auditHash: string; before: string | null; body: string }
  >(sql`SELECT e.seq, e.id, e.kind, e.land_check_id AS "landCheck", e.successor_id AS successor, e.actor,
      e.created_at AS "createdAt", e.body_hash AS "bodyHash", e.prev_audit_hash AS "prevAuditHash",
      e.hash_algorithm AS algorithm, e.audit_hash AS "auditHash", e.body,
      (SELECT b.audit_hash FROM yitu.land_check_event b WHERE b.seq < e.seq ORDER BY b.seq DESC LIMIT 1) AS before
    FROM yitu.land_check_event e WHERE e.seq >= ${from}::bigint ORDER BY e.seq LIMIT ${limit}::integer`)
  return rows.map(({ seq, auditHash, before, body, ...row }) => ({
    seq,
    id: row.id,
    createdAt: row.createdAt,
    who: row.actor,
    purpose: row.kind,
    requestHash: null,
    resultHash: row.bodyHash,
    previous: row.prevAuditHash,
    broken: [
      ...((before ?? GENESIS) === row.prevAuditHash ? [] : (['previous'] as const)),
      ...(hashText(body, row.algorithm) === row.bodyHash ? [] : (['body'] as const)),
      ...(eventAuditHash(row) === auditHash ? [] : (['audit'] as const))
    ],
    auditHash
  }))
}
