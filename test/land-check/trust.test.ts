import { Ajv } from 'ajv'
import t from 'tap'
import { type LandCheckResult, LandCheckResultSchema } from '../../server/land-check/answer/result.ts'
import { answerLandCheck, type LandCheckEngine } from '../../server/land-check/check.ts'
import { auditChain } from '../../server/land-check/trust/audit.ts'
import { newId } from '../../server/land-check/trust/id.ts'
import { findRecorded } from '../../server/land-check/trust/record.ts'
import type { Problem } from '../../server/lib/errors.ts'
import { type Database, sql } from '../../server/lib/sql.ts'
import { onBothDatabases, testApp } from '../helper.ts'
import {
  box,
  checkWkt,
  E0,
  engineOf,
  frbu,
  geojsonOf,
  layGround,
  type Metres,
  multiWktOf,
  N0,
  PARCEL,
  wktOf,
  zone
} from './ground.ts'

/** Taking parcels in, the same answer for the same parcel, and answers that stay as they were given. */

const GROUND = {
  buildable: [zone('B', box(-100, -100, 400, 400))],
  restricted: [
    zone('R1', box(4, -50, 30, 30)),
    zone('R2', [
      [E0 + 20, N0 + 3],
      [E0 + 60, N0 + 17],
      [E0 + 33, N0 + 55]
    ])
  ],
  forbidden: [
    zone('F1', [
      [E0 + 8.123, N0 - 3.217],
      [E0 + 31.5, N0 + 2.004],
      [E0 + 17.77, N0 + 29.381]
    ]),
    zone('F2', box(15, 4, 30, 2))
  ]
}

const refusalOf = async (engine: LandCheckEngine, wkt: string, crs?: string): Promise<Problem> => {
  const [ruleset = ''] = engine.rulesets.keys()
  try {
    await answerLandCheck(engine, { wkt, ...(crs !== undefined && { crs }), ruleset }, 'test')
  } catch (error) {
    return error as Problem
  }
  throw new Error(`${wkt} was not refused`)
}

const shifted = (by: number, ring = box(0, 0, 10, 12)): Metres => ring.map(([x, y]) => [x + by, y])
const turned = (ring: Metres): Metres => ring.map(([x, y]) => [y, x])
const degrees = 'POLYGON ((113.100000001 23.05, 113.100100001 23.05, 113.100100001 23.050100001, 113.100000001 23.05))'

