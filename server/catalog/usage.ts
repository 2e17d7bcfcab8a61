import { type Queryable, sql } from '../lib/sql.ts'

export interface UsageCount {
  requests: number
  /** ISO 8601, UTC */
  lastUsed: string | null
}

export interface UsageDay extends UsageCount {
  /** Of Chinese standard time. */
  day: string
}

/** Requests that are not written yet, and when the last of them was, in milliseconds. */
interface Pending {
  service: string
  /** In China, counted from 1970. */
  day: number
  requests: number
  lastUsed: number
}

const NEVER: UsageCount = { requests: 0, lastUsed: null }
/** Other servers of the database count too; what they have written is read this often. */
const REREAD_MS = 60_000

/** Counts requests by service: in memory, written to yitu.usage by day when `flush` is called. */
export class Usage {
  readonly #db: Queryable
  readonly #now: () => number
  #written: ReadonlyMap<string, UsageCount> = new Map()
  /** By service, of the day of its last request. */
  #pending = new Map<string, Pending>()
  /** Of days before those. */
  #past: Pending[] = []
  #readAt = 0
  #flushing: Promise<void> = Promise.resolve()

  constructor(db: Queryable, now: () => number = Date.now) {
    this.#db = db
    this.#now = now
  }

  count(service: string): void {
    const now = this.#now()
    const day = Math.floor((now + CHINA_MS) / DAY_MS)
    const pending = this.#pending.get(service)
    if (pending?.day === day) {
      pending.requests++
      pending.lastUsed = now
      return
    }
    if (pending) this.#past.push(pending)
    this.#pending.set(service, { service, day, requests: 1, lastUsed: now })
  }

  /** All requests ever, as of the last flush. */
  of(service: string): UsageCount {
    return this.#written.get(service) ?? NEVER
  }

  /** The days of a service on which it was asked for, latest first, at most 31. */
  days(service: string): Promise<UsageDay[]> {
    return this.#db.query<UsageDay>(sql`SELECT day, requests, last_used AS "lastUsed" FROM yitu.usage
      WHERE service_id = ${service} ORDER BY day DESC LIMIT 31`)
  }

  /** Writes what was counted in one statement, one flush after the other; what cannot be written is kept for the next. */
  flush(): Promise<void> {
    const next = this.#flushing.catch(() => {}).then(() => this.#flush())
    this.#flushing = next
    return next
  }

  async #flush(): Promise<void> {
    const pending = [...this.#past, ...this.#pending.values()]
    if (pending.length > 0) {
      this.#past = []
      this.#pending = new Map()
      try {
        await this.#write(merged(pending))
      } catch (error) {
        this.#past = merged([...pending, ...this.#past])
        throw error
      }
      this.#written = added(this.#written, pending)
    }
    if (this.#now() - this.#readAt >= REREAD_MS) await this.#read()
  }

  async #write(pending: Pending[]): Promise<void> {
    const rows = pending.map(({ service, requests, lastUsed }) => ({
      service,
      day: dayInChina(lastUsed),
      requests,
      lastUsed: new Date(lastUsed).toISOString()
    }))
    // In the order of the key, so that servers that write together wait for each other and never in a ring.
    const ordered = rows.toSorted((a, b) => (`${a.service} ${a.day}` < `${b.service} ${b.day}` ? -1 : 1))
    await this.#db.query(sql`INSERT INTO yitu.usage AS u (service_id, day, requests, last_used)
      SELECT * FROM unnest(${ordered.map(row => row.service)}::text[], ${ordered.map(row => row.day)}::date[],
        ${ordered.map(row => row.requests)}::bigint[], ${ordered.map(row => row.lastUsed)}::timestamptz[])
      ON CONFLICT (service_id, day) DO UPDATE
        SET requests = u.requests + excluded.requests, last_used = greatest(u.last_used, excluded.last_used)`)
  }

  async #read(): Promise<void> {
    const rows = await this.#db.query<UsageCount & { id: string }>(sql`
      SELECT service_id AS id, sum(requests)::bigint AS requests, max(last_used) AS "lastUsed"
      FROM yitu.usage GROUP BY service_id`)
    this.#written = new Map(rows.map(({ id, ...count }) => [id, count]))
    this.#readAt = this.#now()
  }
}

/** One entry for each service and day. */
function merged(counts: readonly Pending[]): Pending[] {
  const sums = new Map<string, Pending>()
  for (const { service, day, requests, lastUsed } of counts) {
    const key = `${day} ${service}`
    const before = sums.get(key)
    sums.set(key, {
      service,
      day,
      requests: requests + (before?.requests ?? 0),
      lastUsed: Math.max(lastUsed, before?.lastUsed ?? 0)
    })
  }
  return [...sums.values()]
}

function added(to: ReadonlyMap<string, UsageCount>, counts: Iterable<Pending>): ReadonlyMap<string, UsageCount> {
  const sums = new Map(to)
  for (const { service, requests, lastUsed } of counts) {
    const before = sums.get(service) ?? NEVER
    sums.set(service, { requests: before.requests + requests, lastUsed: new Date(lastUsed).toISOString() })
  }
  return sums
}

/** China has one time zone, UTC+8, and no summer time. */
const CHINA_MS = 8 * 3_600_000
const DAY_MS = 86_400_000
const dayInChina = (now: number) => new Date(now + CHINA_MS).toISOString().slice(0, 10)
