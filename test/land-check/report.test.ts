import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Feature, FeatureCollection } from 'geojson'
import t from 'tap'
import { loadCatalog } from '../../server/catalog/load.ts'
import type { LandCheckResult } from '../../server/land-check/answer/result.ts'
import type { GivenPlot } from '../../server/land-check/intake/given.ts'
import { readTxt } from '../../server/land-check/intake/read-txt.ts'
import { htmlReport } from '../../server/land-check/report/html.ts'
import { makeReport, type ReportOptions } from '../../server/land-check/report/make-report.ts'
import type { Block, Report } from '../../server/land-check/report/model.ts'
import { linesOf } from '../../server/land-check/report/pdf-lines.ts'
import { pdfWriter } from '../../server/land-check/report/pdf-writer.ts'
import { verifyPage } from '../../server/land-check/report/verify-page.ts'
import { record } from '../../server/land-check/trust/record.ts'
import { wasmGdal } from '../../server/uploads/gdal-wasm.ts'
import { unpackShapefile } from '../../server/uploads/shapefile.ts'
import { onBothDatabases, ROOT, testApp } from '../helper.ts'
import { lay, rulesetOf } from './ground.ts'
import { pdfPages } from './pdf-text.ts'

/** Reports: one model, drawn as HTML and PDF; a public variant; and the geometries for other programs. */

const SECRETS = ['HH-SECRET-7', '440605011001JC00077', '张三', 'alert(1)', '440605011001JA']

/** A real answer, with what only some answers have added: a household, a holder, a sliver, hostile words. */
async function answer(): Promise<LandCheckResult> {
  const result: LandCheckResult = JSON.parse(await readFile(`${ROOT}test/land-check/report-answer.json`, 'utf8'))
  result.application.purpose = '<script>alert(1)</script> 为张三建房'
  result.parcel.sourceFile = { name: '张三.txt', sha256: 'ab'.repeat(32) }
  result.parcel.plot = { no: '1', name: '张三宅基地' }
  result.households = [
    { rule: 'HSH-01', registered: 1, surrendered: 0, allowed: 0, parcelCodes: ['440605011001JC00077'] }
  ]
  const household = result.rules.find(({ id }) => id === 'HSH-01')!
  Object.assign(household, { status: 'NOT_EVALUATED', reason: 'no_data', detail: 'HH-SECRET-7' })
  Object.assign(household, { messageZh: 'HH-SECRET-7 无法评定', messageEn: 'HH-SECRET-7 not evaluated' })
  result.reasons.push({
    code: 'NOT_EVALUATED',
    severity: 'INDETERMINATE',
    rule: 'HSH-01',
    message: { zh: 'HH-SECRET-7', en: 'HH-SECRET-7' }
  })
  const [forbidden] = result.net
  result.slivers = [
    {
      rule: 'PBF-01',
      kind: 'overlap',
      area: 0.04,
      widthM: 0.01,
      threshold: { areaM2: 0.5, widthM: 0.1414 },
      geometry: forbidden!.geometry!
    }
  ]
  return result
}

/** Everything a reader sees, as text. */
function textOf({ title, subtitle, verdict, stamp, sections }: Report): string {
  const lines = sections.flatMap(section => ['', `# ${section.title}`, ...section.blocks.flatMap(linesOfBlock)])
  return [title, subtitle, verdict.text, stamp, ...lines, ''].join('\n')
}

function linesOfBlock(block: Block): readonly string[] {
  switch (block.kind) {
    case 'facts':
      return block.rows.map(row => row.join(': '))
    case 'table': {
      const { columns, rows, foot } = block
      const all = [columns.map(({ title }) => title), ...rows, ...(foot ? [foot] : [])]
      return all.map(row => row.join(' | ').replaceAll('\n', ' / '))
    }
    case 'map': {
      const { drawing, legend } = block
      const entries = legend.map(group => `${group.title}: ${group.entries.map(({ text }) => text).join(', ')}`)
      return [drawing.texts.map(({ text }) => text).join(' '), ...entries]
    }
    default:
      return block.lines
  }
}

