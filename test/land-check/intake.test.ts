import type { Polygon } from 'geojson'
import t from 'tap'
import type { Layer } from '../../server/catalog/layer.ts'
import { inputHashOf } from '../../server/land-check/answer/compose.ts'
import { toGcj } from '../../server/land-check/intake/datum.ts'
import type { GivenPlot } from '../../server/land-check/intake/given.ts'
import { type Parcel, takeParcels } from '../../server/land-check/intake/intake.ts'
import { readTxt } from '../../server/land-check/intake/read-txt.ts'
import { canonicalRings, openRings, toGrid } from '../../server/land-check/intake/rings.ts'
import { dropSpikes } from '../../server/land-check/intake/spikes.ts'
import { decodeTxt } from '../../server/land-check/intake/txt-lines.ts'
import { writeTxt } from '../../server/land-check/intake/write-txt.ts'
import { checking } from '../../server/land-check/measure/failure.ts'
import { planSnapshot, type Snapshot } from '../../server/land-check/measure/plan-state.ts'
import type { LandCheckRequest } from '../../server/land-check/request.ts'
import { layersOf, type Ruleset } from '../../server/land-check/rules/ruleset.ts'
import { planarArea } from '../../server/lib/area.ts'
import { Problem } from '../../server/lib/errors.ts'
import { sql } from '../../server/lib/sql.ts'
import { onBothDatabases, testApp } from '../helper.ts'
import { formType, form as formWith } from '../uploads/client.ts'
import { kmlOf, zippedShapefile } from './files.ts'
import { catalogOf, geojsonOf, lay, layerOf, rulesetOf } from './ground.ts'
import { GOLDEN_POINTS, GOLDEN_TXT, headerWith, PLOT, type Point, rectangle, ringLines, txtOf } from './txt.ts'

/** How a parcel is taken in: every way of writing it, and every refusal. */

