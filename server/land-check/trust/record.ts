import { randomBytes } from 'node:crypto'
import { canonicalJson, type HashAlgorithm, hashText } from '../../lib/canonical-json.ts'
import { type Database, join, type Queryable, type Statement, sql } from '../../lib/sql.ts'
import { type Settled, Together } from '../../lib/together.ts'
import type { Answer, LandCheckResult } from '../answer/result.ts'
import type { LandCheckRequest } from '../request.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import { checkAuditHash, lockChain } from './chain.ts'
import { textUnstorable } from './trust-problems.ts'

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

/** Appends an answer to the chain. Those that come while others are being written go together with the next ones. */
export function record(db: Database, entry: Entry): Promise<Recorded> {
  // The chain admits one transaction at a time.
  const queue =
    queues.get(db) ??
    new Together({ work: (entries: Entry[]) => recordTogether(db, entries), most: MOST_AT_ONCE, atOnce: 1 })
  queues.set(db, queue)
  return queue.do(entry)
}

/**
 * Appends answers to the chain in one transaction, in this order: all or none.
 * @param together what else is written in the same transaction; where it throws, nothing is kept
 */
export function recordAll(
  db: Database,
  entries: readonly Entry[],
  together?: (tx: Queryable, recorded: Recorded[]) => Promise<void>
): Promise<Recorded[]> {
  if (entries.length === 0) return Promise.resolve([])
  return db
    .transaction(async tx => {
      await keepRulesets(tx, db, entries)
      let prevAuditHash = await lockChain(tx, 'land-checks')
      const there = await findByKeys(tx, entries)
      const rows: MadeRow[] = []
      const recorded = entries.map(entry => {
        const before = there.get(keyOf(entry))
        if (before) return before
        const made = makeRow(entry, prevAuditHash)
        prevAuditHash = made.auditHash
        rows.push(made)
        if (entry.idempotencyKey) there.set(keyOf(entry), made.recorded)
        return made.recorded
      })
      await insert(tx, rows)
      await together?.(tx, recorded)
      return recorded
    })
    .then(recorded => {
      for (const { ruleset } of entries) keptOf(db).add(ruleset.hash)
      return recorded
    })
}

/** The kept answer, or undefined. */
export async function findRecorded(db: Queryable, id: string): Promise<Recorded | undefined> {
  const [row] = await db.query<Recorded>(sql`SELECT ${RECORDED} FROM yitu.land_check WHERE id = ${id}`)
  return row
}

/** The answer kept under an idempotency key, or undefined. */
export async function findByKey(db: Queryable, actor: string, key: string): Promise<Recorded | undefined> {
  const [row] = await db.query<Recorded>(
    sql`SELECT ${RECORDED} FROM yitu.land_check WHERE actor = ${actor} AND idempotency_key = ${key}`
  )
  return row
}

const RECORDED = sql`id, body, result_hash AS "resultHash", request_hash AS "requestHash", hash_algorithm AS algorithm`

const queues = new WeakMap<Database, Together<Entry, Recorded>>()
/** Hashes of the rule sets that a database is known to keep. */
const kept = new WeakMap<Database, Set<string>>()

function keptOf(db: Database): Set<string> {
  const known = kept.get(db) ?? new Set<string>()
  kept.set(db, known)
  return known
}

const MOST_AT_ONCE = 200
/** What PostgreSQL says to U+0000, in json and in text. */
const NULS = new Set(['22P05', '22021'])

/** Group commit: a value the database refuses is one entry's fault, the others go without it. Anything else is everybody's. */
async function recordTogether(db: Database, entries: Entry[]): Promise<Settled<Recorded>[]> {
  try {
    const recorded = await recordAll(db, entries)
    return recorded.map(value => ({ status: 'fulfilled', value }))
  } catch (error) {
    const code = String((error as { code?: string }).code)
    if (entries.length === 1) {
      return [{ status: 'rejected', reason: NULS.has(code) ? textUnstorable({}, { cause: error }) : error }]
    }
    if (!/^2[23]/.test(code)) throw error
  }
  const settled: Settled<Recorded>[] = []
  for (const entry of entries) settled.push(...(await recordTogether(db, [entry])))
  return settled
}

