import type { Layer } from '../../catalog/layer.ts'
import type { Queryable, Statement } from '../../lib/sql.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import { planAreas, planSurveyed, type SurveyedGroup } from './plan-coverage.ts'
import { type LayerStanding, planKeptFields, planMaxOffset } from './plan-state.ts'
import { one } from './rows.ts'
import { type SurveyedArea, surveyedArea } from './surveyed.ts'

/**
 * What is true of a revision of a layer never changes, so it is asked once a process: by layer as it is defined now,
 * then by revision, content and question.
 */
const known = new WeakMap<Layer, Map<string, object[]>>()

async function ask(
  tx: Queryable,
  layer: Layer,
  standing: LayerStanding,
  question: string,
  plan: () => Statement,
  made: (row: object) => object = row => row
) {
  const key = `${standing.revision} ${standing.contentHash} ${question}`
  const facts = known.get(layer) ?? new Map<string, object[]>()
  known.set(layer, facts)
  const found = facts.get(key) ?? (await tx.query(plan())).map(made)
  // Nothing may be what the embedded database says when it failed (see rows.ts): that is asked again.
  if (found.length > 0) facts.set(key, found)
  return found
}

/** The greatest offset of a line of the layer, metres. */
export async function maxOffsetOf(
  tx: Queryable,
  layer: Layer,
  standing: LayerStanding,
  offsetField: string
): Promise<number> {
  const plan = () => planMaxOffset(layer, standing.revision, offsetField)
  return one<{ maxOffsetM: number }>(await ask(tx, layer, standing, `offset ${offsetField}`, plan)).maxOffsetM
}

/** The fields that features of the layer are kept with. */
export async function keptFields(tx: Queryable, layer: Layer, standing: LayerStanding): Promise<readonly string[]> {
  const rows = await ask(tx, layer, standing, 'fields', () => planKeptFields(layer, standing.revision))
  return one<{ fields: string[] }>(rows).fields
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

/** The areas of groups, but for invalid ones, which cover nothing. */
export async function surveyedAreas(
  tx: Queryable,
  ruleset: Ruleset,
  layer: Layer,
  standing: LayerStanding,
  groups: readonly SurveyedGroup[]
): Promise<SurveyedArea[]> {
  const plan = () => planAreas(layer, [...new Set(groups.flatMap(({ fids }) => fids))])
  return (await ask(tx, layer, standing, `shapes ${ruleset.hash}`, plan, surveyedArea)) as SurveyedArea[]
}
