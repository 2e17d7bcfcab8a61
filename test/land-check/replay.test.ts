import fc from 'fast-check'
import t from 'tap'
import type { LandCheckResult } from '../../server/land-check/answer/result.ts'
import { answerLandCheck, type LandCheckEngine } from '../../server/land-check/check.ts'
import { compareAsBuilt } from '../../server/land-check/trust/as-built.ts'
import { auditChain } from '../../server/land-check/trust/audit.ts'
import { listEvents } from '../../server/land-check/trust/event.ts'
import { answerOnce } from '../../server/land-check/trust/idempotency.ts'
import { impactOf } from '../../server/land-check/trust/impact.ts'
import { farthestOutward } from '../../server/land-check/trust/outward.ts'
import { override } from '../../server/land-check/trust/override.ts'
import { recordAll } from '../../server/land-check/trust/record.ts'
import { historyOf, supersede } from '../../server/land-check/trust/supersede.ts'
import { glanceAt, verifyLandCheck } from '../../server/land-check/trust/verify.ts'
import type { Database } from '../../server/lib/sql.ts'
import { onBothDatabases, testApp } from '../helper.ts'
import { box, E0, engineOf, layGround, type Metres, N0, PARCEL, RULES, rulesetOf, wktOf, zone } from './ground.ts'

/** What an answer is worth later: computed again, chained, decided upon, compared with what was built. */

const GROUND = {
  buildable: [zone('B', box(-100, -100, 400, 400))],
  restricted: [zone('R', box(4, -50, 30, 30))],
  forbidden: [
    zone('F1', [
      [E0 + 8.123, N0 - 3.217],
      [E0 + 31.5, N0 + 2.004],
      [E0 + 17.77, N0 + 29.381]
    ])
  ]
}
const CLEAR = wktOf(box(-30, 0, 10, 12))
const asked = (wkt: string, more: object = {}) => ({ wkt, crs: 'EPSG:4547', ruleset: 'test', ...more })

const keep = async (engine: LandCheckEngine, wkt = PARCEL, more: object = {}): Promise<LandCheckResult> =>
  JSON.parse((await answerLandCheck(engine, asked(wkt, more), 'the tests')).body)

/** What somebody can do who has the database. */
async function behindTheBack(db: Database, table: string, change: string): Promise<void> {
  await db.run(`ALTER TABLE ${table} DISABLE TRIGGER USER; ${change}; ALTER TABLE ${table} ENABLE TRIGGER USER`)
}

/** Another server on the same database, or the same one started again: it remembers nothing. */
const restarted = (engine: LandCheckEngine, seen = (rows: object[]) => rows): LandCheckEngine => {
  const { db } = engine
  const again: Database = {
    kind: db.kind,
    query: statement => db.query(statement),
    run: script => db.run(script),
    transaction: (work, options) =>
      db.transaction(tx => work({ query: async statement => seen(await tx.query(statement)) as never }), options),
    listen: (channel, heard) => db.listen(channel, heard),
    close: () => db.close()
  }
  return { ...engine, db: again }
}

function samples([[x0, y0] = [0, 0], , [x1, y1] = [0, 0]]: Metres): Metres {
  const steps = Array.from({ length: 41 }, (_, i) => i / 40)
  return steps.flatMap(u => steps.map((v): [number, number] => [x0 + u * (x1 - x0), y0 + v * (y1 - y0)]))
}

const toRing = ([x, y]: [number, number], ring: Metres) =>
  Math.min(
    ...ring.map(([ax, ay], i) => {
      const [bx, by] = ring[(i + 1) % ring.length]!
      const along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)
      const k = Math.min(1, Math.max(0, along))
      return Math.hypot(x - ax - k * (bx - ax), y - ay - k * (by - ay))
    })
  )

