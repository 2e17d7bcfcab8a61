import type { Problem } from '../lib/errors.ts'
import { overloaded, tooSlow } from './problems.ts'

export interface WorkQueueOptions {
  /** Jobs at work at once, at least two. */
  slots: number
  /** Those a lane may have of them while other lanes come. */
  shared: number
  /** Jobs at work or waiting at once; a lane may have half of them. */
  places: number
  /** How long a job may take, waiting included. */
  deadlineMs: number
  now?: () => number
}

export interface Job<T> {
  /** What it must wait for before it is work; null: nothing. */
  ready(signal: AbortSignal): Promise<void> | null
  work(signal: AbortSignal): Promise<T>
}

interface Lane {
  id: string
  waiting: (() => void)[]
  working: number
  /** Jobs that wait, become ready or are at work. */
  jobs: number
}

/** So long after another lane has asked a lane has only its share of the slots; alone it leaves one. */
const SHARING_MS = 10_000

/**
 * Work in lanes, one a layer. Lanes take turns; there is always a slot that a lane leaves to others, and while others come
 * it has only its share: a heavy layer slows down itself. What finds no place, or is not done in time, is refused.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions
  readonly #now: () => number
  /** Those that have jobs, the one whose turn is next first. */
  readonly #lanes: Lane[] = []
  /** One for all who are refused by a lane: to make an error takes longer than the rest of it. */
  readonly #refusals = new Map<string, Problem>()
  #working = 0
  #jobs = 0
  #lastLane: string | undefined
  #sharedUntil = 0

  constructor(options: WorkQueueOptions) {
    this.#options = options
    this.#now = options.now ?? performance.now.bind(performance)
  }

  /**
   * @param controller gives the job up, waiting or at work; aborted at the job's deadline
   * @throws TILE_OVERLOADED where there is no place, TILE_TOO_SLOW at the deadline; why the job was given up
   */
  async run<T>(lane: string, job: Job<T>, controller: AbortController): Promise<T> {
    const { signal } = controller
    signal.throwIfAborted()
    const own = this.#enter(lane)
    const { deadlineMs } = this.#options
    const timer = setTimeout(() => controller.abort(tooSlow({ id: lane, seconds: deadlineMs / 1000 })), deadlineMs)
    return orAborted(
      signal,
      this.#do(own, job, signal).finally(() => clearTimeout(timer))
    )
  }

  /** TILE_OVERLOADED where a job of the lane would find no place. */
  refusal(id: string): Problem | undefined {
    const { places } = this.#options
    const jobs = this.#lanes.find(lane => lane.id === id)?.jobs ?? 0
    if (this.#jobs < places && jobs < Math.ceil(places / 2)) return undefined
    const refusal = this.#refusals.get(id) ?? overloaded({ id })
    this.#refusals.set(id, refusal)
    return refusal
  }

  stats(): { working: number; waiting: number } {
    return { working: this.#working, waiting: this.#jobs - this.#working }
  }

  async #do<T>(lane: Lane, job: Job<T>, signal: AbortSignal): Promise<T> {
    try {
      const ready = job.ready(signal)
      if (ready) await orAborted(signal, ready)
      await this.#turn(lane, signal)
      try {
        return await job.work(signal)
      } finally {
        lane.working--
        this.#working--
        this.#next()
      }
    } finally {
      this.#leave(lane)
    }
  }

  #enter(id: string): Lane {
    if (this.#lastLane !== undefined && this.#lastLane !== id) this.#sharedUntil = this.#now() + SHARING_MS
    this.#lastLane = id
    const refusal = this.refusal(id)
    if (refusal) throw refusal
    const known = this.#lanes.find(lane => lane.id === id)
    const lane = known ?? { id, waiting: [], working: 0, jobs: 0 }
    if (!known) this.#lanes.push(lane)
    this.#jobs++
    lane.jobs++
    return lane
  }

  #leave(lane: Lane): void {
    this.#jobs--
    if (--lane.jobs === 0) this.#lanes.splice(this.#lanes.indexOf(lane), 1)
  }

  /** Resolves when the job may begin. */
  #turn(lane: Lane, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const give = () => {
        signal.removeEventListener('abort', giveUp)
        resolve()
      }
      const giveUp = () => {
        lane.waiting.splice(lane.waiting.indexOf(give), 1)
        reject(signal.reason)
      }
      signal.addEventListener('abort', giveUp, { once: true })
      lane.waiting.push(give)
      this.#next()
    })
  }

  #next(): void {
    const { slots, shared } = this.#options
    const most = this.#now() < this.#sharedUntil ? shared : slots - 1
    while (this.#working < slots) {
      const turn = this.#lanes.findIndex(({ waiting, working }) => waiting.length > 0 && working < most)
      if (turn < 0) return
      // Its next turn comes after everybody else's.
      const [lane] = this.#lanes.splice(turn, 1)
      this.#lanes.push(lane!)
      lane!.working++
      this.#working++
      lane!.waiting.shift()!()
    }
  }
}

/** What becomes of work, or the signal's reason as soon as it is aborted, however long the work goes on. */
function orAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => reject(signal.reason)
    signal.addEventListener('abort', end, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', end))
  })
}
