import { readFile, stat } from 'node:fs/promises'
import { Writable } from 'node:stream'
import t from 'tap'
import { buildApp } from '../../server/app.ts'
import { readConfig } from '../../server/config.ts'
import { onBothDatabases, testApp } from '../helper.ts'

const ADMIN = 'admin-key-of-the-tests'

await onBothDatabases(t, async (t, db) => {
  const { app, as } = await testApp(t, db)
  const ids = async (headers = {}) =>
    (await app.inject({ url: '/api/layers', headers })).json().layers.map((layer: { id: string }) => layer.id)

  t.test('nobody in particular sees open layers, a reader conditional ones, a publisher all', async t => {
    const [nobody, reader, publisher] = [await ids(), await ids(as.reader), await ids(as.publisher)]
    t.ok(nobody.includes('town-boundary'))
    t.notOk(nobody.includes('village-boundary'))
    t.ok(reader.includes('village-boundary'))
    t.notOk(reader.includes('cadastral-parcel'))
    t.ok(publisher.includes('cadastral-parcel'))
    t.equal(publisher.length, app.catalog.layers().length)
  })

  t.test('a hidden layer answers exactly as a missing one', async t => {
    for (const path of [
      '/api/layers/ID',
      '/api/layers/ID/revisions',
      '/tiles/ID.json',
      '/tiles/ID/14/13334/7107.mvt',
      '/styles/ID.json'
    ]) {
      const [hidden, missing] = await Promise.all(
        ['cadastral-parcel', 'no-such-layer'].map(async id => {
          const { statusCode, headers, body } = await app.inject(path.replace('ID', id))
          const comparable = body.replaceAll(id, 'ID').replace(/"requestId":"[^"]*"/, '')
          return { statusCode, type: headers['content-type'], cache: headers['cache-control'], comparable }
        })
      )
      t.equal(hidden?.statusCode, 404, path)
      t.strictSame(hidden, missing, path)
    }
  })

  t.test('a key is taken from three places, and a wrong one is refused rather than ignored', async t => {
    for (const request of [
      { url: '/api/session', headers: { authorization: `Bearer ${ADMIN}` } },
      { url: '/api/session', headers: { 'x-api-key': ADMIN } },
      { url: `/api/session?key=${ADMIN}` }
    ]) {
      t.strictSame((await app.inject(request)).json(), { principal: { role: 'admin', label: 'administrator' } })
    }
    const refused = await app.inject({ url: '/api/layers', headers: { authorization: 'Bearer nonsense' } })
    t.equal(refused.statusCode, 401)
    t.equal(refused.json().code, 'KEY_UNKNOWN')
  })

  t.test('keys are made by the administrator, shown once, kept as a hash, and end at once', async t => {
    const make = (headers: object) =>
      app.inject({
        method: 'POST',
        url: '/api/keys',
        headers: { ...headers },
        payload: { role: 'reader', label: '规划科' }
      })
    t.equal((await make({})).json().code, 'UNAUTHORIZED')
    t.equal((await make(as.publisher)).json().code, 'FORBIDDEN')
    const made = await make(as.admin)
    t.equal(made.statusCode, 201)
    const { id, key } = made.json()
    const headers = { authorization: `Bearer ${key}` }
    t.equal((await app.inject({ url: '/api/session', headers })).json().principal.label, '规划科')
    const list = await app.inject({ url: '/api/keys', headers: as.admin })
    t.ok(list.body.includes(id))
    t.notOk(list.body.includes(key))
    t.notOk(JSON.stringify(await db.query({ text: 'SELECT * FROM yitu.api_key', values: [] })).includes(key))
    t.equal((await app.inject({ method: 'DELETE', url: `/api/keys/${id}`, headers: as.admin })).statusCode, 204)
    await new Promise(resolve => setTimeout(resolve, 200))
    t.equal((await app.inject({ url: '/api/session', headers })).statusCode, 401)
    t.equal((await app.inject({ method: 'DELETE', url: `/api/keys/${id}`, headers: as.admin })).statusCode, 404)
  })

  t.test('the console signs in by key or by one-time link, and out again', async t => {
    const signedIn = await app.inject({ method: 'POST', url: '/api/session', payload: { key: ADMIN } })
    const cookie = signedIn.cookies[0]
    t.match(cookie, { name: 'yitu_session', httpOnly: true, sameSite: 'Strict' })
    const cookies = { yitu_session: cookie?.value ?? '' }
    t.equal((await app.inject({ url: '/api/session', cookies })).json().principal.role, 'admin')
    const forged = { url: '/api/keys', method: 'POST', cookies, payload: { role: 'admin', label: 'x' } } as const
    const foreign = await app.inject({ ...forged, headers: { 'sec-fetch-site': 'cross-site' } })
    t.equal(foreign.statusCode, 401, 'a page of another site cannot use the cookie')
    t.equal((await app.inject({ method: 'DELETE', url: '/api/session', cookies })).cookies[0]?.value, '')

    const link = `/sign-in?token=${app.issueSignInToken()}`
    const first = await app.inject(link)
    t.equal(first.statusCode, 302)
    t.equal(first.headers.location, '/')
    t.equal(first.cookies[0]?.name, 'yitu_session')
    const second = await app.inject(link)
    t.equal(second.statusCode, 401)
    t.equal(second.json().code, 'SIGN_IN_LINK_SPENT')
    t.equal(second.cookies.length, 0)
  })

  t.test('without ADMIN_KEY one is generated into a file that only its owner reads', async t => {
    const { app } = await testApp(t, db, { ADMIN_KEY: '' })
    const { file, generated } = app.adminKey ?? {}
    t.ok(file && generated)
    t.equal((await stat(file ?? '')).mode & 0o777, 0o600)
    t.equal((await readFile(file ?? '', 'utf8')).trim(), generated)
    const headers = { authorization: `Bearer ${generated}` }
    t.equal((await app.inject({ url: '/api/session', headers })).json().principal.role, 'admin')
  })

  t.test('no key, token or cookie is ever logged', async t => {
    const config = readConfig({ DATA_DIR: t.testdir(), ADMIN_KEY: ADMIN, LOG_LEVEL: 'trace' })
    const log: string[] = []
    const logStream = new Writable({
      write(line, _encoding, done) {
        log.push(String(line))
        done()
      }
    })
    const app = await buildApp({ config, db, logStream })
    const token = app.issueSignInToken()
    const cookie = (await app.inject(`/sign-in?a=1&token=${token}`)).cookies[0]?.value ?? ''
    const wrong = 'a-wrong-key-somebody-typed'
    await app.inject(`/api/session?key=${ADMIN}&lang=en`)
    await app.inject({ url: '/api/layers', headers: { authorization: `Bearer ${wrong}` } })
    await app.inject({
      url: `/nowhere?KEY=${wrong}`,
      headers: { 'x-api-key': ADMIN },
      cookies: { yitu_session: cookie }
    })
    await app.inject({ method: 'POST', url: '/api/session', payload: { key: wrong } })
    await app.close()
    const text = log.join('')
    t.match(text, '/nowhere', 'requests are logged')
    t.match(text, 'lang=en')
    for (const secret of [ADMIN, token, cookie, wrong]) t.notOk(text.includes(secret))
  })

  t.test('a problem is a whole document, in the language asked for', async t => {
    const answer = await app.inject({ url: '/nowhere?key=', headers: { 'accept-language': 'en-GB,zh;q=0.5' } })
    const { requestId, ...document } = answer.json()
    t.match(answer.headers['content-type'], /^application\/problem\+json/)
    t.type(requestId, 'string')
    t.strictSame(document, {
      type: 'urn:yitu:problem:not-found',
      title: 'No such resource',
      status: 404,
      detail: 'There is no GET /nowhere. Check the address; /api/docs lists what exists.',
      code: 'NOT_FOUND',
      messages: {
        zh: '没有 GET /nowhere。请检查地址；可用资源见 /api/docs。',
        en: 'There is no GET /nowhere. Check the address; /api/docs lists what exists.'
      },
      instance: '/nowhere'
    })
    const bad = await app.inject({ method: 'POST', url: '/api/session', payload: { key: 12, extra: true } })
    t.equal(bad.statusCode, 400)
    t.strictSame(
      bad
        .json()
        .errors.map((error: { pointer: string }) => error.pointer)
        .sort(),
      ['/body/key'],
      'a number is no text in JSON'
    )
  })

  t.test('what is served says what is built: every documented route answers something but 501', async t => {
    const { paths } = (await app.inject('/api/openapi.json')).json()
    t.ok(paths['/api/layers']?.get && paths['/api/uploads']?.post && paths['/api/land-checks']?.post)
    t.equal((await app.inject('/api/docs/')).statusCode, 200)
    t.equal((await app.inject('/health/live')).json().status, 'ok')
    const ready = (await app.inject('/health/ready')).json()
    t.match(ready, { status: 'ok', database: { kind: db.kind }, layers: { degraded: [] } })
    t.match(ready.gdal.backend, /^(process|wasm)$/)
  })
})
