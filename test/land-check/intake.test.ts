import t from 'tap'
import { toGcj } from '../../server/land-check/datum.ts'
import type { GivenPlot } from '../../server/land-check/given.ts'
import { readTxt } from '../../server/land-check/read-txt.ts'
import { canonicalRings, openRings, toGrid } from '../../server/land-check/rings.ts'
import { dropSpikes } from '../../server/land-check/spikes.ts'
import { decodeTxt } from '../../server/land-check/txt-lines.ts'
import { writeTxt } from '../../server/land-check/write-txt.ts'
import { planarArea } from '../../server/lib/area.ts'
import { Problem } from '../../server/lib/errors.ts'
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
