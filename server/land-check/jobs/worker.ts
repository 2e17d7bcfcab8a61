import type { checkMany, LandCheckEngine } from '../check.ts'
import { workOn } from './chunk.ts'
import { type Chunk, claimChunk, giveBack, holdClaims, releaseServer } from './claim.ts'
import { JOB_CHANNEL } from './finish.ts'

export interface JobsOptions {
  engine: LandCheckEngine
  checkMany: typeof checkMany
  /** Tells this server's chunks from another's, and stays the same over a restart. */
  serverId: string
  /** Chunks worked on at once; 0: this server only takes jobs in. */
  atOnce: number
  /** Before what failed is tried again, doubled with every attempt. */
  pauseSeconds?: number
  onFault(error: unknown, jobId: string): void
}

const POLL_MS = 2000
const PAUSE_SECONDS = 1
const HEARTBEAT_MS = 15_000
const MOST_ITEMS = 50
/** A chunk is as large as fits into this: whoever asks for a single check waits no longer. */
const CHUNK_MS = { embedded: 400, postgres: 1500 } as const

/** Works on the jobs of a database, a chunk at a time; any number of servers may do so together. */
export class JobWorker {
  readonly #options: JobsOptions
  readonly #claims = new Set<string>()
  readonly #followers = new Map<string, Set<() => void>>()
  #loops: Promise<void>[] = []
  #timers: NodeJS.Timeout[] = []
  #unlisten: (() => Promise<void>) | undefined
  stopping = false
  #size = 20
  #wake: (() => void)[] = []

  private constructor(options: JobsOptions) {
    this.#options = options
  }

  /** Takes up what an earlier run of this server left unfinished, and whatever else waits. */
  static async start(options: JobsOptions): Promise<JobWorker> {
    const worker = new JobWorker(options)
    const { db } = options.engine
    if (options.atOnce > 0) await releaseServer(db, options.serverId)
    worker.#unlisten = await db.listen(JOB_CHANNEL, id => worker.#heard(id))
    worker.#timers.push(setInterval(() => worker.#rouse(), POLL_MS).unref())
    worker.#timers.push(setInterval(() => worker.#hold(), HEARTBEAT_MS).unref())
    worker.#loops = Array.from({ length: options.atOnce }, () => worker.#loop())
    return worker
  }

  /** Calls back whenever a job went on, on whichever server; the returned function ends it. */
  follow(jobId: string, heard: () => void): () => void {
    const followers = this.#followers.get(jobId) ?? new Set()
    this.#followers.set(jobId, followers.add(heard))
    return () => {
      followers.delete(heard)
      if (followers.size === 0) this.#followers.delete(jobId)
    }
  }

  #heard(id: string): void {
    for (const heard of this.#followers.get(id) ?? []) heard()
    this.#rouse()
  }

  #rouse(): void {
    for (const wake of this.#wake.splice(0)) wake()
  }

  #hold(): void {
    holdClaims(this.#options.engine.db, [...this.#claims]).catch(error => this.#options.onFault(error, '-'))
  }

  async #loop(): Promise<void> {
    const { engine, serverId, onFault } = this.#options
    while (!this.stopping) {
      try {
        const chunk = await claimChunk(engine.db, serverId, this.#size)
        if (chunk) await this.#work(chunk)
        else await this.#pause()
      } catch (error) {
        onFault(error, '-')
        await this.#pause()
      }
    }
  }

  async #work(chunk: Chunk): Promise<void> {
    const { engine, checkMany, onFault, pauseSeconds = PAUSE_SECONDS } = this.#options
    const began = performance.now()
    this.#claims.add(chunk.claim)
    try {
      await workOn(engine, chunk, { checkMany, pauseSeconds })
    } catch (error) {
      onFault(error, chunk.jobId)
      const ns = chunk.items.map(({ n }) => n)
      await giveBack(engine.db, chunk, ns, { pauseSeconds })
    } finally {
      this.#claims.delete(chunk.claim)
    }
    this.#resize(chunk.items.length, performance.now() - began)
  }

  #resize(items: number, took: number): void {
    const wanted = CHUNK_MS[this.#options.engine.db.kind]
    if (took > wanted) this.#size = Math.max(1, Math.floor(Math.min(this.#size, items) / 2))
    else if (items === this.#size && took < wanted / 2) this.#size = Math.min(MOST_ITEMS, items * 2)
  }

  /** Until something is said to have changed, or a while has passed. */
  #pause(): Promise<void> {
    if (this.stopping) return Promise.resolve()
    return new Promise(resolve => this.#wake.push(resolve))
  }

  /** Lets the chunks under way finish; what is not begun waits for the next start. */
  async close(): Promise<void> {
    this.stopping = true
    for (const timer of this.#timers) clearInterval(timer)
    this.#rouse()
    await Promise.all(this.#loops)
    await this.#unlisten?.()
    for (const followers of this.#followers.values()) for (const heard of followers) heard()
  }
}
