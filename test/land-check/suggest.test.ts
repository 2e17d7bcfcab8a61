import fc from 'fast-check'
import t, { type Test } from 'tap'
import { VERDICTS } from '../../server/land-check/answer/judge.ts'
import type { Answer } from '../../server/land-check/answer/result.ts'
import type { LandCheckEngine } from '../../server/land-check/check.ts'
import { checkLand } from '../../server/land-check/check.ts'
import type { Position } from '../../server/land-check/intake/given.ts'
import type { LandCheckRequest } from '../../server/land-check/request.ts'
import { centroid, scaleToCap } from '../../server/land-check/suggest/scale.ts'
import { ellipsoidalArea, planarArea } from '../../server/lib/area.ts'
import { findCrs } from '../../server/lib/crs.ts'
import { type Database, sql } from '../../server/lib/sql.ts'
import { onBothDatabases } from '../helper.ts'
import {
  box,
  checkWkt,
  E0,
  engineOf,
  layGround,
  type Metres,
  N0,
  PARCEL,
  RULES,
  rulesetOf,
  wktOf,
  type Zone,
  zone
} from './ground.ts'

/** How a parcel could be changed to comply: each suggestion is held to what the same check says of it. */

const SEED = 20261122
const RUNS = 10

type Suggestion = Answer['suggestions'][number]
const WANTED: Partial<LandCheckRequest> = { include: ['suggestions'] }
const of = (answer: Answer, kind: Suggestion['kind']) => answer.suggestions.find(s => s.kind === kind)
const ALL = box(-80, -80, 200, 200)
const buildable = [zone('B', ALL)]

/** Sends what was suggested, as it was answered: the verdict, the area and the hash are those that were named. */
async function again(t: Test, engine: LandCheckEngine, answer: Answer, more: Partial<LandCheckRequest> = {}) {
  const [ruleset = ''] = engine.rulesets.keys()
  const checked: { kind: Suggestion['kind']; found: Answer }[] = []
  for (const { kind, verdict, area, inputHash, geometry } of answer.suggestions) {
    const found = await checkLand(engine, { geojson: JSON.parse(JSON.stringify(geometry)), ruleset, ...more })
    t.strictSame([found.verdict, found.parcel.areaPlanar, found.provenance.inputHash], [verdict, area, inputHash], kind)
    t.ok(VERDICTS.indexOf(verdict) > VERDICTS.indexOf(answer.verdict), `${kind} is better`)
    checked.push({ kind, found })
  }
  return (kind: Suggestion['kind']) => checked.find(c => c.kind === kind)?.found
}

t.test('a parcel is scaled to its cap as exactly as the grid lets it, never above', async t => {
  const gridM = 0.0001
  const whole = (points: Metres): Position[] => points.map(([x, y]) => [Math.round(x * 1e4), Math.round(y * 1e4)])
  const gauss = findCrs('EPSG:4547')!.gauss!
  const triangle: Metres = [
    [E0, N0],
    [E0 + 31.7, N0 + 3.2],
    [E0 + 8.1, N0 + 25.5]
  ]
  const bent: Metres = [...box(0, 0, 20, 9).slice(0, 3), [E0 + 11.3, N0 + 9.7], [E0 + 10.9, N0 + 22], [E0, N0 + 21.1]]
  const shapes = {
    rectangle: [[whole(box(0, 0, 10, 12))]],
    triangle: [[whole(triangle)]],
    bent: [[whole(bent)]],
    holed: [[whole(box(0, 0, 20, 20)), whole(box(5, 5, 4, 3)).reverse()]],
    'two parts': [[whole(box(0, 0, 9, 11))], [whole(box(20, 3, 7, 6))]]
  }
  for (const [name, grid] of Object.entries(shapes)) {
    const capM2 = 80
    const planar = scaleToCap({ grid, gridM, capM2, areaOf: polygons => planarArea(polygons, gridM) })!
    const short = capM2 - planarArea(planar, gridM)
    t.ok(short >= 0 && short < 5e-4, `${name}: short of the cap by ${short} m²`)
    const [before, after] = [centroid(grid), centroid(planar)]
    t.ok(Math.hypot(before[0] - after[0], before[1] - after[1]) < 5, `${name}: its centroid stays`)
    const areaOf = (polygons: typeof grid) =>
      ellipsoidalArea(
        polygons.map(rings => rings.map(ring => ring.map(([x, y]): Position => [x / 1e4, y / 1e4]))),
        gauss
      )
    const left = capM2 - areaOf(scaleToCap({ grid, gridM, capM2, areaOf })!)
    t.ok(left >= 0 && left < 0.005, `${name}, on the ellipsoid: short by ${left} m²`)
  }
})

