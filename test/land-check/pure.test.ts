import { mkdir, writeFile } from 'node:fs/promises'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import t from 'tap'
import { apportion } from '../../server/land-check/answer/apportion.ts'
import { overlapReason, uncoveredReason, VERDICTS, worst } from '../../server/land-check/answer/judge.ts'
import { equivalentWidth, splitParts } from '../../server/land-check/answer/sliver.ts'
import { decimalsOf } from '../../server/land-check/intake/given.ts'
import { readGeojson } from '../../server/land-check/intake/read-geojson.ts'
import { readWkt } from '../../server/land-check/intake/read-wkt.ts'
import { canonicalRings, openRings } from '../../server/land-check/intake/rings.ts'
import { LandCheckRequestSchema } from '../../server/land-check/request.ts'
import { loadRulesets, readRuleset } from '../../server/land-check/rules/load-rulesets.ts'
import { EFFECTS } from '../../server/land-check/rules/rule.ts'
import { ellipsoidalArea, inverseGauss, planarArea } from '../../server/lib/area.ts'
import { canonicalHash, canonicalJson } from '../../server/lib/canonical-json.ts'
import { findCrs, foreignDatum, prefixTwin } from '../../server/lib/crs.ts'
import type { Problem } from '../../server/lib/errors.ts'
import { ROOT } from '../helper.ts'
import { demoText, RULES } from './ground.ts'
import { GOLDEN } from './vectors.ts'

/** What needs no database. */

const gauss = findCrs('EPSG:4547')!.gauss!

for (const { name, ring, planar, ellipsoid } of GOLDEN) {
  t.test(`golden vector ${name}`, async t => {
    for (const prefix of [0, 38e6]) {
      const grid = ring.map(([x, y]): [number, number] => [Math.round((x + prefix) * 1e4), Math.round(y * 1e4)])
      const found = planarArea([[grid]], 0.0001)
      t.ok(Math.abs(found - planar) < 5.1e-7, `${found} m², with the zone number before the easting or without`)
    }
    const found = ellipsoidalArea([[ring]], gauss)
    t.ok(Math.abs(found - ellipsoid) < (planar > 1e5 ? 0.02 : 0.0002), `${found} m² on the ellipsoid`)
  })
}

t.test('Gauss-Krüger is inverted to the nanometre', async t => {
  const { lon, lat } = inverseGauss(407761.089348, 2550358.456541, gauss)
  t.ok(Math.abs((lon * 180) / Math.PI - -0.9) < 1e-11, 'longitude from 114° E')
  t.ok(Math.abs((lat * 180) / Math.PI - 23.05) < 1e-11)
})

t.test('CRSs are found by code, with the twin by zone number', async t => {
  t.match(findCrs('EPSG:4526'), { gauss: { centralMeridian: 114, falseEasting: 38500000, prefix: 38 } })
  t.equal(prefixTwin(findCrs('EPSG:4526')!)?.code, 'EPSG:4547')
  t.equal(prefixTwin(findCrs('EPSG:4502')!)?.code, 'EPSG:4491')
  t.equal(findCrs('EPSG:3857'), undefined)
  t.match(foreignDatum('EPSG:2362'), 'Xian')
  t.match(foreignDatum('EPSG:4214'), 'Beijing')
  t.equal(foreignDatum('EPSG:4547'), undefined)
})

t.test('canonical JSON has one text for one value (RFC 8785)', async t => {
  t.equal(
    canonicalJson({ b: [1e21, 0.000001, -0], a: '€\n', A: null, é: true, gone: undefined }),
    '{"A":null,"a":"€\\n","b":[1e+21,0.000001,0],"é":true}'
  )
  t.equal(canonicalHash({ b: 1, a: 2 }), canonicalHash({ a: 2, b: 1 }))
  t.equal(canonicalHash({}), '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a')
  t.throws(() => canonicalJson({ a: Number.NaN }))
})

