import { CASES, ENGINE, GOLDEN, type Mutation, TABLE } from './mutation.ts'

/** Ways to break how the ground is measured, and what is kept of it. */
export const GROUND_MUTATIONS: Mutation[] = [
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
  },
  {
    name: 'a zone that is touched covers the parcel',
    file: `${ENGINE}/measure/plan-measure.ts`,
    find: 'SELECT ST_CoveredBy(p.geom, c.geom) AS whole',
    replace: 'SELECT ST_Intersects(p.geom, c.geom) AS whole',
    test: CASES
  },
  {
    name: 'what one class covers counts for all',
    file: `${ENGINE}/measure/plan-net.ts`,
    find: 'coalesce(z.all_f OR z.all_r, false) AS all_f_r',
    replace: 'coalesce(z.all_f OR z.all_r OR z.all_b, false) AS all_f_r',
    test: CASES
  },
  {
    name: 'a surveyed area has no holes and no bays',
    file: `${ENGINE}/measure/surveyed.ts`,
    find: 'return inside',
    replace: 'return true',
    test: CASES
  },
  {
    name: 'a boundary near is far',
    file: `${ENGINE}/measure/surveyed.ts`,
    find: 'if (tree.search(west, south, east, north).length > 0) return false',
    replace: '',
    test: CASES
  },
  {
    name: 'whose register it is is mixed up',
    file: `${ENGINE}/kinds/household.ts`,
    find: 'ORDER BY q.n`',
    replace: 'ORDER BY -q.n`',
    test: 'test/land-check/rules.test.ts'
  }
]
