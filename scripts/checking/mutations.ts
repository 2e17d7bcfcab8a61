import { CASES, ENGINE, GOLDEN, type Mutation } from './mutation.ts'
import { GROUND_MUTATIONS } from './mutations-ground.ts'

/** All of them: of intake, rules and answers here, of the ground in a file of their own. */
export const MUTATIONS: Mutation[] = [
  {
    name: 'touching counts as overlap',
    file: `${ENGINE}/measure/plan-measure.ts`,
    find: "WHERE o.whole OR NOT ST_IsEmpty(o.geom) OR ST_Relate(o.parcel, o.zone, 'T********')",
    replace: 'WHERE true',
    test: CASES
  },
  {
    name: 'sum instead of union',
    file: `${ENGINE}/measure/plan-pieces.ts`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    find: 'ELSE ${land(sql`ST_UnaryUnion(ST_Collect(${geometries}), ${OVERLAY_GRID})`)} END',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    replace: 'ELSE ST_Collect(${geometries}) END',
    test: CASES
  },
  {
    name: 'shares from rounded areas',
    file: `${ENGINE}/answer/round.ts`,
    find: 'rounded(area / whole, 1e6)',
    replace: 'rounded(Math.round(area) / whole, 1e6)',
    test: GOLDEN
  },
  {
    name: 'a failed rule finds nothing',
    file: `${ENGINE}/kinds/judge.ts`,
    find: 'if (refusal) return { ...base, ...notEvaluated(rule, refusal, input.shapes) }',
    replace: "if (refusal) return { ...base, status: 'NO_HIT' }",
    test: GOLDEN
  },
  {
    name: 'invalid zones are left out',
    file: `${ENGINE}/kinds/judge.ts`,
    find: 'measure.invalid.length > 0 ?',
    replace: 'measure.invalid.length < 0 ?',
    test: CASES
  },
  {
    name: 'invalid zones are not looked for',
    file: `${ENGINE}/measure/plan-near.ts`,
    find: 'FROM looked l WHERE NOT l.valid',
    replace: 'FROM looked l WHERE false',
    test: CASES
  },
  {
    name: 'the first feature only',
    file: `${ENGINE}/measure/plan-measure.ts`,
    find: 'FROM hit h GROUP BY h.n, h.variant, h.rule, h.effect)',
    replace:
      'FROM (SELECT DISTINCT ON (n, variant, rule) * FROM hit ORDER BY n, variant, rule, feature_id) h GROUP BY h.n, h.variant, h.rule, h.effect)',
    test: CASES
  },
  {
    name: 'a limit without pages',
    file: `${ENGINE}/measure/plan-measure.ts`,
    find: 'FROM hit h GROUP BY h.n, h.variant, h.rule, h.effect)',
    replace: 'FROM (SELECT * FROM hit LIMIT 100) h GROUP BY h.n, h.variant, h.rule, h.effect)',
    test: GOLDEN
  },
  {
    name: 'nothing after the first prohibition',
    file: `${ENGINE}/evaluate.ts`,
    find: 'return { snapshot, validTime, outcomes, queried,',
    replace: `const stopped = (i: number) => outcomes.slice(0, i).some(o => o.status === 'HIT' && 'effect' in o.rule && o.rule.effect === 'prohibit')
    return { snapshot, validTime, outcomes: outcomes.map((o, i) => (stopped(i) ? notApplicable(o.rule) : o)), queried,`,
    test: CASES
  },
  {
    name: 'today instead of the day that is asked for',
    file: `${ENGINE}/check.ts`,
    find: 'frozen?.validTime ?? asOf?.validTime ?? dayOf(',
    replace: 'frozen?.validTime ?? dayOf(',
    test: GOLDEN
  },
  {
    name: 'now instead of the moment that is asked for',
    file: `${ENGINE}/check.ts`,
    find: 'frozen?.knownTime ?? asOf?.knownTime',
    replace: 'frozen?.knownTime',
    test: GOLDEN
  },
  {
    name: 'law ends a day late',
    file: `${ENGINE}/measure/plan-pieces.ts`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    find: 't.valid_to > ${day}::date',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    replace: 't.valid_to >= ${day}::date',
    test: GOLDEN
  },
  {
    name: 'law begins a day late',
    file: `${ENGINE}/measure/plan-pieces.ts`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    find: 't.valid_from <= ${day}::date',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    replace: 't.valid_from < ${day}::date',
    test: GOLDEN
  },
  {
    name: 'a buffer instead of a distance',
    file: `${ENGINE}/measure/plan-measure.ts`,
    find: 'ST_Distance(b.geom, c.geom) AS distance',
    replace:
      'CASE WHEN ST_Distance(b.geom, c.geom) < 20 AND NOT ST_Intersects(ST_Buffer(b.geom, 20), c.geom) THEN 20 ELSE ST_Distance(b.geom, c.geom) END AS distance',
    test: GOLDEN
  },
  {
    name: 'uncovered ground is buildable',
    file: `${ENGINE}/answer/compose.ts`,
    find: 'const uncovered = real.length > 0 ?',
    replace: 'const uncovered = real.length < 0 ?',
    test: CASES
  },
  {
    name: 'unsurveyed ground is clear',
    file: `${ENGINE}/kinds/judge.ts`,
    find: 'if (rule.coverage) return gap',
    replace: 'return gap',
    test: CASES
  },
  {
    name: 'swapped axes are accepted',
    file: `${ENGINE}/intake/window.ts`,
    find: 'if (outside.length === 0) return null',
    replace: 'if (outside.length === 0 || points.every(point => inside(declared.box, swapped(point)))) return null',
    test: GOLDEN
  },
  {
    name: 'a zone number is guessed',
    file: `${ENGINE}/intake/window.ts`,
    find: 'if (outside.length === 0) return null',
    replace:
      'if (outside.length === 0 || windows.slice(1).some(other => points.every(point => inside(other.box, point)))) return null',
    test: GOLDEN
  },
  {
    name: 'GCJ-02 is accepted',
    file: `${ENGINE}/intake/read-input.ts`,
    find: "datum === 'GCJ-02' || datum === 'BD-09'",
    replace: "datum === 'BD-09'",
    test: GOLDEN
  },
  ...GROUND_MUTATIONS
]