async function keepRulesets(tx: Queryable, db: Database, entries: readonly Entry[]): Promise<void> {
  const known = keptOf(db)
  const unknown = new Map(entries.map(({ ruleset }) => [ruleset.hash, ruleset]))
  for (const [hash, { id, hash: _, ...definition }] of unknown) {
    if (known.has(hash)) continue
    await tx.query(sql`INSERT INTO yitu.ruleset (hash, id, version, document)
      VALUES (${hash}, ${id}, ${definition.version}, ${canonicalJson(definition)}) ON CONFLICT (hash) DO NOTHING`)
  }
}

const keyOf = ({ actor, idempotencyKey }: Pick<Entry, 'actor' | 'idempotencyKey'>) => `${actor} ${idempotencyKey ?? ''}`

async function findByKeys(tx: Queryable, entries: readonly Entry[]): Promise<Map<string, Recorded>> {
  const keyed = entries.filter(({ idempotencyKey }) => idempotencyKey !== undefined)
  if (keyed.length === 0) return new Map()
  const rows = await tx.query<Recorded & { actor: string; key: string }>(sql`
    SELECT ${RECORDED}, actor, idempotency_key AS key FROM yitu.land_check
    WHERE (actor, idempotency_key) IN (SELECT * FROM unnest(${keyed.map(({ actor }) => actor)}::text[],
      ${keyed.map(({ idempotencyKey }) => idempotencyKey)}::text[]))`)
  return new Map(rows.map(({ actor, key, ...recorded }) => [keyOf({ actor, idempotencyKey: key }), recorded]))
}

interface MadeRow {
  entry: Entry
  result: LandCheckResult
  recorded: Recorded
  bodyHash: string
  auditHash: string
}

function makeRow(entry: Entry, prevAuditHash: string): MadeRow {
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

/** One statement for all. Not as arrays, in which every quote of every answer would have to be escaped. */
async function insert(tx: Queryable, rows: MadeRow[]): Promise<void> {
  if (rows.length === 0) return
  await tx.query(sql`INSERT INTO yitu.land_check (id, ruleset_id, ruleset_version, verdict, actor, application_type, purpose,
      request, request_hash, input_hash, result_hash, prev_audit_hash, audit_hash, body, created_at, hash_algorithm, body_hash,
      idempotency_key)
    VALUES ${join(rows.map(values))}`)
}

function values({ entry, result, recorded, bodyHash, auditHash }: MadeRow): Statement {
  const { id, createdAt, verdict, application, provenance } = result
  const { ruleset, requestHash, inputHash, resultHash, prevAuditHash } = provenance
  return sql`(${id}, ${ruleset.id}, ${ruleset.version}, ${verdict}, ${entry.actor}, ${application.type}::text,
    ${application.purpose}::text, ${JSON.stringify(entry.request)}::jsonb, ${requestHash}, ${inputHash}, ${resultHash},
    ${prevAuditHash}, ${auditHash}, ${recorded.body}, ${createdAt}::timestamptz, ${recorded.algorithm}, ${bodyHash},
    ${entry.idempotencyKey ?? null}::text)`
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A prefix and a ULID: 48 bits of milliseconds, 80 of chance, in Crockford's base 32; later ids sort later. */
export function newId(now: Date, prefix = 'lc'): string {
  let number = (BigInt(now.getTime()) << 80n) | BigInt(`0x${randomBytes(10).toString('hex')}`)
  let text = ''
  for (let i = 0; i < 26; i++) {
    text = CROCKFORD[Number(number & 31n)] + text
    number >>= 5n
  }
  return `${prefix}_${text}`
}
