import t from 'tap'
import { Usage } from '../../server/catalog/usage.ts'
import { sql } from '../../server/lib/sql.ts'
import { tileAt } from '../../server/lib/tile-id.ts'
import { onBothDatabases, testApp } from '../helper.ts'
import { publishRows } from '../tiles/fixture.ts'
import { plotRows, plots, publishAll, testCatalogue } from './catalogue.ts'

const TILE = Object.values(tileAt(14, 113.005, 23.005)).join('/')

await onBothDatabases(t, async (t, db) => {
  const { app, as } = await testApp(t, db, await testCatalogue(t))
  await publishAll(db)
  await app.refreshCatalog()
  const get = (query = '', headers: Record<string, string> = as.publisher) =>
    app.inject({ url: `/api/services${query}`, headers })
  /** Of one protocol: what is found of it is found of every other. */
  const ids = async (query = '', headers?: Record<string, string>) =>
    (await get(query, headers))
      .json()
      .services.map((service: { id: string }) => service.id)
      .filter((id: string) => id.endsWith('.tiles'))

  t.test('every published layer and map is a service in every protocol, and nothing else is', async t => {
    const all = (await get()).json()
    t.strictSame(
      all.services.map((service: { id: string }) => service.id),
      ['test-plot', 'test-camera', 'test-creek', 'test-map'].flatMap(id => [`${id}.tiles`, `${id}.wmts`, `${id}.wms`]),
      'in the order of themes, then maps; the layer without data is none'
    )
    t.equal(all.total, 12)
    t.strictSame(
      all.protocols,
      app.services.protocols.map(({ id, title, type }) => ({ id, title, type }))
    )
    const [plot, , , , , , , , , map] = all.services
    t.match(plot, {
      kind: 'layer',
      protocol: 'tiles',
      title: { zh: '宅基地试验区', en: 'Homestead test plots' },
      department: { id: 'natural-resources', title: { zh: '自然资源局' } },
      theme: 'planning',
      sharing: 'open',
      revision: 1,
      featureCount: 4,
      divisionLevel: 'village',
      systems: ['gis', 'homestead'],
      synthetic: false,
      degraded: [],
      usage: { requests: 0, lastUsed: null }
    })
    t.match(plot.updated, /^\d{4}-.*Z$/)
    t.strictSame(
      plot.bounds.map((n: number) => Number(n.toFixed(6))),
      [113, 23, 113.07, 23.01]
    )
    t.match(map, {
      kind: 'map',
      theme: null,
      department: null,
      themes: ['water', 'planning'],
      sharing: 'restricted',
      featureCount: 6,
      revision: 3
    })
    t.strictSame(
      map.bounds.map((n: number) => Number(n.toFixed(6))),
      [113, 23, 113.2, 23.2]
    )
  })

  t.test('every address of a service answers', async t => {
    for (const { url, urls } of (await get('?protocol=tiles')).json().services) {
      t.equal(url, urls.tilejson)
      for (const address of [urls.tilejson, urls.style, urls.tiles.replace('{z}/{x}/{y}', TILE)]) {
        const { statusCode } = await app.inject({ url: new URL(address).pathname, headers: as.publisher })
        t.ok(statusCode === 200 || statusCode === 204, `${address}: ${statusCode}`)
      }
    }
  })

  t.test('one sees what one may read; of a map those of its layers', async t => {
    t.strictSame(await ids('', {}), ['test-plot.tiles', 'test-map.tiles'])
    t.strictSame(await ids('', as.reader), ['test-plot.tiles', 'test-creek.tiles', 'test-map.tiles'])
    const map = (await app.inject('/api/services/test-map.tiles')).json()
    t.match(map, { sharing: 'open', layers: ['test-plot'], featureCount: 4, themes: ['planning'] })
    t.notMatch(JSON.stringify(map), /camera|creek/)
  })

  t.test('a hidden service answers exactly as a missing one', async t => {
    const answers = await Promise.all(
      [
        'test-camera.tiles',
        'test-nothing.tiles',
        'test-plot.nothing',
        'test-plot',
        'test-empty.tiles',
        'test-plot.tiles.x'
      ].map(async id => {
        const { statusCode, body } = await app.inject(`/api/services/${id}`)
        return { statusCode, body: body.replaceAll(id, 'ID').replace(/"requestId":"[^"]*"/, '') }
      })
    )
    t.equal(answers[0]?.statusCode, 404)
    for (const answer of answers) t.strictSame(answer, answers[0])
  })

  t.test('filters', async t => {
    const cases: [string, string[]][] = [
      ['?theme=water', ['test-camera', 'test-creek', 'test-map']],
      ['?department=water-bureau', ['test-creek', 'test-map']],
      ['?system=homestead', ['test-plot', 'test-map']],
      ['?sharing=open', ['test-plot']],
      ['?division=town', ['test-creek', 'test-map']],
      ['?division=440605011000', ['test-plot', 'test-map']],
      ['?division=440605124000', ['test-plot', 'test-creek', 'test-map']],
      ['?division=440605124201', ['test-plot', 'test-map']],
      ['?division=440605000000&kind=layer', ['test-plot', 'test-creek']],
      ['?division=440605121000', []],
      ['?kind=map', ['test-map']],
      ['?protocol=tiles&kind=layer&theme=planning', ['test-plot']],
      ['?protocol=wps', []],
      ['?theme=no-such', []]
    ]
    for (const [query, expected] of cases)
      t.strictSame(
        await ids(query),
        expected.map(id => `${id}.tiles`),
        query
      )
  })

  t.test('a division is one of the district, by its level or its 12 digits', async t => {
    for (const [query, status, code] of [
      ['?division=110000000000', 404, 'DIVISION_NOT_FOUND'],
      ['?division=street', 400, 'BAD_REQUEST'],
      ['?division=4406', 400, 'BAD_REQUEST']
    ] as const) {
      t.match((await get(query)).json(), { status, code }, query)
    }
    const layers = async (query: string, headers = {}) =>
      (await app.inject({ url: `/api/layers${query}`, headers })).json().layers.map((layer: { id: string }) => layer.id)
    t.strictSame(await layers('?division=440605124000', as.publisher), ['test-plot', 'test-creek'])
    t.strictSame(await layers('?division=440605124000'), ['test-plot'], 'only what one may see')
  })

  t.test('one finds by parts of words in either language and by pinyin initials, all terms together', async t => {
    const cases: [string, string[]][] = [
      ['宅基地', ['test-plot']],
      ['HOMEstead', ['test-plot']],
      ['zjd', ['test-plot']],
      ['sqzj', []],
      ['hzz', ['test-creek']],
      ['hcz', ['test-creek']],
      ['水利局', ['test-creek', 'test-map']],
      ['test-c', ['test-camera', 'test-creek']],
      ['plots 自然', ['test-plot']],
      ['plots 水利', []],
      ['%', []],
      ["' or 1=1", []]
    ]
    for (const [q, expected] of cases) {
      t.strictSame(
        await ids(`?q=${encodeURIComponent(q)}`),
        expected.map(id => `${id}.tiles`),
        q
      )
    }
  })

  t.test('sorted, in pages', async t => {
    t.strictSame(
      await ids('?sort=title&lang=en'),
      ['test-camera', 'test-creek', 'test-plot', 'test-map'].map(id => `${id}.tiles`)
    )
    t.strictSame(
      await ids('?sort=title&lang=zh'),
      ['test-creek', 'test-camera', 'test-map', 'test-plot'].map(id => `${id}.tiles`),
      'he, shi pin, shi yan, zhai'
    )
    t.strictSame(
      await ids('?sort=-features'),
      ['test-map', 'test-plot', 'test-camera', 'test-creek'].map(id => `${id}.tiles`)
    )
    const first = (await get('?protocol=tiles&limit=3&q=test')).json()
    t.match(first, { total: 4, limit: 3, offset: 0 })
    t.equal(first.services.length, 3)
    const second = (await app.inject({ url: first.links.next, headers: as.publisher })).json()
    t.equal(second.services.length, 1)
    t.strictSame(second.links, {})
    t.equal(new Set([...first.services, ...second.services].map(service => service.id)).size, 4)
    for (const bad of ['?limit=501', '?limit=0', '?limit=x', '?offset=-1', '?sort=area', '?sharing=secret']) {
      t.match((await get(bad)).json(), { status: 400, code: 'BAD_REQUEST' }, bad)
    }
    t.equal(
      (await get(`?limit=1&key=${as.publisher.authorization.split(' ')[1]}`, {})).json().links.next.includes('key'),
      false
    )
  })

  t.test('unchanged is a 304; what is published changes the tag', async t => {
    const first = await get()
    const again = { ...as.publisher, 'if-none-match': String(first.headers['etag']) }
    t.match(await get('', again), { statusCode: 304, payload: '' })
    t.equal(
      (await get('', { 'if-none-match': String(first.headers['etag']) })).statusCode,
      200,
      'another view, another tag'
    )
    await publishRows(db, plots, plotRows.slice(0, 3))
    await app.refreshCatalog()
    const changed = await get('', again)
    t.match(changed.json().services[0], { id: 'test-plot.tiles', revision: 2, featureCount: 3 })
  })

  t.test('use is counted, an answer of 204 and 304 too, a refusal not; and it outlives the server', async t => {
    await app.usage.flush()
    const before = app.usage.of('test-plot.tiles').requests
    const url = `/tiles/test-plot/${TILE}.mvt`
    const tile = await app.inject(url)
    await app.inject({ url, headers: { 'if-none-match': String(tile.headers['etag']) } })
    t.equal((await app.inject('/tiles/test-plot/14/0/0.mvt')).statusCode, 204)
    t.equal((await app.inject('/tiles/test-plot.json')).statusCode, 200)
    t.equal((await app.inject('/tiles/test-camera.json')).statusCode, 404)
    t.equal((await app.inject('/tiles/test-plot/99/0/0.mvt')).statusCode, 404)
    await app.inject({ url: '/tiles/test-plot,test-creek.json', headers: as.reader })
    await app.usage.flush()
    const { usage } = (await app.inject('/api/services/test-plot.tiles')).json()
    t.equal(usage.requests - before, 5)
    t.match(usage.lastUsed, /Z$/)
    t.match(usage.days, [{ requests: usage.requests, lastUsed: usage.lastUsed, day: /^\d{4}-\d\d-\d\d$/ }])
    t.equal(app.usage.of('test-camera.tiles').requests, (await get('/test-camera.tiles')).json().usage.requests)
    const other = new Usage(db)
    await other.flush()
    t.strictSame(other.of('test-plot.tiles'), { requests: usage.requests, lastUsed: usage.lastUsed })
    t.strictSame((await ids('?sort=-requests'))[0], 'test-plot.tiles')
  })

  t.test('counts are kept by day of China, written together, and not lost when the database fails', async t => {
    let now = Date.parse('2026-03-01T15:59:59Z')
    let broken = false
    const written: unknown[] = []
    const usage = new Usage(
      {
        query: async statement => {
          if (broken) throw new Error('no database')
          if (statement.text.startsWith('INSERT')) written.push(statement)
          return db.query(statement)
        }
      },
      () => now
    )
    for (let i = 0; i < 1000; i++) usage.count('x.tiles')
    now += 2000
    usage.count('x.tiles')
    broken = true
    await t.rejects(usage.flush())
    usage.count('x.tiles')
    broken = false
    await Promise.all([usage.flush(), usage.flush()])
    t.equal(written.length, 1, 'one statement')
    t.match(await usage.days('x.tiles'), [
      { day: '2026-03-02', requests: 2 },
      { day: '2026-03-01', requests: 1000 }
    ])
    t.equal(usage.of('x.tiles').requests, 1002)
    await db.query(sql`DELETE FROM yitu.usage WHERE service_id = 'x.tiles'`)
  })

  t.test('a layer whose table is gone is degraded, not a service, and costs no other', async t => {
    await db.query(sql`ALTER TABLE data.test_creek RENAME TO test_creek_away`)
    await app.refreshCatalog()
    t.strictSame(
      await ids(),
      ['test-plot', 'test-camera', 'test-map'].map(id => `${id}.tiles`)
    )
    const { layers } = (await app.inject({ url: '/health/ready', headers: as.reader })).json()
    t.strictSame(layers.degraded, [
      { id: 'test-creek', reason: 'yitu.layer/test-creek its table data.test_creek is missing' }
    ])
    const layer = (await app.inject({ url: '/api/layers/test-creek', headers: as.reader })).json()
    t.match(layer.degraded, [/table data.test_creek is missing/])
    t.strictSame((await app.inject('/api/layers/test-plot')).json().degraded, undefined)
    await db.query(sql`ALTER TABLE data.test_creek_away RENAME TO test_creek`)
    await app.refreshCatalog()
    t.equal((await ids()).length, 4)
  })
})
