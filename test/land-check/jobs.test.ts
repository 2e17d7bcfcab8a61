import { createHmac } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { checkLand, checkMany, type LandCheckEngine } from '../../server/land-check/check.ts'
import { listDeliveries, replay, WebhookSender } from '../../server/land-check/jobs/deliver.ts'
import { cancelJob } from '../../server/land-check/jobs/finish.ts'
import { freeze } from '../../server/land-check/jobs/freeze.ts'
import { pageOfItems } from '../../server/land-check/jobs/items.ts'
import type { GivenItem } from '../../server/land-check/jobs/request.ts'
import { post } from '../../server/land-check/jobs/send.ts'
import { countItems, getJob } from '../../server/land-check/jobs/store.ts'
import { type NewJob, submitJob } from '../../server/land-check/jobs/submit.ts'
import { checkWebhook, isPrivateAddress, parseHosts } from '../../server/land-check/jobs/webhook.ts'
import { type JobsOptions, JobWorker } from '../../server/land-check/jobs/worker.ts'
import type { LandCheckRequest } from '../../server/land-check/request.ts'
import { type Database, sql } from '../../server/lib/sql.ts'
import { onBothDatabases } from '../helper.ts'
import { box, engineOf, layGround, wktOf, zone } from './ground.ts'
import { overHttp, overOgc } from './jobs-http.ts'

/** Many parcels at once: each answered once and as it would be alone, whatever happens to the server meanwhile. */

const GROUND = {
  buildable: [zone('B', box(-100, -100, 800, 800))],
  forbidden: [zone('F', box(40, 0, 20, 300))],
  restricted: [zone('R', box(0, 100, 300, 15))]
}

/** The i-th of many parcels, each elsewhere. */
const parcel = (i: number, turned = 0) => {
  const ring = box((i % 20) * 11.5, Math.floor(i / 20) * 13.25, 10, 12)
  return wktOf([...ring.slice(turned), ...ring.slice(0, turned)])
}
const good = (i: number, turned = 0): GivenItem => ({
  label: `plot ${i}`,
  request: { wkt: parcel(i, turned), crs: 'EPSG:4547' }
})

const submit = async (engine: LandCheckEngine, given: GivenItem[], more: Partial<NewJob> = {}): Promise<string> => {
  const common = { ruleset: 'test' }
  const frozen = await freeze(engine, common)
  const source = { kind: 'items' }
  return submitJob(engine.db, { origin: 'api', actor: 'k1', common, frozen, source, items: { given }, ...more })
}

const start = (engine: LandCheckEngine, more: Partial<JobsOptions> = {}) =>
  JobWorker.start({
    ...{ engine, checkMany, serverId: 's1', atOnce: 1, pauseSeconds: 0.01 },
    onFault: error => t.comment(String((error as Error).stack)),
    ...more
  })

const until = async (done: () => Promise<boolean>) => {
  while (!(await done())) await new Promise(resolve => setTimeout(resolve, 20))
}
const ended = (db: Database, id: string) => until(async () => (await getJob(db, id)).finishedAt !== null)
const allItems = (db: Database, id: string) => pageOfItems(db, id, 0, 1000)
const countKept = async (db: Database) =>
  (await db.query<{ n: number }>(sql`SELECT count(*)::integer AS n FROM yitu.land_check`))[0]!.n

