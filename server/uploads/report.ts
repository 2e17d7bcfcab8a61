import type { Text } from '../lib/errors.ts'

/** One thing wrong with one feature. */
export interface Issue {
  kind: IssueKind
  severity: 'error' | 'warning'
  /** Counts from 0 in the order of the file. */
  index: number
  /** The business key, where it could be read. */
  featureId?: string
  field?: string
  value?: string
  /** Where, in degrees of longitude and latitude (EPSG:4490). */
  location?: [number, number]
  message: Text
}

export type IssueKind =
  | 'no-geometry'
  | 'empty-geometry'
  | 'wrong-geometry-type'
  | 'outside-extent'
  | 'invalid-geometry'
  | 'bad-value'
  | 'missing-key'
  | 'duplicate-key'
  | 'unknown-code'

/** What an upload's reader is told: the source, what was noted, what is wrong; at most 100 issues are listed. */
export interface Report {
  source?: { format: string; dataset: string; crs: string; encoding: string; features: number; geometryTypes: string[] }
  fields: { name: string; type: string; from: string | null }[]
  notes: Text[]
  errors: number
  warnings: number
  counts: Partial<Record<IssueKind, number>>
  issues: Issue[]
  result?: { unchanged: boolean; inserted: number; updated: number; removed: number; featureCount: number }
}

const MAX_LISTED = 100
const MAX_VALUE = 60

export const emptyReport = (): Report => ({ fields: [], notes: [], errors: 0, warnings: 0, counts: {}, issues: [] })

/** Adds an issue; errors are listed before warnings when there is no room for both. */
export function addIssue(report: Report, issue: Issue, times = 1): void {
  report.counts[issue.kind] = (report.counts[issue.kind] ?? 0) + times
  if (issue.severity === 'error') report.errors += times
  else report.warnings += times
  if (report.issues.length >= MAX_LISTED) {
    const last = report.issues.findLastIndex(({ severity }) => severity === 'warning')
    if (issue.severity === 'warning' || last < 0) return
    report.issues.splice(last, 1)
  }
  report.issues.push(issue.value === undefined ? issue : { ...issue, value: issue.value.slice(0, MAX_VALUE) })
}
