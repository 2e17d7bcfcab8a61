import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { LandCheckResult } from '../../server/land-check/answer/result.ts'
import { checkMany, type LandCheckEngine } from '../../server/land-check/check.ts'
import { type Database, type Queryable, type Row, type Statement, sql } from '../../server/lib/sql.ts'
import { onBothDatabases, testApp } from '../helper.ts'
import { box, catalogOf, engineOf, LAYERS, lay, layGround, PARCEL, RULES, rulesetOf, wktOf, zone } from './ground.ts'

/** What fails under a check leaves its answer open, or there is no answer: never "nothing was found". */

const ALL = box(-50, -50, 200, 200)
const GROUND = { buildable: [zone('B', ALL)] }
const TIMEOUT_MS = 300

/** Comes between the engine and the database for every statement. */
type Hook = (statement: Statement, run: () => Promise<Row[]>, tx: Queryable) => Promise<Row[]>

/** A database whose statements go through whatever hook is set. */
function faulty(db: Database): Database & { hook: Hook | undefined } {
  const through = (tx: Queryable) => ({
    query: async <R extends object = Row>(statement: Statement) => {
      const run = () => tx.query(statement)
      return (await (made.hook ? made.hook(statement, run, tx) : run())) as R[]
    }
  })
  const made = {
    hook: undefined as Hook | undefined,
    kind: db.kind,
    query: through(db).query,
    run: (script: string) => db.run(script),
    listen: (channel: string, heard: (payload: string) => void) => db.listen(channel, heard),
    close: () => db.close(),
    transaction: <T>(work: (tx: Queryable) => Promise<T>, options?: Parameters<Database['transaction']>[1]) =>
      db.transaction(tx => work(through(tx)), options)
  }
  return made
}

const failure = (code: string, message = 'made to fail') => Object.assign(new Error(message), { code })
/** The statements that measure, or ask what there is to measure. */
const measures = ({ text }: Statement) => /\byitu\.ground\s/.test(text)
const reads = (layer: string, statement: Statement) =>
  measures(statement) && JSON.stringify(statement.values).includes(layer)
const kept = async (db: Database): Promise<{ all: number; passed: number }> => {
  const [row] = await db.query<{ all: number; passed: number }>(
    sql`SELECT count(*)::bigint AS all, count(*) FILTER (WHERE verdict = 'PASS')::bigint AS passed FROM yitu.land_check`
  )
  return row!
}