t.test('a webhook leads only where the administrator said, and never by a name into the own network', async t => {
  const hosts = parseHosts(' *.example.cn, hooks.example.cn:8443 ,10.1.2.3,[::1]:9000')
  const privately = (url: string) => checkWebhook(url, hosts).mayBePrivate
  t.equal(privately('https://a.b.example.cn/x'), false, 'a wildcard names the public Internet only')
  t.equal(privately('http://HOOKS.example.cn:8443/'), true)
  t.equal(privately('http://10.1.2.3/'), true)
  t.equal(privately('http://[::1]:9000/'), true)
  for (const url of [
    'https://example.cn/',
    'https://badexample.cn/',
    'https://a.example.cn:8443/',
    'http://10.1.2.4/',
    'http://10.1.2.3:81/',
    'http://10.1.2.3@evil.example/',
    'https://a.example.cn/#x',
    'ftp://a.example.cn/',
    'nonsense'
  ]) {
    t.throws(() => checkWebhook(url, hosts), { code: 'WEBHOOK_HOST_REFUSED' }, url)
  }
  for (const address of [
    '127.0.0.1',
    '10.9.8.7',
    '169.254.169.254',
    '192.168.1.1',
    '::1',
    'fd00::1',
    '::ffff:10.0.0.1'
  ]) {
    t.ok(isPrivateAddress(address), address)
  }
  for (const address of ['8.8.8.8', '172.15.0.1', '2400:3200::1']) t.notOk(isPrivateAddress(address), address)
  const url = new URL('http://localhost:9/')
  await t.rejects(post({ url, mayBePrivate: false }, '{}', {}), { message: /private address/ })
  await t.rejects(post({ url: new URL('http://[::1]:9/'), mayBePrivate: false }, '{}', {}), { message: /private/ })
})