const OPTIONS: ReportOptions = {
  language: 'zh',
  variant: 'full',
  verifyUrl: 'http://localhost/verify/lc_01K9ZXM2Y3Q4R5S6T7V8W9X0AB?hash=0',
  timeZone: 'Asia/Shanghai'
}

const tableOf = (report: Report, section: string) => {
  const block = report.sections.find(({ id }) => id === section)?.blocks.find(({ kind }) => kind === 'table')
  if (block?.kind !== 'table') throw new Error(`${section} has no table`)
  return block
}

const cents = (text: string) => Math.round(Number(text.replace('%', '')) * 100)

t.test('lines break as Chinese typesetting wants it', async t => {
  const wide = () => 1
  t.strictSame(linesOf('一二三四，五', 4, wide), ['一二三', '四，五'], 'a comma begins no line')
  t.strictSame(linesOf('一二三（四）', 4, wide), ['一二三', '（四）'], 'a bracket ends no line')
  t.strictSame(linesOf('a word more', 6, wide), ['a word', 'more'])
  t.strictSame(linesOf('abcdefgh', 3, wide), ['abc', 'def', 'gh'], 'a hash is cut')
  t.strictSame(linesOf('a\n\nb', 3, wide), ['a', '', 'b'])
})

await onBothDatabases(t, async (t, db) => {
  const catalog = await loadCatalog(`${ROOT}layers`, `${ROOT}styles`)
  const result = await answer()
  const make = (options: Partial<ReportOptions> = {}) => makeReport(db, catalog, result, { ...OPTIONS, ...options })
  const writer = pdfWriter()
  t.teardown(() => writer.close())

  await t.test('a report says all of the answer, word for word', async t => {
    t.equal(textOf(await make()), await readFile(`${ROOT}test/land-check/report-answer.txt`, 'utf8'))
  })

  await t.test('tables sum as they are printed', async t => {
    for (const language of ['zh', 'en'] as const) {
      const report = await make({ language })
      for (const [section, columns] of [
        ['net', [1, 2]],
        ['gross', [3]],
        ['tenure', [5]],
        ['points', [3]]
      ] as const) {
        const { rows, foot } = tableOf(report, section)
        for (const column of columns) {
          const scale = section === 'points' ? 1000 : 100
          const printed = rows.reduce((sum, row) => sum + Math.round(Number(row[column]!.replace('%', '')) * scale), 0)
          t.equal(printed, Math.round(Number(foot![column]!.replace('%', '')) * scale), `${section} ${column}`)
        }
      }
      t.equal(cents(tableOf(report, 'net').foot![1]!), Math.round(result.netCheck.area * 100))
      t.equal(tableOf(report, 'net').foot![2], '100.00%')
    }
  })

  await t.test('the public variant says nothing of people', async t => {
    const full = textOf(await make())
    for (const secret of SECRETS) t.ok(full.includes(secret), `the full report has ${secret}`)
    const report = await make({ variant: 'public' })
    const english = htmlReport(await make({ variant: 'public', language: 'en' })).body
    const pdf = pdfPages(Buffer.from(await writer.run(report)))
      .join('')
      .replaceAll('\n', '')
    for (const secret of [...SECRETS, result.provenance.requestHash, 'X4406050002', 'N2440605011001001']) {
      t.notOk(htmlReport(report).body.includes(secret), `HTML without ${secret}`)
      t.notOk(english.includes(secret), `English HTML without ${secret}`)
      t.notOk(pdf.includes(secret), `PDF without ${secret}`)
    }
    const rulesOf = (shown: Report) => tableOf(shown, 'rules').rows.map(row => row.slice(0, 3))
    t.strictSame(rulesOf(report), rulesOf(await make()), 'every rule is there, with its status')
  })

  await t.test('HTML is one document that runs and loads nothing', async t => {
    const { body, policy } = htmlReport(await make())
    t.match(body, '&#60;script&#62;alert(1)')
    t.notMatch(body, /<script|<link|<img|style="|src=|url\((?!#)/)
    t.match(policy, /^default-src 'none'; style-src 'sha256-/)
    t.match(body, /<html lang="zh-CN">/)
    t.match(htmlReport(await make({ language: 'en' })).body, /<html lang="en">.*Land-check report/s)
  })

  await t.test('the PDF holds the same text, page by page, and the same bytes every time', async t => {
    const report = await make()
    const both = await Promise.all([writer.run(report), writer.run(await make())])
    const [pdf, again] = both.map(bytes => Buffer.from(bytes)) as [Buffer, Buffer]
    t.equal(pdf.toString('latin1', 0, 5), '%PDF-')
    t.ok(pdf.equals(again), 'byte for byte')
    const pages = pdfPages(pdf)
    t.equal(pages.length, 5)
    for (const [i, page] of pages.entries()) {
      const foot = `${result.id} · ${result.provenance.resultHash}\n${i + 1} / ${pages.length}\n`
      t.ok(page.includes(foot), `hash and number on page ${i + 1}`)
    }
    const flat = pages.join('').replace(/\s/g, '')
    for (const line of ['用地智能审查报告', '不通过', '1:500']) t.ok(flat.includes(line), line)
    for (const { title } of report.sections) t.ok(flat.includes(title.replace(/\s/g, '')), title)
    for (const [no, north, east, length] of tableOf(report, 'points').rows)
      t.ok(flat.includes(`${no}${north}${east}${length}`))
    t.notOk(flat.includes('?lc'), 'every glyph has its character')
  })

  await t.test('a table longer than a page has its head on each, and no row is parted', async t => {
    const report = await make()
    const rows = Array.from({ length: 120 }, (_, i) => [`行${i}始\n中间\n行${i}终`, String(i)])
    const columns = [
      { title: '表头甲', width: 1 },
      { title: '表头乙', width: 1 }
    ]
    const blocks = [{ kind: 'table' as const, columns, rows, foot: ['合计', '7140'] }]
    const pages = pdfPages(
      Buffer.from(await writer.run({ ...report, sections: [{ id: 'long', title: '长表', blocks }] }))
    )
    t.ok(pages.length > 4)
    for (const page of pages) t.ok(page.includes('表头甲\n表头乙'))
    const whole = rows.filter((_, i) => pages.some(page => page.includes(`行${i}始`) && page.includes(`行${i}终`)))
    t.equal(whole.length, rows.length)
    const huge = [{ kind: 'table' as const, columns, rows: [['字'.repeat(6000), '1']] }]
    const parted = pdfPages(
      Buffer.from(await writer.run({ ...report, sections: [{ id: 'huge', title: '长行', blocks: huge }] }))
    )
    t.equal(parted.join('').split('字').length - 1, 6000, 'a row higher than a page loses nothing')
  })

  await t.test('over HTTP', async t => {
    await lay(db, 'water-body', [
      { id: 'W', wkt: 'POLYGON ((413400 2548700, 413600 2548700, 413600 2548900, 413400 2548700))' }
    ])
    const { app, as } = await testApp(t, db, { PUBLIC_URL: 'https://map.example' })
    const { id: _, createdAt: __, ...given } = result
    const request = { wkt: 'POLYGON EMPTY', ruleset: 'homestead-demo' }
    const ruleset = await rulesetOf()
    const recorded = async (knownTime: string) => {
      const kept = { ...given, asOf: { ...given.asOf, knownTime } }
      return (await record(db, { request, answer: kept, actor: 'test', ruleset })).id
    }
    const before = await recorded('2020-01-01T00:00:00.000Z')
    const id = await recorded(new Date(Date.now() + 60_000).toISOString())
    const get = (file: string, headers: Record<string, string> = as.checker) =>
      app.inject({ url: `/api/land-checks/${id}/${file}`, headers })

    const files = ['report.html', 'report.pdf', 'features.geojson', 'features.zip', 'features.txt']
    for (const file of files) {
      const made = await get(file)
      t.equal(made.statusCode, 200, `${file} ${made.body.slice(0, 300)}`)
      const etag = String(made.headers['etag'])
      t.equal((await get(file, { ...as.checker, 'if-none-match': etag })).statusCode, 304)
      t.equal((await get(file, {})).statusCode, 401)
      t.equal((await get(file, as.reader)).statusCode, 403)
      const unknown = `/api/land-checks/lc_01K9ZXM2Y3Q4R5S6T7V8W9X0AA/${file}`
      t.match((await app.inject({ url: unknown, headers: as.checker })).json(), { code: 'LAND_CHECK_UNKNOWN' })
    }
    t.equal((await get('report.html?variant=secret')).statusCode, 400)

    const html = await get('report.html')
    t.match(html.body, `https://map.example/verify/${id}?hash=${result.provenance.resultHash}`)
    const water = catalog.get('water-body').title.zh
    t.ok(html.body.includes(water), 'what lies around is in the legend')
    const earlier = await app.inject({ url: `/api/land-checks/${before}/report.html`, headers: as.checker })
    t.notOk(earlier.body.includes(water), 'but not what was published after the check')
    t.match(html.headers['content-security-policy'], /^default-src 'none'/)
    t.not((await get('report.html?variant=public')).headers['etag'], html.headers['etag'])

    const glance = { exists: true, createdAt: result.createdAt, verdict: 'REJECT', matches: true }
    t.match(verifyPage(id, undefined, glance, 'en').body, /agrees with what is kept.*Rejected/s)
    t.match(verifyPage(id, undefined, { ...glance, matches: null }, 'zh').body, '未给出哈希')
    t.match((await app.inject(`/verify/${id}?hash=${'0'.repeat(64)}`)).body, '与存档不一致')
    t.equal((await app.inject('/verify/lc_01K9ZXM2Y3Q4R5S6T7V8W9X0AA')).statusCode, 404)

    const geojson: FeatureCollection = (await get('features.geojson')).json()
    const roles = geojson.features.map(({ properties }) => properties!['role'])
    t.strictSame([...new Set(roles)], ['parcel', 'net', 'overlap', 'sliver', 'suggestion'])
    const net = geojson.features.filter(({ properties }) => properties!['role'] === 'net')
    t.equal(Math.round(net.reduce((sum, { properties }) => sum + Number(properties!['area']), 0) * 100) / 100, 167.95)
    t.notMatch(JSON.stringify(geojson), /HH-SECRET|张三/)

    const txt = await get('features.txt')
    const plots = readTxt(txt.body).map(({ parcel }) => parcel as GivenPlot)
    t.strictSame(
      plots.map(({ crs, polygons }) => [crs, polygons.length]),
      ['whole', ...net].map(() => ['EPSG:4526', 1]),
      'the parcel and three classes; a hair of 0.1 mm is no part'
    )
    const points = tableOf(await make(), 'points').rows.map(row => [Number(row[2]) + 38e6, Number(row[1])])
    t.strictSame(
      plots[0]!.polygons[0]![0]!.slice(0, 5).map(([x, y]) => [
        Math.round(x * 1000) / 1000,
        Math.round(y * 1000) / 1000
      ]),
      points
    )

    const folder = t.testdir()
    const zip = join(folder, 'parts.zip')
    await writeFile(zip, (await get('features.zip')).rawPayload)
    const source = await unpackShapefile(zip, folder, { maxUnpackedBytes: 1e6 })
    await wasmGdal().convert(folder, source, { signal: AbortSignal.timeout(60_000), timeoutSeconds: 60 })
    const read: Feature[] = (await readFile(join(folder, 'features.geojsonl'), 'utf8'))
      .trim()
      .split(/\n/)
      .map(line => JSON.parse(line))
    const told = geojson.features
    t.strictSame(
      read.map(({ properties: p }) => [p!['role'], p!['class'], p!['rule'], p!['feature_id'], Number(p!['area_m2'])]),
      told.map(({ properties: p }) => [p!['role'], p!['class'], p!['rule'], p!['featureId'], p!['area']])
    )
    const corner = (geometry: object) => {
      const numbers = (JSON.stringify(geometry).match(/[\d.]+(?=[,\]])/g) ?? []).map(Number)
      return [Math.max(...numbers.filter(n => n > 100)), Math.max(...numbers.filter(n => n < 100))]
    }
    const [east = 0, north = 0] = corner(told[0]!.geometry)
    const [readEast = 0, readNorth = 0] = corner(read[0]!.geometry)
    t.ok(
      Math.abs(readEast - east) < 2e-9 && Math.abs(readNorth - north) < 2e-9,
      `${readEast} ${readNorth} is in the same place`
    )
  })
})