t.test('decimals are counted as written', async t => {
  for (const [text, decimals] of [
    ['407761.089', 3],
    ['113.100', 3],
    ['-5', 0],
    ['1e-7', 7],
    ['1.5E-7', 8],
    ['1.25e1', 1],
    ['.5', 1]
  ] as const) {
    t.equal(decimalsOf(text), decimals, text)
  }
})

t.test('display values sum to the whole', async t => {
  t.strictSame(apportion(100, [33.333333, 33.333333, 33.333334]), [33.33, 33.33, 33.34])
  t.strictSame(apportion(0.05, [0.0125, 0.0125, 0.0125, 0.0125]), [0.02, 0.01, 0.01, 0.01])
  const areas = fc.array(fc.double({ min: 0, max: 5000, noNaN: true }), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(areas, shares => {
      const whole = shares.reduce((a, b) => a + b, 0)
      const cents = apportion(whole, shares).map(n => Math.round(n * 100))
      return (
        cents.reduce((a, b) => a + b, 0) === Math.round(whole * 100) &&
        shares.every((s, i) => Math.abs(cents[i]! - s * 100) < 1.0001)
      )
    })
  )
})

t.test('slivers are small, thin, and few', async t => {
  const part = (area: number, thin: boolean) => ({ area, thin, perimeter: 1, geometry: null })
  const count = (parts: ReturnType<typeof part>[], limit: number | null) => splitParts(parts, limit).slivers.length
  t.equal(count([part(0.48, true)], 0.5), 1)
  t.equal(count([part(0.48, false)], 0.5), 0, 'too thick')
  t.equal(count([part(0.3, true), part(0.3, true)], 0.5), 0, 'too much together')
  t.equal(count([part(0.1, true)], null), 0, 'none is ignored')
  t.equal(equivalentWidth({ area: 20, perimeter: 24 }), 2)
})

t.test('a further finding never improves the verdict', async t => {
  type Finding = Parameters<typeof overlapReason>[0]
  const rule = (effect: (typeof EFFECTS)[number]) =>
    ({ ...RULES[0]!, effect, zeroTolerance: true, mandatory: true }) as unknown as Finding['rule']
  const finding = fc.record({
    rule: fc.constantFrom(...EFFECTS).map(rule),
    status: fc.constantFrom('HIT', 'NO_HIT', 'SLIVER', 'NOT_EVALUATED', 'NOT_APPLICABLE'),
    area: fc.constant(1),
    share: fc.constant(0.1)
  }) as fc.Arbitrary<Finding>
  const rank = (findings: Finding[], uncovered: number) => {
    const reasons = findings.flatMap(one => overlapReason(one) ?? [])
    const all = uncovered > 0 ? [...reasons, uncoveredReason(uncovered)] : reasons
    return VERDICTS.indexOf(worst(all.map(({ severity }) => severity)))
  }
  const order = fc.property(
    fc.array(finding, { maxLength: 8 }),
    finding,
    fc.constantFrom(0, 5),
    (findings, more, uncovered) => {
      const before = rank(findings, uncovered)
      return rank([...findings, more], uncovered) <= before && rank(findings, 5) <= before
    }
  )
  t.doesNotThrow(() => fc.assert(order, { seed: 20261122, numRuns: 1000 }))
  const hit = (effect: (typeof EFFECTS)[number]): Finding => ({
    rule: rule(effect),
    status: 'HIT',
    area: 1,
    share: 0.1
  })
  t.strictSame(
    (['prohibit', 'review', 'restrict', 'allow', 'inform'] as const).map(effect => VERDICTS[rank([hit(effect)], 0)]),
    ['REJECT', 'REVIEW', 'CONDITIONAL', 'PASS', 'PASS']
  )
})

