import type { Expected } from './ground.ts'
import type { Answered } from './target.ts'

/** Everything in which an answer differs from what is expected, in words; empty when it conforms. */
export function differences(
  answered: Answered,
  expected: Expected,
  tolerance: { areaM2: number; metres: number }
): string[] {
  if (answered.status >= 300) return [`answered ${answered.status} ${answered.code ?? ''}`]
  const wrong: string[] = []
  const same = (what: string, got: unknown, wanted: unknown, by = 0) => {
    if (!isSame(got, wanted, by)) wrong.push(`${what} is ${JSON.stringify(got)}, expected ${JSON.stringify(wanted)}`)
  }
  const { areaM2, metres } = tolerance
  same('verdict', answered.verdict, expected.verdict)
  if (expected.net) same('net', answered.net, expected.net, areaM2)
  if (expected.shares) same('shares', answered.shares, expected.shares, 1e-9)
  if (expected.parts) same('parts', answered.parts, expected.parts, areaM2)
  if (expected.slivers) same('slivers', answered.slivers, expected.slivers, areaM2)
  if (expected.marginM !== undefined) same('marginM', answered.marginM, expected.marginM, metres)
  if (expected.boundarySensitive !== undefined)
    same('boundarySensitive', answered.boundarySensitive, expected.boundarySensitive)
  if (expected.areaPlanar !== undefined) same('areaPlanar', answered.areaPlanar, expected.areaPlanar, areaM2)
  for (const [rule, status] of Object.entries(expected.rules ?? {})) same(rule, answered.rules?.[rule], status)
  return wrong
}

function isSame(got: unknown, wanted: unknown, by: number): boolean {
  if (typeof got === 'number' && typeof wanted === 'number') return Math.abs(got - wanted) <= by
  if (Array.isArray(got) && Array.isArray(wanted))
    return got.length === wanted.length && wanted.every((item, i) => isSame(got[i], item, by))
  return got === wanted
}
