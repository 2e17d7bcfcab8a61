import { canonicalHash, type HashAlgorithm } from '../../lib/canonical-json.ts'
import { type Queryable, type Statement, sql } from '../../lib/sql.ts'
import type { LandCheckResult } from '../answer/result.ts'
import type { LandCheckRequest } from '../request.ts'

/**
 * The chains of what was answered (yitu.land_check) and of what was done about it (yitu.land_check_event): every row
 * carries the audit hash of the row before it, and its own over everything the row says. Who changes, removes or
 * inserts a row breaks the chain there.
 */
export type Chain = 'land-checks' | 'events'

/** Before the first row there is no hash. */
export const GENESIS = '0'.repeat(64)

/** Any constants will do, as long as every server of a database uses the same. */
const LOCKS: Record<Chain, number> = { 'land-checks': 827_410_606, events: 827_410_607 }

/** Waits until nobody else appends to a chain; they wait until this transaction ends. */
export const turnOf = (chain: Chain): Statement => sql`SELECT pg_advisory_xact_lock(${LOCKS[chain]}::bigint)`

/**
 * Takes the end of a chain for the transaction: whoever else appends waits until it ends.
 * @returns the audit hash of the last row
 */
export async function lockChain(tx: Queryable, chain: Chain): Promise<string> {
  // Two statements: one would read with a snapshot from before the lock was had.
  await tx.query(turnOf(chain))
  const [last] = await tx.query<{ hash: string }>(
    chain === 'events'
      ? sql`SELECT audit_hash AS hash FROM yitu.land_check_event ORDER BY seq DESC LIMIT 1`
      : sql`SELECT audit_hash AS hash FROM yitu.land_check ORDER BY seq DESC LIMIT 1`
  )
  return last?.hash ?? GENESIS
}

/** What a row of yitu.land_check says that its body does not. */
export interface CheckRow {
  actor: string
  prevAuditHash: string
  algorithm: HashAlgorithm
  /** Null in rows from before it was kept: those have their audit hash without it. */
  bodyHash: string | null
  idempotencyKey: string | null
}

/** The audit hash of a land-check: who asked what for, the request, the answer, and the row before. */
export function checkAuditHash(result: LandCheckResult, row: CheckRow): string {
  const { id, createdAt, application, verdict, provenance } = result
  const { ruleset, requestHash, inputHash, resultHash } = provenance
  const { actor, prevAuditHash, algorithm, bodyHash, idempotencyKey } = row
  const audited = {
    id,
    createdAt,
    actor,
    application,
    verdict,
    ruleset,
    requestHash,
    inputHash,
    resultHash,
    prevAuditHash,
    ...(bodyHash && { algorithm, bodyHash }),
    ...(idempotencyKey && { idempotencyKey })
  }
  return canonicalHash(audited, algorithm)
}

export interface EventRow {
  id: string
  kind: string
  landCheck: string | null
  successor: string | null
  actor: string
  createdAt: string
  bodyHash: string
  prevAuditHash: string
  algorithm: HashAlgorithm
}

/** The audit hash of an event: every column of its row, the body by its hash. */
export const eventAuditHash = (row: EventRow): string => canonicalHash(row, row.algorithm)

/** Whether a kept request is the one that was hashed. */
export const requestFits = (request: LandCheckRequest, hash: string, algorithm: HashAlgorithm): boolean =>
  canonicalHash(request, algorithm) === hash
