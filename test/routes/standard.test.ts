import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import t from 'tap'
import { sql } from '../../server/lib/sql.ts'
import { onBothDatabases, testApp } from '../helper.ts'
import { publishRows, testLayer } from '../tiles/fixture.ts'
import { creeks, plotRows, plots, publishAll, testCatalogue } from './catalogue.ts'

const markup = { zh: '<script>alert("一")</script>', en: '<img src=x onerror=alert(1)> & "q" \'s\'' }
const broken = testLayer('test-broken', {
  department: 'nobody',
  style: [{ id: 'test-broken-fill', type: 'fill', 'source-layer': 'test-broken' }]
})
const hostile = testLayer('test-hostile', {
  title: markup,
  description: markup,
  standard: '<b>GB</b>',
  sharing: 'restricted',
  fields: [{ name: 'hostile_code', type: 'text', title: markup }]
})

await onBothDatabases(t, async (t, db) => {
  const { app, as } = await testApp(t, db, await testCatalogue(t, [hostile, broken]))
  await publishAll(db)
  await app.refreshCatalog()
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })

  t.test('divisions are a tree of five levels with codes of 12 digits', async t => {
    const [province, ...others] = (await get('/api/divisions')).json().divisions
    t.strictSame(others, [])
    t.match(province, { code: '440000000000', name: '广东省', level: 'province' })
    t.match(province.children, [{ code: '440600000000', name: '佛山市', level: 'city' }])
    const [district] = province.children[0].children
    t.match(district, { code: '440605000000', name: '南海区', level: 'district' })
    t.equal(district.children.length, 7)
    t.match(district.children[0], { code: '440605011000', name: '桂城街道', level: 'town' })
    const villages = district.children.flatMap((town: { children: object[] }) => town.children)
    t.ok(villages.length > 250, `${villages.length} villages`)
    for (const town of district.children) {
      for (const { code, level, name, children } of town.children) {
        t.ok(
          /^\d{12}$/.test(code) &&
            code.startsWith(town.code.slice(0, 9)) &&
            level === 'village' &&
            name &&
            children.length === 0,
          code
        )
      }
    }
  })

  t.test('divisions of a level, or of one above, are a list', async t => {
    const list = async (query: string) => (await get(`/api/divisions?${query}`)).json().divisions
    t.equal((await list('level=town')).length, 7)
    t.strictSame(await list('level=city'), [
      { code: '440600000000', name: '佛山市', level: 'city', parent: '440000000000' }
    ])
    const towns = await list('parent=440605000000')
    t.strictSame(towns, await list('level=town'))
    t.strictSame(await list('parent=440605000000&level=village'), [])
    t.match((await get('/api/divisions?parent=110000000000')).json(), { status: 404, code: 'DIVISION_NOT_FOUND' })
    t.match((await get('/api/divisions?level=street')).json(), { status: 400, code: 'BAD_REQUEST' })
    const { headers } = await get('/api/divisions')
    t.equal((await get('/api/divisions', { 'if-none-match': String(headers['etag']) })).statusCode, 304)
  })

  t.test('a layer is summed by division and by code, with names and titles, and the sums agree', async t => {
    const summary = async (by: string, headers = {}) =>
      (await get(`/api/layers/test-plot/summary${by}`, headers)).json()
    const whole = await summary('')
    t.match(whole, { layer: 'test-plot', revision: 1, crs: 'EPSG:4547', total: { count: 4 }, groups: [{ count: 4 }] })
    const [exact] = await db.query<{ area: number }>(
      sql`SELECT sum(ST_Area(ST_Transform(geom, 4547)))::float8 AS area FROM data.test_plot WHERE rev_to IS NULL`
    )
    t.ok(Math.abs(whole.total.area - exact!.area) < 0.001)
    t.ok(whole.total.area > 4e6 && whole.total.area < 5e6, 'four plots of about 1.1 km²')

    const towns = await summary('?by=town')
    t.match(towns.groups, [
      { division: { code: '440605011000', name: '桂城街道' }, count: 2 },
      { division: { code: '440605124000', name: '狮山镇' }, count: 1 },
      { division: null, count: 1 }
    ])
    t.match((await summary('?by=village')).groups[0], { division: { code: '440605011003' }, count: 2 })
    t.match((await summary('?by=district')).groups, [
      { division: { code: '440605000000', name: '南海区' }, count: 3 },
      { division: null }
    ])
    t.match((await summary('?by=stage')).groups, [
      { code: { code: '01', title: { zh: '申请', en: 'Applied' } }, count: 2 },
      { code: { code: '02', title: { zh: '审批' } }, count: 1 },
      { code: null, count: 1 }
    ])
    t.match((await summary('?by=use')).groups, [
      { code: { code: '0703' } },
      { code: { code: '9999', title: null } },
      { code: null, count: 2 }
    ])
    for (const by of ['town', 'village', 'stage', 'stage,town', 'district,use']) {
      const { groups, total } = await summary(`?by=${by}`)
      const sum = (key: string) => groups.reduce((all: number, group: Record<string, number>) => all + group[key]!, 0)
      t.equal(sum('count'), 4, by)
      t.equal(total.count, 4, by)
      t.ok(Math.abs(sum('area') - whole.total.area) < 0.001, by)
    }
    t.match((await summary('?by=town,stage')).groups[0], {
      division: { code: '440605011000' },
      code: { code: '01' },
      count: 2
    })
  })

  t.test('lines have a length; what one may not see has no summary', async t => {
    t.match((await get('/api/layers/test-creek/summary?by=town')).json(), { status: 404, code: 'LAYER_NOT_FOUND' })
    const { total, groups } = (await get('/api/layers/test-creek/summary?by=town', as.reader)).json()
    t.match(groups, [{ division: { code: '440605124000' }, count: 1 }])
    t.ok(total.length > 1000 && total.length < 1050, `${total.length} m of a hundredth of a degree`)
    t.equal(total.area, undefined)
    t.strictSame((await get('/api/layers/test-empty/summary')).json(), {
      layer: 'test-empty',
      revision: 0,
      by: {},
      crs: 'EPSG:4547',
      total: { count: 0 },
      groups: []
    })
  })

  t.test('what cannot be summed by is refused, naming what can', async t => {
    for (const by of [
      '',
      'street',
      'storeys',
      'town,village',
      'stage,use',
      'town,',
      "stage'; drop table x",
      'geom',
      'constructor'
    ]) {
      const answer = (await get(`/api/layers/test-plot/summary?by=${encodeURIComponent(by)}`)).json()
      t.match(
        answer,
        { status: 400, code: 'SUMMARY_BY_UNKNOWN', possible: ['district', 'town', 'village', 'stage', 'use'] },
        by
      )
    }
    const camera = (await get('/api/layers/test-camera/summary?by=town', as.publisher)).json()
    t.match(camera, { code: 'SUMMARY_BY_UNKNOWN', possible: [] })
  })

  t.test('a summary follows the revision, and is unchanged until then', async t => {
    const url = '/api/layers/test-creek/summary'
    const first = await get(url, as.reader)
    const again = { ...as.reader, 'if-none-match': String(first.headers['etag']) }
    t.equal((await get(url, again)).statusCode, 304)
    await publishRows(db, creeks, [
      {
        geometry: {
          type: 'LineString',
          coordinates: [
            [113.1, 23.1],
            [113.12, 23.1]
          ]
        },
        values: ['R1', '440605124000']
      },
      {
        geometry: {
          type: 'LineString',
          coordinates: [
            [113.1, 23.2],
            [113.12, 23.2]
          ]
        },
        values: ['R2', '440605124000']
      }
    ])
    await app.refreshCatalog()
    t.match((await get(url, again)).json(), { revision: 2, total: { count: 2 } })
  })

  t.test('the schema of a layer takes what the layer holds and refuses what breaks the standard', async t => {
    const answer = await get('/api/layers/test-plot/schema?lang=en')
    t.match(answer.headers['content-type'], /^application\/schema\+json/)
    const schema = answer.json()
    t.match(schema, {
      title: 'Homestead test plots',
      required: ['plot_code'],
      properties: { stage: { title: 'Stage', oneOf: [{ const: '01', title: 'Applied' }] } }
    })
    t.equal((await get('/api/layers/test-plot/schema')).json().properties.stage.oneOf[0].title, '申请')
    const ajv = addFormats.default(new Ajv2020({ strict: false }))
    const validate = ajv.compile(schema)
    const feature = (values: unknown[]) => Object.fromEntries(plots.fields.map(({ name }, i) => [name, values[i]]))
    for (const { values } of plotRows) t.ok(validate(feature(values)), JSON.stringify(validate.errors))
    const good = feature(plotRows[0]!.values)
    for (const bad of [
      { ...good, plot_code: null },
      { ...good, plot_code: '' },
      { ...good, stage: '03' },
      { ...good, stage: 1 },
      { ...good, storeys: 1.5 },
      { ...good, storeys: '2' },
      { ...good, is_old: 'yes' },
      { ...good, built_date: '2001-02-30' },
      { ...good, seen_at: 'yesterday' },
      { ...good, owner: 'somebody' },
      {}
    ]) {
      t.notOk(validate(bad), JSON.stringify(bad))
    }
    t.ok(validate({ ...good, use: 'not in the open list' }))
    t.match((await get('/api/layers/test-camera/schema')).json(), { code: 'LAYER_NOT_FOUND' })
  })

  t.test(
    'the dictionary is a page of what one may see, in both languages, and everything in it is escaped',
    async t => {
      const zh = await get('/api/dictionary?lang=zh')
      t.match(zh.headers['content-type'], /^text\/html/)
      t.match(zh.body, /<html lang="zh">.*数据字典.*宅基地试验区.*plot_code.*阶段.*审批/s)
      t.match(zh.body, /一块块&#60;地&#62;/)
      t.notMatch(zh.body, /test-creek|test-camera/)
      const en = await get('/api/dictionary?lang=en', as.publisher)
      t.match(en.body, /<html lang="en">.*Data dictionary.*Homestead test plots.*Approved/s)
      t.match(en.body, /test-camera/)
      t.match(en.body, /&#60;img src=x onerror=alert\(1\)&#62; &#38; &#34;q&#34; &#39;s&#39;/)
      t.notMatch(en.body, /<img|<b>|<script|javascript:| on\w+="/)
      t.notMatch((await get('/api/dictionary?lang=zh', as.publisher)).body, /<script/)
      t.notMatch(String(en.headers['content-security-policy']), /script-src[^;]*unsafe/)
      t.equal((await get('/api/dictionary?lang=zh', { 'if-none-match': String(zh.headers['etag']) })).statusCode, 304)
    }
  )

  t.test('a broken style costs the layer its own drawing only, and is said', async t => {
    const layer = (await get('/api/layers/test-hostile', as.publisher)).json()
    t.match(layer.degraded, [/styles\/layers\/planning\/test-hostile\.json/])
    const { degraded } = (await get('/health/ready', as.publisher)).json().layers
    t.strictSame(degraded.map(({ id }: { id: string }) => id).toSorted(), ['test-broken', 'test-hostile'])
    const anonymous = (await get('/health/ready')).json().layers
    t.match(anonymous, { degradedCount: 2, degraded: [] }, 'nobody in particular is told how many, not which')
    t.equal((await get('/styles/test-hostile.json', as.publisher)).statusCode, 200)
  })

  t.test('a layer whose definition is broken costs no other; why is told to those who may read all', async t => {
    t.match((await get('/api/layers/test-broken')).json(), { status: 404, code: 'LAYER_NOT_FOUND' })
    t.match((await get('/api/layers/test-broken', as.reader)).json(), { status: 404, code: 'LAYER_NOT_FOUND' })
    const told = (await get('/api/layers/test-broken', as.publisher)).json()
    t.match(told, { status: 503, code: 'LAYER_DEGRADED', degraded: [/test-broken\.json \/department .*nobody/] })
    t.equal((await get('/api/layers/test-plot')).statusCode, 200)
  })
})
