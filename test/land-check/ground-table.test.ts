import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { keepGround } from '../../server/land-check/measure/keep-ground.ts'
import { type Database, type Statement, sql } from '../../server/lib/sql.ts'
import { publish } from '../../server/uploads/publish.ts'
import { createStaging, stageRows } from '../../server/uploads/staging.ts'
import { onBothDatabases } from '../helper.ts'
import {
  box,
  catalogOf,
  checkWkt,
  engineOf,
  frbu,
  lay,
  layerOf,
  layGround,
  PARCEL,
  RULES,
  rulesetOf,
  statusOf,
  toStored,
  wktOf,
  zone
} from './ground.ts'

/** yitu.ground holds what the layers' tables hold, revision by revision, whenever and however it came there. */

const [SW, SE, NE, NW] = box(0, 0, 10, 12)
const BOW_TIE = wktOf([SW!, NE!, SE!, NW!])

interface Kept {
  layer: string
  fid: number
  id: string
  since: number
  until: number | null
  valid: boolean
  fields: unknown
  srid: number
  wkb: string
}

const ground = (db: Database): Promise<Kept[]> =>
  db.query<Kept>(sql`SELECT g.layer_id AS layer, g.fid, g.feature_id AS id, g.rev_from AS since, g.rev_to AS until, g.valid,
    g.valid_from, g.valid_to, g.fields, ST_SRID(g.geom) AS srid, encode(ST_AsBinary(g.geom), 'hex') AS wkb
    FROM yitu.ground g ORDER BY g.layer_id, g.fid`)

const shortOf = (rows: Kept[], layer: string) =>
  rows.filter(row => row.layer === layer).map(({ id, since, until }) => [id, since, until])

