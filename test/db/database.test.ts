import { mkdir, readFile, writeFile } from 'node:fs/promises'
import fastify from 'fastify'
import t from 'tap'
import { migrate } from '../../server/db/migrate.ts'
import { openDatabase } from '../../server/db/open.ts'
import { join, name, sql } from '../../server/lib/sql.ts'
import errors from '../../server/plugins/errors.ts'
import { onBothDatabases } from '../helper.ts'

t.test('a statement binds its values and renumbers what is spliced in', async t => {
  const inner = sql`b = ${2} AND c = ${3}`
  const outer = sql`SELECT ${name('t', 'we"ird')} FROM t WHERE a = ${1} AND ${inner} LIMIT ${4}`
  t.strictSame(outer, {
    text: 'SELECT "t"."we""ird" FROM t WHERE a = $1 AND b = $2 AND c = $3 LIMIT $4',
    values: [1, 2, 3, 4]
  })
  t.strictSame(join([sql`${1}`, name('x'), sql`${2}`]), { text: '$1, "x", $2', values: [1, 2] })
})

const failureOf = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => Promise.reject(new Error('It did not fail.')),
    (error: Error) => error
  )

/** What a caller is told of an error. */
async function toldOf(error: Error) {
  const app = fastify()
  await app.register(errors)
  app.get('/', () => Promise.reject(error))
  const { statusCode, headers, body } = await app.inject('/')
  await app.close()
  return { status: statusCode, retryAfter: headers['retry-after'], code: JSON.parse(body).code }
}

t.test('a database that nobody answers for is told as such, with the time to come back', async t => {
  const url = 'postgres://nobody@127.0.0.1:1/none'
  const refused = await failureOf(openDatabase({ url, dataDir: t.testdir() }))
  t.strictSame(await toldOf(refused), { status: 503, retryAfter: '5', code: 'DATABASE_UNREACHABLE' })
  const absent = await failureOf(readFile('/there/is/no/such/file'))
  t.match(await toldOf(absent), { status: 500, code: 'INTERNAL' })
})

