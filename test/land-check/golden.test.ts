import t from 'tap'
import type { Answer } from '../../server/land-check/answer/result.ts'
import { checkLand, checkMany, type LandCheckEngine } from '../../server/land-check/check.ts'
import type { Problem } from '../../server/lib/errors.ts'
import { type Database, type Queryable, type Statement, sql } from '../../server/lib/sql.ts'
import { onBothDatabases } from '../helper.ts'
import {
  box,
  checkWkt,
  engineOf,
  frbu,
  geojsonOf,
  LAYERS,
  lay,
  layerOf,
  layGround,
  type Metres,
  PARCEL,
  rulesetOf,
  statusOf,
  wktOf,
  zone
} from './ground.ts'
import { GOLDEN } from './vectors.ts'

/** Golden vectors through the whole check, and the cases of the reference (§4.2) about caps, distance, time and place. */

const ALL = box(-50, -50, 400, 400)
const BUILDABLE = [zone('B', ALL)]
const title = { zh: '试', en: 'test' }
const common = { title, mandatory: true, legalBasis: [] }

const capOf = (areaMethod: 'planar' | 'ellipsoid') => ({
  ...common,
  id: 'CAP',
  kind: 'cap',
  effect: 'restrict',
  areaMethod,
  toleranceM2: 0.005,
  values: [{ code: 'plain', title, maxM2: 80, validFrom: '2020-01-01', citation: '示例' }]
})

const setbackOf = (layer: string, effect = 'restrict') => ({
  ...common,
  id: 'SETBACK',
  kind: 'distance',
  effect,
  layer,
  accuracyM: 0.05,
  coverage: { declared: title },
  distance: { metres: 20 }
})

/** The engine, where statements that measure a layer, or any, fail as in a statement timeout. */
function failing(engine: LandCheckEngine, layer = '', code = '57014'): LandCheckEngine {
  const wrap = (tx: Queryable): Queryable => ({
    query: <R extends object>(statement: Statement) =>
      /\byitu\.ground\s/.test(statement.text) && JSON.stringify(statement.values).includes(layer)
        ? Promise.reject(Object.assign(new Error('canceling statement due to statement timeout'), { code }))
        : tx.query<R>(statement)
  })
  const { db } = engine
  const broken: Database = {
    ...wrap(db),
    kind: db.kind,
    run: script => db.run(script),
    transaction: (work, options) => db.transaction(tx => work(wrap(tx)), options),
    listen: (...given) => db.listen(...given),
    close: () => db.close()
  }
  return { ...engine, db: broken }
}

const refusalOf = (work: Promise<unknown>): Promise<Problem> =>
  work.then(
    () => {
      throw new Error('it was not refused')
    },
    error => error
  )