const plotOf = (text: string, declared?: string): GivenPlot => {
  const [plot] = readTxt(text, declared)
  if (!plot || plot.parcel instanceof Problem) throw plot?.parcel ?? new Error('no plot')
  return plot.parcel
}
const codes = (given: GivenPlot) => given.notes.map(note => note.code).sort()
const gridOf = (given: GivenPlot) => {
  const shift = given.crs === 'EPSG:4526' ? 38e6 : 0
  const plain = given.polygons.map(rings => rings.map(ring => ring.map(([x, y]): [number, number] => [x - shift, y])))
  return canonicalRings(openRings(toGrid(plain, 0.0001)).polygons)
}
const refusal = (work: () => unknown): Problem => {
  try {
    const found = work()
    if (found instanceof Problem) return found
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('it was not refused')
}

const GOLDEN_GRID = gridOf(plotOf(GOLDEN_TXT))

t.test('the sample of the TXT format is 120 m² of EPSG:4526', async t => {
  const given = plotOf(GOLDEN_TXT)
  t.equal(given.crs, 'EPSG:4526')
  t.equal(given.declaredArea, 120)
  t.equal(given.decimals, 3)
  t.equal(planarArea(GOLDEN_GRID, 0.0001), 120)
  t.strictSame(codes(given), ['TXT_ZONE_PREFIX_REMOVED'])
})

const unprefixed = (points: readonly Point[]) => points.map(([n, e]): Point => [n, e - 38e6])
const tolerated: [string, string, string[]][] = [
  ['CRLF', GOLDEN_TXT.replaceAll('\n', '\r\n'), ['TXT_LINE_ENDINGS']],
  ['CR', GOLDEN_TXT.replaceAll('\n', '\r'), ['TXT_LINE_ENDINGS']],
  ['a byte order mark', `\ufeff${GOLDEN_TXT}`, ['TXT_BYTE_ORDER_MARK']],
  ['a leading blank', ` ${GOLDEN_TXT}`, ['TXT_SPACES']],
  ['an empty line before it', `\n${GOLDEN_TXT}`, ['TXT_SPACES']],
  ['blanks in lines', GOLDEN_TXT.replaceAll(',1,', ' , 1 ,'), ['TXT_SPACES']],
  ['a tab in the header', GOLDEN_TXT.replace('带号=38', '带号 = 38\t'), ['TXT_SPACES']],
  ['full-width commas', GOLDEN_TXT.replaceAll(',', '\uff0c'), ['TXT_FULL_WIDTH']],
  ['full-width brackets', GOLDEN_TXT.replace('[地块坐标]', '\u3010地块坐标\u3011'), ['TXT_FULL_WIDTH']],
  ['full-width equals', GOLDEN_TXT.replaceAll('=', '\uff1d'), ['TXT_FULL_WIDTH']],
  ['full-width digits', GOLDEN_TXT.replace('J1,1,2550370.457', 'J1,1,\uff12550370.457'), ['TXT_FULL_WIDTH']],
  ['points named 1, 2 …', GOLDEN_TXT.replaceAll('\nJ', '\n'), ['TXT_POINT_NAMES']],
  [
    'no closing point',
    txtOf([PLOT.replace('5,', '4,'), ...ringLines(GOLDEN_POINTS, { close: false })]),
    ['TXT_CLOSING_POINT_ABSENT']
  ],
  [
    'no closing point, but counted',
    txtOf([PLOT, ...ringLines(GOLDEN_POINTS, { close: false })]),
    ['TXT_CLOSING_POINT_ABSENT', 'TXT_COUNT_WITH_CLOSING']
  ],
  ['a count without the closing point', GOLDEN_TXT.replace('5,0.0120', '4,0.0120'), ['TXT_COUNT_WITHOUT_CLOSING']],
  ['no count', GOLDEN_TXT.replace('5,0.0120', ',0.0120'), []],
  ['an area in m²', GOLDEN_TXT.replace('0.0120', '120.00'), ['TXT_AREA_IN_M2']],
  ['no area', GOLDEN_TXT.replace('0.0120', ''), ['TXT_AREA_ABSENT']],
  ['a further block', GOLDEN_TXT.replace('[地块坐标]', '[扩展信息]\n随便=什么\n[地块坐标]'), ['TXT_BLOCK_IGNORED']],
  ['a block after the plots', `${GOLDEN_TXT}[扩展信息]\nx\n`, ['TXT_BLOCK_IGNORED']],
  ['thirteen fields', GOLDEN_TXT.replace(',0702,@', ',0702,水田,耕地,6,5,备注,@'), ['TXT_13_FIELDS']],
  ['another number of fields', GOLDEN_TXT.replace(',,农村宅基地,0702,@', ',@'), ['TXT_FIELD_COUNT']],
  ['no @', GOLDEN_TXT.replace(',@', ''), ['TXT_AT_MISSING']],
  ['an accuracy in decimals', GOLDEN_TXT.replace('精度=0.001', '精度=3'), ['TXT_ACCURACY_IN_DECIMALS']],
  ['a ring number of 2', GOLDEN_TXT.replace(/(J\d),1,/g, '$1,2,'), ['TXT_RING_NUMBERS']],
  ['a name with a full-width comma', GOLDEN_TXT.replace('地块1', '地块1\uff0c东侧'), []],
  ['heights', GOLDEN_TXT.replace(/(J.*)/g, '$1,12.5'), []],
  ['a zone written 38带, 3度', GOLDEN_TXT.replace('带号=38', '带号=38带').replace('几度分带=3', '几度分带=3度'), []]
]

for (const [name, text, notes] of tolerated) {
  t.test(`TXT with ${name} is the same parcel`, async t => {
    const given = plotOf(text)
    t.strictSame(gridOf(given), GOLDEN_GRID)
    t.strictSame(codes(given), [...notes, 'TXT_ZONE_PREFIX_REMOVED'].sort())
    for (const note of given.notes) {
      t.type(note.line, 'number', note.code)
      t.ok(note.message.zh && note.message.en)
    }
  })
}

t.test('eastings without a zone number are of the zone without one', async t => {
  const given = plotOf(txtOf([PLOT, ...ringLines(unprefixed(GOLDEN_POINTS))]))
  t.equal(given.crs, 'EPSG:4547')
  t.strictSame(gridOf(given), GOLDEN_GRID)
  t.strictSame(codes(given), [])
})

t.test('a TXT without header takes the CRS of the request', async t => {
  const bare = GOLDEN_TXT.slice(GOLDEN_TXT.indexOf('[地块坐标]'))
  t.strictSame(gridOf(plotOf(bare, 'EPSG:4526')), GOLDEN_GRID)
  t.equal(refusal(() => readTxt(bare)).code, 'CRS_UNDECLARED')
  t.equal(refusal(() => plotOf(bare, 'EPSG:4547')).code, 'TXT_ZONE_MISMATCH')
  t.equal(refusal(() => plotOf(bare, 'EPSG:4525')).code, 'TXT_ZONE_MISMATCH')
  t.equal(refusal(() => plotOf(GOLDEN_TXT, 'EPSG:4525')).code, 'TXT_ZONE_MISMATCH')
  t.equal(plotOf(GOLDEN_TXT, 'EPSG:4526').crs, 'EPSG:4526')
})

t.test('bytes are UTF-8, else GB18030', async t => {
  // 界址点 in GBK.
  const gbk = Buffer.from([0xbd, 0xe7, 0xd6, 0xb7, 0xb5, 0xe3])
  t.strictSame(decodeTxt(gbk), { text: '界址点', encoding: 'gb18030' })
  t.equal(decodeTxt(Buffer.from('界址点')).encoding, 'utf-8')
  t.strictSame(decodeTxt(Buffer.from('\ufeff界址点', 'utf16le')).encoding, 'utf-16le')
  t.match(decodeTxt(Buffer.from('\ufeff界')).text, /^\ufeff/)
  t.equal(refusal(() => decodeTxt(Buffer.from([0x41, 0xff, 0xff, 0xff, 0x42]))).code, 'TXT_UNREADABLE')
})

const line = (text: string, at: string) => text.split('\n').findIndex(l => l.startsWith(at)) + 1
const refused: [string, string, string, number | null][] = [
  ['the easting of another zone', GOLDEN_TXT.replaceAll(',3840', ',3940'), 'TXT_ZONE_MISMATCH', line(GOLDEN_TXT, 'J1')],
  [
    'one easting of another zone',
    GOLDEN_TXT.replace('J3,1,2550358.457,38', 'J3,1,2550358.457,39'),
    'TXT_ZONE_MISMATCH',
    line(GOLDEN_TXT, 'J3')
  ],
  [
    'one easting without the zone',
    GOLDEN_TXT.replace('J2,1,2550370.457,38', 'J2,1,2550370.457,'),
    'TXT_ZONE_MISMATCH',
    line(GOLDEN_TXT, 'J2')
  ],
  ['columns Y, X', GOLDEN_TXT.replace(/,(25\d+\.\d+),(38\d+\.\d+)/g, ',$2,$1'), 'AXIS_SWAPPED', line(GOLDEN_TXT, 'J1')],
  [
    'one point Y, X',
    GOLDEN_TXT.replace('J3,1,2550358.457,38407771.089', 'J3,1,38407771.089,2550358.457'),
    'AXIS_SWAPPED',
    line(GOLDEN_TXT, 'J3')
  ],
  [
    'a closing point X, X',
    GOLDEN_TXT.replace(/J1,1,2550370.457,38407761.089\n$/, 'J1,1,2550370.457,2550370.457\n'),
    'TXT_COORDINATE_WRONG',
    line(GOLDEN_TXT, 'J4') + 1
  ],
  [
    'a closing point elsewhere',
    GOLDEN_TXT.replace(/J1,1,2550370.457,38407761.089\n$/, 'J1,1,2550370.457,38407761.189\n'),
    'TXT_CLOSING_POINT_DIFFERS',
    line(GOLDEN_TXT, 'J4') + 1
  ],
  ['Xian 1980', txtOf([PLOT], headerWith({ 坐标系: '西安80坐标系' })), 'DATUM_FOREIGN', 5],
  ['Beijing 1954', txtOf([PLOT], headerWith({ 坐标系: '北京54' })), 'DATUM_FOREIGN', 5],
  ['WGS 84', txtOf([PLOT], headerWith({ 坐标系: 'WGS84' })), 'DATUM_FOREIGN', 5],
  ['transformation parameters', txtOf([PLOT], headerWith({ 转换参数: '1.5,,,,,,' })), 'TXT_TRANSFORMATION', 11],
  ['another projection', txtOf([PLOT], headerWith({ 投影类型: '墨卡托' })), 'TXT_UNREADABLE', 7],
  ['another unit', txtOf([PLOT], headerWith({ 计量单位: '度' })), 'TXT_UNREADABLE', 8],
  ['zones of 1.5°', txtOf([PLOT], headerWith({ 几度分带: '1.5' })), 'TXT_UNREADABLE', 6],
  ['a zone that does not exist', txtOf([PLOT], headerWith({ 带号: '60' })), 'TXT_UNREADABLE', 9],
  ['no zone', txtOf([PLOT], headerWith({ 带号: null })), 'CRS_UNDECLARED', null],
  ['no datum', txtOf([PLOT], headerWith({ 坐标系: '' })), 'CRS_UNDECLARED', null],
  ['a header line twice', txtOf([PLOT], headerWith({ 备注: 'a\n备注=b' })), 'TXT_UNREADABLE', 13],
  ['a line', GOLDEN_TXT.replace(',面,', ',线,'), 'TXT_NOT_POLYGON', line(GOLDEN_TXT, '5,')],
  ['a point', GOLDEN_TXT.replace(',面,', ',点,'), 'TXT_NOT_POLYGON', line(GOLDEN_TXT, '5,')],
  ['two points', txtOf([PLOT.replace('5,', '3,'), ...ringLines(GOLDEN_POINTS.slice(0, 2))]), 'TXT_TOO_FEW_POINTS', 14],
  ['a point missing', GOLDEN_TXT.replace(/J3.*\n/, ''), 'TXT_COUNT_MISMATCH', line(GOLDEN_TXT, '5,')],
  [
    'a word for a number',
    GOLDEN_TXT.replace('J2,1,2550370.457', 'J2,1,二五五'),
    'TXT_UNREADABLE',
    line(GOLDEN_TXT, 'J2')
  ],
  ['an exponent', GOLDEN_TXT.replace('J2,1,2550370.457', 'J2,1,2.55e6'), 'TXT_UNREADABLE', line(GOLDEN_TXT, 'J2')],
  ['too few fields', GOLDEN_TXT.replace('J2,1,2550370.457,', 'J2,1,'), 'TXT_UNREADABLE', line(GOLDEN_TXT, 'J2')],
  ['points before a plot', txtOf(ringLines(GOLDEN_POINTS)), 'TXT_UNREADABLE', 13],
  ['no plots', txtOf([]), 'TXT_UNREADABLE', 1],
  ['no block of plots', GOLDEN_TXT.replace('[地块坐标]', '[坐标]'), 'TXT_UNREADABLE', 1],
  ['text before the blocks', `你好\n${GOLDEN_TXT}`, 'TXT_UNREADABLE', 1],
  ['something after @', GOLDEN_TXT.replace('@', '@,x'), 'TXT_UNREADABLE', line(GOLDEN_TXT, '5,')]
]

for (const [name, text, code, at] of refused) {
  t.test(`TXT with ${name} is refused with ${code}`, async t => {
    const problem = refusal(() => plotOf(text))
    t.equal(problem.code, code, problem.text.en)
    if (at !== null) t.equal(problem.details[0]?.line, at)
    t.notMatch(problem.text.zh + problem.text.en, /undefined|\{\w+\}/)
    if (at !== null) t.match(problem.text.zh, `第 ${at} 行`)
  })
}

t.test('rings of a TXT are told apart by their points, and what they are by containment', async t => {
  const outer = rectangle(0, 0, 20, 20)
  const hole = rectangle(5, 5, 5, 5)
  const island = rectangle(6, 6, 2, 2)
  const beside = rectangle(0, 30, 10, 10)
  const plot = (...rings: string[][]) => plotOf(txtOf([`${rings.flat().length},,1,,面,,,,@`, ...rings.flat()]))
  const shape = (given: GivenPlot) => given.polygons.map(rings => rings.length)

  const usual = plot(ringLines(outer), ringLines(hole, { ring: 2, from: 5 }))
  t.strictSame(shape(usual), [2])
  t.equal(planarArea(gridOf(usual), 0.0001), 375)
  const second = plot(ringLines(outer), ringLines(beside, { ring: 2, from: 5 }))
  t.strictSame(shape(second), [1, 1])
  t.ok(codes(second).includes('TXT_OUTER_PART_BY_CONTAINMENT'))
  const repeated = plot(ringLines(outer), ringLines(beside, { from: 5 }))
  t.strictSame(gridOf(repeated), gridOf(second), 'a ring number that repeats after the closing point begins a ring')
  t.ok(codes(repeated).includes('TXT_RING_NUMBERS'))
  const unnumbered = plot(ringLines(outer), ringLines(hole, { from: 5 }))
  t.strictSame(gridOf(unnumbered), gridOf(usual))
  t.ok(codes(unnumbered).includes('TXT_HOLE_BY_CONTAINMENT'))
  const nested = plot(ringLines(island, { ring: 3 }), ringLines(outer, { ring: 1 }), ringLines(hole, { ring: 2 }))
  t.strictSame(shape(nested), [1, 2], 'an island in a hole is a part of its own, whatever the order')
  t.equal(planarArea(gridOf(nested), 0.0001), 379)
  const touching = plot(ringLines(outer), ringLines(rectangle(0, 5, 5, 5), { ring: 2 }))
  t.strictSame(
    shape(touching),
    [2],
    'a hole that shares an edge with its shell is still in it; validity is judged later'
  )
})

t.test('plots of one TXT do not hide one another', async t => {
  const lines = (no: string, points: readonly Point[], ring: number) => [
    `5,,${no},名${no},面,,,,@`,
    ...ringLines(points, { ring })
  ]
  const text = txtOf([
    ...lines('A', GOLDEN_POINTS, 1),
    '5,,B,名B,线,,,,@',
    ...ringLines(GOLDEN_POINTS),
    ...lines('C', rectangle(0, 50, 5, 5), 2)
  ])
  const plots = readTxt(text)
  t.match(plots, [{ no: 'A', name: '名A' }, { no: 'B', parcel: { code: 'TXT_NOT_POLYGON' } }, { no: 'C' }])
  const third = plots[2]?.parcel as GivenPlot
  t.ok(codes(third).includes('TXT_RING_NUMBERS'), 'ring numbers that go on over plots')
  t.equal(planarArea(gridOf(third), 0.0001), 25)
})

t.test('what is written as TXT reads back as the same parcel', async t => {
  const square = (x: number, y: number, size: number): [number, number][] => [
    [407761.0891 + x, 2550358.4572 + y],
    [407761.0891 + x + size, 2550358.4572 + y],
    [407761.0891 + x + size, 2550358.4572 + y + size],
    [407761.0891 + x, 2550358.4572 + y + size]
  ]
  const polygons = [[square(0, 0, 20), square(5, 5, 3.3333)], [square(40, 0, 7.7777)]]
  const o = { crs: 'EPSG:4547', producer: '试，验', date: '2026-11-22' }
  const text = writeTxt([{ no: '1', name: '甲,乙', polygons, area: 450 }], o)
  const given = plotOf(text)
  t.strictSame(gridOf(given), canonicalRings(toGrid(polygons, 0.0001)))
  t.equal(given.crs, 'EPSG:4526')
  t.match(text, /\r\n带号=38\r\n/)
  t.throws(() => writeTxt([], { ...o, crs: 'EPSG:4490' }), { code: 'TXT_CRS_UNSUPPORTED' })
})

t.test('spikes shorter than a millimetre go, longer ones stay', async t => {
  const [a, b, c, d] = [
    [0, 0],
    [10, 0],
    [10, 10],
    [0, 10]
  ] as [number, number][]
  const spiked = (length: number) => [
    [[a!, b!, c!, [10, 10 + length] as [number, number], [10, 10] as [number, number], d!]]
  ]
  t.strictSame(dropSpikes(spiked(0.0009), 'metre'), { polygons: [[[a, b, c, d]]], count: 1 })
  t.equal(dropSpikes(spiked(0.0011), 'metre').count, 0)
  t.equal(dropSpikes([[[a!, b!, c!, d!]]], 'metre').count, 0)
  t.equal(dropSpikes(spiked(1e-9), 'degree').count, 1)
})

t.test('the datum of web maps lies 600 m off here', async t => {
  const [lon, lat] = toGcj([113.1, 23.05])
  const metres = Math.hypot((lon - 113.1) * 111_320 * Math.cos((23.05 * Math.PI) / 180), (lat - 23.05) * 110_750)
  t.ok(metres > 600 && metres < 640, `${metres} m`)
})

const GOLDEN = [
  { name: '10 × 8 m', planar: 80, ellipsoid: 79.9832, points: rectangle(0, 0, 10, 8) },
  { name: '12 × 10 m', planar: 120, ellipsoid: 119.9748, points: rectangle(0, 0, 12, 10) },
  {
    name: '12 × 10 m, turned',
    planar: 120.00958,
    ellipsoid: 119.9845,
    points: [
      [2550358.457, 38407761.089],
      [2550369.933, 38407764.597],
      [2550367.009, 38407774.161],
      [2550355.533, 38407770.652]
    ]
  },
  {
    name: '15 × 10 m, turned',
    planar: 149.9934,
    ellipsoid: 149.9618,
    points: [
      [2550358.457, 38407761.089],
      [2550371.447, 38407768.589],
      [2550366.447, 38407777.249],
      [2550353.457, 38407769.749]
    ]
  },
  {
    name: '1 ha',
    planar: 9999.961503,
    ellipsoid: 9997.862,
    points: [
      [2550358.457, 38407761.089],
      [2550454.087, 38407790.326],
      [2550424.85, 38407885.957],
      [2550329.22, 38407856.719]
    ]
  },
  {
    name: '1 km²',
    planar: 1000000.01507,
    ellipsoid: 999792.7586,
    points: [
      [2550358.457, 38407761.089],
      [2551314.762, 38408053.461],
      [2551022.39, 38409009.765],
      [2550066.085, 38408717.394]
    ]
  }
] satisfies { name: string; planar: number; ellipsoid: number; points: Point[] }[]

const eastNorth = (points: readonly Point[], shift = 0) => points.map(([n, e]): [number, number] => [e - shift, n])
const wktText = (ring: readonly (readonly number[])[], digits = 3) =>
  `POLYGON ((${[...ring, ring[0]!].map(p => p.map(n => n.toFixed(digits)).join(' ')).join(', ')}))`

const CODE = '440605123001JC00007'
const UNIT = `${CODE}F00010001`
const parcels: Layer = {
  ...layerOf('parcels'),
  fields: [
    { name: 'code', type: 'text', title: { zh: '码', en: 'code' } },
    { name: 'unit', type: 'text', title: { zh: '元', en: 'unit' } }
  ]
}
const district = layerOf('district-line')

interface Form {
  file?: { name: string; data: Buffer }
  fields: Record<string, string>
}

await onBothDatabases(t, async (t, db) => {
  const layers = [parcels, district]
  const catalog = catalogOf(layers)
  const ruleset = await rulesetOf({ parcelLayer: { layer: 'parcels', unitField: 'unit' } })
  const text = (points: readonly Point[]) => wktText(eastNorth(points, 38e6))
  const rows = [
    { id: CODE, wkt: text(GOLDEN_POINTS), kind: UNIT },
    { id: '440605123001JC00008', wkt: text(rectangle(100, 100, 10, 10)) }
  ]
  await lay(db, 'parcels', rows, parcels)
  await lay(
    db,
    'district-line',
    [
      { id: 'D', wkt: text(rectangle(-2000, -2000, 4000, 2005)) },
      { id: 'E', wkt: text(rectangle(-2000, 5, 4000, 995)) }
    ],
    district
  )

  const take = (requests: Partial<LandCheckRequest>[], rules: Ruleset = ruleset, knownTime?: string) =>
    db.transaction(async tx => {
      const [snapshot] = await tx.query<Snapshot>(planSnapshot(layersOf(rules), { knownTime }))
      const ground = { catalog, snapshot: snapshot!, validTime: '2026-11-22' }
      return takeParcels(
        tx,
        requests.map(request => ({ ruleset: 'test', ...request })),
        rules,
        ground
      )
    }, checking())
  const taken = async (request: Partial<LandCheckRequest>, rules?: Ruleset): Promise<Parcel> => {
    const [parcel] = await take([request], rules)
    if (!parcel || parcel instanceof Problem) throw parcel
    return parcel
  }
  const refusedAs = async (request: Partial<LandCheckRequest>, rules?: Ruleset): Promise<Problem> => {
    const [problem] = await take([request], rules)
    if (!(problem instanceof Problem)) throw new Error('it was not refused')
    return problem
  }
  const noteCodes = (parcel: Parcel) => parcel.notes.map(note => note.code)

  for (const { name, planar, ellipsoid, points } of GOLDEN) {
    await t.test(`golden vector ${name} in every form is one parcel`, async t => {
      const plain = wktText(eastNorth(points, 38e6))
      const degrees = (await geojsonOf(db, plain, 4547, 9)) as Polygon
      const own = `5,${(planar / 1e4).toFixed(4)},7,甲,面,,,,@`
      const parcels = await take(
        [
          { txt: txtOf([own, ...ringLines(points)]) },
          { txt: txtOf([own, ...ringLines(unprefixed(points), { letter: '' })]).replaceAll('\n', '\r\n') },
          { wkt: wktText(eastNorth(points)), crs: 'EPSG:4526' },
          { wkt: plain, crs: 'EPSG:4547' },
          { wkt: wktText(degrees.coordinates[0]!, 9), crs: 'EPSG:4490' },
          { geojson: degrees },
          {
            geojson: { type: 'FeatureCollection', features: [{ type: 'Feature', properties: null, geometry: degrees }] }
          },
          { vertices: eastNorth(points, 38e6).toReversed(), crs: 'EPSG:4547' },
          { vertices: [...eastNorth(points), ...eastNorth(points).slice(0, 1)], crs: 'EPSG:4526' },
          {
            txt: writeTxt([{ no: '1', name: '', polygons: [[eastNorth(points, 38e6)]], area: planar }], {
              crs: 'EPSG:4547',
              producer: '',
              date: '2026-11-22'
            })
          }
        ],
        await rulesetOf()
      )
      for (const parcel of parcels) {
        if (parcel instanceof Problem) throw parcel
        t.ok(Math.abs(parcel.areaPlanar - planar) < 1e-6 * Math.max(1, planar), `${parcel.areaPlanar} m²`)
        t.ok(
          Math.abs(parcel.areaEllipsoid - ellipsoid) < Math.max(0.002, planar * 2e-8),
          `${parcel.areaEllipsoid} m² on the ellipsoid`
        )
        t.equal(
          parcel.notes.some(note => note.code === 'DECLARED_AREA_DIFFERS'),
          false
        )
      }
      const hashes = parcels.map(parcel => (parcel instanceof Problem ? '' : inputHashOf(parcel, ruleset)))
      t.equal(new Set(hashes).size, 1)
      t.match(parcels[0], { source: 'txt', plot: { no: '7', name: '甲' }, crs: 'EPSG:4526' })
    })
  }

  await t.test('a chunk of parcels is each taken as if it were alone', async t => {
    const bad =
      'POLYGON ((407761.089 2550358.457, 407771.089 2550368.457, 407771.089 2550358.457, 407761.089 2550368.457, 407761.089 2550358.457))'
    const requests: Partial<LandCheckRequest>[] = [
      { wkt: text(GOLDEN_POINTS), crs: 'EPSG:4547' },
      { wkt: bad, crs: 'EPSG:4547' },
      { wkt: 'POINT (1 2)', crs: 'EPSG:4547' },
      { geojson: await geojsonOf(db, text(rectangle(5, 5, 7, 9)), 4547, 9) },
      { parcelCode: CODE },
      { wkt: text(rectangle(0, 0, 300, 300)), crs: 'EPSG:4526' },
      { txt: GOLDEN_TXT }
    ]
    const together = await take(requests)
    const alone = []
    for (const request of requests) alone.push(...(await take([request])))
    t.strictSame(
      together.map(entry => (entry instanceof Problem ? entry.code : entry)),
      alone.map(entry => (entry instanceof Problem ? entry.code : entry))
    )
    t.strictSame(
      together.map(entry => (entry instanceof Problem ? entry.code : 'taken')),
      ['taken', 'GEOMETRY_INVALID', 'GEOMETRY_UNREADABLE', 'taken', 'taken', 'ZONE_MISMATCH', 'taken']
    )
    t.strictSame(await take([]), [])
  })

  await t.test('a parcel is found by its code, at the revision of the check', async t => {
    const before = new Date().toISOString()
    for (const code of [CODE, UNIT]) {
      const parcel = await taken({ parcelCode: code })
      t.match(parcel, { source: 'parcelCode', areaPlanar: 120, plot: { no: code } })
      t.strictSame(parcel.grid, (await taken({ txt: GOLDEN_TXT })).grid)
      t.match(noteCodes(parcel), ['PARCEL_FROM_LAYER'])
    }
    t.match(await taken({ parcelCode: UNIT }, await rulesetOf({ parcelLayer: { layer: 'parcels' } })), {
      areaPlanar: 120
    })
    t.match(await refusedAs({ parcelCode: '440605123001JC99999' }), { code: 'PARCEL_CODE_UNKNOWN', status: 404 })
    t.match(await refusedAs({ parcelCode: `${CODE}F00010002` }), { code: 'PARCEL_CODE_UNKNOWN' })
    for (const code of [
      '440606123001JC00007',
      '440605123001QC00007',
      '440605123001JZ00007',
      `${CODE}X00010001`,
      `${CODE}W00010001`,
      '44060512'
    ]) {
      t.equal((await refusedAs({ parcelCode: code })).code, 'PARCEL_CODE_MALFORMED', code)
    }
    t.equal((await refusedAs({ parcelCode: CODE }, await rulesetOf())).code, 'PARCEL_LAYER_UNAVAILABLE')
    await lay(db, 'parcels', [{ id: CODE, wkt: text(rectangle(0, 0, 5, 5)) }], parcels)
    t.equal((await taken({ parcelCode: CODE })).areaPlanar, 25)
    const [then] = await take([{ parcelCode: CODE }], ruleset, before)
    t.match(then, { areaPlanar: 120 }, 'what was known then')
    await lay(db, 'parcels', rows, parcels)
  })

  await t.test('25 a parcel across the district line is refused with the part outside', async t => {
    const bounded = await rulesetOf({ jurisdiction: { ...ruleset.jurisdiction, layer: 'district-line' } })
    const at = (east: number) => ({ wkt: text(rectangle(0, east, 12, 10)), crs: 'EPSG:4547' })
    t.equal((await taken(at(0), bounded)).areaPlanar, 120, 'across a line inside the district')
    t.equal((await taken(at(500), bounded)).areaPlanar, 120)
    t.equal((await taken(at(990), bounded)).areaPlanar, 120, 'along the line')
    const across = await refusedAs(at(996), bounded)
    t.equal(across.code, 'OUT_OF_JURISDICTION')
    t.match(across.members, { outside: { area: 72, share: 0.6, geometry: { type: 'MultiPolygon' } } })
    t.match((await refusedAs(at(1500), bounded)).members, { outside: { area: 120, share: 1 } })
    t.equal((await taken(at(1500))).areaPlanar, 120, 'without a line there is only the window')
    const missing = await rulesetOf({ jurisdiction: { ...ruleset.jurisdiction, layer: 'nowhere' } })
    t.equal((await taken(at(0), missing)).jurisdictionUnknown, true)
    t.equal((await taken(at(0), bounded)).jurisdictionUnknown, false)
  })

  await t.test('of several plots one is chosen', async t => {
    const lines = (no: string, points: readonly Point[]) => [`5,,${no},名${no},面,,,,@`, ...ringLines(points)]
    const txt = txtOf([
      ...lines('A', GOLDEN_POINTS),
      ...lines('2', rectangle(0, 50, 5, 5)),
      ...lines('A', rectangle(0, 80, 4, 4))
    ])
    const problem = await refusedAs({ txt })
    t.equal(problem.code, 'PLOT_NOT_ONE')
    t.match(problem.text.zh, '1: A 名A; 2: 2 名2; 3: A 名A')
    t.equal((await taken({ txt, plot: '2' })).areaPlanar, 25)
    t.equal((await taken({ txt, plot: '3' })).areaPlanar, 16, 'by its place')
    t.equal((await refusedAs({ txt, plot: 'A' })).code, 'PLOT_NOT_ONE', 'two are A')
    t.equal((await refusedAs({ txt, plot: '9' })).code, 'PLOT_NOT_ONE')
    const geometry = await geojsonOf(db, text(GOLDEN_POINTS), 4547, 9)
    const features = [
      { type: 'Feature', id: 'x', properties: {}, geometry },
      { type: 'Feature', properties: {}, geometry: null }
    ]
    const geojson = { type: 'FeatureCollection', features }
    t.equal((await taken({ geojson, plot: 'x' })).areaPlanar.toFixed(3), '120.000')
    t.equal((await refusedAs({ geojson, plot: '2' })).code, 'GEOMETRY_UNREADABLE')
    t.equal((await refusedAs({ wkt: text(GOLDEN_POINTS), crs: 'EPSG:4547', plot: '2' })).code, 'PLOT_NOT_ONE')
  })

  await t.test('a repair is made where it is asked for and changes nothing', async t => {
    const [[e, n]] = eastNorth(rectangle(0, 0, 1, 1), 38e6) as [[number, number]]
    const ring = (points: [number, number][]) =>
      wktText(
        points.map(([x, y]) => [e + x, n + y]),
        4
      )
    // A ring that crosses itself in its last centimetre.
    const knot = ring([
      [0, 0],
      [10, 0],
      [10, 12],
      [0.01, 12],
      [0, 11.99],
      [0.01, 11.99],
      [0, 12]
    ])
    const asked = { wkt: knot, crs: 'EPSG:4547', repair: 'structure' } as const
    const offered = await refusedAs({ ...asked, repair: 'none' })
    t.match(offered, { code: 'GEOMETRY_INVALID', members: { suggestedRepair: Object, areaDelta: Number } })
    const mended = (await take([asked]))[0]!
    if (mended instanceof Problem) t.not(mended.members['partsAfter'], 1, 'refused only because its parts would change')
    else t.match(noteCodes(mended), ['REPAIRED_STRUCTURE'])
    const spike = ring([
      [0, 0],
      [10, 0],
      [10, 12],
      [10, 20],
      [10, 12],
      [0, 12]
    ])
    t.equal((await refusedAs({ wkt: spike, crs: 'EPSG:4547' })).code, 'GEOMETRY_INVALID')
    const without = await taken({ wkt: spike, crs: 'EPSG:4547', repair: 'structure' })
    t.equal(without.areaPlanar, 120)
    t.ok(noteCodes(without).includes('REPAIRED_STRUCTURE'))
    const short = await taken({
      wkt: ring([
        [0, 0],
        [10, 0],
        [10, 12],
        [10, 12.0009],
        [10, 12],
        [0, 12]
      ]),
      crs: 'EPSG:4547'
    })
    t.ok(noteCodes(short).includes('SPIKES_REMOVED'))
    t.equal(short.areaPlanar, 120)
    const bow = ring([
      [0, 0],
      [10, 12],
      [10, 0],
      [0, 12]
    ])
    t.equal(
      (await refusedAs({ wkt: bow, crs: 'EPSG:4547', repair: 'structure' })).code,
      'GEOMETRY_INVALID',
      'a bow-tie is another land'
    )
    const twice = `MULTIPOLYGON (${[text(GOLDEN_POINTS), text(rectangle(5, 5, 10, 10))].map(w => w.replace('POLYGON ', '')).join(', ')})`
    t.equal(
      (await refusedAs({ wkt: twice, crs: 'EPSG:4547', repair: 'structure' })).code,
      'GEOMETRY_INVALID',
      'parts that overlap'
    )
  })

  await t.test('coordinates of web maps are for a preview only', async t => {
    const degrees = (await geojsonOf(db, text(GOLDEN_POINTS), 4547, 9)) as Polygon
    const shifted = {
      type: 'Polygon',
      coordinates: degrees.coordinates.map(ring =>
        ring.map(([x = 0, y = 0]) => toGcj([x, y]).map(c => Number(c.toFixed(6))))
      )
    }
    const parcel = await taken({ geojson: shifted, datum: 'GCJ-02' })
    t.match(parcel, { previewOnly: true, datum: 'GCJ-02' })
    t.match(noteCodes(parcel).sort(), ['COORD_PRECISION_LOW', 'DATUM_ASSUMED_EQUAL', 'DATUM_SHIFTED'])
    const off = Math.hypot(
      (parcel.inside[0] - degrees.coordinates[0]![0]![0]!) * 1e5,
      (parcel.inside[1] - degrees.coordinates[0]![0]![1]!) * 1e5
    )
    t.ok(off < 30, `${off} m from the parcel itself, not 600`)
    t.equal((await refusedAs({ geojson: shifted })).code, 'COORD_PRECISION_LOW')
    t.equal(
      (await refusedAs({ wkt: text(GOLDEN_POINTS), crs: 'EPSG:4547', datum: 'BD-09' })).code,
      'DATUM_NOT_FOR_FORM'
    )
    t.equal((await refusedAs({ txt: GOLDEN_TXT, datum: 'GCJ-02' })).code, 'DATUM_NOT_FOR_FORM')
    t.equal((await taken({ txt: GOLDEN_TXT, datum: 'CGCS2000' })).previewOnly, false)
  })

  await t.test('a declared area is compared, never used', async t => {
    const at = (declaredAreaM2: number) => taken({ wkt: text(GOLDEN_POINTS), crs: 'EPSG:4547', declaredAreaM2 })
    t.notOk(noteCodes(await at(120.6)).includes('DECLARED_AREA_DIFFERS'))
    const differing = await at(121)
    t.ok(noteCodes(differing).includes('DECLARED_AREA_DIFFERS'))
    t.match(differing, { declaredArea: 121, areaPlanar: 120 })
    t.ok(noteCodes(await taken({ txt: GOLDEN_TXT.replace('0.0120', '0.0130') })).includes('DECLARED_AREA_DIFFERS'))
  })

  await t.test('over HTTP: files are read, tried and checked', async t => {
    const { app, as } = await testApp(t, db)
    const send = async (url: string, form: Form) => {
      const headers = { ...as.checker, 'content-type': formType }
      const reply = await app.inject({ method: 'POST', url, payload: formWith(form.fields, form.file), headers })
      return { status: reply.statusCode, body: reply.json() }
    }
    const parse = '/api/land-checks:parse'
    const expected = (await send(parse, { fields: { txt: GOLDEN_TXT } })).body.plots[0]
    t.match(expected, {
      place: 1,
      no: '1',
      name: '地块1',
      crs: 'EPSG:4526',
      problem: null,
      parcel: { areaPlanar: 120, declaredArea: 120 }
    })

    const gbk = Buffer.concat([Buffer.from(GOLDEN_TXT.replace(/[^\p{ASCII}]/gu, ''), 'latin1')])
    t.equal(
      (await send(parse, { file: { name: 'a.txt', data: gbk }, fields: {} })).body.code,
      'TXT_UNREADABLE',
      'letters that are lost are no blocks'
    )
    const degrees = await geojsonOf(db, text(GOLDEN_POINTS), 4547, 12)
    const files: [string, Buffer][] = [
      ['界址点.txt', Buffer.from(GOLDEN_TXT)],
      ['a.geojson', Buffer.from(JSON.stringify(degrees))],
      ['a.kml', Buffer.from(kmlOf(degrees as Polygon))],
      [
        'a.json',
        Buffer.from(
          JSON.stringify({
            type: 'FeatureCollection',
            crs: { type: 'name', properties: { name: 'EPSG:4547' } },
            features: [
              {
                type: 'Feature',
                properties: { a: '甲' },
                geometry: { type: 'Polygon', coordinates: [eastNorth([...GOLDEN_POINTS, GOLDEN_POINTS[0]!], 38e6)] }
              }
            ]
          })
        )
      ],
      ['甲.zip', zippedShapefile([eastNorth(GOLDEN_POINTS, 38e6)])]
    ]
    for (const [name, data] of files) {
      const tried = await send(parse, { file: { name, data }, fields: {} })
      t.equal(tried.status, 200, JSON.stringify(tried.body))
      t.equal(tried.body.plots[0]?.inputHash, expected.inputHash, name)
      t.match(tried.body.plots[0]?.parcel.sourceFile, { name, sha256: /^[0-9a-f]{64}$/ })
    }
    t.equal(
      (await db.query<{ n: number }>(sql`SELECT count(*)::integer AS n FROM yitu.land_check`))[0]?.n,
      0,
      'nothing is kept'
    )

    const fields = { ruleset: 'homestead-demo', household: JSON.stringify({ pseudonym: 'h1' }), declaredAreaM2: '120' }
    const made = await send('/api/land-checks', { file: { name: '甲.zip', data: files[4]![1] }, fields })
    t.equal(made.status, 201, JSON.stringify(made.body))
    t.match(made.body.parcel, {
      source: 'file',
      declaredArea: 120,
      sourceFile: { name: '甲.zip', format: /^shapefile/ }
    })
    t.equal(made.body.provenance.inputHash, expected.inputHash)
    const coarse = zippedShapefile([
      eastNorth(GOLDEN_POINTS, 38e6).map(([x, y]): [number, number] => [Math.round(x), Math.round(y * 100) / 100])
    ])
    const low = await send('/api/land-checks', { file: { name: 'a.zip', data: coarse }, fields: {} })
    t.match(low, { status: 422, body: { code: 'COORD_PRECISION_LOW' } })
    const both = zippedShapefile([
      eastNorth(GOLDEN_POINTS, 38e6),
      eastNorth(rectangle(20, 20, 9, 9), 38e6).toReversed()
    ])
    const several = { file: { name: 'b.zip', data: both }, fields: {} }
    t.match((await send('/api/land-checks', several)).body, {
      code: 'PLOT_NOT_ONE',
      plots: [
        { no: '1', name: 'P1' },
        { no: '2', name: 'P2' }
      ]
    })
    t.match((await send(parse, several)).body.plots, [
      { name: 'P1', parcel: { areaPlanar: 120 } },
      { name: 'P2', parcel: { areaPlanar: 81 } }
    ])
    t.match((await send('/api/land-checks', { ...several, fields: { plot: 'P2' } })).body.parcel, { areaPlanar: 81 })
    const [kept] = await db.query<{ request: LandCheckRequest }>(sql`SELECT request FROM yitu.land_check ORDER BY seq`)
    t.match(
      kept?.request,
      { wkt: /^MULTIPOLYGON/, crs: 'EPSG:4490', sourceFile: { name: '甲.zip' } },
      'the kept request needs no file'
    )

    const two = txtOf([
      PLOT,
      ...ringLines(GOLDEN_POINTS),
      PLOT.replace(',1,地块1,面', ',2,地块2,线'),
      ...ringLines(GOLDEN_POINTS)
    ])
    t.match((await send(parse, { fields: { txt: two } })).body.plots, [
      { no: '1', problem: null },
      { no: '2', parcel: null, problem: { code: 'TXT_NOT_POLYGON' } }
    ])
    t.match((await send('/api/land-checks', { fields: { txt: two } })).body, { code: 'PLOT_NOT_ONE' })
    for (const [form, status, code] of [
      [{ fields: {} }, 422, 'INPUT_NOT_ONE'],
      [{ fields: { nonsense: '1', txt: GOLDEN_TXT } }, 400, 'BAD_REQUEST'],
      [{ fields: { household: '{' } }, 400, 'UPLOAD_BAD_FIELD'],
      [
        { file: { name: 'a.zip', data: Buffer.from(`PK\x05\x06${'\0'.repeat(18)}`, 'latin1') }, fields: {} },
        400,
        'UPLOAD_NO_SHAPEFILE'
      ],
      [
        { file: { name: 'a.png', data: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]) }, fields: {} },
        415,
        'UPLOAD_UNKNOWN_FORMAT'
      ],
      [{ file: { name: 'a.json', data: Buffer.from('{"a":') }, fields: {} }, 422, 'FILE_UNREADABLE'],
      [{ file: { name: 'a.txt', data: Buffer.from(GOLDEN_TXT) }, fields: { wkt: 'POLYGON' } }, 422, 'INPUT_NOT_ONE']
    ] as [Form, number, string][]) {
      const refused = await send(parse, form)
      t.match([refused.status, refused.body.code], [status, code], JSON.stringify(refused.body))
    }
    const mismatch = { file: { name: 'a.txt', data: Buffer.from(GOLDEN_TXT) }, fields: { crs: 'EPSG:4547' } }
    t.match(await send('/api/land-checks', mismatch), {
      status: 422,
      body: { code: 'TXT_ZONE_MISMATCH', errors: [{ line: 14 }] }
    })
    t.match((await send(parse, mismatch)).body.plots, [{ problem: { code: 'TXT_ZONE_MISMATCH' } }])
    t.equal((await app.inject({ method: 'POST', url: parse, payload: { txt: GOLDEN_TXT } })).statusCode, 401)
  })
})