await onBothDatabases(t, async (t, db) => {
  t.test('a connection that is ended is told as one; a wrong statement is not', async t => {
    const wrong = await failureOf(db.query(sql`SELECT 1 / 0`))
    t.match(await toldOf(wrong), { status: 500, code: 'INTERNAL' })
    if (db.kind === 'embedded') return
    const ended = await failureOf(db.transaction(tx => tx.query(sql`SELECT pg_terminate_backend(pg_backend_pid())`)))
    t.match(await toldOf(ended), { status: 503, code: 'DATABASE_UNREACHABLE' })
  })

  t.test('values come back alike', async t => {
    const [row] = await db.query(sql`SELECT ${'号'}::text AS text, 9007199254740991::int8 AS big, 0.1::float8 AS double,
      1.10::numeric AS exact, '2026-02-28'::date AS day, '2026-02-28 08:00+08'::timestamptz AS moment,
      ${Buffer.from([0, 255])}::bytea AS bytes, ${{ a: [1, '二'] }}::jsonb AS json, ${true}::boolean AS yes, ${null}::text AS nothing`)
    t.strictSame(row, {
      text: '号',
      big: 9007199254740991,
      double: 0.1,
      exact: '1.10',
      day: '2026-02-28',
      moment: '2026-02-28T00:00:00.000Z',
      bytes: Buffer.from([0, 255]),
      json: { a: [1, '二'] },
      yes: true,
      nothing: null
    })
  })

  t.test('arrays carry quotes, backslashes, commas, nulls and bytes', async t => {
    const texts = ['a,b', '"', '\\', '{}', 'null', null, '', '南海']
    const rows = await db.query(sql`SELECT x FROM unnest(${texts}::text[]) WITH ORDINALITY AS u(x, i) ORDER BY i`)
    t.strictSame(
      rows.map(row => row['x']),
      texts
    )
    const [bytes] = await db.query(sql`SELECT x FROM unnest(${[Buffer.from('\\"')]}::bytea[]) AS u(x)`)
    t.strictSame(bytes, { x: Buffer.from('\\"') })
  })

  t.test('projected millimetres survive the way through stored degrees', async t => {
    const [row] = await db.query<{
      off: number
    }>(sql`SELECT ST_Distance(p, ST_Transform(ST_Transform(p, 4490), 4547)) AS off
      FROM (SELECT ST_SetSRID(ST_MakePoint(407761.089, 2550358.457), 4547) AS p) AS plot`)
    t.ok(row && row.off < 1e-7, `off by ${row?.off} m`)
  })

  t.test('a transaction is all or nothing, and others wait outside', async t => {
    await db.run('CREATE TABLE yitu.probe (n integer)')
    const failing = db.transaction(async tx => {
      await tx.query(sql`INSERT INTO yitu.probe VALUES (1)`)
      throw new Error('no')
    })
    await t.rejects(failing, { message: 'no' })
    const inside = db.transaction(async tx => {
      await tx.query(sql`INSERT INTO yitu.probe VALUES (2)`)
      await new Promise(resolve => setTimeout(resolve, 50))
      return tx.query(sql`INSERT INTO yitu.probe VALUES (3) RETURNING n`)
    })
    const seen = await db.query(sql`SELECT n FROM yitu.probe`)
    t.ok(seen.length === 0 || seen.length === 2, 'never the half of it')
    t.strictSame(await inside, [{ n: 3 }])
    t.strictSame(await db.query(sql`SELECT n FROM yitu.probe ORDER BY n`), [{ n: 2 }, { n: 3 }])
    await t.rejects(
      db.transaction(tx => tx.query(sql`DELETE FROM yitu.probe`), { readOnly: true }),
      { code: '25006' },
      'read only is read only'
    )
  })

  t.test('an error names its cause and leaves the connection usable', async t => {
    await t.rejects(db.query(sql`SELECT * FROM nowhere`), { code: '42P01' })
    t.strictSame(await db.query(sql`SELECT 1 AS one`), [{ one: 1 }])
  })

  t.test('a statement that nobody waits for any more is given up', async t => {
    const gone = new Error('the client has left')
    const never = db.query(sql`CREATE TABLE yitu.never (n integer)`, { signal: AbortSignal.abort(gone) })
    await t.rejects(never, gone, 'it does not begin')
    t.strictSame(await db.query(sql`SELECT to_regclass('yitu.never') AS never`), [{ never: null }])

    const quick = new AbortController()
    t.strictSame(await db.query(sql`SELECT 1 AS one`, { signal: quick.signal }), [{ one: 1 }])
    quick.abort()
    t.strictSame(await db.query(sql`SELECT 2 AS two`), [{ two: 2 }], 'an end that comes late ends nothing else')

    const leaving = new AbortController()
    const slow = db.query(sql`SELECT pg_sleep(${db.kind === 'postgres' ? 600 : 0.5}::float8)`, leaving)
    setTimeout(() => leaving.abort(gone), 100)
    await t.rejects(slow, gone, 'PostgreSQL would sleep for ten minutes else')
    const all = Array.from({ length: 12 }, (_, i) => db.query(sql`SELECT ${i}::integer AS i`))
    t.strictSame((await Promise.all(all)).flat().length, 12, 'its connection is as good as before')

    const within = new AbortController()
    const work = db.transaction(async tx => {
      await tx.query(sql`CREATE TABLE yitu.never (n integer)`)
      within.abort(gone)
      await tx.query(sql`SELECT 1`, within)
    })
    await t.rejects(work, gone)
    t.strictSame(await db.query(sql`SELECT to_regclass('yitu.never') AS never`), [{ never: null }], 'all or nothing')
  })

  t.test('NOTIFY is heard until one stops listening', async t => {
    const heard: string[] = []
    let next = () => {}
    const arrival = new Promise<void>(resolve => {
      next = resolve
    })
    const stop = await db.listen('yitu_probe', payload => {
      heard.push(payload)
      next()
    })
    await db.query(sql`SELECT pg_notify('yitu_probe', '甲')`)
    await arrival
    await stop()
    await db.query(sql`SELECT pg_notify('yitu_probe', '乙')`)
    await db.query(sql`SELECT 1`)
    t.strictSame(heard, ['甲'])
  })

  t.test('migrations run once, in order, and history may not be edited', async t => {
    const folder = t.testdir()
    await mkdir(folder, { recursive: true })
    const write = (file: string, text: string) => writeFile(`${folder}/${file}`, text)
    const history = await db.query<{ id: string }>(sql`DELETE FROM yitu.migration RETURNING *`)
    await write(
      '0100-create-first.sql',
      '-- a comment; with a semicolon\nCREATE TABLE yitu.first (a integer);\nINSERT INTO yitu.first VALUES (1);\n'
    )
    await write(
      '0101-create-function.sql',
      'CREATE FUNCTION yitu.f() RETURNS integer LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN 1;\nEND;\n$$;\n'
    )
    t.strictSame(await migrate(db, folder), ['0100-create-first', '0101-create-function'])
    t.strictSame(await migrate(db, folder), [], 'nothing is applied twice')
    await write('0102-break-halfway.sql', 'CREATE TABLE yitu.second (a integer);\nSELECT 1/0;\n')
    await t.rejects(migrate(db, folder), { code: '22012' })
    t.strictSame(
      await db.query(sql`SELECT to_regclass('yitu.second') AS second`),
      [{ second: null }],
      'half of a file is none of it'
    )
    await write('0102-break-halfway.sql', 'SELECT 1;\n')
    await write('0100-create-first.sql', 'CREATE TABLE yitu.first (a text);\n')
    await t.rejects(migrate(db, folder), { message: /0100-create-first.sql was changed/ })
    t.equal(history.length > 0, true)
  })
})
