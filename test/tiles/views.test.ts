import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join as joinPath } from 'node:path'
import t, { type Test } from 'tap'
import { checkFilter } from '../../server/catalog/check-filter.ts'
import { parseFilter } from '../../server/catalog/parse-filter.ts'
import { planFilter } from '../../server/catalog/plan-filter.ts'
import { tableOf } from '../../server/catalog/table.ts'
import { type Row, sql } from '../../server/lib/sql.ts'
import { tileAt } from '../../server/lib/tile-id.ts'
import { parseAsOf } from '../../server/tiles/as-of.ts'
import { ViewQuota } from '../../server/tiles/view-quota.ts'
import { onBothDatabases, testApp } from '../helper.ts'
import { decode, field, labelled, publishRows, random, square, type TestRow, testLayer } from './fixture.ts'

const house = testLayer('view-house', {
  style: labelled('view-house'),
  fields: [
    field('code'),
    field('owner'),
    field('floors', 'integer'),
    field('area', 'number'),
    field('vacant', 'boolean'),
    field('built', 'date'),
    field('checked', 'datetime'),
    field('division_code')
  ]
})
const point = (id: string) => [{ id, type: 'circle', 'source-layer': id }]
const well = testLayer('view-well', {
  geometry: 'Point',
  style: point('view-well'),
  fields: [field('code'), field('floors', 'integer'), field('depth', 'number')]
})
const secret = testLayer('view-secret', { geometry: 'Point', style: point('view-secret'), sharing: 'restricted' })
const layers = [house, well, secret]

const pick = random(7)
const one = <T>(...values: T[]): T => values[Math.floor(pick() * values.length)]!
const houses: TestRow[] = Array.from({ length: 144 }, (_, i) => ({
  geometry: {
    type: 'MultiPolygon',
    coordinates: [square(113 + (i % 12) * 0.001, 23 + Math.floor(i / 12) * 0.001, 0.0008)]
  },
  values: [
    `H${i}`,
    one('李四', '李%', "O'Hara", '王五', '𠮷田', null),
    one(1, 2, 3, 30, null),
    one(80.5, 120, 0, null),
    one(true, false, null),
    one('1999-12-31', '2020-02-29', null),
    one('2026-01-31T08:00:00.123Z', '2026-02-01T00:00:00Z', null),
    one('440605011001', '440605124002', '440606001001', null)
  ]
}))
const wells: TestRow[] = [1, 2, 3].map(i => ({
  geometry: { type: 'Point', coordinates: [113 + i * 0.002, 23.0005] },
  values: [`W${i}`, i, i * 10]
}))
/** All of them are in it, and in none of its neighbours. */
const TILE = Object.values(tileAt(11, 113.005, 23.005)).join('/')

