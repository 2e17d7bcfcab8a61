import { type HashAlgorithm, hashText } from '../../lib/canonical-json.ts'
import { join, type Queryable, type Statement, sql } from '../../lib/sql.ts'
import type { Answer, LandCheckResult } from '../answer/result.ts'
import type { LandCheckRequest } from '../request.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import { checkAuditHash, turnOf } from './chain.ts'
import { newId } from './id.ts'

/** An answer as it is kept: the body is what is sent, byte for byte, now and ever after. */
export interface Recorded {
  id: string
  body: string
  resultHash: string
  requestHash: string
  /** With which function the hashes were taken. */
  algorithm: HashAlgorithm
}

/** An answer to be kept. */
export interface Entry {
  request: LandCheckRequest
  answer: Answer
  /** Who asked: the key's id. */
  actor: string
  /** The rule set it was given by; its document is kept with the first answer that names its hash. */
  ruleset: Ruleset
  /** The same key of the same actor is recorded once: whoever comes later gets what is there. */
  idempotencyKey?: string | undefined
}

/** A row of yitu.land_check before it is written. */
export interface MadeRow {
  entry: Entry
  result: LandCheckResult
  recorded: Recorded
  bodyHash: string
  auditHash: string
}

/** @param prevAuditHash of the row before it */
export function makeRow(entry: Entry, prevAuditHash: string): MadeRow {
  const { answer, actor, idempotencyKey = null } = entry
  const now = new Date()
  const result: LandCheckResult = {
    id: newId(now),
    createdAt: now.toISOString(),
    ...answer,
    provenance: { ...answer.provenance, prevAuditHash }
  }
  const { resultHash, requestHash, hashAlgorithm: algorithm } = result.provenance
  const body = JSON.stringify(result)
  const bodyHash = hashText(body, algorithm)
  const auditHash = checkAuditHash(result, { actor, prevAuditHash, algorithm, bodyHash, idempotencyKey })
  return { entry, result, recorded: { id: result.id, body, resultHash, requestHash, algorithm }, bodyHash, auditHash }
}

/**
 * Appends rows to the chain, in their order: all or none. One statement for all; not as arrays, in which every quote of
 * every answer would have to be escaped.
 * @throws 23505 (unique_violation) where another row follows the same one already, or has the same idempotency key
 */
export async function insertRows(tx: Queryable, rows: readonly MadeRow[]): Promise<void> {
  if (rows.length === 0) return
  await tx.query(sql`WITH turn AS MATERIALIZED (${turnOf('land-checks')})
    INSERT INTO yitu.land_check (id, ruleset_id, ruleset_version, verdict, actor, application_type, purpose, request,
      request_hash, input_hash, result_hash, prev_audit_hash, audit_hash, body, created_at, hash_algorithm, body_hash, idempotency_key)
    SELECT v.* FROM turn, (VALUES ${join(rows.map(values))}) AS v`)
}

function values({ entry, result, recorded, bodyHash, auditHash }: MadeRow): Statement {
  const { id, createdAt, verdict, application, provenance } = result
  const { ruleset, requestHash, inputHash, resultHash, prevAuditHash } = provenance
  return sql`(${id}, ${ruleset.id}, ${ruleset.version}, ${verdict}, ${entry.actor}, ${application.type}::text,
    ${application.purpose}::text, ${JSON.stringify(entry.request)}::jsonb, ${requestHash}, ${inputHash}, ${resultHash},
    ${prevAuditHash}, ${auditHash}, ${recorded.body}, ${createdAt}::timestamptz, ${recorded.algorithm}, ${bodyHash},
    ${entry.idempotencyKey ?? null}::text)`
}
