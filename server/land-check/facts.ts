import type { Layer } from '../catalog/layer.ts'
import type { Queryable } from '../lib/sql.ts'
import { type LayerStanding, planFacts, type RevisionFacts } from './plan-state.ts'
import { one } from './rows.ts'

/** By layer as it is defined now, then by revision, content and what was asked: such a fact never changes. */
const known = new WeakMap<Layer, Map<string, RevisionFacts>>()

/** What is true of the revision a layer stands at; asked once a process. */
export async function factsOf(
  tx: Queryable,
  layer: Layer,
  { revision, contentHash, gridded }: LayerStanding,
  offsetField: string | undefined
): Promise<RevisionFacts> {
  const key = [revision, contentHash, offsetField, gridded].join(' ')
  const facts = known.get(layer) ?? new Map<string, RevisionFacts>()
  known.set(layer, facts)
  const found = facts.get(key) ?? one<RevisionFacts>(await tx.query(planFacts(layer, revision, gridded, offsetField)))
  facts.set(key, found)
  return found
}
