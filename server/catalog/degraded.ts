import type { Catalog, CatalogProblem } from './catalog.ts'
import { printProblem } from './load.ts'

/** A layer that is not as it should be, and why; a layer whose definition cannot be used is not served at all. */
export interface Degraded {
  /** A layer's or map's id; for what all share the file that is wrong. */
  id: string
  reason: string
}

/** Everything the catalogue could not use, by the layer or map it costs. */
export const listDegraded = (catalog: Catalog): Degraded[] =>
  catalog.problems.map(problem => ({ id: subjectOf(problem) ?? problem.file, reason: printProblem(problem) }))

/** Why layers and maps are degraded, by id. */
export function reasonsById(catalog: Catalog): Map<string, string[]> {
  const reasons = new Map<string, string[]>()
  for (const { id, reason } of listDegraded(catalog)) reasons.set(id, [...(reasons.get(id) ?? []), reason])
  return reasons
}

/**
 * The layer or map a problem is about: `…/<theme>/<id>.json` of a definition or style, `…/maps/<id>.json`, or
 * `yitu.layer/<id>`; undefined for code lists and for what lies at the top.
 */
export function subjectOf({ file }: CatalogProblem): string | undefined {
  if (/(^|\/)codelists\//.test(file)) return undefined
  return /^yitu\.layer\/(.+)$/.exec(file)?.[1] ?? /^[^/]+\/(?:.+\/)?[^/]+\/([^/]+)\.json$/.exec(file)?.[1]
}
