import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Ajv, type ErrorObject } from 'ajv'
import type { CatalogProblem } from '../../catalog/catalog.ts'
import { canonicalHash } from '../../lib/canonical-json.ts'
import { foreignDatum } from '../../lib/crs.ts'
import { isLayerRule, RULE_SCHEMAS, type Rule } from './rule.ts'
import { type Ruleset, type RulesetDefinition, RulesetSchema } from './ruleset.ts'

const ajv = new Ajv({ allErrors: true, strict: false })
/** The rules are checked one by one, each by its kind: what is wrong with one of five kinds would be told five times. */
const validate = ajv.compile<RulesetDefinition>({
  ...RulesetSchema,
  properties: {
    ...RulesetSchema.properties,
    rules: {
      type: 'array',
      minItems: 1,
      items: { type: 'object', required: ['kind'], properties: { kind: { enum: Object.keys(RULE_SCHEMAS) } } }
    }
  }
})
const validateRule = Object.fromEntries(
  Object.entries(RULE_SCHEMAS).map(([kind, schema]) => [kind, ajv.compile(schema)])
)

/**
 * Reads `<layersDir>/rulesets/*.json`. A file that is wrong is reported whole and not served; the others are.
 * @param known tells whether a layer id is in the catalogue: a rule on an unknown layer is reported, and is
 *   NOT_EVALUATED until the layer exists
 */
export async function loadRulesets(
  layersDir: string,
  known: (layerId: string) => boolean
): Promise<{ rulesets: Map<string, Ruleset>; problems: CatalogProblem[] }> {
  const folder = join(layersDir, 'rulesets')
  const files = (await readdir(folder).catch(() => [])).filter(file => file.endsWith('.json')).sort()
  const problems: CatalogProblem[] = []
  const rulesets = new Map<string, Ruleset>()
  for (const file of files) {
    const found = readRuleset(basename(file, '.json'), await readFile(join(folder, file), 'utf8'))
    problems.push(...found.problems.map(problem => ({ file: `rulesets/${file}`, ...problem })))
    if (!found.ruleset) continue
    rulesets.set(found.ruleset.id, found.ruleset)
    found.ruleset.rules.forEach((rule, i) => {
      if (!('layer' in rule)) return
      const { layer } = rule
      const pointer = `/rules/${i}/layer`
      if (!known(layer)) problems.push({ file: `rulesets/${file}`, pointer, message: `no layer ${layer} (yet)` })
    })
  }
  return { rulesets, problems }
}

type Finding = Omit<CatalogProblem, 'file'>

/** One file's text as a rule set; without one where anything is wrong. */
export function readRuleset(id: string, text: string): { ruleset?: Ruleset; problems: Finding[] } {
  const parsed = parseJson(text)
  if (parsed.problem) return { problems: [parsed.problem] }
  if (!validate(parsed.value)) return { problems: findings(validate.errors) }
  const faults = parsed.value.rules.flatMap((rule, i) => {
    const valid = validateRule[rule.kind]!
    return valid(rule) ? [] : findings(valid.errors, `/rules/${i}`)
  })
  if (faults.length > 0) return { problems: faults }
  const { $schema: _, ...definition } = parsed.value
  const problems = [...contradictions(definition)]
  return problems.length > 0
    ? { problems }
    : { ruleset: { ...definition, id, hash: canonicalHash(definition) }, problems }
}

const findings = (errors: ErrorObject[] | null | undefined, at = ''): Finding[] =>
  (errors ?? []).map(({ instancePath, message = '', params }) => ({
    pointer: at + instancePath,
    message: 'additionalProperty' in params ? `${message} (${String(params['additionalProperty'])})` : message
  }))

function parseJson(text: string): { value?: unknown; problem?: Finding } {
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    return { problem: { pointer: '', message: `not JSON: ${(error as Error).message}` } }
  }
}

/** What the schema cannot say. */
function* contradictions(ruleset: Omit<RulesetDefinition, '$schema'>): Generator<Finding> {
  const [west = 0, south = 0, east = 0, north = 0] = ruleset.jurisdiction.extent
  if (west >= east || south >= north) {
    yield {
      pointer: '/jurisdiction/extent',
      message: 'must be west, south, east, north with west < east, south < north'
    }
  }
  const datum = foreignDatum(ruleset.workingCrs)
  if (datum) yield { pointer: '/workingCrs', message: `stands on ${datum}, not on CGCS2000 or its equal` }
  if (ruleset.workingCrs === 'EPSG:3857')
    yield { pointer: '/workingCrs', message: 'areas in it are wrong (+18 % at 23° N)' }
  if (!isTimeZone(ruleset.timeZone)) yield { pointer: '/timeZone', message: `no time zone ${ruleset.timeZone}` }
  const seen = new Set<string>()
  for (const [i, rule] of ruleset.rules.entries()) {
    if (seen.has(rule.id)) yield { pointer: `/rules/${i}/id`, message: `${rule.id} occurs twice` }
    seen.add(rule.id)
    yield* contradictionsOf(rule, `/rules/${i}`, ruleset.coverage !== undefined)
  }
}

function* contradictionsOf(rule: Rule, pointer: string, surveyed: boolean): Generator<Finding> {
  if (isLayerRule(rule) && !rule.coverage && !surveyed) {
    yield { pointer: `${pointer}/coverage`, message: 'must be declared where the rule set names no coverage layer' }
  }
  if (rule.kind === 'overlap' && rule.effect === 'inform' && (rule.mandatory || rule.zeroTolerance)) {
    yield { pointer, message: 'an informing rule is neither mandatory nor of zero tolerance' }
  }
  if (rule.kind === 'distance') {
    const { metres, field, byCode } = rule.distance
    if (metres === undefined && !byCode) yield { pointer: `${pointer}/distance`, message: 'needs metres or byCode' }
    if ((field === undefined) !== (byCode === undefined)) {
      yield { pointer: `${pointer}/distance`, message: 'field and byCode belong together' }
    }
  }
}

function isTimeZone(timeZone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone }))
  } catch {
    return false
  }
}
