import type { Summary } from './quantile.ts'

/** What a land-check takes, milliseconds where nothing else is said. */
export interface BenchReport {
  machine: string
  database: string
  ruleset: { id: string; version: string; rules: number; layers: number }
  single?: Summary & { verdicts: Record<string, number> }
  bare?: Summary
  bareUnprepared?: Summary
  bareWithVariants?: Summary
  throughput?: { connections: number; seconds: number; checks: number; perSecond: number; errors: number; p95: number }
  job?: { parcels: number; seconds: number; failed: number } | string
  pdf?: Summary | string
}

/** Prints the figures, ratios among them. */
export function tell(report: BenchReport): void {
  const { single, bare, throughput, job, pdf, ruleset } = report
  console.log(
    `${report.machine}\n${report.database}; rule set ${ruleset.id}: ${ruleset.rules} rules on ${ruleset.layers} layers\n`
  )
  const row = (name: string, s: Summary | undefined) =>
    s && console.log(`${name.padEnd(34)} p50 ${s.p50}  p95 ${s.p95}  p99 ${s.p99}  max ${s.max} ms  (${s.count})`)
  row('one check over HTTP', single)
  row('bare SQL, prepared', bare)
  row('bare SQL, not prepared', report.bareUnprepared)
  row('bare SQL, prepared, 3 variants', report.bareWithVariants)
  const ratio = (s: Summary | undefined) => single && s && (single.p95 / s.p95).toFixed(2)
  if (bare)
    console.log(`p95 against the bare SQL: ${ratio(bare)} ×; with variants: ${ratio(report.bareWithVariants)} ×`)
  if (single) console.log(`verdicts: ${JSON.stringify(single.verdicts)}`)
  if (throughput) {
    const { connections, perSecond, errors, p95 } = throughput
    console.log(`${connections} connections: ${perSecond} checks/s, ${errors} errors, p95 ${p95} ms`)
  }
  if (job)
    console.log(
      `job: ${typeof job === 'string' ? job : `${job.parcels} parcels in ${job.seconds} s, ${job.failed} failed`}`
    )
  if (typeof pdf === 'string') console.log(`report.pdf: ${pdf}`)
  else row('report.pdf', pdf)
}