await onBothDatabases(t, async (t, db) => {
  const engine = await engineOf(db)

  await t.test('what passes, and what is not asked for, has no suggestions', async t => {
    await layGround(db, { buildable })
    t.strictSame((await checkWkt(engine, PARCEL, WANTED)).suggestions, [])
    await layGround(db, { buildable, forbidden: [zone('F', box(8, -20, 100, 100))] })
    t.strictSame((await checkWkt(engine, PARCEL)).suggestions, [])
  })

  await t.test('two metres of forbidden land: cut off, kept clear of, or moved away from', async t => {
    const answer = await checkWkt(engine, PARCEL, WANTED)
    t.equal(answer.verdict, 'REJECT')
    t.strictSame(
      answer.suggestions.map(s => [s.kind, s.verdict]),
      [
        ['largest-buildable', 'PASS'],
        ['trim', 'PASS'],
        ['shift', 'PASS']
      ]
    )
    const checked = await again(t, engine, answer)
    t.equal(of(answer, 'trim')?.area, 96)
    t.strictSame(of(answer, 'shift')?.shift, { eastM: -2, northM: 0, distanceM: 2, bearingDeg: 270 })
    t.equal(of(answer, 'shift')?.area, 120, 'moved, not changed')
    t.equal(checked('largest-buildable')?.boundarySensitive, false, 'farther away than the surveys may be wrong')
    t.equal(of(answer, 'largest-buildable')?.area, 94.3008, '12 m × (8 m less the accuracy of 0.1414 m and 0.2 mm)')
    t.ok(Math.abs(of(answer, 'largest-buildable')!.inscribedCircle!.radiusM - 3.93) < 0.01)
    t.match(of(answer, 'shift')?.message, { zh: '2.00米', en: '2.00 m at bearing 270.0°' })
    const twice = await checkWkt(engine, PARCEL, WANTED)
    t.strictSame(twice.suggestions, answer.suggestions)
    t.equal(twice.provenance.resultHash, answer.provenance.resultHash)
  })

  await t.test('a parcel that just fits its plot is moved onto it', async t => {
    const plot = box(13, -8.5, 10, 12)
    await layGround(db, { buildable: [zone('P', plot)], restricted: [zone('R', box(30, 0, 5, 5))] })
    const answer = await checkWkt(engine, PARCEL, WANTED)
    await again(t, engine, answer)
    t.match(of(answer, 'shift')?.shift, { eastM: 13, northM: -8.5 })
    t.equal(answer.suggestions.length, 1, 'none of it is buildable where it is')
  })

  await t.test('gaps between zones that digitising left bar no way', async t => {
    const zones = [zone('W', box(-80, -80, 75, 200)), zone('E', box(-4.98, -80, 200, 200))]
    await layGround(db, { buildable: zones, forbidden: [zone('F', box(8, -20, 4, 100))] })
    const answer = await checkWkt(engine, PARCEL, WANTED)
    t.match(of(answer, 'shift'), { verdict: 'PASS', shift: { eastM: -2, northM: 0 } })
    await again(t, engine, answer)
  })

  await t.test('land of zero tolerance is kept clear of by the accuracy; disputed land counts too', async t => {
    await layGround(db, {
      buildable,
      farmland: [zone('A', box(9, -20, 60, 100))],
      disputed: [zone('D', box(-60, -20, 61, 100))]
    })
    const answer = await checkWkt(engine, wktOf(box(0, 0, 6, 12)), WANTED)
    t.match(of(answer, 'shift'), { verdict: 'PASS', shift: { eastM: 1, northM: 0 } })
    const near = await checkWkt(engine, wktOf(box(3.1, 0, 6, 12)), WANTED)
    t.equal(near.verdict, 'REJECT')
    t.match(of(near, 'shift')?.shift, { eastM: -0.2414, northM: 0 })
    await again(t, engine, near)
  })

  await t.test('where conditions hold everywhere, the best that can be had', async t => {
    await layGround(db, { buildable, restricted: [zone('R', ALL)], forbidden: [zone('F', box(8, -20, 100, 100))] })
    const answer = await checkWkt(engine, PARCEL, WANTED)
    t.strictSame(
      answer.suggestions.map(s => [s.kind, s.verdict]),
      [
        ['largest-buildable', 'CONDITIONAL'],
        ['trim', 'CONDITIONAL'],
        ['shift', 'CONDITIONAL']
      ]
    )
    t.match(of(answer, 'shift')?.shift, { eastM: -2, northM: 0 })
    await again(t, engine, answer)
  })

  await t.test('setbacks are kept to the tenth of a millimetre; caps are scaled to', async t => {
    const [FORBID, , , BUILD] = RULES
    const cap = (areaMethod: string) => ({
      id: 'CAP',
      kind: 'cap',
      title: { zh: '上限', en: 'cap' },
      mandatory: true,
      effect: 'restrict',
      areaMethod,
      toleranceM2: 0.005,
      legalBasis: [],
      values: [{ code: 'c', title: { zh: '上限', en: 'cap' }, maxM2: 80, validFrom: '2020-01-01', citation: 'c' }]
    })
    const { zeroTolerance: _, ...road } = {
      ...FORBID!,
      id: 'ROAD',
      kind: 'distance',
      effect: 'restrict',
      layer: 'plan'
    }
    const rules = [FORBID, BUILD, { ...road, distance: { metres: 20 } }, cap('planar')]
    const withCap = await engineOf(db, await rulesetOf({ rules }))
    await layGround(db, { buildable, plan: [zone('L', box(15, -70, 4, 180))] })
    const small = await checkWkt(withCap, wktOf(box(0, 0, 8, 10)), WANTED)
    t.equal(small.verdict, 'CONDITIONAL')
    t.match(of(small, 'shift'), { verdict: 'PASS', shift: { eastM: -13, northM: 0 } })
    await again(t, withCap, small)

    await layGround(db, { buildable })
    const large = await checkWkt(withCap, PARCEL, WANTED)
    t.strictSame(
      large.suggestions.map(s => [s.kind, s.verdict, s.area.toFixed(3)]),
      [['scale-to-cap', 'PASS', '80.000']]
    )
    await again(t, withCap, large)
    const onEllipsoid = await engineOf(db, await rulesetOf({ rules: [FORBID, BUILD, cap('ellipsoid')] }))
    const checked = await again(t, onEllipsoid, await checkWkt(onEllipsoid, PARCEL, WANTED))
    t.ok(Math.abs(checked('scale-to-cap')!.parcel.areaEllipsoid - 80) < 0.005)
  })

  await t.test('land that somebody else holds counts, and so does land that was not surveyed', async t => {
    const [FORBID, , , BUILD] = RULES
    const { effect: _, zeroTolerance: __, ...held } = { ...FORBID!, id: 'HELD', kind: 'tenure', layer: 'plan' }
    const treatments = [{ featureCode: 'J*', treatment: 'conflict', effect: 'prohibit' }]
    const { coverage: ___, ...unsure } = BUILD!
    const coverage = { layer: 'disputed', field: 'kind' }
    const changes = { rules: [FORBID, unsure, { ...held, codeField: 'code', treatments }], coverage }
    const tenured = await engineOf(db, await rulesetOf(changes))
    const surveyed: Zone = { ...zone('S', box(-5, -80, 100, 200)), kind: 'buildable' }
    await layGround(db, {
      buildable,
      plan: [zone('440605123456JC00001', box(4, -40, 6, 90))],
      disputed: [surveyed]
    })
    const answer = await checkWkt(tenured, PARCEL, WANTED)
    t.equal(answer.verdict, 'REJECT')
    t.match(of(answer, 'shift'), { verdict: 'PASS', shift: { eastM: 10, northM: 0 } }, 'not 6 m west: unsurveyed')
    t.equal(of(answer, 'trim')?.area, 48)
    await again(t, tenured, answer)
  })

  await t.test('nothing is suggested that could not be judged', async t => {
    await layGround(db, { buildable, forbidden: [zone('F', box(8, -20, 100, 100))] })
    const missing = [...RULES, { ...RULES[0]!, id: 'GONE', layer: 'gone' }]
    const blind = await engineOf(db, await rulesetOf({ rules: missing }))
    const answer = await checkWkt(blind, PARCEL, WANTED)
    t.equal(answer.verdict, 'REJECT')
    t.strictSame(answer.suggestions, [])
  })

  await t.test(`no shorter way than the one suggested (seed ${SEED}, ${RUNS} runs)`, async t => {
    const mm = (min: number, max: number) => fc.integer({ min: min * 1e4, max: max * 1e4 }).map(n => n / 1e4)
    const at = (x: number, y: number): [number, number] => [E0 + Number(x.toFixed(4)), N0 + Number(y.toFixed(4))]
    /** Any number of corners around a centre: convex or not. */
    const star = (reach: number, least: number, most: number, corners: number) =>
      fc
        .tuple(mm(-reach, reach), mm(-reach, reach), fc.array(mm(least, most), { minLength: 3, maxLength: corners }))
        .map(
          ([x, y, radii]): Metres =>
            radii.map((r, i) => {
              const angle = (i * 2 * Math.PI) / radii.length
              return at(x + r * Math.cos(angle), y + r * Math.sin(angle))
            })
        )
    const ground = fc.record({
      forbidden: fc.array(star(18, 3, 12, 7), { minLength: 1, maxLength: 5 }),
      restricted: fc.array(star(18, 3, 12, 5), { minLength: 1, maxLength: 3 }),
      farmland: fc.array(star(18, 2, 6, 5), { minLength: 1, maxLength: 2 }),
      buildable: fc.array(star(12, 14, 40, 6), { minLength: 1, maxLength: 3 }),
      parcel: star(3, 3, 8, 8)
    })
    let moved = 0
    await fc.assert(
      fc.asyncProperty(ground, async ({ parcel, ...zones }) => {
        const laid = Object.fromEntries(
          Object.entries(zones).map(([id, rings]) => [id, rings.map((ring, i): Zone => zone(`${id}-${i}`, ring))])
        )
        await layGround(db, laid)
        const answer = await checkWkt(engine, wktOf(parcel), WANTED)
        if (answer.verdict === 'PASS') return
        const found = of(answer, 'shift')
        const passes = found?.verdict === 'PASS' ? found : undefined
        const shorter = await bruteForce(db, wktOf(parcel), zones, passes?.shift?.distanceM ?? 30)
        if (passes) moved++
        if (shorter !== null) throw new Error(`${shorter} m suffices, suggested: ${JSON.stringify(found?.shift)}`)
        for (const { geometry, verdict } of answer.suggestions) {
          const once = await checkLand(engine, { geojson: geometry, ruleset: 'test' })
          if (once.verdict !== verdict) throw new Error(`${verdict} became ${once.verdict}`)
        }
      }),
      { seed: SEED, numRuns: RUNS }
    )
    t.ok(moved >= RUNS / 3, `${moved} of ${RUNS} grounds have a way out`)
  })
})

