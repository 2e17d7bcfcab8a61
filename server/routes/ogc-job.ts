import type { Status } from '../land-check/jobs/answer-schema.ts'
import type { JobRow } from '../land-check/jobs/store.ts'
import type { Link } from './ogc-process.ts'
import { PROCESS } from './ogc-process.ts'

/** Jobs as OGC API Processes 1.0 shows them. */

const CODES: Record<Status, string> = {
  queued: 'accepted',
  running: 'running',
  succeeded: 'successful',
  failed: 'failed',
  cancelled: 'dismissed'
}

export const STATUS_CODES = Object.values(CODES)

/** The states a list of the standard's status codes stands for. */
export const statusesOf = (codes: readonly string[]): Status[] =>
  (Object.keys(CODES) as Status[]).filter(status => codes.includes(CODES[status]))

/** statusInfo.yaml of the standard. */
export function statusInfo(job: JobRow, base: string, message?: string) {
  const { id, status, createdAt, startedAt, finishedAt, total, done } = job
  const self = `${base}/ogc/jobs/${id}`
  const results: Link = {
    href: `${self}/results`,
    rel: 'http://www.opengis.net/def/rel/ogc/1.0/results',
    title: 'Results'
  }
  const links: Link[] = [{ href: self, rel: 'self', type: 'application/json' }]
  if (status === 'succeeded' || status === 'failed') links.push(results)
  return {
    processID: PROCESS,
    type: 'process',
    jobID: id,
    status: CODES[status],
    ...(message && { message }),
    created: createdAt,
    ...(startedAt && { started: startedAt }),
    ...(finishedAt && { finished: finishedAt }),
    updated: finishedAt ?? startedAt ?? createdAt,
    progress: Math.floor((100 * done) / Math.max(total, 1)),
    links
  }
}

/**
 * A moment, or an interval with `..` or nothing for an open end (OGC API Common, `datetime`).
 * @returns undefined where it is neither
 */
export function readInterval(text: string): { from?: string; to?: string } | undefined {
  const ends = text.split('/')
  if (ends.length > 2) return undefined
  const [from = '', to = from] = ends
  const times = [from, to].map(end => (end === '' || end === '..' ? undefined : isoOf(end)))
  if (times.includes(null) || (ends.length === 1 && times[0] === undefined)) return undefined
  const [first, last] = times
  return { ...(first && { from: first }), ...(last && { to: last }) }
}

const isoOf = (text: string): string | null => {
  const isTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)
  const time = isTime ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}