t.test('the farthest point outside is found wherever it lies', t => {
  const at = (distanceM: number) => ({ distanceM: (d: number) => Math.abs(d - distanceM) < 1e-6 })
  const far = (outside: Metres[], approved: Metres[]) => farthestOutward([outside], [approved])
  const check = (found: ReturnType<typeof far>, distance: number) =>
    t.ok(found && at(distance).distanceM(found.distanceM))
  t.equal(farthestOutward([], [[box(0, 0, 10, 10)]]), null)
  check(far([box(10, 0, 0.3, 10)], [box(0, 0, 10, 10)]), 0.3)
  check(far([box(-0.2, -0.2, 10.4, 10.4), box(0, 0, 10, 10)], [box(0, 0, 10, 10)]), Math.hypot(0.2, 0.2))
  // A courtyard that was built over: farthest in the middle, where no vertex is.
  check(far([box(2, 2, 6, 4)], [box(0, 0, 10, 10), box(2, 2, 6, 4)]), 2)

  // Star-shaped outlines against each other, by a fine grid of points.
  const star = fc.array(fc.double({ min: 1, max: 10, noNaN: true }), { minLength: 5, maxLength: 12 }).map(radii =>
    radii.map((r, i): [number, number] => {
      const angle = (2 * Math.PI * i) / radii.length
      return [E0 + r * Math.cos(angle), N0 + r * Math.sin(angle)]
    })
  )
  const seed = Date.now() % 1e9
  t.comment(`seed ${seed}`)
  fc.assert(
    fc.property(star, fc.double({ min: 12, max: 40, noNaN: true }), (ring, away) => {
      const region = box(away, -3, 7, 5)
      const found = far([region], [ring])!
      const sampled = samples(region).map(point => toRing(point, ring))
      const most = Math.max(...sampled)
      // No sample is farther, and none is missed by more than the grid is wide.
      return found.distanceM >= most - 1e-4 && found.distanceM <= most + 0.2 && found.slackM < 1e-3
    }),
    { seed, numRuns: 1000 }
  )
  t.end()
})

