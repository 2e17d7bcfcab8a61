import type { Layer } from '../../catalog/layer.ts'
import type { Queryable, Statement } from '../../lib/sql.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import { planSurveyed, type SurveyedGroup } from './plan-coverage.ts'
import { type LayerStanding, planFacts, type RevisionFacts } from './plan-state.ts'
import { one } from './rows.ts'

/**
 * What is true of a revision of a layer never changes, so it is asked once a process: by layer as it is defined now,
 * then by revision, content and question.
 */
const known = new WeakMap<Layer, Map<string, object[]>>()

async function ask(tx: Queryable, layer: Layer, standing: LayerStanding, question: string, plan: () => Statement) {
  const key = `${standing.revision} ${standing.contentHash} ${question}`
  const facts = known.get(layer) ?? new Map<string, object[]>()
  known.set(layer, facts)
  const found = facts.get(key) ?? (await tx.query(plan()))
  // Nothing may be what the embedded database says when it failed (see rows.ts): that is asked again.
  if (found.length > 0) facts.set(key, found)
  return found
}

/** Whether a feature is invalid, and the greatest offset of a line. */
export async function factsOf(
  tx: Queryable,
  layer: Layer,
  standing: LayerStanding,
  offsetField: string | undefined
): Promise<RevisionFacts> {
  const { revision, gridded } = standing
  const plan = () => planFacts(layer, revision, gridded, offsetField)
  return one<RevisionFacts>(await ask(tx, layer, standing, `facts ${gridded} ${offsetField}`, plan))
}

/** Which areas were surveyed for which of the layers, layers of the same areas together. */
export async function surveyedGroups(
  tx: Queryable,
  ruleset: Ruleset,
  layer: Layer,
  standing: LayerStanding,
  layerIds: string[]
): Promise<SurveyedGroup[]> {
  const plan = () => planSurveyed(ruleset, layer, standing.revision, layerIds)
  return (await ask(tx, layer, standing, `areas ${ruleset.hash}`, plan)) as SurveyedGroup[]
}