await onBothDatabases(t, async (t, db) => {
  const engine = await engineOf(db)
  const { rules } = await rulesetOf()
  const withRules = async (more: object[], changes: object = {}) =>
    engineOf(db, await rulesetOf({ rules: [...rules, ...more], ...changes }))

  await t.test('golden vectors, with and without the zone number', async t => {
    await layGround(db, { buildable: BUILDABLE })
    for (const { name, ring, planar, ellipsoid } of GOLDEN) {
      for (const [crs, prefix] of [
        ['EPSG:4547', 0],
        ['EPSG:4526', 38e6]
      ] as const) {
        const wkt = wktOf(ring.map(([x, y]) => [x + prefix, y]))
        const { parcel } = await checkLand(engine, { wkt, crs, ruleset: 'test' })
        t.ok(Math.abs(parcel.areaPlanar - planar) < 1.1e-6, `${name} ${crs}: ${parcel.areaPlanar} m²`)
        const tolerance = planar > 1e5 ? 0.02 : 0.002
        t.ok(Math.abs(parcel.areaEllipsoid - ellipsoid) < tolerance, `${name} ${crs}: ${parcel.areaEllipsoid} m²`)
      }
    }
  })

  await t.test('19 a layer that takes too long is not evaluated, and the others are', async t => {
    await layGround(db, { buildable: BUILDABLE, restricted: [zone('R', box(0, 0, 10, 6))] })
    const slow = failing(engine, 'farmland')
    const answer = await checkWkt(slow, PARCEL)
    t.equal(answer.verdict, 'INDETERMINATE')
    t.match(
      answer.rules.find(({ id }) => id === 'FARM'),
      { status: 'NOT_EVALUATED', reason: 'timeout' }
    )
    t.strictSame(answer.completeness, { evaluated: 5, total: 6, mandatoryMissing: 1 })
    t.strictSame([statusOf(answer, 'RESTRICT'), statusOf(answer, 'BUILD')], ['HIT', 'HIT'])
    t.strictSame(frbu(answer), [0, 60, 60, 0])
    t.equal(answer.netCheck.complete, false, 'what farmland there is under it is not known')
    const failed = await checkWkt(failing(engine, 'farmland', 'XX000'), PARCEL)
    t.match(
      failed.rules.find(({ id }) => id === 'FARM'),
      { status: 'NOT_EVALUATED', reason: 'error' }
    )
    await lay(db, 'forbidden', [zone('F', box(8, 0, 2, 12))])
    t.equal((await checkWkt(slow, PARCEL)).verdict, 'REJECT', 'a prohibition stands whatever else is unknown')
    const gone = await refusalOf(checkWkt(failing(engine), PARCEL))
    t.match(gone, { code: 'LAYER_UNAVAILABLE', status: 503 }, 'nothing can be said where nothing can be asked')
  })

  await t.test('21 caps compare the unrounded area by the rule’s method', async t => {
    await layGround(db, { buildable: BUILDABLE })
    const [planar, ellipsoid] = [await withRules([capOf('planar')]), await withRules([capOf('ellipsoid')])]
    const sized = (height: number) => wktOf(box(0, 0, 10, height))
    const exact = await checkWkt(planar, sized(8))
    t.equal(exact.verdict, 'PASS')
    t.match(exact.caps, [{ code: 'plain', maxM2: 80, areaM2: 80, areaMethod: 'planar', excessM2: 0, kept: true }])
    t.match(
      (await checkWkt(ellipsoid, sized(8))).caps,
      [{ areaM2: 79.9832, areaMethod: 'ellipsoid', kept: true }].map(({ areaM2: _, ...rest }) => rest)
    )
    t.equal((await checkWkt(planar, sized(8.0004))).verdict, 'PASS', '80.004 m² are within the tolerance')
    const over = await checkWkt(planar, sized(8.0006))
    t.equal(over.verdict, 'CONDITIONAL', '80.006 m² are not')
    t.match(over.caps, [{ areaM2: 80.006, kept: false }])
    t.equal((await checkWkt(ellipsoid, sized(8.0006))).verdict, 'PASS', 'they are 79.9892 m² on the ellipsoid')
    t.equal((await checkWkt(ellipsoid, sized(8.003))).verdict, 'CONDITIONAL', '80.0132 m² on the ellipsoid')
  })

  await t.test('22 setbacks are distances, not buffers', async t => {
    const setback = await withRules([setbackOf('plan')])
    const kept = async (east: number, north: number) => {
      await layGround(db, { buildable: BUILDABLE, plan: [zone('P', box(10 + east, 12 + north, 5, 5))] })
      return checkWkt(setback, PARCEL)
    }
    const near = await kept(19.9999, -6)
    t.equal(near.verdict, 'CONDITIONAL')
    t.match(near.setbacks, [{ rule: 'SETBACK', featureId: 'P', requiredM: 20, distanceM: 19.9999, kept: false }])
    const at = await kept(20, -6)
    t.equal(at.verdict, 'PASS', '20.0000 m are 20 m')
    t.match(at.setbacks, [{ distanceM: 20, kept: true }])
    t.equal((await kept(14.1421, 14.1421)).verdict, 'CONDITIONAL', '19.99995 m over the corner')
    t.equal((await kept(14.1422, 14.1422)).verdict, 'PASS', '20.00009 m over the corner')
    // Between two corners of a buffer of 8 segments a quadrant, whose edge is 19.904 m away there.
    const bearing = (5.625 * Math.PI) / 180
    const trap = await kept(19.95 * Math.sin(bearing), 19.95 * Math.cos(bearing))
    t.equal(trap.verdict, 'CONDITIONAL', 'a buffer would let 19.95 m pass')
    t.equal(trap.setbacks[0]?.distanceM, 19.95)
    const other = await kept(19.95 * Math.cos(bearing), 19.95 * Math.sin(bearing))
    t.equal(other.verdict, 'CONDITIONAL', 'nor does it the other way')
    t.equal((await kept(400, 400)).setbacks.length, 0)
    await layGround(db, { buildable: BUILDABLE, plan: [zone('P', box(29, 5, 5, 5))] })
    const firm = await withRules([setbackOf('plan', 'prohibit')])
    t.equal((await checkWkt(firm, PARCEL)).verdict, 'REJECT')
  })

  await t.test('22b setbacks from lines', async t => {
    const road = { ...layerOf('road'), geometry: 'MultiLineString' as const }
    const layers = [...LAYERS, road]
    const line = (east: number) => {
      const [a, b] = box(10 + east, -100, 0, 300) as [Metres[number], Metres[number]]
      return `LINESTRING (${a[0].toFixed(4)} ${a[1]}, ${b[0].toFixed(4)} ${b[1] + 300})`
    }
    const used = await engineOf(db, await rulesetOf({ rules: [...rules, setbackOf('road')] }), layers)
    await layGround(db, { buildable: BUILDABLE })
    await lay(db, 'road', [{ id: 'L', wkt: line(19.9999) }], road)
    const near = await checkWkt(used, PARCEL)
    t.equal(near.verdict, 'CONDITIONAL')
    t.match(near.setbacks, [{ layer: 'road', featureId: 'L', distanceM: 19.9999, kept: false }])
    await lay(db, 'road', [{ id: 'L', wkt: line(20) }], road)
    t.equal((await checkWkt(used, PARCEL)).verdict, 'PASS')
    await lay(db, 'road', [{ id: 'L', wkt: line(-5) }], road)
    t.match((await checkWkt(used, PARCEL)).setbacks, [{ distanceM: 0, kept: false }], 'a line through the parcel')
  })

  await t.test('23 the law of a day: the first day counts, the day after the last does not', async t => {
    const switched = {
      buildable: BUILDABLE,
      forbidden: [{ ...zone('OLD', box(8, 0, 2, 12)), validFrom: '2020-01-01', validTo: '2025-07-01' }],
      restricted: [{ ...zone('NEW', box(0, 0, 10, 6)), validFrom: '2025-07-01' }]
    }
    await layGround(db, switched)
    const on = (validTime: string) => checkWkt(engine, PARCEL, { asOf: { validTime } })
    const expected: [string, Answer['verdict'], number[]][] = [
      ['2019-12-31', 'PASS', [0, 0, 120, 0]],
      ['2020-01-01', 'REJECT', [24, 0, 96, 0]],
      ['2025-06-30', 'REJECT', [24, 0, 96, 0]],
      ['2025-07-01', 'CONDITIONAL', [0, 60, 60, 0]]
    ]
    const long = await engineOf(db, await rulesetOf({ validFrom: '2000-01-01' }))
    for (const [day, verdict, net] of expected) {
      const answer = await checkWkt(long, PARCEL, { asOf: { validTime: day } })
      t.equal(answer.verdict, verdict, day)
      t.strictSame(frbu(answer), net, day)
      t.equal(answer.asOf.validTime, day)
    }
    t.match((await on('2019-12-31')).reasons[0], { code: 'RULESET_NOT_IN_FORCE', severity: 'INDETERMINATE' })
    const caps = {
      ...capOf('planar'),
      values: ['2000-01-01', '2025-07-01'].map((validFrom, i) => ({
        ...capOf('planar').values[0]!,
        validFrom,
        maxM2: i === 0 ? 150 : 80,
        ...(i === 0 && { validTo: '2025-07-01' })
      }))
    }
    const capped = await engineOf(db, await rulesetOf({ rules: [...rules, caps], validFrom: '2000-01-01' }))
    const cap = async (validTime: string) => (await checkWkt(capped, PARCEL, { asOf: { validTime } })).caps[0]?.maxM2
    t.strictSame([await cap('2025-06-30'), await cap('2025-07-01')], [150, 80], 'a cap of its day')
  })

  await t.test('23b what was known at a moment', async t => {
    await layGround(db, { buildable: BUILDABLE })
    await lay(db, 'forbidden', [zone('F', box(8, 0, 2, 12))])
    await lay(db, 'forbidden', [zone('F', box(9, 0, 1, 12))])
    const [latest, before] = await db.query<{ revision: number; at: string }>(
      sql`SELECT revision, to_char(published_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
        FROM yitu.revision WHERE layer_id = 'forbidden' ORDER BY revision DESC LIMIT 2`
    )
    const at = (knownTime: string) => checkWkt(engine, PARCEL, { asOf: { knownTime } })
    const forbidden = async (knownTime: string) => frbu(await at(knownTime))[0]
    t.strictSame([await forbidden(latest!.at), await forbidden(before!.at)], [12, 24], 'published at that very moment')
    const justBefore = new Date(Date.parse(latest!.at) - 1).toISOString()
    t.equal(await forbidden(justBefore), 24)
    const then = await at(before!.at)
    t.match(
      then.provenance.layers.find(({ id }) => id === 'forbidden'),
      { revision: before!.revision }
    )
    t.equal(frbu(await checkWkt(engine, PARCEL))[0], 12, 'by default what is known now')
    const long = await at('2001-01-01T00:00:00Z')
    t.equal(long.verdict, 'INDETERMINATE', 'nothing was published then')
    t.ok(long.rules.every(({ status }) => status === 'NOT_EVALUATED'))
  })

  await t.test('24 a draft plan with pre-effect asks for a review', async t => {
    await layGround(db, { buildable: BUILDABLE, disputed: [zone('D', box(0, 0, 10, 6))] })
    const draft = async (lawStatus: string, effect: string) => {
      const changed = rules.map(rule => (rule.id === 'DISPUTE' ? { ...rule, effect, lawStatus } : rule))
      return checkWkt(await engineOf(db, await rulesetOf({ rules: changed })), PARCEL)
    }
    const binding = await draft('changeWithPreEffect', 'prohibit')
    t.equal(binding.verdict, 'REVIEW')
    t.match(binding.reasons, [{ code: 'DRAFT_WITH_PRE_EFFECT', rule: 'DISPUTE' }])
    t.match(
      binding.rules.find(({ id }) => id === 'DISPUTE'),
      { status: 'HIT', lawStatus: 'changeWithPreEffect', measure: { area: 60 } }
    )
    t.equal((await draft('changeWithoutPreEffect', 'prohibit')).verdict, 'PASS', 'it is reported, and binds nobody')
    t.equal((await draft('inForce', 'prohibit')).verdict, 'REJECT')
  })

  await t.test('25 a parcel across the district line is told which part lies outside', async t => {
    const { jurisdiction } = await rulesetOf()
    const lined = await engineOf(db, await rulesetOf({ jurisdiction: { ...jurisdiction, layer: 'plan' } }))
    await layGround(db, { buildable: BUILDABLE, plan: [zone('DISTRICT', box(-500, -500, 508, 1000))] })
    const across = await refusalOf(checkWkt(lined, PARCEL))
    t.match(across, { code: 'OUT_OF_JURISDICTION', members: { outside: { area: 24, share: 0.2 } } })
    t.match(across.members, { outside: { geometry: { type: 'MultiPolygon' } } })
    await lay(db, 'plan', [zone('DISTRICT', box(-500, -500, 510, 1000))])
    t.equal((await checkWkt(lined, PARCEL)).verdict, 'PASS', 'the line may be the parcel’s own boundary')
    await lay(db, 'plan', [zone('DISTRICT', box(-500, -500, 400, 1000))])
    t.match(await refusalOf(checkWkt(lined, PARCEL)), { members: { outside: { share: 1 } } })
  })

  await t.test('a hundred and fifty features under one parcel all count', async t => {
    const tiles = Array.from({ length: 150 }, (_, i) => zone(`F${i}`, box((i % 15) * 2, Math.floor(i / 15) * 2, 1, 1)))
    await layGround(db, { buildable: BUILDABLE, forbidden: tiles })
    const answer = await checkWkt(engine, wktOf(box(0, 0, 30, 20)))
    t.strictSame(frbu(answer), [150, 0, 450, 0])
    t.equal(answer.rules[0]?.features.length, 150)
  })

  await t.test('shares come from unrounded areas', async t => {
    await layGround(db, { buildable: BUILDABLE, forbidden: [zone('F', box(0, 0, 0.7, 0.7))] })
    const answer = await checkWkt(engine, PARCEL)
    t.match(answer.rules[0], { measure: { area: 0.49, share: 0.004083 } })
    t.equal(answer.net[0]?.share, 0.004083)
    t.equal(answer.rules[0]?.features[0]?.share, 0.004083)
  })

  await t.test('a share of a percent of a large parcel is not too little to forbid', async t => {
    await layGround(db, { buildable: BUILDABLE, forbidden: [zone('F', box(20, 20, 5, 5))] })
    const answer = await checkWkt(engine, wktOf(box(0, 0, 100, 100)))
    t.strictSame([answer.verdict, answer.rules[0]?.measure?.share], ['REJECT', 0.0025])
  })

  await t.test('coordinates are never guessed right', async t => {
    await layGround(db, { buildable: BUILDABLE })
    const ring = box(0, 0, 10, 12)
    const asked = async (wkt: string, crs: string) =>
      (await refusalOf(checkLand(engine, { wkt, crs, ruleset: 'test' }))).code
    const swapped = ring.map(([x, y]): Metres[number] => [y, x])
    t.equal(await asked(wktOf(swapped), 'EPSG:4547'), 'AXIS_SWAPPED')
    t.equal(await asked(wktOf(ring.map(([x, y]) => [x + 38e6, y])), 'EPSG:4547'), 'ZONE_MISMATCH')
    t.equal(await asked(PARCEL, 'EPSG:4526'), 'ZONE_MISMATCH')
    t.equal(await asked(PARCEL, 'EPSG:3857'), 'CRS_UNSUPPORTED')
    const geojson = await geojsonOf(db, PARCEL, 4547, 10)
    const preview = await checkLand(engine, { geojson, datum: 'GCJ-02', ruleset: 'test' })
    t.match(preview, { previewOnly: true, verdict: 'INDETERMINATE', reasons: [{ code: 'PREVIEW_ONLY' }] })
  })

  await t.test('fifty mixed requests at once equal those one by one', async t => {
    await layGround(db, {
      buildable: BUILDABLE,
      restricted: [zone('R', box(4, -50, 30, 60))],
      forbidden: [zone('F', box(15, 4, 30, 2))]
    })
    const mixed = Array.from({ length: 50 }, (_, i) => ({
      wkt: wktOf(box((i % 7) * 5.3, i * 1.1, 8 + i / 10, 12)),
      crs: 'EPSG:4547',
      ruleset: 'test',
      ...(i % 3 === 0 && { asOf: { validTime: '2026-03-01' } }),
      ...(i % 4 === 0 && { applicationType: 'new' }),
      ...(i % 5 === 0 && { include: ['suggestions' as const] })
    }))
    const hash = ({ provenance }: Answer) => provenance.resultHash
    const serial: string[] = []
    for (const request of mixed) serial.push(hash(await checkLand(engine, request)))
    t.ok(new Set(serial).size >= 40, 'they differ among themselves')
    const parallel = await Promise.all(mixed.map(request => checkLand(engine, request)))
    t.strictSame(parallel.map(hash), serial)
    const together = await checkMany(engine, mixed)
    t.strictSame(
      together.map(one => ('answer' in one ? hash(one.answer) : one.problem.code)),
      serial
    )
  })
})