await onBothDatabases(t, async (t, db) => {
  const ruleset = await rulesetOf({ asBuilt: { maxOutwardM: 0.3, maxExcessM2: 2 } })
  const engine = await engineOf(db, ruleset)
  await layGround(db, GROUND)
  const first = await keep(engine)

  await t.test('an answer is found again to the byte, whatever was published since', async t => {
    t.match(await verifyLandCheck(engine, first.id), {
      agrees: true,
      outcome: 'identical',
      broken: [],
      differences: []
    })
    const advised = await keep(engine, PARCEL, { include: ['suggestions', 'trace'] })
    await layGround(db, { ...GROUND, forbidden: [zone('F9', box(0, 0, 1, 1))] })
    const second = await keep(engine)
    t.not(second.provenance.resultHash, first.provenance.resultHash)
    // As it was at first, in a revision of its own.
    await layGround(db, GROUND)
    const third = await keep(engine)
    t.equal(third.verdict, first.verdict)
    for (const { id } of [first, advised, second, third]) {
      const found = await verifyLandCheck(restarted(engine), id, true)
      t.match(found, { agrees: true, outcome: 'identical', differences: [] }, JSON.stringify(found.differences))
      t.ok(found.layers.every(({ revision, stored, contentHash }) => revision === 0 || stored === contentHash))
    }
    await t.rejects(
      verifyLandCheck(
        engine,
        first.id.replace(/.$/, c => (c === '0' ? '1' : '0'))
      ),
      {
        code: 'LAND_CHECK_UNKNOWN'
      }
    )
  })

  await t.test('the rule set is the one of then; another version of the engine is named', async t => {
    const rules = RULES.map(rule => (rule.id === 'FORBID' ? { ...rule, effect: 'inform', mandatory: false } : rule))
    const later = await rulesetOf({ version: '99', rules })
    const newer = { ...engine, rulesets: new Map([['test', later]]), version: 'another' }
    const found = await verifyLandCheck(restarted(newer), first.id)
    t.match(found, { agrees: true, outcome: 'engine-differs', engine: { differs: ['service'] }, differences: [] })
    t.match(found.ruleset, { hash: first.provenance.ruleset.hash, kept: true })
    t.not(later.hash, first.provenance.ruleset.hash)
    const postgis = restarted(engine, rows => rows.map(row => ('postgis' in row ? { ...row, postgis: '99.0' } : row)))
    const upgraded = await verifyLandCheck(postgis, first.id)
    t.match(upgraded, { agrees: true, outcome: 'engine-differs', engine: { now: { postgis: '99.0' } } })
    t.strictSame(upgraded.engine.differs, ['postgis'])
    t.not(upgraded.resultHash.recomputed, upgraded.resultHash.kept)

    const impact = await impactOf(newer, 'test', { includeSuperseded: false, limit: 2 })
    t.match(impact, { examined: 2, ruleset: { version: '99' }, refused: [] })
    t.match(impact.changed[0], { id: first.id, before: { verdict: 'REJECT' }, after: { rulesetVersion: '99' } })
    t.match(impact.changed[0]?.disappeared, [{ rule: 'FORBID' }])
    const rest = await impactOf(newer, 'test', { includeSuperseded: false, limit: 2, cursor: impact.next! })
    t.match(rest, { examined: 2, next: 4 })
    const none = await impactOf(engine, 'test', { includeSuperseded: false, limit: 100, verdicts: ['PASS'] })
    t.match(none, { examined: 0, changed: [], next: null })
    await t.rejects(impactOf(engine, 'none', { includeSuperseded: false, limit: 1 }), { code: 'RULESET_UNKNOWN' })
  })

  await t.test('a chain may change to SM3', async t => {
    const sm3 = await keep({ ...engine, hash: 'sm3' })
    await keep(engine, CLEAR)
    t.equal(sm3.provenance.hashAlgorithm, 'sm3')
    t.not(sm3.provenance.resultHash, first.provenance.resultHash)
    t.match(await verifyLandCheck(engine, sm3.id), {
      agrees: true,
      outcome: 'identical',
      resultHash: { algorithm: 'sm3' }
    })
    t.match(await auditChain(db, 'land-checks', { limit: 100 }), { checked: 6, intact: true })
  })

  await t.test('one key, one answer', async t => {
    const once = (key: string, wkt: string, actor = 'a', server = engine) => answerOnce(server, key, actor, asked(wkt))
    const other = restarted(engine)
    const together = await Promise.all([
      once('k', PARCEL),
      once('k', PARCEL),
      once('k', PARCEL),
      once('k', PARCEL, 'a', other)
    ])
    t.equal(new Set(together.map(({ body }) => body)).size, 1)
    t.equal(together.slice(0, 3).filter(({ replayed }) => replayed).length >= 2, true)
    t.match(await once('k', PARCEL, 'a', restarted(engine)), { id: together[0]!.id, replayed: true })
    await t.rejects(once('k', CLEAR), {
      code: 'IDEMPOTENCY_CONFLICT',
      status: 409,
      members: { landCheck: together[0]!.id }
    })
    const race = await Promise.allSettled([once('r', PARCEL), once('r', CLEAR, 'a', other)])
    t.strictSame(race.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    t.not((await once('k', PARCEL, 'b')).id, together[0]!.id)
    // What was refused may be sent again under its key.
    await t.rejects(once('n', 'POLYGON EMPTY'))
    t.equal((await once('n', CLEAR)).replayed, false)
    t.match(await auditChain(db, 'land-checks', { limit: 100 }), { checked: 10, intact: true })
  })

  await t.test('all or none go together', async t => {
    const entry = { request: asked(PARCEL), answer: stripped(first), actor: 'batch', ruleset }
    await t.rejects(recordAll(db, [entry, { ...entry, request: asked('\u0000') }]))
    await t.rejects(keep(engine, PARCEL, { purpose: 'a\u0000b' }), { code: 'TEXT_UNSTORABLE', status: 422 })
    const failing = recordAll(db, [entry], async () => {
      throw new Error('no')
    })
    await t.rejects(failing, { message: 'no' })
    t.match(await auditChain(db, 'land-checks', { limit: 100 }), { checked: 10 })
    const both = await recordAll(db, [entry, entry])
    t.not(both[0]?.id, both[1]?.id)
    t.match(await auditChain(db, 'land-checks', { limit: 100 }), { checked: 12, intact: true })
  })

  await t.test('people decide beside the answer, which stays', async t => {
    const [old, newer, newest] = [await keep(engine), await keep(engine), await keep(engine)]
    const decision = { verdict: 'CONDITIONAL', reason: '已取得同意', rule: 'FORBID', decidedBy: '某所' } as const
    const made = JSON.parse((await override(engine, old.id, decision, 'k1')).body)
    t.match(made, { ...decision, landCheck: old.id, actor: 'k1', original: 'REJECT' })
    t.strictSame(await listEvents(db, old.id, 'override'), [made])
    await t.rejects(override(engine, old.id, { ...decision, rule: 'NOPE' }, 'k1'), { code: 'RULE_UNKNOWN' })
    t.match(await verifyLandCheck(engine, old.id), { agrees: true })

    const by = (id: string) => ({ by: id, reason: '重新测量' })
    await t.rejects(supersede(engine, newer.id, by(old.id), 'k1'), { code: 'SUCCESSOR_OLDER' })
    await t.rejects(supersede(engine, old.id, by(old.id), 'k1'), { code: 'SUCCESSOR_OLDER' })
    const both = await Promise.allSettled([1, 2].map(() => supersede(engine, old.id, by(newer.id), 'k1')))
    t.strictSame(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    await t.rejects(supersede(engine, old.id, by(newest.id), 'k1'), { code: 'ALREADY_SUPERSEDED' })
    await supersede({ ...engine, hash: 'sm3' }, newer.id, by(newest.id), 'k2')
    t.match(await historyOf(db, old.id), {
      supersededBy: newer.id,
      latest: newest.id,
      supersedes: [],
      events: [{}, {}]
    })
    t.match(await historyOf(db, newest.id), {
      supersededBy: null,
      latest: newest.id,
      supersedes: [newer.id],
      events: []
    })
    t.match(await auditChain(db, 'events', { limit: 10 }), { checked: 3, intact: true, breaks: [] })
  })

  await t.test('what was built is measured against what was approved', async t => {
    const approved = { landCheck: first.id }
    const compare = async (wkt: string, from: object = approved, more: object = {}) =>
      JSON.parse(
        (await compareAsBuilt(engine, { approved: from, built: { wkt, crs: 'EPSG:4547' }, ...more }, 'k1')).body
      )
    const same = await compare(PARCEL)
    t.match(same, { verdict: 'WITHIN', maxOutwardM: 0, farthest: null, outside: null, approvedVerdict: 'REJECT' })
    t.match(same.areas, { approved: 120, built: 120, difference: 0, outside: 0, missing: 0 })
    const moved = await compare(wktOf(box(0.3, 0, 10, 12)))
    t.match(moved, { verdict: 'WITHIN', maxOutwardM: 0.3, areas: { difference: 0, outside: 3.6, missing: 3.6 } })
    t.match(await compare(wktOf(box(0.3001, 0, 10, 12))), { verdict: 'EXCEEDED', maxOutwardM: 0.3001 })
    t.match(
      await compare(wktOf(box(-0.1, -0.1, 10.2, 12.2))),
      { verdict: 'EXCEEDED', maxOutwardM: 0.1414 },
      'by its area'
    )
    const court = { wkt: wktOf(box(0, 0, 20, 20), box(5, 5, 8, 6).reverse() as Metres), crs: 'EPSG:4547' }
    const over = await compare(wktOf(box(0, 0, 20, 20)), court, { ruleset: 'test' })
    t.match(over, { landCheck: null, verdict: 'EXCEEDED', maxOutwardM: 3, areas: { outside: 48, difference: 48 } })
    await t.rejects(compare(PARCEL, {}), { code: 'APPROVED_NOT_ONE' })
    await t.rejects(compare(PARCEL, { ...approved, wkt: PARCEL }), { code: 'APPROVED_NOT_ONE' })
    t.match(await historyOf(db, first.id), { events: [{ kind: 'as-built' }, {}, {}, {}] })
    t.match(await auditChain(db, 'events', { limit: 10 }), { checked: 8, intact: true })
  })

  await t.test('over HTTP', async t => {
    const { app, as } = await testApp(t, db, { LAND_CHECK_HASH: 'sm3' })
    const url = '/api/land-checks'
    const payload = { wkt: PARCEL, crs: 'EPSG:4547' }
    const post = (path: string, body: object, headers: Record<string, string> = as.checker) =>
      app.inject({ method: 'POST', url: path, payload: body, headers })
    const keyed = { ...as.checker, 'idempotency-key': 'one' }
    const made = await post(url, payload, keyed)
    t.equal(made.statusCode, 201, made.body)
    const again = await post(url, payload, keyed)
    t.strictSame(
      [again.statusCode, again.headers['idempotent-replayed'], again.body === made.body],
      [201, 'true', true]
    )
    t.match((await post(url, { ...payload, purpose: 'x' }, keyed)).json(), {
      code: 'IDEMPOTENCY_CONFLICT',
      status: 409
    })
    t.equal((await post(url, payload, { ...as.checker, 'idempotency-key': 'x'.repeat(300) })).statusCode, 400)
    const { id, provenance } = made.json()
    t.equal(provenance.hashAlgorithm, 'sm3')
    const self = `${url}/${id}`

    const verified = await post(`${self}/verify`, {})
    t.match(verified.json(), { agrees: true, outcome: 'identical' }, verified.body.slice(0, 500))
    t.equal((await app.inject({ method: 'POST', url: `${self}/verify` })).statusCode, 401)
    t.equal((await app.inject({ method: 'POST', url: `${self}/verify`, headers: as.checker })).statusCode, 200)
    const glance = async (query = '') => (await app.inject(`${self}/verify${query}`)).json()
    const seen = { exists: true, createdAt: made.json().createdAt, verdict: made.json().verdict, matches: null }
    t.strictSame(await glance(), seen)
    t.strictSame(await glance(`?hash=${provenance.resultHash}`), { ...seen, matches: true })
    t.strictSame(await glance(`?hash=${'0'.repeat(64)}`), { ...seen, matches: false })

    t.match((await post(`${self}/overrides`, { verdict: 'PASS', reason: '人工核定' })).statusCode, 201)
    t.equal((await post(`${self}/overrides`, { verdict: 'PASS' })).statusCode, 400)
    t.equal((await post(`${self}/overrides`, { verdict: 'PASS', reason: 'why' }, as.reader)).statusCode, 403)
    t.match((await app.inject({ url: `${self}/overrides`, headers: as.checker })).json(), {
      overrides: [{ verdict: 'PASS' }]
    })
    const newer = (await post(url, payload)).json()
    t.match((await post(`${self}/supersede`, { by: newer.id, reason: '复核' })).json(), { supersededBy: newer.id })
    t.match((await app.inject({ url: `${self}/history`, headers: as.checker })).json(), { latest: newer.id })
    const kept = await app.inject({ url: self, headers: as.checker })
    t.strictSame([kept.body === made.body, kept.headers['link']], [true, `<${self}/history>; rel="version-history"`])

    const compared = await post(`${url}:as-built`, { approved: { landCheck: id }, built: payload })
    t.match([compared.statusCode, compared.json().maxOutwardM], [201, 0])
    const stored = await app.inject({ url: String(compared.headers['location']), headers: as.checker })
    t.equal(stored.body, compared.body)

    t.equal((await app.inject({ url: `${url}/audit`, headers: as.publisher })).statusCode, 403)
    t.match((await app.inject({ url: `${url}/audit`, headers: as.admin })).json(), { intact: true })
    t.match((await post('/api/rulesets/homestead-demo/impact', {}, as.publisher)).json(), { examined: 1, changed: [] })
    t.equal((await post('/api/rulesets/homestead-demo/impact', {})).statusCode, 403)
  })

  await t.test('who changes what is kept is found out', async t => {
    const audit = (witness?: string) => auditChain(db, 'land-checks', { limit: 1000, witness })
    const at = `WHERE id = '${first.id}'`
    const change = (what: string) => behindTheBack(db, 'yitu.land_check', `UPDATE yitu.land_check SET ${what} ${at}`)
    const undo = (column: string) => change(`${column} = (SELECT ${column} FROM kept)`)
    await db.run(`CREATE TABLE kept AS SELECT * FROM yitu.land_check ${at}`)
    for (const [column, value, broken] of [
      ['body', `replace(body, 'REJECT', 'PASS')`, ['body', 'columns', 'audit']],
      ['verdict', `'PASS'`, ['columns']],
      ['request', `request || '{"purpose": "x"}'`, ['request']],
      ['actor', `'somebody'`, ['audit']],
      ['body_hash', 'NULL', ['audit']]
    ] as const) {
      await change(`${column} = ${value}`)
      const { intact, breaks } = await audit()
      t.equal(intact, false, column)
      t.match(breaks, [{ id: first.id, broken }])
      t.equal(breaks.length, 1)
      t.match(await verifyLandCheck(engine, first.id), { agrees: false, broken }, column)
      t.equal((await glanceAt(db, first.id, first.provenance.resultHash)).matches, false)
      await undo(column)
    }
    await change(`body = 'gone'`)
    await t.rejects(verifyLandCheck(engine, first.id), { code: 'RECORD_UNREADABLE' })
    await undo('body')
    t.match(await verifyLandCheck(engine, first.id), { agrees: true })

    const disagree = ({ layers }: { layers: { id: string; agrees: boolean }[] }) =>
      layers.filter(({ agrees }) => !agrees).map(({ id }) => id)
    const move = (table: string, east: number) =>
      behindTheBack(db, table, `UPDATE ${table} SET geom = ST_Translate(geom, ${east}, 0) WHERE feature_id = 'F1'`)
    await move('data.forbidden', 0.00001)
    const looked = await verifyLandCheck(restarted(engine), first.id, true)
    t.match(looked, { agrees: false, outcome: 'identical' }, 'what was measured is still there, what was published not')
    t.strictSame(disagree(looked), ['forbidden'])
    await move('yitu.ground', 1)
    const moved = await verifyLandCheck(restarted(engine), first.id)
    t.match(moved, { agrees: false, outcome: 'differs' })
    t.ok(moved.differences.some(({ pointer }) => pointer.startsWith('/net/0/area')))
    t.strictSame(disagree(moved), ['forbidden'])

    await behindTheBack(
      db,
      'yitu.ruleset',
      `UPDATE yitu.ruleset SET document = replace(document, 'prohibit', 'inform')`
    )
    t.match(await verifyLandCheck(engine, first.id), {
      agrees: false,
      outcome: 'not-replayed',
      problem: { code: 'RULESET_NOT_KEPT' }
    })

    await keep(engine)
    const { end } = await audit()
    await behindTheBack(
      db,
      'yitu.land_check',
      `DELETE FROM yitu.land_check WHERE seq = 4; DELETE FROM yitu.land_check WHERE seq = ${end?.seq}`
    )
    t.match((await audit(end?.auditHash)).witnessed, false, 'the end was cut off')
    t.match((await audit()).breaks, [{ seq: 5, broken: ['previous'] }])
  })
})

function stripped({ id: _, createdAt: __, ...answer }: LandCheckResult) {
  const { prevAuditHash: ___, ...provenance } = answer.provenance
  return { ...answer, provenance }
}
