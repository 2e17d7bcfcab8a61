import type { Kvp } from '../../lib/kvp.ts'
import { missing, noVersion } from './problems.ts'

/** The versions there are, the oldest first. */
export const VERSIONS = ['1.1.1', '1.3.0'] as const
export type WmsVersion = (typeof VERSIONS)[number]

const NEWEST: WmsVersion = '1.3.0'

const numbersOf = (version: string): number[] => version.split('.').map(Number)

/** Whether `a` is older than `b` or the same; both of the form 1.2.3. */
function isUpTo(a: string, b: string): boolean {
  const [left, right] = [numbersOf(a), numbersOf(b)]
  const at = left.findIndex((number, i) => number !== right[i])
  return at < 0 || left[at]! < right[at]!
}

/**
 * The version to answer GetCapabilities in (OGC 06-042 §6.2.4): the newest that is not newer than what is asked for, the
 * oldest where all are; the newest of all where nothing is asked for, or nothing that is a version.
 */
export function negotiate(kvp: Kvp): WmsVersion {
  const asked = versionIn(kvp)
  if (!asked || !/^\d{1,9}\.\d{1,9}\.\d{1,9}$/.test(asked)) return NEWEST
  return VERSIONS.findLast(version => isUpTo(version, asked)) ?? VERSIONS[0]
}

/**
 * The version of any other request. What 1.1.0 asks for means the same in 1.1.1.
 * @throws a report without a code where it is missing or none of ours
 */
export function versionOf(kvp: Kvp): WmsVersion {
  const asked = versionIn(kvp)
  if (!asked) throw missing('VERSION')
  const found = VERSIONS.find(version => version === (asked === '1.1.0' ? '1.1.1' : asked))
  if (!found) throw noVersion(asked)
  return found
}

/** `WMTVER` is what 1.0.0 called it (OGC 01-068r3 §6.2.4). */
const versionIn = (kvp: Kvp): string | undefined => kvp.get('version') || kvp.get('wmtver')