const REFUSALS: [string, string, string | undefined, string, object?][] = [
  ['a WKT without CRS', PARCEL, undefined, 'CRS_UNDECLARED'],
  [
    'Web Mercator',
    'POLYGON ((12590000.001 2640000, 12590010 2640000, 12590010 2640010, 12590000.001 2640000))',
    'EPSG:3857',
    'CRS_UNSUPPORTED'
  ],
  ['the old datum of Xian 1980', PARCEL, 'EPSG:2383', 'DATUM_FOREIGN'],
  ['northing before easting', wktOf(turned(box(0, 0, 10, 12))), 'EPSG:4547', 'AXIS_SWAPPED'],
  ['latitude before longitude', degrees.replace(/([\d.]+) ([\d.]+)/g, '$2 $1'), 'EPSG:4490', 'AXIS_SWAPPED'],
  ['a zone number the CRS has not', wktOf(shifted(38e6)), 'EPSG:4547', 'ZONE_MISMATCH', { fits: 'EPSG:4526' }],
  ['no zone number where the CRS has one', PARCEL, 'EPSG:4526', 'ZONE_MISMATCH', { fits: 'EPSG:4547' }],
  ['the number of another zone (reference §2.7)', wktOf(shifted(39e6)), 'EPSG:4526', 'ZONE_MISMATCH'],
  ['the CRS of another zone', PARCEL, 'EPSG:4549', 'ZONE_MISMATCH', { fits: 'EPSG:4547' }],
  ['swapped and with a zone number', wktOf(turned(shifted(38e6))), 'EPSG:4547', 'ZONE_MISMATCH', { fits: 'EPSG:4526' }],
  ['metres declared as degrees', PARCEL, 'EPSG:4490', 'CRS_MISMATCH', { fits: 'EPSG:4547' }],
  ['degrees declared as metres', degrees, 'EPSG:4547', 'CRS_MISMATCH', { fits: 'EPSG:4490' }],
  ['a parcel far away', wktOf(shifted(200_000)), 'EPSG:4547', 'OUT_OF_JURISDICTION'],
  [
    'one vertex far away',
    wktOf([...box(0, 0, 10, 12).slice(0, 3), [E0 + 200_000, N0 + 12.001]]),
    'EPSG:4547',
    'OUT_OF_JURISDICTION'
  ],
  [
    'a parcel on the antimeridian',
    'POLYGON ((179.999999999 10, -179.999999999 10, -179.999999999 11, 179.999999999 10))',
    'EPSG:4490',
    'OUT_OF_JURISDICTION'
  ],
  [
    'centimetres',
    'POLYGON ((407761.08 2550358.45, 407771.08 2550358.45, 407771.08 2550370.45, 407761.08 2550358.45))',
    'EPSG:4547',
    'COORD_PRECISION_LOW'
  ],
  [
    'six decimals of a degree',
    'POLYGON ((113.100000 23.050000, 113.100100 23.050000, 113.100100 23.050100, 113.100000 23.050000))',
    'EPSG:4490',
    'COORD_PRECISION_LOW'
  ],
  ['two points', wktOf(box(0, 0, 10, 12).slice(0, 2)), 'EPSG:4547', 'GEOMETRY_INVALID'],
  [
    'no area',
    wktOf([
      [E0, N0],
      [E0 + 5, N0],
      [E0 + 10, N0]
    ]),
    'EPSG:4547',
    'GEOMETRY_INVALID'
  ],
  [
    'a bow-tie',
    wktOf([
      [E0, N0],
      [E0 + 10, N0 + 12],
      [E0 + 10, N0],
      [E0, N0 + 12]
    ]),
    'EPSG:4547',
    'GEOMETRY_INVALID',
    { reason: 'Self-intersection', at: { crs: 'EPSG:4547' }, suggestedRepair: { type: 'MultiPolygon' } }
  ],
  ['a hole outside its shell', wktOf(box(0, 0, 10, 12), box(20, 20, 2, 2)), 'EPSG:4547', 'GEOMETRY_INVALID'],
  [
    'a ring that touches itself',
    wktOf([
      [E0, N0],
      [E0 + 10, N0],
      [E0 + 5, N0 + 5],
      [E0 + 10, N0 + 10],
      [E0, N0 + 10],
      [E0 + 5, N0 + 5]
    ]),
    'EPSG:4547',
    'GEOMETRY_INVALID'
  ],
  ['parts that overlap', multiWktOf([box(0, 0, 10, 12)], [box(5, 5, 10, 12)]), 'EPSG:4547', 'GEOMETRY_INVALID'],
  ['a part inside another', multiWktOf([box(0, 0, 10, 12)], [box(2, 2, 3, 3)]), 'EPSG:4547', 'GEOMETRY_INVALID'],
  [
    'a spike that the grid closes',
    wktOf(
      [
        [E0, N0],
        [E0 + 10, N0],
        [E0 + 10, N0 + 12],
        [E0 + 10.00004, N0 + 20],
        [E0 + 9.99999, N0 + 12]
      ].map(([x, y]): [number, number] => [x!, y!])
    ),
    'EPSG:4547',
    'GEOMETRY_INVALID'
  ],
  ['more than the rule set takes', wktOf(box(0, 0, 2000, 2000)), 'EPSG:4547', 'PARCEL_TOO_LARGE']
]

const kept = async (engine: LandCheckEngine, request: object): Promise<LandCheckResult> => {
  const [ruleset = ''] = engine.rulesets.keys()
  return JSON.parse((await answerLandCheck(engine, { ruleset, ...request }, 'the tests')).body)
}

const lastAudit = ({ provenance }: LandCheckResult) => provenance.prevAuditHash

const countKept = async (db: Database) =>
  (await db.query<{ n: number }>(sql`SELECT count(*)::integer AS n FROM yitu.land_check`))[0]!.n