/**
 * The shortest of the translations by multiples of 0.25 m (1 m where none is known) up to a distance after which the
 * parcel meets nothing and lies in buildable land, metres; null: none. It tries them all.
 */
async function bruteForce(
  db: Database,
  parcel: string,
  zones: Record<'forbidden' | 'restricted' | 'farmland' | 'buildable', Metres[]>,
  upTo: number
): Promise<number | null> {
  const step = upTo === 30 ? 1 : 0.25
  const wkts = (rings: Metres[]) => rings.map(ring => wktOf(ring))
  const union = (rings: Metres[]) =>
    sql`(SELECT ST_Union(ST_GeomFromText(w)) FROM unnest(${wkts(rings)}::text[]) AS u (w))`
  const steps = Math.ceil(upTo / step)
  const [row] = await db.query<{ far: number }>(sql`
    WITH given AS MATERIALIZED (SELECT p.geom, ST_Buffer(p.geom, ${2 * Math.hypot(0.05, 0.05)}::float8, 'join=mitre mitre_limit=2') AS dilated,
        ${union([...zones.forbidden, ...zones.restricted])} AS taken, ${union(zones.farmland)} AS farmland, ${union(zones.buildable)} AS buildable
      FROM (SELECT ST_GeomFromText(${parcel}::text) AS geom) AS p),
    way AS (SELECT i * ${step}::float8 AS x, j * ${step}::float8 AS y
      FROM generate_series(${-steps}::integer, ${steps}::integer) AS i CROSS JOIN generate_series(${-steps}::integer, ${steps}::integer) AS j)
    SELECT w.far FROM (SELECT x, y, sqrt(x * x + y * y) AS far FROM way
      WHERE sqrt(x * x + y * y) < ${upTo - 0.002}::float8 ORDER BY far OFFSET 0) AS w
    CROSS JOIN given g CROSS JOIN LATERAL (SELECT ST_Translate(g.geom, w.x, w.y) AS geom, ST_Translate(g.dilated, w.x, w.y) AS dilated OFFSET 0) AS p
    WHERE ST_Distance(p.geom, g.taken) > 1e-6 AND ST_Distance(p.dilated, g.farmland) > 1e-6 AND ST_CoveredBy(p.geom, g.buildable)
    LIMIT 1`)
  return row?.far ?? null
}
