import { readdir, readFile } from 'node:fs/promises'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import t from 'tap'
import { sql } from '../../server/lib/sql.ts'
import { coerce } from '../../server/uploads/coerce.ts'
import { checkGeoJsonCrs, checkPrj } from '../../server/uploads/crs.ts'
import { guess } from '../../server/uploads/dbf.ts'
import { GeoJsonScanner } from '../../server/uploads/json-scan.ts'
import { columnNames, titleFrom } from '../../server/uploads/names.ts'
import { onBothDatabases, testApp } from '../helper.ts'
import { DATA, form, formType, geojson, plot, sender } from './client.ts'
import { type ZipMember, zip } from './zip.ts'

const scan = (text: string | Buffer, step = 7) => {
  const scanner = new GeoJsonScanner()
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += step) scanner.push(bytes.subarray(at, at + step))
  scanner.end()
  return scanner.root
}

/** Numbers too large for a double are refused: RFC 8259 §6 leaves them to the implementation. */
const finite = (_key: string, value: unknown) => {
  if (value === Infinity || value === -Infinity) throw new Error('too large')
  return value
}

t.test('the scanner takes exactly the JSON that JSON.parse takes', async t => {
  const root = (value: unknown) => JSON.stringify({ type: 'FeatureCollection', x: value, features: [] })
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.nat(200),
      fc.constantFrom('', ',', '\\u12', '\\n', '}', ']', '"', 'NaN', '-', '0', ' ', '\\', '\n', ':'),
      fc.boolean(),
      (value, at, put, cut) => {
        const whole = root(value)
        const place = Math.min(at, whole.length)
        const text = whole.slice(0, place) + put + (cut ? '' : whole.slice(place))
        let parsed: { type?: unknown; features?: unknown } | undefined
        try {
          parsed = JSON.parse(text, finite)
        } catch {}
        const good = parsed?.type === 'FeatureCollection' && Array.isArray(parsed.features)
        let taken = true
        try {
          scan(text)
        } catch {
          taken = false
        }
        return taken === good
      }
    ),
    { numRuns: 2000 }
  )
  t.pass('a failure prints its seed')
})

t.test('the scanner says where and what', async t => {
  const fault = (text: string | Buffer, step?: number) => {
    try {
      return scan(text, step)
    } catch (error) {
      return error
    }
  }
  t.match(fault('{"type":"FeatureCollection",\n"features":[{"a":NaN}]}'), {
    code: 'UPLOAD_BAD_JSON',
    status: 400,
    message: /Line 2, column 18: "NaN" is not a JSON value/
  })
  t.match(fault('{"type":"FeatureCollection","features":['), { message: /the file ends here/ })
  t.match(fault('{"type":"FeatureCollection","features":[1e999]}'), { message: /too large/ })
  t.match(fault('{"type":"FeatureCollection","features":[01]}'), { code: 'UPLOAD_BAD_JSON' })
  t.match(fault(`{"type":"FeatureCollection","features":${'['.repeat(100)}`), { message: /nested too deeply/ })
  t.match(fault('{"type":"Feature","geometry":null}'), {
    code: 'UPLOAD_NOT_A_FEATURE_COLLECTION',
    message: /its type is "Feature"/
  })
  t.match(fault('{"type":"FeatureCollection","a":"\\x"}'), { message: /invalid escape/ })
  t.match(fault(Buffer.from('{"type":"Feature\xe9t"}', 'latin1')), { message: /not in UTF-8/ })
  t.match(fault('[]'), { code: 'UPLOAD_NOT_A_FEATURE_COLLECTION' })
  t.match(
    fault(
      '\ufeff{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:4490"}},"features":[]}',
      1
    ),
    {
      type: 'FeatureCollection',
      crs: { properties: { name: 'EPSG:4490' } }
    }
  )
})

