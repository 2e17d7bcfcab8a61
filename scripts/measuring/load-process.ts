/** The process that asks (see load.ts): it is sent one job, answers with what it found, and ends when it is let go. */
import type { LoadJob, LoadResult } from './load.ts'
import { summarize } from './quantile.ts'
import { RawConnection, type RawReply } from './raw-connection.ts'

class Load {
  readonly #job: LoadJob
  readonly #requests: readonly Buffer[]
  readonly #times: number[] = []
  readonly #statuses: Record<string, number> = {}
  readonly #idle: RawConnection[] = []
  #asked = 0
  #waiting = 0
  #bytes = 0
  #unsent = 0

  constructor(job: LoadJob) {
    this.#job = job
    const { hostname: host, port } = new URL(job.base)
    const lines = Object.entries({ host: `${host}:${port}`, ...job.headers }).map(
      ([name, value]) => `${name}: ${value}\r\n`
    )
    this.#requests = job.paths.map(path => Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`))
    for (let i = 0; i < job.connections; i++) this.#idle.push(new RawConnection({ host, port: Number(port) }))
  }

  async run(): Promise<LoadResult> {
    const started = performance.now()
    const until = started + (this.#job.seconds ?? Infinity) * 1000
    const all = this.#idle.slice()
    if (this.#job.perSecond) await this.#atRate(this.#job.perSecond, started, until)
    else await Promise.all(this.#idle.splice(0).map(connection => this.#again(connection, until)))
    const seconds = (performance.now() - started) / 1000
    for (const connection of all) connection.close()
    const count = Object.values(this.#statuses).reduce((sum, n) => sum + n, 0)
    return {
      seconds,
      perSecond: Math.round((count / seconds) * 10) / 10,
      statuses: this.#statuses,
      bytes: this.#bytes,
      unsent: this.#unsent,
      latency: summarize(this.#times)
    }
  }

  /** One connection, until the time or the paths are over. */
  #again(connection: RawConnection, until: number): Promise<void> {
    return new Promise(resolve => {
      const next = () => {
        const request = performance.now() < until ? this.#next() : undefined
        if (request) this.#ask(connection, request, next)
        else resolve()
      }
      next()
    })
  }

  #next(): Buffer | undefined {
    const { seconds } = this.#job
    const at = this.#asked++
    return this.#requests[seconds === undefined ? at : at % this.#requests.length]
  }

  #ask(connection: RawConnection, request: Buffer, done: () => void): void {
    const started = performance.now()
    connection.ask(request, this.#job.timeoutMs ?? 60_000, reply => {
      this.#note(reply, performance.now() - started)
      done()
    })
  }

  #note({ status, bytes, type }: RawReply, ms: number): void {
    const wanted = this.#job.type
    const isOther = wanted !== undefined && status === 200 && !type.startsWith(wanted)
    const name = isOther ? type : status
    this.#statuses[name] = (this.#statuses[name] ?? 0) + 1
    this.#bytes += bytes
    if (isOther) return
    if (status === 304 || (status >= 200 && status < 300)) this.#times.push(ms)
  }

  /** Begins what is due every few milliseconds; waits for the last answers. */
  async #atRate(perSecond: number, started: number, until: number): Promise<void> {
    let due = 0
    while (performance.now() < until) {
      const now = ((performance.now() - started) / 1000) * perSecond
      for (; due < now; due++) this.#begin()
      await new Promise(resolve => setTimeout(resolve, 4))
    }
    while (this.#waiting > 0) await new Promise(resolve => setTimeout(resolve, 20))
  }

  #begin(): void {
    const connection = this.#idle.pop()
    const request = this.#next()
    if (!connection || !request) {
      this.#unsent++
      return
    }
    this.#waiting++
    this.#ask(connection, request, () => {
      this.#waiting--
      this.#idle.push(connection)
    })
  }
}

process.once('message', async job => process.send?.(await new Load(job as LoadJob).run()))