await onBothDatabases(t, async (t, db) => {
  const catalog = catalogOf()
  const keep = async (changes: object = {}) => keepGround(db, [await rulesetOf(changes)], id => catalog.find(id))

  async function append(id: string, zones: Record<string, string>): Promise<void> {
    const stagingId = `append_${process.pid}_${Object.keys(zones).join('_').toLowerCase()}`
    const stored = await toStored(db, Object.values(zones), 4547)
    await createStaging(db, layerOf(id), stagingId)
    const rows = Object.keys(zones).map((name, i) => ({
      ...{ featureId: name, geometry: stored[i]!, values: [name, 'appended'] },
      ...{ validFrom: '2020-01-01', validTo: '2030-01-01' }
    }))
    await stageRows(db, layerOf(id), stagingId, rows)
    await publish(db, layerOf(id), { stagingId, mode: 'append', kind: 'upload', actor: 'test' })
  }

  await t.test('a layer that no rule set names is not kept, and nothing is said about it', async t => {
    await layGround(db, { buildable: [zone('B', box(-50, -50, 200, 200))], plan: [zone('P', box(0, 0, 10, 12))] })
    await lay(db, 'plan', [{ ...zone('P', box(0, 0, 10, 12)), kind: 'road' }])
    t.strictSame(await ground(db), [])
    const without = await rulesetOf({ rules: RULES.filter(({ layer }) => layer !== 'plan') })
    const engine = await engineOf(db, without)
    t.equal((await checkWkt(engine, PARCEL)).verdict, 'PASS')
    t.strictSame(shortOf(await ground(db), 'plan'), [])
    const all = { ...engine, rulesets: new Map([['test', await rulesetOf()]]) }
    const answer = await checkWkt(all, PARCEL)
    t.match(
      answer.rules.find(({ id }) => id === 'PLAN'),
      { status: 'NOT_EVALUATED', reason: 'layer_missing', detail: /plan/ }
    )
    t.strictSame(answer.notEvaluated, ['PLAN'])
  })

  await t.test('named by a rule set later it is copied whole, with all its revisions', async t => {
    const before = await db.query<{ now: string }>(sql`SELECT published_at + interval '1 ms' AS now FROM yitu.revision
      WHERE layer_id = 'plan' AND revision = 1`)
    t.strictSame(await keep(), ['plan'])
    t.strictSame(await keep(), [], 'once')
    t.strictSame(shortOf(await ground(db), 'plan'), [
      ['P', 1, 2],
      ['P', 2, null]
    ])
    const engine = await engineOf(db)
    const kindOf = async (more: object) =>
      (await checkWkt(engine, PARCEL, more)).rules.find(({ id }) => id === 'PLAN')?.features[0]?.attributes['kind']
    t.equal(await kindOf({}), 'road')
    t.equal(await kindOf({ asOf: { knownTime: before[0]!.now } }), null, 'as it was known before')
  })

  await t.test('publications go there with the layer', async t => {
    await lay(db, 'forbidden', [
      zone('A', box(0, 0, 1, 1)),
      zone('B', box(5, 0, 1, 1)),
      { id: 'X', wkt: BOW_TIE },
      zone('C', box(9, 0, 1, 1))
    ])
    await lay(db, 'forbidden', [zone('A', box(0, 0, 1, 1)), zone('B', box(5, 0, 2, 1)), { id: 'X', wkt: BOW_TIE }])
    await append('forbidden', { B: wktOf(box(5, 0, 3, 1)), D: wktOf(box(0, 5, 1, 1)) })
    const rows = await ground(db)
    t.strictSame(shortOf(rows, 'forbidden'), [
      ['far', 1, 2],
      ['A', 2, null],
      ['B', 2, 3],
      ['X', 2, null],
      ['C', 2, 3],
      ['B', 3, 4],
      ['B', 4, null],
      ['D', 4, null]
    ])
    t.match(
      rows.filter(({ id }) => id === 'D' || id === 'X').map(({ fields, valid }) => ({ fields, valid })),
      [
        { fields: { code: 'X' }, valid: false },
        { fields: { code: 'D', kind: 'appended' }, valid: true }
      ]
    )
    const [known] = await db.query(sql`SELECT round(ST_Area(g.geom)::numeric, 1)::float8 AS area FROM yitu.ground g
      WHERE g.layer_id = 'forbidden' AND NOT g.valid`)
    t.strictSame(known, { area: 120 }, 'where the invalid one lies is known')
    const engine = await engineOf(db)
    const answer = await checkWkt(engine, PARCEL)
    t.match(
      answer.rules.find(({ id }) => id === 'FORBID'),
      { status: 'HIT', detail: 'X' },
      'what is known to be there, and what is not known'
    )
    await lay(db, 'forbidden', [zone('X', box(0, 0, 1, 1))])
    t.strictSame(frbu(await checkWkt(engine, PARCEL)), [1, 0, 119, 0], 'mended, it is measured')
  })

  await t.test('a publication that fails changes nothing there', async t => {
    const before = await ground(db)
    await t.rejects(lay(db, 'forbidden', [zone('T', box(0, 0, 1, 1)), zone('T', box(2, 0, 1, 1))]), {
      code: 'UPLOAD_DUPLICATE_KEYS'
    })
    t.strictSame(await ground(db), before)
  })

  await t.test('what publications brought is what a copy of the whole would', async t => {
    const before = await ground(db)
    t.ok(before.length > 10, `${before.length} rows`)
    await db.query(sql`DELETE FROM yitu.ground_layer`)
    t.strictSame(await ground(db), [])
    t.equal((await keep()).length, 6)
    t.strictSame(await ground(db), before)
  })

  await t.test('rules that look farther have the layer copied anew; others leave it so', async t => {
    const before = await ground(db)
    const far = RULES.map(rule => (rule.id === 'PLAN' ? { ...rule, effect: 'restrict' } : rule))
    const narrow = await engineOf(db)
    const wide = { ...narrow, rulesets: new Map([['test', await rulesetOf({ rules: far })]]) }
    t.match(
      (await checkWkt(wide, PARCEL)).rules.find(({ id }) => id === 'PLAN'),
      { status: 'NOT_EVALUATED', reason: 'error' }
    )
    t.strictSame(await keep({ rules: far }), ['plan'])
    t.equal(statusOf(await checkWkt(wide, PARCEL), 'PLAN'), 'HIT')
    t.strictSame(await keep(), [])
    t.equal(statusOf(await checkWkt(narrow, PARCEL), 'PLAN'), 'HIT')
    t.strictSame(await ground(db), before)
  })

  await t.test('in another CRS it is copied anew, and not measured in the one before', async t => {
    const engine = await engineOf(db)
    const before = await checkWkt(engine, PARCEL)
    const zoned = await engineOf(db, await rulesetOf({ workingCrs: 'EPSG:4526' }))
    const rows = await ground(db)
    t.ok(rows.every(({ srid }) => srid === 4526))
    t.strictSame(frbu(await checkWkt(zoned, PARCEL)), frbu(before))
    const left = await checkWkt(engine, PARCEL)
    t.equal(left.verdict, 'INDETERMINATE')
    t.ok(left.rules.every(({ status, reason }) => status === 'NOT_EVALUATED' && reason === 'layer_missing'))
    t.strictSame((await keep()).length, 6)
    t.equal((await checkWkt(engine, PARCEL)).provenance.resultHash, before.provenance.resultHash)
  })

  const forget = async () => {
    await db.query(sql`DELETE FROM yitu.ground_layer WHERE layer_id = 'disputed'`)
    await db.run('DROP TABLE data.disputed')
    await db.query(sql`DELETE FROM yitu.revision WHERE layer_id = 'disputed'`)
    await db.query(sql`DELETE FROM yitu.layer WHERE id = 'disputed'`)
  }

  await t.test('a layer named before there is any is kept from its first publication on', async t => {
    await forget()
    t.strictSame(await keep(), [], 'there is nothing to copy')
    await lay(db, 'disputed', [zone('N', box(0, 0, 10, 12))])
    t.strictSame(shortOf(await ground(db), 'disputed'), [['N', 1, null]])
    await forget()
    const unknown = (id: string) => (id === 'disputed' ? undefined : catalog.find(id))
    await keepGround(db, [await rulesetOf()], unknown)
    await lay(db, 'disputed', [zone('U', box(0, 0, 10, 12))])
    t.strictSame(shortOf(await ground(db), 'disputed'), [['U', 1, null]], 'one that nobody knew, too')
  })

  await t.test('a layer that is named while it is published is kept whole', async t => {
    await forget()
    let named: Promise<string[]> | undefined
    const between: Database = {
      kind: db.kind,
      query: statement => db.query(statement),
      run: script => db.run(script),
      listen: (...given) => db.listen(...given),
      close: () => db.close(),
      transaction: (work, options) =>
        db.transaction(
          tx =>
            work({
              query: async <R extends object>(statement: Statement) => {
                const rows = await tx.query<R>(statement)
                if (/FROM yitu\.ground_layer g/.test(statement.text) && !named) {
                  named = keep()
                  await Promise.race([named, wait(300)])
                }
                return rows
              }
            }),
          options
        )
    }
    await lay(between, 'disputed', [zone('W', box(0, 0, 10, 12))])
    await named
    t.strictSame(shortOf(await ground(db), 'disputed'), [['W', 1, null]])
  })

  await t.test('a table that is published in place keeps no revisions, and is not kept', async t => {
    const inPlace = { ...layerOf('restricted'), source: { schema: 'public', table: 'x', key: 'id' } }
    await db.query(sql`DELETE FROM yitu.ground_layer WHERE layer_id = 'restricted'`)
    const find = (id: string) => (id === 'restricted' ? (inPlace as never) : catalog.find(id))
    t.strictSame(await keepGround(db, [await rulesetOf()], find), [])
    t.strictSame(shortOf(await ground(db), 'restricted'), [])
  })
})