/** layers/ and styles/ of these tests. */
async function folders(t: Test): Promise<Record<string, string>> {
  const folder = await mkdtemp(joinPath(tmpdir(), 'yitu-views-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const write = async (file: string, content: unknown) => {
    await mkdir(dirname(joinPath(folder, file)), { recursive: true })
    await writeFile(joinPath(folder, file), JSON.stringify(content))
  }
  const title = { zh: '试', en: 'Test' }
  const extent = [112.83, 22.8, 113.27, 23.32]
  await write('layers/district.json', { code: '440605000000', title, extent, workingCrs: 'EPSG:4547' })
  await write('layers/themes.json', [{ id: 'planning', title }])
  await write('layers/departments.json', [{ id: 'natural-resources', title }])
  await write('styles/maps/view-map.json', { title, background: '#ffffff', layers: layers.map(({ id }) => id) })
  await mkdir(joinPath(folder, 'layers/codelists'), { recursive: true })
  for (const { id, theme, origin: _origin, style, ...definition } of layers) {
    await write(`layers/${theme}/${id}.json`, definition)
    await write(`styles/layers/${theme}/${id}.json`, style)
  }
  return { LAYERS_DIR: joinPath(folder, 'layers'), STYLES_DIR: joinPath(folder, 'styles') }
}

await onBothDatabases(t, async (t, db) => {
  const { app, as } = await testApp(t, db, await folders(t))
  t.strictSame(app.catalog.problems, [])
  await publishRows(db, house, houses)
  await publishRows(db, well, wells)
  await publishRows(db, secret, [{ ...wells[0]!, values: ['S'] }])
  await app.refreshCatalog()

  const url = (id: string, query: Record<string, string>) => `/tiles/${id}/${TILE}.mvt?${new URLSearchParams(query)}`
  const ask = (id: string, query: Record<string, string>, headers: Record<string, string> = {}) =>
    app.inject({ url: url(id, query), headers: { 'accept-encoding': 'identity', ...headers } })

  /** The properties of the features of each MVT layer of a tile, by `feature_id`. */
  async function tile(id: string, query: Record<string, string>): Promise<Record<string, Record<string, unknown>[]>> {
    const answer = await ask(id, query)
    if (answer.statusCode === 204) return {}
    if (answer.statusCode !== 200) throw new Error(`${url(id, query)}: ${answer.statusCode} ${answer.payload}`)
    const found = Object.entries(decode(answer.rawPayload).layers).map(([name, layer]) => {
      const features = Array.from({ length: layer.length }, (_, i) => layer.feature(i).properties)
      return [name, features.sort((a, b) => (String(a['feature_id']) < String(b['feature_id']) ? -1 : 1))] as const
    })
    return Object.fromEntries(found)
  }
  const codes = (features: Record<string, unknown>[] = []) => features.map(({ feature_id }) => feature_id)
  const selected = async (filter: string): Promise<unknown[]> => {
    const condition = planFilter(checkFilter(parseFilter(filter), house), house)
    const rows = await db.query<Row>(
      sql`SELECT feature_id FROM ${tableOf(house)} WHERE rev_to IS NULL AND ${condition} ORDER BY feature_id COLLATE "C"`
    )
    return codes(rows)
  }

  t.test('a tile shows the features that fulfil the filter, and their labels', async t => {
    const filters = [
      "owner = '李四'",
      "owner LIKE '李\\%'",
      "NOT owner LIKE '李%' OR owner IS NULL",
      "owner > '王' AND floors <> 30",
      "owner = 'O''Hara'",
      'floors IN (1, 30) AND area >= 80.5',
      'NOT (floors < 3 OR area = 0)',
      'vacant = TRUE AND built IS NOT NULL',
      "built > DATE('2000-01-01')",
      "checked <= TIMESTAMP('2026-01-31T08:00:00.123Z')",
      'floors BETWEEN 2 AND 3',
      'TRUE'
    ]
    for (const filter of filters) {
      const expected = await selected(filter)
      t.ok(expected.length > 0, filter)
      const shown = await tile('view-house', { filter })
      t.strictSame(codes(shown['view-house']), expected, filter)
      t.strictSame(codes(shown['view-house-label']), expected, filter)
      const found = await tile('view-house', { filter, asof: '1' })
      t.strictSame(codes(found['view-house']), expected, `${filter}, by the database`)
    }
    const answer = await app.inject(
      `/tiles/view-house/CGCS2000Quad/11/1666/381.mvt?${new URLSearchParams({ filter: 'floors = 30' })}`
    )
    const features = decode(answer.rawPayload).layers['view-house']
    t.equal(features?.length, (await selected('floors = 30')).length, 'in another grid')
    t.equal((await ask('view-house', { filter: 'FALSE' })).statusCode, 204)
    t.equal((await ask('view-house', { filter: "code = '; DROP TABLE data.view_house'" })).statusCode, 204)
  })

  t.test('features carry the fields that are asked for, and always their id', async t => {
    const keys = (features: Record<string, unknown>[] = []) => [...new Set(features.flatMap(Object.keys))].sort()
    const some = await tile('view-house', { fields: 'area, owner' })
    t.strictSame(keys(some['view-house']), ['area', 'feature_id', 'owner'])
    t.strictSame(keys(some['view-house-label']), ['area', 'feature_id', 'owner'])
    t.equal(some['view-house']?.length, houses.length)
    const none = await tile('view-house', { fields: 'feature_id' })
    t.strictSame(keys(none['view-house']), ['feature_id'])
    const hidden = await tile('view-house', { fields: 'code', filter: 'floors = 30' })
    t.strictSame(keys(hidden['view-house']), ['code', 'feature_id'], 'a filter may use a field that is not shown')
    t.strictSame(codes(hidden['view-house']), await selected('floors = 30'))
  })

  t.test('a tile shows the features of a division of any level', async t => {
    for (const [division, prefix] of [
      ['440605011001', '440605011001'],
      ['440605124000', '440605124'],
      ['440605000000', '440605'],
      ['440600000000', '4406']
    ] as const) {
      const shown = await tile('view-house', { division })
      t.strictSame(codes(shown['view-house']), await selected(`division_code LIKE '${prefix}%'`), division)
    }
    const both = await tile('view-house', { division: '440605124000', filter: 'floors = 1 OR floors = 2' })
    t.strictSame(codes(both['view-house']), await selected("division_code LIKE '440605124%' AND floors IN (1, 2)"))
  })

  t.test('of several layers each takes what it can', async t => {
    const shown = await tile('view-house,view-well', { filter: 'depth >= 20', fields: 'depth,area' })
    t.strictSame(codes(shown['view-well']), ['W2', 'W3'])
    t.equal(shown['view-house']?.length, houses.length, 'has no depth, and is shown as it is')
    t.strictSame({ ...shown['view-well']?.[0] }, { depth: 20, feature_id: 'W2' })
    const shared = await tile('view-map', { filter: 'floors = 1' })
    t.strictSame(codes(shared['view-house']), await selected('floors = 1'))
    t.strictSame(codes(shared['view-well']), ['W1'])
    const inDivision = await tile('view-map', { division: '440605011000' })
    t.strictSame(codes(inDivision['view-house']), await selected("division_code LIKE '440605011%'"))
    t.equal(inDivision['view-well']?.length, 3, 'does not say where it is')
  })

  t.test('views are tagged and kept like other tiles', async t => {
    const first = await ask('view-house', { filter: 'floors = 1 AND area = 0' })
    const same = await ask('view-house', { filter: ' (area=0)  and "floors" = 1' })
    t.equal(first.headers['etag'], same.headers['etag'], 'written in another way')
    const again = await ask(
      'view-house',
      { filter: 'floors = 1 AND area = 0' },
      { 'if-none-match': String(first.headers['etag']) }
    )
    t.equal(again.statusCode, 304)
    const queries: Record<string, string>[] = [
      {},
      { filter: 'floors = 2' },
      { fields: 'code' },
      { division: '440605011000' },
      { asof: '1' }
    ]
    const tags = await Promise.all(queries.map(async query => (await ask('view-house', query)).headers['etag']))
    t.equal(new Set([...tags, first.headers['etag']]).size, 6)
    const hits = app.tiles.stats().hits
    await ask('view-house', { filter: 'floors = 1 AND area = 0' })
    t.equal(app.tiles.stats().hits, hits + 1)
  })

  t.test('TileJSON hands the view on to its tiles', async t => {
    const query = { filter: "owner = '李四'", fields: 'owner', division: '440605011000', asof: '1' }
    const answer = await app.inject(`/tiles/view-house.json?${new URLSearchParams(query)}`)
    t.equal(answer.statusCode, 200)
    const address = new URL(answer.json().tiles[0])
    for (const [name, value] of Object.entries(query)) t.equal(address.searchParams.get(name), value)
    t.ok(address.pathname.includes('/%7Bz%7D/') || address.pathname.includes('/{z}/'))
    const refused = await app.inject(`/tiles/view-house.json?${new URLSearchParams({ filter: 'floors >' })}`)
    t.match(refused.json(), { status: 400, code: 'FILTER_MALFORMED' })
  })

  t.test('a tile shows an earlier revision, by its number, its day or the moment', async t => {
    const publishedAt = async (id: string) => {
      const { revisions } = (await app.inject(`/api/layers/${id}/revisions`)).json()
      return (revisions as { revision: number; publishedAt: string }[]).map(r => [r.revision, r.publishedAt] as const)
    }
    await db.query(sql`UPDATE yitu.revision SET published_at = '2020-01-10T01:00:00.000600Z' WHERE revision = 1`)
    await publishRows(db, house, [...houses.slice(0, 10), { ...houses[10]!, values: ['H10', 'second', 99] }])
    await app.refreshCatalog()
    await db.query(sql`UPDATE yitu.revision SET published_at = '2020-01-20T23:30:00Z' WHERE revision = 2`)
    await publishRows(db, house, houses.slice(0, 5))
    await app.refreshCatalog()
    const count = async (id: string, query: Record<string, string>) =>
      (await tile(id, query))['view-house']?.length ?? 0
    const cases: [asof: string, features: number][] = [
      ['1', 144],
      ['2', 11],
      ['3', 5],
      ['2020-01-09', 0],
      ['2020-01-10', 144],
      ['2020-01-20', 144],
      ['2020-01-21', 11],
      ['2020-01-20T23:30:00Z', 11],
      ['2020-01-21T07:29:59.999+08:00', 144],
      [(await publishedAt('view-house')).find(([revision]) => revision === 1)![1], 144],
      [new Date().toISOString(), 5],
      [new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10), 5]
    ]
    for (const [asof, features] of cases) t.equal(await count('view-house', { asof }), features, asof)
    t.equal(await count('view-map', { asof: '2020-01-21' }), 11)
    t.strictSame(codes((await tile('view-house', { asof: '2', filter: 'floors = 99' }))['view-house']), ['H10'])
    t.equal(await count('view-house', {}), 5, 'without it what is now')
  })

  t.test('what cannot be shown is refused, saying why', async t => {
    const cases: [id: string, query: Record<string, string>, code: string, status?: number][] = [
      ['view-house', { filter: '' }, 'FILTER_MALFORMED'],
      ['view-house', { filter: 'floors >' }, 'FILTER_MALFORMED'],
      ['view-house', { filter: "floors = '1'" }, 'FILTER_UNSUITED'],
      ['view-house', { filter: `owner = '${'a'.repeat(3000)}'` }, 'FILTER_TOO_LARGE'],
      ['view-house', { filter: 'rev_to IS NULL' }, 'VIEW_FIELD_UNKNOWN'],
      ['view-house', { filter: '楼层 = 1' }, 'VIEW_FIELD_UNKNOWN'],
      ['view-house', { filter: 'constructor = 1' }, 'VIEW_FIELD_UNKNOWN'],
      ['view-house', { fields: '' }, 'VIEW_FIELD_UNKNOWN'],
      ['view-house', { fields: 'code,geom' }, 'VIEW_FIELD_UNKNOWN'],
      ['view-house', { fields: 'code,__proto__' }, 'VIEW_FIELD_UNKNOWN'],
      ['view-house,view-well', { filter: 'depth = 1 AND area = 1' }, 'VIEW_FIELDS_APART'],
      ['view-well', { division: '440605011000' }, 'VIEW_WITHOUT_DIVISION'],
      ['view-house', { division: '440605' }, 'DIVISION_NOT_FOUND', 404],
      ['view-house', { division: '440306000000' }, 'DIVISION_NOT_FOUND', 404],
      ['view-house', { asof: '0' }, 'VIEW_AS_OF_REFUSED'],
      ['view-house', { asof: '99' }, 'VIEW_AS_OF_REFUSED'],
      ['view-house', { asof: '-1' }, 'VIEW_AS_OF_REFUSED'],
      ['view-house', { asof: '' }, 'VIEW_AS_OF_REFUSED'],
      ['view-house', { asof: 'yesterday' }, 'VIEW_AS_OF_REFUSED'],
      ['view-house', { asof: '2026-02-30' }, 'VIEW_AS_OF_REFUSED'],
      ['view-house', { asof: '2026-01-31T08:00:00' }, 'VIEW_AS_OF_REFUSED'],
      ['view-house', { asof: '2126-01-01' }, 'VIEW_AS_OF_REFUSED'],
      ['view-house,view-well', { asof: '1' }, 'VIEW_AS_OF_REFUSED']
    ]
    for (const [id, query, code, status = 400] of cases) {
      const problem = (await ask(id, query)).json()
      t.match(problem, { status, code }, JSON.stringify(query).slice(0, 80))
      t.match(problem.messages.zh, /\p{Script=Han}/u)
      t.notMatch(problem.messages.en, /undefined|\{/, code)
    }
    const twice = await app.inject(`${url('view-house', { filter: 'TRUE' })}&filter=FALSE`)
    t.equal(twice.statusCode, 400, 'nobody guesses which of two is meant')
    const same = (body: string) => body.replaceAll('view-secret', 'view-none').replace(/"requestId":"[^"]*"/, '')
    const [hidden, missing] = [await ask('view-secret', { filter: 'x' }), await ask('view-none', { filter: 'x' })]
    t.equal(hidden.statusCode, 404)
    t.equal(same(hidden.payload), same(missing.payload), 'a hidden layer is a missing one, whatever is asked of it')
    t.equal((await ask('view-secret', { filter: "code = 'S'" }, as.publisher)).statusCode, 200)
  })
})

t.test('an asof is a revision, a day in China or an instant', async t => {
  const cases: [text: string, asOf: ReturnType<typeof parseAsOf>][] = [
    ['12', { revision: 12 }],
    ['2020-02-29', { instant: '2020-02-29T15:59:59.999Z' }],
    ['2020-01-21T07:30+08:00', { instant: '2020-01-20T23:30:00.000Z' }],
    // A + that was not escaped in an address arrives as a space.
    ['2020-01-21T07:30:00 08:00', { instant: '2020-01-20T23:30:00.000Z' }],
    ['2020-01-20T23:30:00.123456Z', { instant: '2020-01-20T23:30:00.123Z' }]
  ]
  for (const [text, asOf] of cases) t.strictSame(parseAsOf(text), asOf, text)
  const noon = Date.parse('2020-01-20T04:00:00Z')
  t.ok(parseAsOf('2020-01-20', noon), 'the day is not over')
  for (const future of ['2020-01-21', '2020-01-20T04:00:01Z']) t.throws(() => parseAsOf(future, noon), /future/)
})

t.test('of each layer so many views are kept, until one is left alone', async t => {
  let now = 0
  const quota = new ViewQuota(2, () => now)
  t.ok(quota.keeps('a', 'one'))
  t.ok(quota.keeps('a', 'two'))
  t.notOk(quota.keeps('a', 'three'))
  t.ok(quota.keeps('a', ''), 'the whole layer always is')
  t.ok(quota.keeps('b', 'three'), 'each layer has its own')
  now += 9 * 60_000
  t.ok(quota.keeps('a', 'one'))
  now += 2 * 60_000
  t.ok(quota.keeps('a', 'three'), 'in the place of two')
  t.notOk(quota.keeps('a', 'two'))
  t.ok(quota.keeps('a', 'one'))
})
