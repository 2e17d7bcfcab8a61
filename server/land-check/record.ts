import { randomBytes } from 'node:crypto'
import { canonicalHash } from '../lib/canonical-json.ts'
import { type Database, type Queryable, sql } from '../lib/sql.ts'
import type { LandCheckRequest } from './request.ts'
import type { Answer, LandCheckResult } from './result.ts'

/** An answer as it is kept: the body is what is sent, byte for byte, now and ever after. */
export interface Recorded {
  id: string
  body: string
  resultHash: string
}

/** Before the first row there is no hash. */
const GENESIS = '0'.repeat(64)
/** Any constant will do, as long as every server of a database uses the same. */
const CHAIN_LOCK = 827_410_606

/**
 * Appends an answer to the chain: one at a time, each naming the audit hash of the one before it.
 * @param actor who asked: the key's id
 */
export function record(db: Database, request: LandCheckRequest, answer: Answer, actor: string): Promise<Recorded> {
  return db.transaction(async tx => {
    await tx.query(sql`SELECT pg_advisory_xact_lock(${CHAIN_LOCK}::bigint)`)
    const [last] = await tx.query<{ audit_hash: string }>(
      sql`SELECT audit_hash FROM yitu.land_check ORDER BY seq DESC LIMIT 1`
    )
    const prevAuditHash = last?.audit_hash ?? GENESIS
    const now = new Date()
    const result: LandCheckResult = {
      id: newId(now),
      createdAt: now.toISOString(),
      ...answer,
      provenance: { ...answer.provenance, prevAuditHash }
    }
    const body = JSON.stringify(result)
    await insert(tx, request, result, body, actor)
    return { id: result.id, body, resultHash: result.provenance.resultHash }
  })
}

async function insert(tx: Queryable, request: LandCheckRequest, result: LandCheckResult, body: string, actor: string) {
  const { id, createdAt, verdict, application, provenance } = result
  const { ruleset, requestHash, inputHash, resultHash, prevAuditHash } = provenance
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
    prevAuditHash
  }
  await tx.query(sql`INSERT INTO yitu.land_check (id, ruleset_id, ruleset_version, verdict, actor, application_type, purpose,
      request, request_hash, input_hash, result_hash, prev_audit_hash, audit_hash, body, created_at)
    VALUES (${id}, ${ruleset.id}, ${ruleset.version}, ${verdict}, ${actor}, ${application.type}::text, ${application.purpose}::text,
      ${JSON.stringify(request)}::jsonb, ${requestHash}, ${inputHash}, ${resultHash}, ${prevAuditHash}, ${canonicalHash(audited)},
      ${body}, ${createdAt}::timestamptz)`)
}

/** The kept answer, or undefined. */
export async function findRecorded(db: Queryable, id: string): Promise<Recorded | undefined> {
  const [row] = await db.query<Recorded>(
    sql`SELECT id, body, result_hash AS "resultHash" FROM yitu.land_check WHERE id = ${id}`
  )
  return row
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** `lc_` and a ULID: 48 bits of milliseconds, 80 of chance, in Crockford's base 32; later ids sort later. */
export function newId(now: Date): string {
  let number = (BigInt(now.getTime()) << 80n) | BigInt(`0x${randomBytes(10).toString('hex')}`)
  let text = ''
  for (let i = 0; i < 26; i++) {
    text = CROCKFORD[Number(number & 31n)] + text
    number >>= 5n
  }
  return `lc_${text}`
}