t.test('one parcel has one canonical form', async t => {
  const point = fc.tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: -1e9, max: 1e9 }))
  const triangle = fc
    .uniqueArray(point, { minLength: 3, maxLength: 3, selector: String })
    .filter(([a, b, c]) => (b![0] - a![0]) * (c![1] - a![1]) !== (c![0] - a![0]) * (b![1] - a![1]))
  fc.assert(
    fc.property(triangle, triangle, fc.nat(2), fc.boolean(), (a, b, turn, reversed) => {
      const start = [...a.slice(turn), ...a.slice(0, turn)]
      const other = reversed ? start.toReversed() : start
      const form = canonicalRings([[a], [b]])
      return (
        canonicalJson(form) === canonicalJson(canonicalRings([[b], [other]])) &&
        canonicalJson(canonicalRings(form)) === canonicalJson(form)
      )
    })
  )
  const open = openRings([
    [
      [
        [0, 0],
        [0, 0],
        [1, 0],
        [1, 1],
        [1, 1],
        [0, 0]
      ]
    ]
  ])
  t.strictSame(open.polygons, [
    [
      [
        [0, 0],
        [1, 0],
        [1, 1]
      ]
    ]
  ])
  t.strictSame(open.repairs, [{ code: 'DUPLICATE_POINTS_REMOVED', count: 2 }])
})

const refusal = (work: () => unknown): Problem => {
  try {
    work()
  } catch (error) {
    return error as Problem
  }
  throw new Error('it was not refused')
}

t.test('GeoJSON that is no parcel is refused with its place', async t => {
  const ring = [
    [113.1, 23.05],
    [113.2, 23.05],
    [113.2, 23.06],
    [113.1, 23.05]
  ]
  const polygon = { type: 'Polygon', coordinates: [ring] }
  for (const [value, pointer] of [
    [null, '/geojson'],
    [{ type: 'Point', coordinates: [1, 2] }, '/geojson/type'],
    [{ type: 'Feature', geometry: null }, '/geojson/geometry'],
    [{ ...polygon, crs: { type: 'name' } }, '/geojson/crs'],
    [{ type: 'FeatureCollection', features: [] }, '/geojson/features'],
    [{ type: 'FeatureCollection', features: [{}, {}] }, '/geojson/features'],
    [{ type: 'Polygon', coordinates: [[[113.1, '23'], ...ring]] }, '/geojson/coordinates/0/0'],
    [{ type: 'Polygon', coordinates: [[[Number.POSITIVE_INFINITY, 23], ...ring]] }, '/geojson/coordinates/0/0'],
    [{ type: 'MultiPolygon', coordinates: [[ring], [7]] }, '/geojson/coordinates/1/0']
  ] as const) {
    const problem = refusal(() => readGeojson(value))
    t.equal(problem.code, 'GEOMETRY_UNREADABLE')
    t.equal(problem.details[0]?.pointer, pointer)
  }
  t.equal(refusal(() => readGeojson({ type: 'MultiPolygon', coordinates: [] })).code, 'GEOMETRY_UNREADABLE')
  t.equal(
    refusal(() => readGeojson({ type: 'Polygon', coordinates: [Array(10_001).fill([113, 23])] })).code,
    'PAYLOAD_TOO_LARGE'
  )
  t.equal(refusal(() => readGeojson({ type: 'MultiPolygon', coordinates: Array(201).fill([ring]) })).status, 413)
  t.match(readGeojson({ type: 'Polygon', coordinates: [ring.map(([x, y]) => [x, y, 5])] }), {
    hasZ: true,
    vertices: 4,
    decimals: 2
  })
})

