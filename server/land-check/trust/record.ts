import { canonicalJson } from '../../lib/canonical-json.ts'
import { type Database, type Queryable, sql } from '../../lib/sql.ts'
import { type Settled, Together } from '../../lib/together.ts'
import { lockChain } from './chain.ts'
import { type Entry, insertRows, type MadeRow, makeRow, type Recorded } from './row.ts'
import { textUnstorable } from './trust-problems.ts'

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
      await insertRows(tx, rows)
      await together?.(tx, recorded)
      return { recorded, end: prevAuditHash }
    })
    .then(({ recorded, end }) => {
      for (const { ruleset } of entries) keptOf(db).add(ruleset.hash)
      ends.set(db, end)
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
    const recorded = (await appendNext(db, entries)) ?? (await recordAll(db, entries))
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

/** The audit hash of the last row, as far as this process knows: another server may have written since. */
const ends = new WeakMap<Database, string>()

/**
 * The common case in one statement: whoever wrote last writes next. The database admits one row after each, so that
 * what is no longer the end is refused.
 * @returns undefined where the end, or whether a rule set or an idempotency key is kept already, has to be looked up
 */
async function appendNext(db: Database, entries: readonly Entry[]): Promise<Recorded[] | undefined> {
  let end = ends.get(db)
  if (!end || entries.some(({ ruleset }) => !keptOf(db).has(ruleset.hash))) return undefined
  const rows: MadeRow[] = []
  for (const entry of entries) {
    const row = makeRow(entry, end)
    end = row.auditHash
    rows.push(row)
  }
  ends.delete(db)
  try {
    await insertRows(db, rows)
  } catch (error) {
    if ((error as { code?: string }).code === UNIQUE_VIOLATION) return undefined
    throw error
  }
  ends.set(db, end)
  return rows.map(({ recorded }) => recorded)
}

const UNIQUE_VIOLATION = '23505'

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
