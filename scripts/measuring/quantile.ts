/** The value below which the share `q` of the sorted numbers lies (nearest rank); NaN of none. */
export const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * q) - 1)] ?? Number.NaN

export interface Summary {
  count: number
  p50: number
  p95: number
  p99: number
  max: number
}

/** Milliseconds, one decimal. */
export function summarize(milliseconds: readonly number[]): Summary {
  const sorted = milliseconds.toSorted((a, b) => a - b)
  const at = (q: number) => Math.round(quantile(sorted, q) * 10) / 10
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) }
}