await onBothDatabases(t, async (t, db) => {
  const engine = await engineOf(db)
  await layGround(db, GROUND)

  for (const [name, wkt, crs, code, members = {}] of REFUSALS) {
    await t.test(`${name} is refused with ${code}`, async t => {
      const problem = await refusalOf(engine, wkt, crs)
      t.equal(problem.code, code, problem.text?.en ?? String(problem))
      t.equal(problem.status, 422)
      t.match(problem.members, members)
      t.notMatch(problem.text.zh + problem.text.en, /undefined|\{\w+\}/)
    })
  }

  await t.test('exactly one input', async t => {
    const both = answerLandCheck(engine, { wkt: PARCEL, crs: 'EPSG:4547', geojson: {}, ruleset: 'test' }, 'test')
    await t.rejects(both, { code: 'INPUT_NOT_ONE' })
    await t.rejects(answerLandCheck(engine, { ruleset: 'test' }, 'test'), { code: 'INPUT_NOT_ONE' })
    await t.rejects(answerLandCheck(engine, { geojson: {}, crs: 'EPSG:4547', ruleset: 'test' }, 'test'), {
      code: 'INPUT_NOT_ONE'
    })
    await t.rejects(answerLandCheck(engine, { wkt: PARCEL, crs: 'EPSG:4547', ruleset: 'none' }, 'test'), {
      code: 'RULESET_UNKNOWN'
    })
    t.equal(await countKept(db), 0, 'what was refused is not kept')
  })

  await t.test('lossless repairs are made and told', async t => {
    const [a, b, c, d] = box(0, 0, 10, 12).map(p => `${p[0]} ${p[1]}`)
    const clockwise = `POLYGON Z ((${a} 5, ${d} 5, ${d} 5, ${c} 5, ${b} 5))`
    const answer = await checkWkt(engine, clockwise)
    t.strictSame(answer.parcel.normalization.map(n => n.code).sort(), [
      'DUPLICATE_POINTS_REMOVED',
      'RING_CLOSED',
      'RING_ORIENTATION',
      'Z_DROPPED'
    ])
    t.equal(answer.parcel.areaPlanar, 120)
    t.equal(answer.parcel.areaEllipsoid.toFixed(4), '119.9748')
    t.equal(answer.provenance.resultHash, (await checkWkt(engine, PARCEL)).provenance.resultHash)
  })

  await t.test('one parcel in four formats has one input hash and one result hash', async t => {
    const ring = GROUND.forbidden[0]!.rings![0]!
    const parcel = wktOf(ring)
    const formats = [
      { wkt: parcel, crs: 'EPSG:4547' },
      { wkt: wktOf(shifted(38e6, ring)), crs: 'EPSG:4526' },
      { geojson: await geojsonOf(db, parcel, 4547, 11) },
      {
        geojson: {
          type: 'FeatureCollection',
          features: [{ type: 'Feature', properties: { a: 1 }, geometry: await geojsonOf(db, parcel, 4547, 10) }]
        }
      }
    ]
    const answers = await Promise.all(formats.map(format => kept(engine, format)))
    t.strictSame(
      answers.map(a => a.parcel.source),
      ['wkt', 'wkt', 'geojson', 'geojson']
    )
    t.equal(new Set(answers.map(a => a.provenance.inputHash)).size, 1)
    t.equal(new Set(answers.map(a => a.provenance.resultHash)).size, 1)
    t.equal(new Set(answers.map(a => a.provenance.requestHash)).size, 4)
    t.equal(new Set(answers.map(a => a.id)).size, 4)
    t.match(answers[2]?.parcel.normalization, [{ code: 'DATUM_ASSUMED_EQUAL' }])
  })

  await t.test('20 parallel mixed checks answer as they do one by one', async t => {
    const parcels = Array.from({ length: 20 }, (_, i) => wktOf(box((i % 5) * 7.3, i * 1.7, 10 + i / 10, 12)))
    const alone = []
    for (const parcel of parcels) alone.push((await checkWkt(engine, parcel)).provenance.resultHash)
    t.ok(new Set(alone).size > 15, 'they differ among themselves')
    const together = await Promise.all(parcels.map(wkt => kept(engine, { wkt, crs: 'EPSG:4547' })))
    t.strictSame(
      together.map(a => a.provenance.resultHash),
      alone
    )
  })

  await t.test('answers are kept as given, in a chain that nobody can edit', async t => {
    const given = await answerLandCheck(engine, { wkt: PARCEL, crs: 'EPSG:4547', ruleset: 'test', purpose: '试' }, 'k1')
    t.strictSame(await findRecorded(db, given.id), given)
    t.equal(await findRecorded(db, newId(new Date())), undefined)
    const result: LandCheckResult = JSON.parse(given.body)
    t.match(result.application, { type: null, purpose: '试' })
    const valid = new Ajv({ strict: false }).compile(LandCheckResultSchema)
    t.ok(valid(result), JSON.stringify(valid.errors))

    for (const text of [
      "UPDATE yitu.land_check SET verdict = 'PASS'",
      'DELETE FROM yitu.land_check',
      'TRUNCATE yitu.land_check'
    ]) {
      await t.rejects(db.run(text), { code: /^(42501|0A000)$/ }, text)
    }
    const audit = await auditChain(db, 'land-checks', { limit: 1000, witness: lastAudit(result) })
    t.match(audit, { checked: await countKept(db), intact: true, breaks: [], witnessed: true, next: null })
    t.ok(audit.checked >= 25)
    const part = await auditChain(db, 'land-checks', { from: 5, limit: 10 })
    t.match(part, { checked: 10, from: 5, to: 14, intact: true, next: 15, witnessed: null })
  })

  await t.test('servers that write by turns, or at once, make one chain', async t => {
    const server = (): Database => ({
      ...{ kind: db.kind, query: db.query.bind(db), run: db.run.bind(db), transaction: db.transaction.bind(db) },
      ...{ listen: db.listen.bind(db), close: db.close.bind(db) }
    })
    const engines = [server(), server()].map(its => ({ ...engine, db: its }))
    const before = await countKept(db)
    const request = { wkt: PARCEL, crs: 'EPSG:4547', ruleset: 'test' } as const
    for (let i = 0; i < 6; i++) await answerLandCheck(engines[(i >> 1) % 2]!, request, 'k1')
    await Promise.all(
      Array.from({ length: 12 }, (_, i) => answerLandCheck(engines[i % 2]!, request, 'k1', `turn ${i >> 1}`))
    )
    const { checked, intact, breaks } = await auditChain(db, 'land-checks', { limit: 1000 })
    t.match({ checked, intact, breaks }, { checked: before + 6 + 6, intact: true, breaks: [] })
  })

  await t.test('a new revision is in the next answer, and named there', async t => {
    const before = await checkWkt(engine, PARCEL)
    await layGround(db, { ...GROUND, forbidden: [] })
    await layGround(db, { ...GROUND, forbidden: [zone('F9', box(0, 0, 1, 1))] })
    const after = await checkWkt(engine, PARCEL)
    const forbidden = (a: typeof after) => a.provenance.layers.find(({ id }) => id === 'forbidden')!
    t.ok(forbidden(after).revision > forbidden(before).revision)
    t.not(forbidden(after).contentHash, forbidden(before).contentHash)
    t.equal(frbu(after)[0], 1)
    t.equal(before.provenance.inputHash, after.provenance.inputHash)
    t.not(before.provenance.resultHash, after.provenance.resultHash)
  })

  await t.test('over HTTP: a checker posts, gets it back byte for byte, and is told what is wrong', async t => {
    const { app, as } = await testApp(t, db)
    const url = '/api/land-checks'
    const payload = { wkt: PARCEL, crs: 'EPSG:4547' }
    t.equal((await app.inject({ method: 'POST', url, payload })).statusCode, 401)
    t.equal((await app.inject({ method: 'POST', url, payload, headers: as.reader })).statusCode, 403)
    const made = await app.inject({ method: 'POST', url, payload, headers: as.checker })
    t.equal(made.statusCode, 201, made.body)
    const result: LandCheckResult = made.json()
    t.equal(result.verdict, 'INDETERMINATE', 'the demonstration layers were never published here')
    t.equal(result.netCheck.complete, false)
    t.match(result.rules[0], { id: 'PBF-01', status: 'NOT_EVALUATED' })
    const location = String(made.headers['location'])
    const again = await app.inject({ url: location, headers: as.checker })
    t.equal(again.body, made.body)
    t.match(again.headers['cache-control'], 'immutable')
    const etag = String(again.headers['etag'])
    const same = await app.inject({ url: location, headers: { ...as.checker, 'if-none-match': etag } })
    t.equal(same.statusCode, 304)
    t.equal((await app.inject({ url: location })).statusCode, 401)
    t.match((await app.inject({ url: `${url}/${newId(new Date())}`, headers: as.checker })).json(), {
      code: 'LAND_CHECK_UNKNOWN'
    })
    for (const [body, status, code] of [
      [{ ...payload, parcelCode: '440605' }, 400, 'BAD_REQUEST'],
      [{ ...payload, asOf: { day: '2026-01-01' } }, 400, 'BAD_REQUEST'],
      [{}, 422, 'INPUT_NOT_ONE'],
      [{ wkt: PARCEL }, 422, 'CRS_UNDECLARED'],
      [{ ...payload, ruleset: 'nope' }, 404, 'RULESET_UNKNOWN'],
      [{ geojson: { type: 'Point', coordinates: [1, 2] } }, 400, 'BAD_REQUEST']
    ] as const) {
      const refused = await app.inject({ method: 'POST', url, payload: body, headers: as.checker })
      t.match([refused.statusCode, refused.json().code], [status, code], refused.body)
    }
    t.match((await app.inject('/api/rulesets')).json(), { rulesets: [{ id: 'homestead-demo', rules: Number }] })
    t.match((await app.inject('/api/rulesets/homestead-demo')).json(), {
      id: 'homestead-demo',
      rules: [{ id: 'PBF-01', legalBasis: [{ note: '示例,以主管部门核定为准' }] }]
    })
    t.equal((await app.inject('/api/rulesets/none')).statusCode, 404)
    const document = (await app.inject('/api/openapi.json')).json()
    t.ok(document.paths['/api/land-checks'].post.responses['201'])
    t.ok(document.paths['/api/land-checks/{id}/verify'].post)
  })
})