t.test('coordinate systems without a public transformation, and links, are refused', async t => {
  t.equal(
    checkPrj('GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000"]]'),
    'GCS_China_Geodetic_Coordinate_System_2000'
  )
  for (const wkt of [
    'PROJCS["Xian_1980_3_Degree_GK_Zone_38",GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980"]]]',
    'PROJCS["local",GEOGCS["GCS_Beijing_1954",DATUM["D_Beijing_1954",SPHEROID["Krasovsky_1940",6378245,298.3]]]]',
    'PROJCS["x",GEOGCS["y",DATUM["z"]],AUTHORITY["EPSG","2360"]]'
  ]) {
    t.throws(() => checkPrj(wkt), { code: 'UPLOAD_OLD_DATUM' }, wkt)
  }
  t.throws(() => checkPrj('<html><script>alert(1)</script>'), { code: 'UPLOAD_UNKNOWN_CRS', message: /^[^<>]*$/ })
  const named = (name: unknown, type = 'name') => checkGeoJsonCrs({ type, properties: { name } })
  t.equal(named('urn:ogc:def:crs:OGC:1.3:CRS84'), 'OGC:CRS84')
  t.equal(named('urn:ogc:def:crs:EPSG::4547'), 'EPSG:4547')
  t.equal(named('http://www.opengis.net/def/crs/EPSG/0/4490'), 'EPSG:4490')
  for (const bad of ['http://127.0.0.1/x', '/etc/passwd', '+proj=longlat', 4490, 'EPSG:4490 ']) {
    t.throws(() => named(bad), { code: 'UPLOAD_UNKNOWN_CRS' }, String(bad))
  }
  t.throws(() => checkGeoJsonCrs({ type: 'link', properties: { href: 'http://127.0.0.1/' } }), {
    code: 'UPLOAD_UNKNOWN_CRS'
  })
  for (const code of [4610, 4214, 2382, 2433]) t.throws(() => named(`EPSG:${code}`), { code: 'UPLOAD_OLD_DATUM' })
})

t.test('values fit their field or are refused, never bent', async t => {
  for (const [type, given, value] of [
    ['integer', '12', 12],
    ['integer', 12.5, undefined],
    ['integer', '12a', undefined],
    ['integer', 2 ** 60, undefined],
    ['text', 440605001000, '440605001000'],
    ['text', 2 ** 60, undefined],
    ['text', 'a\0b', undefined],
    ['text', '', null],
    ['text', { a: 1 }, '{"a":1}'],
    ['number', '1e3', 1000],
    ['number', 'NaN', undefined],
    ['number', '0x10', undefined],
    ['boolean', '是', true],
    ['boolean', 2, undefined],
    ['date', '2024/02/29', '2024-02-29'],
    ['date', '20240229', '2024-02-29'],
    ['date', '2023-02-29', undefined],
    ['date', '29.02.2024', undefined],
    ['datetime', '2024-02-29 08:00:00', '2024-02-29T00:00:00.000Z'],
    ['datetime', '2024-02-29T08:00:00Z', '2024-02-29T08:00:00.000Z'],
    ['datetime', '2024/02/29 08:00:00+00', '2024-02-29T08:00:00.000Z'],
    ['datetime', '2024-02-29 25:00', undefined]
  ] as const) {
    t.strictSame(
      coerce(type, given),
      value === undefined ? { bad: true } : { value },
      `${type} ${JSON.stringify(given)}`
    )
  }
})

t.test('names from files become names for columns, and their titles plain text', async t => {
  t.strictSame(columnNames(['NAME', 'name', '名称', 'geom', '1st', "'; DROP TABLE x; --", 'Libellé', '']), [
    'name',
    'name_2',
    'f_3',
    'geom_2',
    'f_1st',
    'drop_table_x',
    'libelle',
    'f_8'
  ])
  t.equal(titleFrom('<script>alert("1")</script>', 'x'), 'script alert( 1 ) /script')
  t.equal(titleFrom('"<>"', 'f_1'), 'f_1')
})

t.test('an undeclared encoding is told by its bytes', async t => {
  t.equal(guess(Buffer.from('plain ascii')), 'utf-8')
  t.equal(guess(Buffer.from('狮山镇 里水镇')), 'utf-8')
  t.equal(guess(Buffer.from('caa8c9bdd5f220c0efcbaed5f2', 'hex')), 'gb18030')
  t.equal(guess(Buffer.from('Zone urbanisée à vocation d’activités'.replace('’', "'"), 'latin1')), 'windows-1252')
})