t.test('WKT that is no parcel is refused with its place', async t => {
  for (const text of [
    '',
    'POINT (1 2)',
    'SRID=4547;POLYGON ((0 0, 1 0, 1 1, 0 0))',
    'POLYGON EMPTY',
    'POLYGON ((0 0, 1 0, 1 1, 0 0)',
    'POLYGON ((0 0, 1 0, 1 1, 0 0)) x',
    'POLYGON ((0, 1 0, 1 1))',
    'POLYGON ((0 0, 1e999 0, 1 1))',
    'POLYGON ((0 0, NaN 0, 1 1))',
    'CURVEPOLYGON (CIRCULARSTRING (0 0, 1 1, 2 0, 0 0))',
    'POLYGON ((0 0, 1;DROP TABLE 0))'
  ]) {
    t.equal(refusal(() => readWkt(text)).code, 'GEOMETRY_UNREADABLE', text)
  }
  t.match(readWkt('multipolygon z (((0 0 1, 1.50 0 1, 1 1 1, 0 0 1)),((5 5 1, 6 5 1, 6 6 1, 5 5 1)))'), {
    hasZ: true,
    vertices: 8,
    decimals: 2
  })
})

t.test('a request may say nothing that is not built', async t => {
  const valid = new Ajv({ strict: false }).compile(LandCheckRequestSchema)
  const request = { wkt: 'POLYGON', crs: 'EPSG:4547', ruleset: 'x' }
  t.ok(valid(request))
  t.ok(valid({ ...request, asOf: { validTime: '2025-07-01' }, repair: 'structure', include: ['suggestions'] }))
  for (const member of ['shapefileZip', 'bjd', 'options', 'rulesetVersion', 'srid']) {
    t.notOk(valid({ ...request, [member]: 'x' }), member)
  }
  for (const wrong of [{ asOf: { validTime: 'today' } }, { repair: 'all' }, { datum: 'WGS84' }, { crs: 'GCJ-02' }]) {
    t.notOk(valid({ ...request, ...wrong }), JSON.stringify(wrong))
  }
})

t.test('a rule set is served whole or not at all, and all that is wrong is told', async t => {
  const demo = JSON.parse(await demoText())
  const problemsOf = (changes: object) =>
    readRuleset('x', JSON.stringify({ ...demo, ...changes })).problems.map(p => p.pointer)
  t.strictSame(problemsOf({}), [])
  t.strictSame(readRuleset('x', '{').ruleset, undefined)
  t.strictSame(
    problemsOf({
      workingCrs: 'EPSG:2362',
      timeZone: 'Mars/Olympus',
      jurisdiction: { ...demo.jurisdiction, extent: [113, 23, 112, 24] }
    }),
    ['/jurisdiction/extent', '/workingCrs', '/timeZone']
  )
  t.strictSame(problemsOf({ workingCrs: 'EPSG:3857' }), ['/workingCrs'], 'areas in Web Mercator are wrong')
  t.strictSame(problemsOf({ rules: [demo.rules[0], demo.rules[0]] }), ['/rules/1/id'])
  t.strictSame(problemsOf({ coverage: undefined, rules: demo.rules.slice(0, 2) }), [
    '/rules/0/coverage',
    '/rules/1/coverage'
  ])
  t.ok(problemsOf({ surprise: 1, rules: [] }).length >= 2)
  t.not(
    readRuleset('x', JSON.stringify({ ...demo, version: 'other' })).ruleset?.hash,
    readRuleset('x', JSON.stringify(demo)).ruleset?.hash
  )

  const dir = t.testdir()
  await mkdir(`${dir}/rulesets`, { recursive: true })
  await writeFile(`${dir}/rulesets/good.json`, JSON.stringify(demo))
  await writeFile(`${dir}/rulesets/bad.json`, '{"title": 1}')
  const { rulesets, problems } = await loadRulesets(dir, id => id !== 'ecological-redline')
  t.strictSame([...rulesets.keys()], ['good'])
  t.ok(problems.some(({ file }) => file === 'rulesets/bad.json'))
  t.match(problems.at(-1), { file: 'rulesets/good.json', pointer: '/rules/1/layer' })
  t.strictSame((await loadRulesets(`${dir}/nowhere`, () => true)).rulesets.size, 0)
})

t.test('the shipped rule set names layers and fields that exist', async t => {
  const { rulesets, problems } = await loadRulesets(`${ROOT}layers`, () => true)
  t.strictSame(problems, [])
  t.ok(rulesets.get('homestead-demo'))
})