await onBothDatabases(t, async (t, db) => {
  const engine = await engineOf(db)
  await layGround(db, GROUND)

  await t.test('300 items: each has the answer it would have alone, or its own problem', async t => {
    const bowTie = box(0, 0, 10, 12)
    const invalid: GivenItem[] = [
      { request: { wkt: parcel(1) } },
      { request: { wkt: wktOf([bowTie[0]!, bowTie[2]!, bowTie[1]!, bowTie[3]!]), crs: 'EPSG:4547' } },
      { request: { wkt: wktOf(box(200_000, 0, 10, 12)), crs: 'EPSG:4547' } },
      { request: { wkt: parcel(1), crs: 'EPSG:4547', ruleset: 'another' } },
      { request: { wkt: 7, crs: 'EPSG:4547' } },
      { request: { wkt: parcel(1), crs: 'EPSG:4547', purpose: 'a \u0000 byte' } }
    ]
    const given = Array.from({ length: 300 }, (_, i): GivenItem => {
      if (i % 50 === 49) return invalid[(i - 49) / 50]!
      // Every other is the one before it, the same or begun at another vertex.
      return i % 2 === 1 ? { ...good(i - 1, i % 4 === 1 ? 0 : 2), label: `again ${i}` } : good(i)
    })
    const before = await countKept(db)
    const id = await submit(engine, given)
    t.match(await getJob(db, id), { status: 'queued', total: 300 })
    const worker = await start(engine)
    await ended(db, id)
    await worker.close()

    t.match(await getJob(db, id), { status: 'succeeded', done: 300, total: 300 })
    const counts = await countItems(db, id)
    t.match(counts, {
      states: { answered: 294, refused: 6 },
      problems: { CRS_UNDECLARED: 1, GEOMETRY_INVALID: 1, OUT_OF_JURISDICTION: 1, BAD_REQUEST: 3 },
      duplicates: 144
    })
    t.ok(counts.verdicts['PASS']! > 50 && counts.verdicts['REJECT']! > 10, JSON.stringify(counts.verdicts))
    t.equal(await countKept(db), before + 150, 'one land-check for each parcel that is not the same as another')

    const paged = []
    for (let after = 0, page = await pageOfItems(db, id, 0, 37); page.length > 0; ) {
      paged.push(...page)
      after = page.at(-1)!.item
      page = await pageOfItems(db, id, after, 37)
    }
    t.strictSame(
      paged.map(({ item }) => item),
      given.map((_, i) => i + 1)
    )
    t.strictSame(
      paged.map(({ label }) => label),
      given.map(({ label }) => label ?? null)
    )
    for (const { item, duplicateOf, landCheck } of paged.filter(({ duplicateOf }) => duplicateOf !== null)) {
      t.match([item, landCheck], [duplicateOf! + 1, paged[duplicateOf! - 1]!.landCheck])
    }
    for (const n of [1, 4, 6, 16, 123, 299]) {
      const { wkt } = given[n - 1]!.request as { wkt: string }
      const alone = await checkLand(engine, { wkt, crs: 'EPSG:4547', ruleset: 'test' })
      t.equal(paged[n - 1]!.resultHash, alone.provenance.resultHash, `item ${n}`)
      t.equal(paged[n - 1]!.verdict, alone.verdict)
    }
    const chain = await db.query<{ prev: string; hash: string }>(
      sql`SELECT prev_audit_hash AS prev, audit_hash AS hash FROM yitu.land_check ORDER BY seq`
    )
    t.ok(chain.every(({ prev }, i) => i === 0 || prev === chain[i - 1]!.hash))
  })

  await t.test('a cancelled job keeps what is answered, and nothing of the chunk under way', async t => {
    const before = await countKept(db)
    const id = await submit(
      engine,
      Array.from({ length: 50 }, (_, i) => good(i))
    )
    const asked: number[] = []
    let cancelled = false
    const worker = await start(engine, {
      checkMany: async (...question) => {
        asked.push(question[1].length)
        const answers = await checkMany(...question)
        if (asked.length === 2) cancelled = await db.transaction(tx => cancelJob(tx, id))
        return answers
      }
    })
    await until(async () => cancelled)
    await worker.close()
    const done = asked[0]!
    t.match(await getJob(db, id), { status: 'cancelled', done, total: 50 })
    t.strictSame((await countItems(db, id)).states, { answered: done, cancelled: 50 - done })
    t.equal(await countKept(db), before + done)
    t.equal(asked.length, 2, 'nothing more was checked')
    t.equal(await db.transaction(tx => cancelJob(tx, id)), false, 'it stays as it ended')
  })

  await t.test('a server that dies in the middle of a chunk loses no item and does none twice', async t => {
    const before = await countKept(db)
    const id = await submit(
      engine,
      Array.from({ length: 60 }, (_, i) => good(i))
    )
    let asked = 0
    let wake = () => {}
    const dead = await start(engine, {
      checkMany: async (...question) => {
        const answers = await checkMany(...question)
        // The second chunk stands still: to the database that is a server that died.
        if (++asked === 2) await new Promise<void>(resolve => (wake = resolve))
        return answers
      }
    })
    await until(async () => asked === 2)
    t.match(await getJob(db, id), { status: 'running', done: 20 })
    const frozen = (await getJob(db, id)).knownTime
    await layGround(db, { ...GROUND, forbidden: [] })

    const next = await start(engine)
    await ended(db, id)
    await next.close()
    wake()
    await dead.close()
    t.match(await getJob(db, id), { status: 'succeeded', done: 60 })
    t.equal(await countKept(db), before + 60, 'the chunk that came too late was not kept')
    const items = await allItems(db, id)
    t.equal(new Set(items.map(({ landCheck }) => landCheck)).size, 60)
    t.ok(
      items.slice(20).some(({ verdict }) => verdict === 'REJECT'),
      'the layers of when it was sent still hold'
    )
    t.equal((await getJob(db, id)).knownTime, frozen)
    await layGround(db, GROUND)
  })

  await t.test('what the server fails on is tried again, alone, and given up without harm to the others', async t => {
    const id = await submit(
      engine,
      Array.from({ length: 12 }, (_, i) => good(i))
    )
    let asked = 0
    const faults: unknown[] = []
    const isBad = (request: LandCheckRequest) => request.wkt === good(7).request['wkt']
    const worker = await start(engine, {
      onFault: error => faults.push(error),
      checkMany: async (engine, requests, frozen) => {
        asked++
        if (requests.some(isBad)) throw new Error('the database choked')
        return checkMany(engine, requests, frozen)
      }
    })
    await ended(db, id)
    await worker.close()
    t.match((await countItems(db, id)).states, { answered: 11, refused: 1 })
    const [bad] = await pageOfItems(db, id, 0, 10, { state: 'refused' })
    t.match(bad, { item: 8, landCheck: null, problem: { code: 'JOB_ITEM_FAILED', status: 500 } })
    t.ok(faults.length >= 3 && asked < 40, `${asked} questions`)
  })

  await t.test('where no item has an answer the job has failed; a job of nothing is refused', async t => {
    const id = await submit(engine, [{ request: { crs: 1 } }, { request: { wkt: 1 } }])
    t.match(await getJob(db, id), { status: 'failed', done: 2, total: 2 }, 'neither could be read: it ends at once')
    await t.rejects(submit(engine, []), { code: 'JOB_EMPTY' })
  })

  await t.test('a webhook is told once the receiver takes it, signed, by no detour', async t => {
    const heard: { headers: http.IncomingHttpHeaders; body: string }[] = []
    const replies = [500, 302, 204, 204]
    const server = http.createServer(async (request, reply) => {
      let body = ''
      for await (const part of request) body += part
      heard.push({ headers: request.headers, body })
      reply.writeHead(replies[heard.length - 1] ?? 204, { location: '/elsewhere' }).end()
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => server.close())
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const webhook = { url: `http://${host}/told?x=1`, secret: 'a secret of some length' }
    const sender = await WebhookSender.start({
      db,
      hosts: `elsewhere.example, ${host}`,
      pauseSeconds: 0.01,
      onFault: error => void t.fail(String(error))
    })
    t.teardown(() => sender.close())

    const id = await submit(engine, [{ request: { wkt: 1 } }], { webhook })
    const delivered = (n: number) => async () => {
      sender.send()
      return heard.length === n && (await listDeliveries(db, id)).every(({ state }) => state === 'delivered')
    }
    await until(delivered(3))
    t.match(await listDeliveries(db, id), [{ type: 'job.finished', state: 'delivered', attempts: 3, lastStatus: 204 }])
    const [first, , last] = heard
    const event = JSON.parse(last!.body)
    t.match(event, {
      id: /^ev_/,
      type: 'job.finished',
      data: { id, status: 'failed', counts: { states: { refused: 1 } } }
    })
    t.equal(first!.body, last!.body)
    t.match(last!.headers, {
      'yitu-event': 'job.finished',
      'yitu-event-id': event.id,
      'content-type': 'application/json'
    })
    for (const { headers, body } of heard) {
      const [, seconds, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['yitu-signature'])) ?? []
      t.equal(mac, createHmac('sha256', webhook.secret).update(`${seconds}.${body}`).digest('hex'))
      t.ok(Math.abs(Number(seconds) - Date.now() / 1000) < 600)
      t.notMatch(body, webhook.secret)
    }
    await replay(db, id)
    await until(delivered(4))
    t.equal(heard[3]!.body, first!.body, 'the same event under the same id')
    await t.rejects(replay(db, await submit(engine, [{ request: { wkt: 1 } }])), { code: 'WEBHOOK_NONE' })

    // An address that is taken off the list later is not asked any more, and given up in the end.
    const strict = await WebhookSender.start({
      db,
      hosts: '',
      pauseSeconds: 0,
      onFault: error => void t.fail(String(error))
    })
    await sender.close()
    const other = await submit(engine, [{ request: { wkt: 1 } }], { webhook })
    await until(async () => {
      strict.send()
      return (await listDeliveries(db, other))[0]?.state === 'given-up'
    })
    await strict.close()
    t.match(await listDeliveries(db, other), [{ attempts: 8, lastStatus: null, lastError: /not among the allowed/ }])
    t.equal(heard.length, 4)
  })

  await t.test('over HTTP: lists, files and layers go in; items, exports and events come out', t => overHttp(t, db))
  await t.test('the same engine by OGC API Processes', t => overOgc(t, db))
})