const PART = Buffer.alloc(200)
const shapefile = (without: string[] = [], more: ZipMember[] = []): Buffer =>
  zip([
    ...['shp', 'shx', 'dbf', 'prj'].filter(e => !without.includes(e)).map(e => ({ name: `a.${e}`, data: PART })),
    ...more
  ])

await onBothDatabases(t, async (t, db) => {
  const dataDir = t.testdir()
  const { app, as } = await testApp(t, db, {
    DATA_DIR: dataDir,
    UPLOAD_MAX_BYTES: '1000000',
    UPLOAD_MAX_UNPACKED_BYTES: '50000000'
  })
  const { post, upload } = sender(app, as.publisher)
  await upload({ layer: 'stays', title: '不变' }, geojson([plot({ code: 'a' })]))
  const state = async () => [
    await db.query(sql`SELECT id, revision, content_hash FROM yitu.layer ORDER BY id`),
    await db.query(sql`SELECT count(*) AS uploads FROM yitu.upload`),
    await db.query(sql`SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('data', 'staging') ORDER BY 2`),
    await readdir(`${dataDir}/uploads`)
  ]
  const before = await state()
  const good = geojson([plot({ code: 'a' })])

  const zeros = Buffer.alloc(45_000_000)
  const cases: [
    what: string,
    fields: Record<string, string>,
    file: Buffer | undefined,
    status: number,
    code: string
  ][] = [
    ['a truncated zip', {}, zip([{ name: 'a.shp', data: PART }]).subarray(0, 60), 400, 'UPLOAD_BAD_ZIP'],
    ['a shapefile without .dbf', {}, shapefile(['dbf']), 400, 'UPLOAD_INCOMPLETE_SHAPEFILE'],
    ['a shapefile without .prj', {}, shapefile(['prj']), 400, 'UPLOAD_INCOMPLETE_SHAPEFILE'],
    ['a shapefile without .shx', {}, shapefile(['shx']), 400, 'UPLOAD_INCOMPLETE_SHAPEFILE'],
    ['a shapefile that is none', {}, shapefile(), 400, 'UPLOAD_BAD_SHAPEFILE'],
    [
      'two shapefiles in one zip',
      {},
      shapefile([], [{ name: 'sub/b.SHP', data: PART }]),
      400,
      'UPLOAD_SEVERAL_SHAPEFILES'
    ],
    ['a dataset that is not there', { dataset: 'c' }, shapefile(), 400, 'UPLOAD_NO_SHAPEFILE'],
    ['a zip of nothing', {}, zip([]), 400, 'UPLOAD_NO_SHAPEFILE'],
    ['a path out of the zip', {}, zip([{ name: '../../etc/passwd', data: PART }]), 400, 'UPLOAD_UNSAFE_PATH'],
    ['an absolute path', {}, zip([{ name: 'C:\\a.shp', data: PART }]), 400, 'UPLOAD_UNSAFE_PATH'],
    ['a zip bomb', {}, zip([{ name: 'a.shp', data: zeros }]), 413, 'UPLOAD_ZIP_TOO_MUCH'],
    [
      'a zip over the unpacked limit',
      {},
      zip([
        { name: 'a.shp', data: zeros },
        { name: 'b', data: zeros }
      ]),
      413,
      'UPLOAD_ZIP_TOO_MUCH'
    ],
    [
      'a zip of too many files',
      {},
      zip(Array.from({ length: 6000 }, (_, i) => ({ name: `${i}`, data: Buffer.alloc(0) }))),
      413,
      'UPLOAD_ZIP_TOO_MUCH'
    ],
    [
      'a member larger than it declares',
      {},
      zip([
        ...['shx', 'dbf', 'prj'].map(e => ({ name: `a.${e}`, data: PART })),
        { name: 'a.shp', data: PART, claimedBytes: 10 }
      ]),
      400,
      'UPLOAD_BAD_ZIP'
    ],
    [
      'GeoJSON with NaN',
      {},
      Buffer.from(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[NaN,23]}}]}'
      ),
      400,
      'UPLOAD_BAD_JSON'
    ],
    ['GeoJSON cut off', {}, good.subarray(0, good.length - 3), 400, 'UPLOAD_BAD_JSON'],
    ['one feature alone', {}, Buffer.from(JSON.stringify(plot({}))), 400, 'UPLOAD_NOT_A_FEATURE_COLLECTION'],
    ['an empty file', {}, Buffer.alloc(0), 400, 'UPLOAD_EMPTY_FILE'],
    ['no file', {}, undefined, 400, 'UPLOAD_NO_FILE'],
    ['a picture', {}, Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), 415, 'UPLOAD_UNKNOWN_FORMAT'],
    ['UTF-16', {}, Buffer.from(`\ufeff${good.toString()}`, 'utf16le'), 415, 'UPLOAD_UNKNOWN_FORMAT'],
    ['more bytes than allowed', {}, geojson([plot({ text: 'x'.repeat(1_100_000) })]), 413, 'UPLOAD_TOO_LARGE'],
    [
      'an old datum',
      {},
      geojson([plot({})], { crs: { type: 'name', properties: { name: 'EPSG:2382' } } }),
      422,
      'UPLOAD_OLD_DATUM'
    ],
    ['SQL as layer id', { layer: "x'; DROP TABLE yitu.layer; --" }, good, 400, 'UPLOAD_BAD_FIELD'],
    ['HTML as layer id', { layer: '<b>x</b>' }, good, 400, 'UPLOAD_BAD_FIELD'],
    ['a layer id too long', { layer: 'x'.repeat(41) }, good, 400, 'UPLOAD_BAD_FIELD'],
    ['the id of a map', { layer: 'base' }, good, 400, 'UPLOAD_BAD_FIELD'],
    ['HTML as title', { title: '<img src=x onerror=alert(1)>' }, good, 400, 'UPLOAD_BAD_FIELD'],
    ['SQL as title', { title: "x'); DROP TABLE yitu.layer; --" }, good, 400, 'UPLOAD_BAD_FIELD'],
    ['a control character in a title', { title: 'a\u202eb' }, good, 400, 'UPLOAD_BAD_FIELD'],
    ['no title', { title: '' }, good, 400, 'UPLOAD_TITLE_NEEDED'],
    ['an unknown mode', { mode: 'merge' }, good, 400, 'UPLOAD_BAD_FIELD'],
    ['an unknown theme', { theme: 'nope' }, good, 400, 'UPLOAD_BAD_FIELD'],
    ['a misspelt field', { titel: 'x' }, good, 400, 'UPLOAD_BAD_FIELD']
  ]
  for (const [what, fields, data, status, code] of cases) {
    t.test(`${what} is refused with ${status} ${code}, and nothing changes`, async t => {
      const reply = await post({ layer: 'fresh', title: '新图层', ...fields }, data && { name: 'file.bin', data })
      t.equal(reply.statusCode, status, reply.body)
      t.match(reply.headers['content-type'], /^application\/problem\+json/)
      t.match(reply.json(), { code, messages: { zh: /\p{Script=Han}/u, en: /[a-z]{3}/ } })
      t.notMatch(reply.body, /<img|<b>|DROP TABLE/)
      t.strictSame(await state(), before)
    })
  }

  t.test('a file of the wrong content type is refused before it is read', async t => {
    for (const type of ['application/json', 'application/geo+json', 'text/plain', 'multipart/mixed; boundary=x']) {
      const headers = { ...as.publisher, 'content-type': type }
      const reply = await app.inject({ method: 'POST', url: '/api/uploads', headers, payload: good })
      t.equal(reply.statusCode, 415, type)
    }
  })

  t.test('2 GB declared are refused at once, whatever comes', async t => {
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { ...as.publisher, 'content-type': formType, 'content-length': 2 * 1024 ** 3 }
      const sending = request({ port, host: '127.0.0.1', method: 'POST', path: '/api/uploads', headers }, reply => {
        resolve(reply.statusCode)
        sending.destroy()
      })
      sending.on('error', reject)
      sending.write(form({ layer: 'fresh' }))
    })
    t.equal(status, 413)
    t.strictSame(await state(), before)
  })

  t.test('a sender who hangs up leaves nothing behind', async t => {
    const { port } = app.server.address() as AddressInfo
    const whole = form(
      { layer: 'fresh', title: '新' },
      { name: 'a.geojson', data: geojson(Array.from({ length: 2000 }, (_, n) => plot({ n }))) }
    )
    await new Promise<void>(resolve => {
      const headers = { ...as.publisher, 'content-type': formType, 'content-length': whole.length }
      const sending = request({ port, host: '127.0.0.1', method: 'POST', path: '/api/uploads', headers })
      sending.on('error', () => {})
      sending.on('close', resolve)
      sending.write(whole.subarray(0, whole.length / 2), () => sending.destroy())
    })
    let seen = false
    for (let tries = 0; tries < 200; tries++) {
      const left = await readdir(`${dataDir}/uploads`)
      if (seen && left.length === 0) break
      seen ||= left.length > 0
      await new Promise(resolve => setTimeout(resolve, 10))
    }
    t.strictSame(await state(), before)
  })

  t.test('what only the data tell ends as refused, with the same care', async t => {
    const mixed = [
      plot({ code: 'a' }),
      { type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: [113, 23] } }
    ]
    for (const [features, code] of [
      [mixed, 'UPLOAD_MIXED_GEOMETRY'],
      [[], 'UPLOAD_NO_FEATURES'],
      [[{ type: 'Feature', properties: {}, geometry: null }], 'UPLOAD_NO_FEATURES']
    ] as const) {
      t.match(await upload({ layer: 'fresh', title: '新' }, geojson([...features])), {
        status: 'refused',
        problem: { code, status: 422 }
      })
    }
    const timed = await upload({ layer: 'fresh', title: '新', time: 'code' }, geojson([plot({ code: 'a' })]))
    t.match(timed, { status: 'refused', problem: { code: 'UPLOAD_BAD_FIELD' } }, 'a dimension over what is no time')
    t.notOk(app.catalog.find('fresh'))
    t.match((await state())[0], before[0])
  })

  t.test('values may hold anything, and stay what they are', async t => {
    const text = `'); DROP TABLE data.x; -- <script>alert("1")</script> ${'\u{20000}'}`
    const ended = await upload(
      { layer: 'any-text', title: '任意' },
      geojson([plot({ code: text, 'select "x"; --': 1 })])
    )
    t.match(ended, { status: 'published', report: { fields: [{ name: 'code' }, { name: 'select_x' }] } })
    t.match(await db.query(sql`SELECT feature_id, code, select_x FROM data.any_text`), [
      { feature_id: text, code: text, select_x: 1 }
    ])
  })

  t.test(
    'nested folders, mixed case, names in GBK, and one of two by name',
    { skip: !(await readFile(`${DATA}/README.md`).catch(() => false)) && 'no data' },
    async t => {
      const from = `${DATA}/uploads/shapefile-js/utf`
      const read = (e: string) => readFile(`${from}.${e}`)
      const gbk = (e: string) => Buffer.concat([Buffer.from('cdbcb2e3', 'hex'), Buffer.from(`/${e}`)])
      const one = await Promise.all(
        ['SHP', 'Shx', 'dBF', 'prj'].map(async e => ({ name: gbk(`A.${e}`), data: await read(e.toLowerCase()) }))
      )
      t.match(await upload({ layer: 'nested', title: '嵌套' }, zip(one), 'a.zip'), { status: 'published' })
      const other = ['shp', 'shx', 'dbf', 'prj'].map(e => ({ name: `deep/er/b.${e}`, data: PART }))
      t.match(await upload({ layer: 'nested', dataset: 'A' }, zip([...one, ...other]), 'a.zip'), {
        report: { result: { unchanged: true } }
      })
    }
  )
})
