/** Ways to break the land-check that its tests must notice (reference: land-check §4.5). */

export interface Mutation {
  name: string
  file: string
  /** Stands in the file exactly once. */
  find: string
  replace: string
  /** The test that must fail. */
  test: string
}

const ENGINE = 'server/land-check'
const CASES = 'test/land-check/cases.test.ts'
const GOLDEN = 'test/land-check/golden.test.ts'
const TABLE = 'test/land-check/ground-table.test.ts'

export const MUTATIONS: Mutation[] = [
  {
    name: 'touching counts as overlap',
    file: `${ENGINE}/measure/plan-measure.ts`,
    find: "WHERE NOT ST_IsEmpty(o.geom) OR ST_Relate(o.parcel, o.zone, 'T********')",
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
  {
    name: 'Web Mercator areas',
    file: `${ENGINE}/measure/plan-measure.ts`,
    find: "'area', ST_Area(d.geom), 'perimeter'",
    replace: "'area', ST_Area(ST_Transform(d.geom, 3857)), 'perimeter'",
    test: CASES
  },
  {
    name: 'areas on a sphere',
    file: 'server/lib/area.ts',
    find: 'const e2 = f * (2 - f)',
    replace: 'const e2 = 0',
    test: GOLDEN
  },
  {
    name: 'caps take the planar area for the ellipsoid’s',
    file: `${ENGINE}/kinds/cap.ts`,
    find: "areaMethod === 'planar' ? areaPlanar : areaEllipsoid",
    replace: 'areaMethod ? areaPlanar : areaEllipsoid',
    test: GOLDEN
  },
  {
    name: 'caps compare rounded areas',
    file: `${ENGINE}/kinds/cap.ts`,
    find: 'const kept = area - maxM2 <= rule.toleranceM2 + NOISE',
    replace: 'const kept = Math.round(area * 10) / 10 - maxM2 <= rule.toleranceM2 + NOISE',
    test: GOLDEN
  },
  {
    name: 'a threshold in percent only',
    file: `${ENGINE}/rules/ruleset.ts`,
    find: 'return Math.min(maxAreaM2, maxShare * parcelArea)',
    replace: 'return maxAreaM2 && maxShare && 0.1 * parcelArea',
    test: CASES
  },
  {
    name: 'slivers however thick',
    file: `${ENGINE}/answer/sliver.ts`,
    find: 'limit !== null && part.thin && part.area <= limit',
    replace: 'limit !== null && part.area <= limit',
    test: CASES
  },
  {
    name: 'any number of slivers',
    file: `${ENGINE}/answer/sliver.ts`,
    find: 'if (limit === null || totalArea(slivers) > limit)',
    replace: 'if (limit === null)',
    test: CASES
  },
  {
    name: 'slivers of zero tolerance pass',
    file: `${ENGINE}/answer/judge.ts`,
    find: "if (status === 'SLIVER' && rule.zeroTolerance)",
    replace: "if (status === 'NO_HIT' && rule.zeroTolerance && area > 0)",
    test: CASES
  },
  {
    name: 'the mildest reason decides',
    file: `${ENGINE}/answer/judge.ts`,
    find: 'VERDICTS.find(verdict => verdicts.includes(verdict))',
    replace: 'VERDICTS.findLast(verdict => verdicts.includes(verdict))',
    test: CASES
  },
  {
    name: 'a draft that binds is law',
    file: `${ENGINE}/answer/judge.ts`,
    find: "if (rule.lawStatus === 'changeWithPreEffect')",
    replace: "if (rule.lawStatus === 'changeWithPreEffect' && area < 0)",
    test: GOLDEN
  },
  {
    name: 'the district line is not looked at',
    file: `${ENGINE}/intake/jurisdiction.ts`,
    find: 'if (id === undefined || parcels.length === 0)',
    replace: 'if (id !== undefined || parcels.length === 0)',
    test: GOLDEN
  },
  {
    name: 'what is published is not measured',
    file: 'server/uploads/publish.ts',
    find: 'await keepGround(tx, layer, after.revision)',
    replace: '',
    test: TABLE
  },
  {
    name: 'what a publication ends goes on',
    file: 'server/uploads/publish.ts',
    find: 'await tx.query(planGroundClose(layer, revision))',
    replace: '',
    test: TABLE
  },
  {
    name: 'what was published later counts',
    file: `${ENGINE}/measure/plan-near.ts`,
    find: 'c.rev_from <= r.revision AND ',
    replace: '',
    test: 'test/land-check/replay.test.ts'
  },
  {
    name: 'a row without the field is another kind',
    file: `${ENGINE}/measure/plan-near.ts`,
    find: 'WHEN 1 / (c.fields ? r.field)::integer = 1 THEN',
    replace: 'WHEN c.fields ? r.field THEN',
    test: 'test/land-check/faults.test.ts'
  },
  {
    name: 'ground off the grid',
    file: 'server/catalog/ground.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    find: 'ST_ReducePrecision(${projected}, ${GRID_M}::float8)',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    replace: '${projected}',
    test: CASES
  },
  {
    name: 'a coarse overlay',
    file: `${ENGINE}/measure/plan-pieces.ts`,
    find: "literalSql('1e-7::float8')",
    replace: "literalSql('1e-3::float8')",
    test: 'test/land-check/differential.test.ts'
  }
]

/** The source with the mutation in it; null where its place is not found exactly once. */
export function mutated({ find, replace }: Mutation, source: string): string | null {
  const at = source.indexOf(find)
  if (at < 0 || source.indexOf(find, at + 1) >= 0) return null
  return source.slice(0, at) + replace + source.slice(at + find.length)
}
