import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Summary } from './quantile.ts'

/** What a load process is to ask for. */
export interface LoadJob {
  /** `http://host:port` */
  base: string
  headers?: Record<string, string>
  /** Asked for in turn. */
  paths: readonly string[]
  connections: number
  /** Goes round the paths for so long; without it each is asked for once. */
  seconds?: number
  /** So many requests are begun a second, whoever waits; without it a connection asks again when it has its answer. */
  perSecond?: number
  /** Default: a minute. */
  timeoutMs?: number
  /** How the media type of an answer begins; one of another type is counted by that, as no success. */
  type?: string
}

export interface LoadResult {
  seconds: number
  perSecond: number
  /** Answers by status (0: none came), or by the type they should not have had. */
  statuses: Record<string, number>
  /** Of bodies, as sent. */
  bytes: number
  /** Requests that were due when no connection was free. */
  unsent: number
  /** Milliseconds, of answers that succeeded or were not modified. */
  latency: Summary
}

/** Asks from a process of its own, so that the server's event loop is its own too. */
export function load(job: LoadJob): Promise<LoadResult> {
  const child = fork(fileURLToPath(new URL('./load-process.js', import.meta.url)), { serialization: 'advanced' })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', code => reject(new Error(`A load process ended with ${code} before it was done.`)))
    child.once('message', result => {
      resolve(result as LoadResult)
      child.disconnect()
    })
    child.send(job)
  })
}

/** Answers of a class of statuses, `2` for 2xx. */
export const answered = ({ statuses }: LoadResult, ...classes: number[]): number =>
  Object.entries(statuses).reduce(
    (sum, [status, n]) => sum + (classes.includes(Math.floor(Number(status) / 100)) ? n : 0),
    0
  )

/** Answers that are neither a success nor "not modified". */
export const failed = (result: LoadResult): number =>
  Object.values(result.statuses).reduce((sum, n) => sum + n, 0) - answered(result, 2) - (result.statuses['304'] ?? 0)