await onBothDatabases(t, async (t, db) => {
  const { app, as } = await testApp(t, db)
  const between = faulty(db)
  const engine: LandCheckEngine = { ...(await engineOf(between)), timeoutMs: TIMEOUT_MS }
  Object.assign(app.landCheck, engine)
  await layGround(db, GROUND)

  const ask = (more: object = {}) =>
    app.inject({
      method: 'POST',
      url: '/api/land-checks',
      headers: as.checker,
      payload: { wkt: PARCEL, crs: 'EPSG:4547', ruleset: 'test', ...more }
    })
  const ruleOf = (answer: LandCheckResult, id: string) => answer.rules.find(rule => rule.id === id)

  /** FARM is left open for the reason, every other rule has its answer, and the whole is no pass. */
  async function leavesFarmOpen(t: Test, reason: string): Promise<void> {
    const before = await kept(db)
    const reply = await ask()
    t.equal(reply.statusCode, 201, reply.body.slice(0, 300))
    const answer = reply.json<LandCheckResult>()
    t.equal(answer.verdict, 'INDETERMINATE')
    t.match(ruleOf(answer, 'FARM'), { status: 'NOT_EVALUATED', reason })
    t.strictSame(
      answer.rules.map(({ status }) => status).filter(status => status === 'NOT_EVALUATED').length,
      1,
      'the other rules are evaluated'
    )
    t.equal(ruleOf(answer, 'BUILD')?.status, 'HIT')
    t.strictSame(answer.notEvaluated, ['FARM'])
    t.equal(answer.netCheck.complete, false)
    const after = await kept(db)
    t.strictSame(after, { all: before.all + 1, passed: before.passed }, 'what is kept is no pass either')
    await lay(db, 'forbidden', [zone('F', box(8, 0, 2, 12))])
    t.equal((await ask()).json<LandCheckResult>().verdict, 'REJECT', 'what was found to forbid still does')
    await layGround(db, GROUND)
  }

  /** No answer at all: 503, and nothing kept. */
  async function leavesNoAnswer(t: Test): Promise<void> {
    const before = await kept(db)
    const reply = await ask()
    t.equal(reply.statusCode, 503, reply.body.slice(0, 300))
    t.equal(reply.json().code, 'LAYER_UNAVAILABLE')
    t.strictSame(await kept(db), before, 'nothing is kept')
  }

  /** Without the fault the same question passes: it was the fault that kept it from passing. */
  async function passesAgain(t: Test): Promise<void> {
    between.hook = undefined
    const reply = await ask()
    t.equal(reply.statusCode, 201, reply.body.slice(0, 300))
    t.equal(reply.json<LandCheckResult>().verdict, 'PASS')
  }

  await t.test('the ground passes as long as nothing fails', passesAgain)

  await t.test('a layer that the catalogue does not know', async t => {
    const without = catalogOf(LAYERS.filter(({ id }) => id !== 'farmland'))
    app.landCheck.catalog = without
    await leavesFarmOpen(t, 'layer_missing')
    app.landCheck.catalog = engine.catalog
    await passesAgain(t)
  })

  await t.test('a layer whose table is gone', async t => {
    await db.run('ALTER TABLE data.farmland RENAME TO farmland_gone')
    await leavesFarmOpen(t, 'layer_missing')
    await db.run('ALTER TABLE data.farmland_gone RENAME TO farmland')
    await passesAgain(t)
  })

  await t.test('a zone polygon that is invalid', async t => {
    const [a, b, c, d] = box(0, 0, 10, 12)
    const bowTie = wktOf([a!, c!, b!, d!])
    await lay(db, 'farmland', [{ id: 'X', wkt: bowTie }])
    const answer = (await ask()).json<LandCheckResult>()
    t.equal(answer.verdict, 'INDETERMINATE')
    t.match(ruleOf(answer, 'FARM'), { status: 'NOT_EVALUATED', reason: 'invalid_geometry', detail: /X/ })
    await layGround(db, GROUND)
    await passesAgain(t)
  })

  await t.test('a row on which the database throws', async t => {
    await lay(db, 'farmland', [zone('X', box(0, 0, 10, 12))])
    // Coordinates of another CRS than the parcel's.
    await db.run(`UPDATE yitu.ground SET geom = ST_SetSRID(geom, 4490) WHERE layer_id = 'farmland'`)
    const many = await checkMany(
      engine,
      [0, 1, 2].map(() => ({ wkt: PARCEL, crs: 'EPSG:4547', ruleset: 'test' }))
    )
    t.strictSame(
      many.map(one => 'answer' in one && one.answer.verdict),
      ['INDETERMINATE', 'INDETERMINATE', 'INDETERMINATE'],
      'for each of many parcels'
    )
    await leavesFarmOpen(t, 'error')
    await passesAgain(t)
  })

  await t.test('a row that was kept without the field its rule asks for', async t => {
    const rules = RULES.map(rule => (rule.id === 'FARM' ? { ...rule, where: { field: 'kind', in: ['field'] } } : rule))
    const by = await engineOf(between, await rulesetOf({ rules }, 'where'))
    const ask = async () => {
      const [one] = await checkMany(by, [{ wkt: PARCEL, crs: 'EPSG:4547', ruleset: 'where' }])
      if (!one || 'problem' in one) throw one?.problem
      return one.answer
    }
    await lay(db, 'farmland', [
      { ...zone('X', box(0, 0, 10, 12)), kind: 'wood' },
      { ...zone('Y', box(5, 5, 5, 5)), kind: 'pond' }
    ])
    t.equal((await ask()).verdict, 'PASS', 'it is of another kind')
    await db.run(`UPDATE yitu.ground SET fields = '{}' WHERE layer_id = 'farmland' AND feature_id = 'X'`)
    const answer = await ask()
    t.match(
      answer.rules.find(({ id }) => id === 'FARM'),
      { status: 'NOT_EVALUATED', reason: 'error' }
    )
    t.strictSame([answer.verdict, answer.notEvaluated], ['INDETERMINATE', ['FARM']])
    await layGround(db, GROUND)
  })

  await t.test('rows that nobody can read in time', async t => {
    between.hook = (statement, run) =>
      reads('farmland', statement) ? Promise.reject(failure('57014', 'canceling statement')) : run()
    await leavesFarmOpen(t, 'timeout')
    if (db.kind === 'postgres') {
      // A lock that another session holds stops every reader, as a change of the table would.
      let free = () => {}
      const locked = new Promise<void>(resolve => {
        between.hook = undefined
        const held = db.transaction(async tx => {
          await tx.query(sql`LOCK TABLE yitu.ground IN ACCESS EXCLUSIVE MODE`)
          await new Promise<void>(release => {
            free = release
            resolve()
          })
        })
        t.teardown(() => held)
      })
      await locked
      await leavesNoAnswer(t)
      free()
    }
    await passesAgain(t)
  })

  await t.test('the database itself ends what takes too long: PostgreSQL does, the embedded one does not', async t => {
    const slow = db.transaction(async tx => {
      await tx.query(sql`SELECT set_config('statement_timeout', '50ms', true)`)
      await tx.query(sql`SELECT pg_sleep(0.3)`)
    })
    const code = await slow.then(
      () => 'not ended',
      error => error.code
    )
    t.equal(code, db.kind === 'postgres' ? '57014' : 'not ended')
  })

  await t.test('an overlay that answers with nothing', async t => {
    // As the embedded database does for some failures inside GEOS: no rows, no error.
    between.hook = (statement, run) => (reads('farmland', statement) ? Promise.resolve([]) : run())
    await leavesFarmOpen(t, 'error')
    between.hook = (statement, run) => (measures(statement) ? Promise.resolve([]) : run())
    await leavesNoAnswer(t)
    await passesAgain(t)
  })

  await t.test('every statement that measures fails', async t => {
    for (const code of ['XX000', '57014', '53200']) {
      let asked = 0
      between.hook = (statement, run) => {
        if (!measures(statement)) return run()
        asked++
        return Promise.reject(failure(code))
      }
      await leavesNoAnswer(t)
      // All together, rule by rule, and once more without the rules that fail.
      t.equal(asked, code === '57014' ? 1 + 3 + 1 : 1 + RULES.length + 1, 'where all time out, few are waited for')
    }
    await passesAgain(t)
  })

  await t.test('any one statement fails: there is an answer that is open, or none', async t => {
    let statements = 0
    between.hook = (_, run) => {
      statements++
      return run()
    }
    t.equal((await ask()).statusCode, 201)
    t.ok(statements > 3, `${statements} statements`)
    for (const broken of ['throws', 'empty'] as const) {
      for (let nth = 0; nth < statements; nth++) {
        const before = await kept(db)
        let n = 0
        between.hook = (_, run) => {
          if (n++ !== nth) return run()
          return broken === 'throws' ? Promise.reject(failure('XX000')) : Promise.resolve([])
        }
        const reply = await ask()
        const { passed } = await kept(db)
        // A failure that is over when the rule is asked again may pass: then every rule was evaluated.
        const whole = reply.statusCode === 201 && reply.json<LandCheckResult>().notEvaluated.length === 0
        if (!whole) t.equal(passed, before.passed, `statement ${nth} ${broken}: ${reply.statusCode}`)
        else t.ok(reply.json<LandCheckResult>().rules.every(({ status }) => status !== 'NOT_EVALUATED'))
        if (reply.statusCode !== 201) t.ok(reply.statusCode >= 500, `statement ${nth} ${broken}: ${reply.body}`)
      }
    }
    await passesAgain(t)
  })

  await t.test('the connection breaks in mid-check', async t => {
    if (db.kind === 'embedded') {
      let stopped = false
      between.hook = (statement, run) => {
        stopped ||= measures(statement)
        return stopped ? Promise.reject(new Error('The embedded database has stopped.')) : run()
      }
      await leavesNoAnswer(t)
    } else {
      for (const pause of [0, 100]) {
        let killed = false
        between.hook = async (statement, run, tx) => {
          if (!killed && measures(statement)) {
            killed = true
            const [mine] = await tx.query<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`)
            await db.query(sql`SELECT pg_terminate_backend(${mine!.pid}::integer)`)
            // With nothing under way the news of it comes between two statements.
            await wait(pause)
          }
          return run()
        }
        await leavesNoAnswer(t)
      }
    }
    await passesAgain(t)
  })

  await t.test('no fault of all these left a pass behind that was none', async t => {
    const [row] = await db.query<{ wrong: number }>(sql`SELECT count(*)::bigint AS wrong FROM yitu.land_check
      WHERE verdict = 'PASS' AND (body::jsonb -> 'notEvaluated' <> '[]'::jsonb)`)
    t.equal(row?.wrong, 0)
  })

  await t.test('a database that is gone', { skip: db.kind === 'postgres' && 'it serves the other tests' }, async t => {
    await db.close()
    const reply = await ask()
    t.ok(reply.statusCode >= 500, `${reply.statusCode}`)
    t.notMatch(reply.body, /"PASS"/)
  })
})
