import { type Database, type Queryable, sql } from '../../lib/sql.ts'
import { WEBHOOK_CHANNEL } from './finish.ts'
import { jobOpen, webhookNone } from './problems.ts'
import { post } from './send.ts'
import { getJob } from './store.ts'
import { checkWebhook, parseHosts, signatureOf } from './webhook.ts'

/** Tells webhooks of what happened: at least once each, again after a pause where nobody took it, not for ever. */

export interface Delivery {
  id: string
  type: string
  state: 'waiting' | 'delivered' | 'given-up'
  attempts: number
  lastStatus: number | null
  lastError: string | null
  createdAt: string
  deliveredAt: string | null
}

export async function listDeliveries(db: Queryable, jobId: string): Promise<Delivery[]> {
  return db.query<Delivery>(sql`SELECT id, type, state, attempts, last_status AS "lastStatus", last_error AS "lastError",
      created_at AS "createdAt", delivered_at AS "deliveredAt"
    FROM yitu.webhook_delivery WHERE job_id = ${jobId} ORDER BY id`)
}

/**
 * Sends the events of a job again, under the ids they had: a receiver that knows them leaves them out.
 * @throws WEBHOOK_NONE, JOB_UNKNOWN
 */
export async function replay(db: Queryable, jobId: string): Promise<Delivery[]> {
  const job = await getJob(db, jobId)
  if (job.finishedAt === null) throw jobOpen({ id: jobId, status: job.status })
  const again = await db.query(sql`UPDATE yitu.webhook_delivery SET state = 'waiting', attempts = 0, next_at = now()
    WHERE job_id = ${jobId} RETURNING id`)
  if (again.length === 0) throw webhookNone({ id: jobId })
  await db.query(sql`SELECT pg_notify(${WEBHOOK_CHANNEL}::text, '')`)
  return listDeliveries(db, jobId)
}

interface Due {
  id: string
  type: string
  body: string
  attempts: number
  url: string
  secret: string
}

const POLL_MS = 5000
const MOST_ATTEMPTS = 8
/** Seconds between attempts: this, doubled each time; 8 attempts take some 20 minutes. */
const PAUSE_SECONDS = 10
/** Longer than an attempt can take: then another server may try. */
const LEASE_SECONDS = 60

export interface SenderOptions {
  db: Database
  /** WEBHOOK_HOSTS as it is set. */
  hosts: string
  pauseSeconds?: number
  onFault(error: unknown): void
}

export class WebhookSender {
  readonly #options: SenderOptions
  readonly #hosts: ReturnType<typeof parseHosts>
  #unlisten: (() => Promise<void>)[] = []
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #stopping = false

  private constructor(options: SenderOptions) {
    this.#options = options
    this.#hosts = parseHosts(options.hosts)
  }

  static async start(options: SenderOptions): Promise<WebhookSender> {
    const sender = new WebhookSender(options)
    sender.#unlisten = [await options.db.listen(WEBHOOK_CHANNEL, () => sender.send())]
    sender.#timer = setInterval(() => sender.send(), POLL_MS).unref()
    return sender
  }

  /** @throws WEBHOOK_HOST_REFUSED */
  check(url: string): void {
    checkWebhook(url, this.#hosts)
  }

  /** Sends what is due, if that is not being done already. */
  send(): void {
    if (this.#running || this.#stopping) return
    this.#running = this.#sendDue()
      .catch(error => this.#options.onFault(error))
      .finally(() => {
        this.#running = undefined
      })
  }

  async #sendDue(): Promise<void> {
    while (!this.#stopping) {
      const due = await this.#claim()
      if (due.length === 0) return
      await Promise.all(due.map(delivery => this.#attempt(delivery)))
    }
  }

  #claim(): Promise<Due[]> {
    return this.#options.db.query<Due>(sql`WITH due AS MATERIALIZED (SELECT id FROM yitu.webhook_delivery
        WHERE state = 'waiting' AND next_at <= now() ORDER BY next_at LIMIT 10 FOR UPDATE SKIP LOCKED)
      UPDATE yitu.webhook_delivery d SET attempts = attempts + 1, next_at = now() + make_interval(secs => ${LEASE_SECONDS})
      FROM due, yitu.land_check_job j WHERE d.id = due.id AND j.id = d.job_id
      RETURNING d.id, d.type, d.body, d.attempts, j.webhook_url AS url, j.webhook_secret AS secret`)
  }

  async #attempt({ id, type, body, attempts, url, secret }: Due): Promise<void> {
    let status: number | null = null
    let fault: string | null = null
    try {
      const signature = signatureOf(body, secret, Math.floor(Date.now() / 1000))
      // The list may have grown shorter since the job was sent.
      status = await post(checkWebhook(url, this.#hosts), body, {
        'yitu-event': type,
        'yitu-event-id': id,
        'yitu-signature': signature
      })
    } catch (error) {
      fault = (error as Error).message.slice(0, 300) || String((error as { code?: string }).code ?? 'error')
    }
    const delivered = status !== null && status >= 200 && status < 300
    const state = delivered ? 'delivered' : attempts >= MOST_ATTEMPTS ? 'given-up' : 'waiting'
    const pause = (this.#options.pauseSeconds ?? PAUSE_SECONDS) * 2 ** (attempts - 1)
    await this.#options.db.query(sql`UPDATE yitu.webhook_delivery SET state = ${state}, last_status = ${status}::integer,
        last_error = ${fault}::text, delivered_at = CASE WHEN ${delivered}::boolean THEN now() ELSE delivered_at END,
        next_at = now() + make_interval(secs => ${pause}::float8)
      WHERE id = ${id}`)
  }

  /** Lets what is being sent end. */
  async close(): Promise<void> {
    this.#stopping = true
    clearInterval(this.#timer)
    for (const unlisten of this.#unlisten) await unlisten()
    await this.#running
  }
}
