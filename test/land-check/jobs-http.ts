import { Ajv } from 'ajv'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { createKey } from '../../server/access/keys.ts'
import { type Database, sql } from '../../server/lib/sql.ts'
import { publish } from '../../server/uploads/publish.ts'
import { createStaging, stageRows } from '../../server/uploads/staging.ts'
import { testApp } from '../helper.ts'
import { form, formType } from '../uploads/client.ts'
import { box, geojsonOf, PARCEL, toStored, wktOf } from './ground.ts'

/** Land-check jobs as their callers see them. The demonstration layers are empty here: every verdict is INDETERMINATE. */

const JOBS = '/api/land-check-jobs'
const given = { wkt: PARCEL, crs: 'EPSG:4547' }

type Headers = Record<string, string>
const asker =
  (app: FastifyInstance) => (method: 'GET' | 'POST' | 'DELETE', url: string, headers: Headers, payload?: object) =>
    app.inject({ method, url, headers, ...(payload && { payload }) })

const ended = async (app: FastifyInstance, url: string, headers: Headers) => {
  for (;;) {
    const job = (await app.inject({ url, headers })).json()
    if (job.finishedAt || job.finished) return job
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

const TXT = (plots: [string, [number, number][]][]) =>
  [
    '[属性描述]',
    '坐标系=2000国家大地坐标系',
    '几度分带=3',
    '投影类型=高斯克吕格',
    '计量单位=米',
    '带号=38',
    '精度=0.001',
    '转换参数=,,,,,,',
    '[地块坐标]',
    ...plots.flatMap(([no, ring]) => [
      `${ring.length + 1},0.012,${no},plot ${no},面,,,,@`,
      ...[...ring, ring[0]!].map(([x, y], i) => `J${(i % ring.length) + 1},1,${y.toFixed(3)},${(x + 38e6).toFixed(3)}`)
    ])
  ].join('\r\n')

export async function overHttp(t: Test, db: Database): Promise<void> {
  const { app, as } = await testApp(t, db, { WEBHOOK_HOSTS: 'hooks.example' })
  const ask = asker(app)
  const items = [
    { ...given, label: 'one' },
    { ...given, purpose: 'another' },
    { label: '=1+1', wkt: PARCEL }
  ]
  for (const [headers, status] of [
    [{}, 401],
    [as.reader, 403]
  ] as const) {
    t.equal((await ask('POST', JOBS, headers, { items })).statusCode, status)
    t.equal((await ask('GET', JOBS, headers)).statusCode, status)
  }
  const secret = 'never to be seen again'
  const refusals = [
    [{}, 400, 'BAD_REQUEST'],
    [{ items, layer: 'x' }, 400, 'BAD_REQUEST'],
    [{ items: [] }, 400, 'BAD_REQUEST'],
    [{ items, common: { ruleset: 'none' } }, 404, 'RULESET_UNKNOWN'],
    [{ layer: 'none' }, 404, 'LAYER_NOT_FOUND'],
    ...['http://10.0.0.1/', 'https://hooks.example:81/', 'https://a@hooks.example/', 'http://hooks.example.evil/'].map(
      url => [{ items, webhook: { url, secret } }, 422, 'WEBHOOK_HOST_REFUSED'] as const
    )
  ] as const
  for (const [payload, status, code] of refusals) {
    const refused = await ask('POST', JOBS, as.checker, payload)
    t.match([refused.statusCode, refused.json().code], [status, code], refused.body)
  }

  const webhook = { url: 'https://hooks.example/x', secret }
  const sent = await ask('POST', JOBS, as.checker, { items, common: { applicationType: 'new' }, webhook })
  t.equal(sent.statusCode, 202, sent.body)
  const self = String(sent.headers['location'])
  t.match(sent.json(), { id: /^lj_/, total: 3, links: { self, items: `${self}/items` } })
  const events = await ask('GET', `${self}/events`, as.checker)
  t.match(events.headers['content-type'], 'text/event-stream')
  t.match(events.body, /event: end\nid: 3\ndata: \{/)
  const job = await ended(app, self, as.checker)
  t.match(job, {
    status: 'succeeded',
    progress: 1,
    counts: { verdicts: { INDETERMINATE: 2 }, problems: { CRS_UNDECLARED: 1 } },
    webhook: { url: webhook.url, deliveries: [{ type: 'job.finished' }] }
  })
  const page = (await ask('GET', `${self}/items?limit=2`, as.checker)).json()
  t.match(page.items, [
    { item: 1, label: 'one', state: 'answered' },
    { item: 2, label: null, verdict: 'INDETERMINATE' }
  ])
  const kept = (await ask('GET', page.items[1].links.landCheck, as.checker)).json()
  t.match(kept, {
    application: { type: 'new', purpose: 'another' },
    provenance: { resultHash: page.items[1].resultHash }
  })
  const rest = (await ask('GET', page.links.next, as.checker)).json()
  t.match(rest.items, [{ item: 3, state: 'refused', problem: { code: 'CRS_UNDECLARED' }, landCheck: null }])
  t.equal(rest.links.next, undefined)
  t.equal((await ask('GET', `${self}/items?cursor=bm9wZQ`, as.checker)).json().code, 'CURSOR_BAD')
  const refusedOnly = (await ask('GET', `${self}/items?state=refused`, as.checker)).json()
  t.equal(refusedOnly.items.length, 1)

  const geojson = (await ask('GET', `${self}/results.geojson`, as.checker)).json()
  t.match(geojson.features, [
    { id: 1, geometry: { type: 'Polygon' }, properties: { verdict: 'INDETERMINATE', areaPlanar: 120 } },
    { id: 2 },
    { id: 3, geometry: null, properties: { problemCode: 'CRS_UNDECLARED' } }
  ])
  const csv = (await ask('GET', `${self}/results.csv`, as.checker)).body.split('\r\n')
  t.match(csv[0], /^\ufeffitem,label,state/)
  t.match(csv[3], /^3,'=1\+1,refused,/, 'no formula')
  t.equal(csv.length, 5)

  const list = await ask('GET', `${JOBS}?limit=1`, as.checker)
  t.match(list.json(), { jobs: [{ id: job.id }], links: { next: /cursor=lj_/ } })
  for (const { body } of [sent, list, await ask('GET', self, as.admin)]) t.notMatch(body, secret)
  t.equal((await ask('GET', `${JOBS}/lj_00000000000000000000000000`, as.checker)).json().code, 'JOB_UNKNOWN')
  const { key } = await createKey(db, 'checker', 'somebody else')
  t.equal((await ask('DELETE', self, { authorization: `Bearer ${key}` })).json().code, 'JOB_NOT_YOURS')
  t.equal((await ask('DELETE', self, as.checker)).json().status, 'succeeded', 'what has ended stays')
  t.equal((await ask('POST', `${self}/webhook/replay`, as.checker)).statusCode, 202)

  // Files: every plot or feature by itself.
  const upload = (name: string, data: string, fields: Headers = {}) =>
    app.inject({
      ...{ method: 'POST', url: JOBS, headers: { ...as.checker, 'content-type': formType } },
      payload: form(fields, { name, data: Buffer.from(data) })
    })
  const bowTie = box(0, 0, 10, 12)
  const txt = TXT([
    ['A-1', box(0, 0, 10, 12)],
    ['A-2', [bowTie[0]!, bowTie[2]!, bowTie[1]!, bowTie[3]!]],
    ['A-3', box(50, 0, 10, 12)]
  ])
  const fromTxt = await upload('plots.txt', txt, { common: '{"purpose":"file"}' })
  t.equal(fromTxt.statusCode, 202, fromTxt.body)
  t.match(fromTxt.json(), { total: 3, source: { kind: 'file', name: 'plots.txt' } })
  await ended(app, fromTxt.json().links.self, as.checker)
  const plots = (await ask('GET', fromTxt.json().links.items, as.checker)).json().items
  t.match(plots, [
    { label: 'A-1 plot A-1', verdict: 'INDETERMINATE' },
    { label: 'A-2 plot A-2', problem: { code: 'GEOMETRY_INVALID' } },
    { label: 'A-3 plot A-3', verdict: 'INDETERMINATE' }
  ])
  t.equal(plots[0].inputHash, page.items[0].inputHash, 'the same parcel as the WKT')
  const feature = async (id: number, wkt: string) => ({
    ...{ type: 'Feature', id, properties: {} },
    geometry: await geojsonOf(db, wkt, 4547, 11)
  })
  const features = [await feature(7, PARCEL), { type: 'Feature', id: 8, properties: {}, geometry: null }]
  const fromJson = await upload('plots.geojson', JSON.stringify({ type: 'FeatureCollection', features }))
  await ended(app, fromJson.json().links.self, as.checker)
  t.match((await ask('GET', fromJson.json().links.items, as.checker)).json().items, [
    { label: '7', inputHash: plots[0].inputHash },
    { label: '8', state: 'refused' }
  ])
  t.equal((await upload('x.bin', '\u0000\u0001')).statusCode >= 400, true)
  t.equal((await upload('plots.txt', txt, { common: '{' })).statusCode, 400)

  // Features of a layer, at the revision of when the job was sent.
  const isFit = (l: ReturnType<typeof app.catalog.layers>[number]) =>
    l.geometry === 'Polygon' &&
    l.sharing === 'restricted' &&
    !l.source &&
    l.fields.some(f => f.name === 'division_code')
  const layer = app.catalog.layers().find(isFit)!
  const rings = [0, 20, 40].map(east => wktOf(box(east, 0, 10, 12)))
  const stored = await toStored(db, rings, 4547)
  await createStaging(db, layer, 'jobs_http')
  const value = (name: string, i: number) => (name === 'division_code' ? `44060510${i}000` : null)
  const rows = stored.map((geometry, i) => ({
    ...{ featureId: `k${i}`, geometry },
    values: layer.fields.map(({ name }, place) => (place === 0 ? `k${i}` : value(name, i)))
  }))
  await stageRows(db, layer, 'jobs_http', rows)
  await publish(db, layer, { stagingId: 'jobs_http', mode: 'replace', kind: 'upload', actor: 'test' })
  await app.refreshCatalog()
  const chosen = { layer: layer.id, filter: { division: '440605101000' } }
  t.equal((await ask('POST', JOBS, as.checker, chosen)).statusCode, 404, 'a hidden layer is as one that is not there')
  const fromLayer = (await ask('POST', JOBS, as.publisher, chosen)).json()
  t.match(fromLayer, { total: 1, source: { kind: 'layer', layer: layer.id, revision: 1 } })
  await ended(app, fromLayer.links.self, as.publisher)
  t.match((await ask('GET', fromLayer.links.items, as.publisher)).json().items, [{ label: 'k1', state: 'answered' }])
  const field = layer.fields[0]!.name
  const two = { layer: layer.id, filter: { field, in: ['k0', 'k2', 'k9'], bbox: [112, 22, 114, 24] } }
  t.equal((await ask('POST', JOBS, as.publisher, two)).json().total, 2)
  t.equal(
    (await ask('POST', JOBS, as.publisher, { layer: layer.id, filter: { field, in: ['k9'] } })).json().code,
    'JOB_EMPTY'
  )
  const noField = { layer: layer.id, filter: { field: 'nope', in: ['1'] } }
  t.equal((await ask('POST', JOBS, as.publisher, noField)).json().code, 'FILTER_FIELD_UNKNOWN')
}

const EXCEPTION = 'http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0'

export async function overOgc(t: Test, db: Database): Promise<void> {
  const { app, as } = await testApp(t, db)
  const ask = asker(app)
  const landing = (await app.inject('/ogc')).json()
  const relations = landing.links.map(({ rel }: { rel: string }) => rel.replace(/.*\//, ''))
  t.strictSame(relations, ['self', 'service-desc', 'service-doc', 'conformance', 'processes', 'job-list'])
  for (const { href } of landing.links) {
    const { pathname } = new URL(href)
    t.ok((await ask('GET', pathname, as.checker)).statusCode < 400, pathname)
  }
  t.strictSame(
    (await app.inject('/ogc/conformance')).json().conformsTo.map((uri: string) => uri.replace(/.*\/1\.0\/conf\//, '')),
    ['core', 'ogc-process-description', 'json', 'job-list', 'dismiss']
  )
  const summary = (await app.inject('/ogc/processes')).json().processes[0]
  const process = (await app.inject(new URL(summary.links[0].href).pathname)).json()
  t.match(process, {
    id: 'land-check',
    jobControlOptions: ['sync-execute', 'async-execute', 'dismiss'],
    outputTransmission: ['value'],
    inputs: { wkt: { schema: { type: 'string' } }, geojson: {}, ruleset: {} },
    outputs: { result: {}, verdict: {}, net: {} }
  })
  t.match((await app.inject('/ogc/processes/none')).json(), { type: `${EXCEPTION}/no-such-process`, status: 404 })

  const url = new URL(process.links.find(({ rel }: { rel: string }) => rel.endsWith('/execute')).href).pathname
  const execute = (payload: object, more: Headers = {}, path = url) =>
    ask('POST', path, { ...as.checker, ...more }, payload)
  t.equal((await ask('POST', url, {}, { inputs: given })).statusCode, 401)
  t.equal(
    (await execute({ inputs: given }, {}, '/ogc/processes/none/execution')).json().type,
    `${EXCEPTION}/no-such-process`
  )
  const inputs = { ...given, ruleset: 'homestead-demo' }
  const raw = await execute({ inputs, outputs: { result: {} } })
  t.match(raw.json(), { verdict: 'INDETERMINATE', id: /^lc_/ }, raw.body)
  t.equal((await ask('GET', `/api/land-checks/${raw.json().id}`, as.checker)).body, JSON.stringify(raw.json()))
  const geojson = { value: await geojsonOf(db, PARCEL, 4547, 11) }
  const document = (await execute({ inputs: { geojson }, response: 'document' })).json()
  t.match(document, { verdict: 'INDETERMINATE', net: { value: { type: 'FeatureCollection' } } })
  t.equal(
    document.result.value.provenance.resultHash,
    raw.json().provenance.resultHash,
    'the same parcel, the same answer'
  )
  const several = await execute({ inputs, outputs: { verdict: { transmissionMode: 'value' }, net: {} } })
  t.match(several.headers['content-type'], 'multipart/related; boundary=')
  t.equal(several.body.split(/content-id: /).length, 3)
  for (const bad of [
    { inputs: { ...inputs, wkt: 5 } },
    { inputs: { ...inputs, nope: 1 } },
    { inputs: { geojson: { href: 'http://127.0.0.1/' } } },
    { inputs, outputs: { nope: {} } },
    { inputs, outputs: { verdict: { transmissionMode: 'reference' } } },
    { inputs, subscriber: {} }
  ]) {
    t.equal((await execute(bad)).statusCode, 400, JSON.stringify(bad))
  }
  t.equal((await execute({ inputs: { wkt: PARCEL } })).json().code, 'CRS_UNDECLARED')

  const prefer = { prefer: 'respond-async' }
  const accepted = await execute({ inputs, outputs: { verdict: {} } }, prefer)
  t.equal(accepted.statusCode, 201, accepted.body)
  t.equal(accepted.headers['preference-applied'], 'respond-async')
  const job = new URL(String(accepted.headers['location'])).pathname
  const info = await ended(app, job, as.checker)
  const isStatusInfo = new Ajv({ strict: false }).compile({
    type: 'object',
    required: ['jobID', 'status', 'type'],
    properties: {
      type: { enum: ['process'] },
      status: { enum: ['accepted', 'running', 'successful', 'failed', 'dismissed'] },
      progress: { type: 'integer', minimum: 0, maximum: 100 }
    }
  })
  t.ok(isStatusInfo(accepted.json()) && isStatusInfo(info))
  t.match(info, { jobID: /^lj_/, processID: 'land-check', status: 'successful', progress: 100 })
  t.equal((await ask('GET', `${job}/results`, as.checker)).body, '"INDETERMINATE"')
  const failed = await execute({ inputs: { wkt: PARCEL } }, prefer)
  const failedJob = new URL(String(failed.headers['location'])).pathname
  t.match(await ended(app, failedJob, as.checker), { status: 'failed' })
  const why = await ask('GET', `${failedJob}/results`, as.checker)
  t.match([why.statusCode, why.json().code], [422, 'CRS_UNDECLARED'])

  const list = async (query: string) => {
    const reply = await ask('GET', `/ogc/jobs${query}`, as.checker)
    return reply.json().jobs?.map(({ jobID }: { jobID: string }) => jobID) ?? reply.statusCode
  }
  const ids = [failedJob, job].map(path => path.replace('/ogc/jobs/', ''))
  t.strictSame(await list(''), ids, 'only what was asked for here')
  t.strictSame(await list('?status=successful'), [ids[1]])
  t.strictSame(await list('?status=successful,failed&processID=land-check&type=process&limit=1'), [ids[0]])
  t.strictSame(await list('?processID=other'), [])
  t.strictSame(await list('?datetime=../2020-01-01'), [])
  t.strictSame(await list('?datetime=2020-01-01T00:00:00Z/..&maxDuration=3600'), ids)
  t.strictSame(await list('?minDuration=3600'), [])
  t.equal(await list('?status=nope'), 400)
  t.equal(await list('?datetime=yesterday'), 400)
  const jobs = (await ask('GET', '/ogc/jobs?limit=1', as.checker)).json()
  const { href } = jobs.links.find(({ rel }: { rel: string }) => rel === 'next')
  t.equal((await ask('GET', new URL(href).pathname + new URL(href).search, as.checker)).json().jobs[0].jobID, ids[1])

  t.equal((await ask('DELETE', job, as.admin)).json().status, 'dismissed')
  t.match((await ask('GET', `${job}/results`, as.checker)).json(), {
    type: `${EXCEPTION}/result-not-ready`,
    status: 404
  })
  for (const path of ['/ogc/jobs/none', '/ogc/jobs/none/results', '/ogc/jobs/lj_00000000000000000000000000']) {
    t.match((await ask('GET', path, as.checker)).json(), { type: `${EXCEPTION}/no-such-job`, status: 404 })
  }
  t.equal((await ask('DELETE', '/ogc/jobs/none', as.checker)).statusCode, 404)
  const [row] = await db.query<{ n: number }>(
    sql`SELECT count(*)::integer AS n FROM yitu.land_check_job WHERE origin = 'ogc'`
  )
  t.equal(row?.n, 2)
}
