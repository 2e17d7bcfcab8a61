import { type HashAlgorithm, hashText } from '../../lib/canonical-json.ts'
import { type Database, type Queryable, sql } from '../../lib/sql.ts'
import { landCheckUnknown } from '../problems.ts'
import { type EventRow, eventAuditHash, lockChain } from './chain.ts'
import { newId } from './id.ts'

/** What was done about a land-check. The answer itself stays as it was given; this stands beside it, for good too. */
export type EventKind = 'override' | 'supersede' | 'as-built'

const PREFIX: Record<EventKind, string> = { override: 'ov', supersede: 'sp', 'as-built': 'ab' }

export interface NewEvent {
  kind: EventKind
  landCheck: string | null
  successor?: string
  /** The key's id. */
  actor: string
  algorithm?: HashAlgorithm | undefined
  /** What it says; `id`, `createdAt`, `landCheck`, `actor` and its place in the chain are added. */
  content: object
}

/** An event as it is kept and answered. */
export interface RecordedEvent {
  id: string
  body: string
}

/**
 * Appends an event to its chain.
 * @param guard asks, in the same transaction and while nobody else can append, whether it may be: throws where not
 */
export function recordEvent(
  db: Database,
  event: NewEvent,
  guard: (tx: Queryable) => Promise<void> = async () => {}
): Promise<RecordedEvent> {
  const { kind, landCheck, successor = null, actor, algorithm = 'sha256', content } = event
  return db.transaction(async tx => {
    const prevAuditHash = await lockChain(tx, 'events')
    await guard(tx)
    const now = new Date()
    const id = newId(now, PREFIX[kind])
    const createdAt = now.toISOString()
    const provenance = { prevAuditHash, hashAlgorithm: algorithm }
    const body = JSON.stringify({ id, createdAt, kind, landCheck, actor, ...content, provenance })
    const bodyHash = hashText(body, algorithm)
    const row: EventRow = { id, kind, landCheck, successor, actor, createdAt, bodyHash, prevAuditHash, algorithm }
    await tx.query(sql`INSERT INTO yitu.land_check_event (id, kind, land_check_id, successor_id, actor, body, body_hash,
        hash_algorithm, prev_audit_hash, audit_hash, created_at)
      VALUES (${id}, ${kind}, ${landCheck}::text, ${successor}::text, ${actor}, ${body}, ${bodyHash}, ${algorithm},
        ${prevAuditHash}, ${eventAuditHash(row)}, ${createdAt}::timestamptz)`)
    return { id, body }
  })
}

/** An event as it was answered, or undefined. */
export async function findEvent(db: Queryable, kind: EventKind, id: string): Promise<string | undefined> {
  const [row] = await db.query<{ body: string }>(
    sql`SELECT body FROM yitu.land_check_event WHERE id = ${id} AND kind = ${kind}`
  )
  return row?.body
}

/** The events of a land-check in the order they came, parsed; of one kind where it is named. */
export async function listEvents(db: Queryable, landCheck: string, kind?: EventKind): Promise<object[]> {
  const rows = await db.query<{ body: string }>(sql`SELECT body FROM yitu.land_check_event
    WHERE land_check_id = ${landCheck} AND (${kind ?? null}::text IS NULL OR kind = ${kind ?? null}::text) ORDER BY seq`)
  return rows.map(({ body }) => JSON.parse(body))
}

/** What is asked first of a land-check that something is to be done about. @throws LAND_CHECK_UNKNOWN */
export async function getStanding(db: Queryable, id: string): Promise<Standing> {
  const [row] =
    await db.query<Standing>(sql`SELECT c.id, c.seq, c.verdict, c.created_at AS "createdAt", s.successor_id AS "supersededBy"
    FROM yitu.land_check c LEFT JOIN yitu.land_check_event s ON s.land_check_id = c.id AND s.kind = 'supersede'
    WHERE c.id = ${id}`)
  if (!row) throw landCheckUnknown({ id })
  return row
}

export interface Standing {
  id: string
  /** Its place in the chain. */
  seq: number
  verdict: string
  createdAt: string
  supersededBy: string | null
}
