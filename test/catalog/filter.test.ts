import fc from 'fast-check'
import t from 'tap'
import { checkFilter } from '../../server/catalog/check-filter.ts'
import { type Filter, type FilterValue, filterKey } from '../../server/catalog/filter.ts'
import type { Field } from '../../server/catalog/layer.ts'
import { isLike, readLike } from '../../server/catalog/like.ts'
import { matcher } from '../../server/catalog/match-filter.ts'
import { FILTER_LIMITS, parseFilter } from '../../server/catalog/parse-filter.ts'
import { planFilter } from '../../server/catalog/plan-filter.ts'
import { columnType } from '../../server/catalog/table.ts'
import { Problem } from '../../server/lib/errors.ts'
import { type Database, join, name, type Row, sql } from '../../server/lib/sql.ts'
import { onBothDatabases } from '../helper.ts'

const SEED = 20261201
const field = (name: string, type: Field['type']): Field => ({ name, type, title: { zh: name, en: name } })
const layer = {
  fields: [
    field('t', 'text'),
    field('c', 'code'),
    field('i', 'integer'),
    field('n', 'number'),
    field('b', 'boolean'),
    field('d', 'date'),
    field('m', 'datetime')
  ]
}
const parse = (text: string): Filter => checkFilter(parseFilter(text), layer)

/** Values that databases and languages are known to disagree on. */
const TEXTS = [
  '',
  'a',
  'A',
  'ab',
  'a%b',
  'a_b',
  'a\\b',
  "l'eau",
  '南海区',
  '南海',
  '𠮷野',
  '\uff01',
  'é',
  'e\u0301',
  ' '
]
const INTEGERS = [0, -1, 7, 2 ** 31, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER]
const NUMBERS = [0, -0, 0.1, 0.1 + 0.2, 80.5, -3, 1e308, 5e-324]
const DAYS = ['0001-01-01', '1949-10-01', '2000-02-29', '2026-01-31', '9999-12-31']
const MOMENTS = ['1969-12-31T23:59:59.999Z', '2000-02-29T00:00:00.000Z', '2026-01-31T08:00:00.123Z']
const TYPED: Record<Field['type'], fc.Arbitrary<FilterValue>> = {
  text: fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: 'grapheme', maxLength: 3 }).filter(isText)),
  code: fc.constantFrom('0701', '0702', '1'),
  integer: fc.oneof(fc.constantFrom(...INTEGERS), fc.integer({ min: -9, max: 9 }), fc.constantFrom(0.5, 2 ** 53, 1e21)),
  number: fc.oneof(fc.constantFrom(...NUMBERS), fc.double({ noNaN: true, noDefaultInfinity: true })),
  boolean: fc.boolean(),
  date: fc.constantFrom(...DAYS),
  datetime: fc.constantFrom(...MOMENTS)
}

function isText(value: string): boolean {
  // CQL2 has no way to write a backslash at the end of a text: it would escape the closing quote.
  return !/\0|\p{Cs}|\\$/u.test(value)
}

const anyField = fc.constantFrom(...layer.fields)
const comparison = anyField.chain(({ name: field, type }) =>
  fc.record({
    op: fc.constantFrom('=', '<>', '<', '<=', '>', '>=' as const),
    field: fc.constant(field),
    value: TYPED[type]
  })
)
const list = anyField.chain(({ name: field, type }) =>
  fc.record({
    op: fc.constant('in' as const),
    field: fc.constant(field),
    values: fc.array(TYPED[type], { minLength: 1, maxLength: 4 })
  })
)
const pattern = fc
  .array(fc.constantFrom('%', '_', '\\%', '\\_', '\\\\', 'a', 'b', '南', '𠮷', "'"), { maxLength: 5 })
  .map(parts => parts.join(''))
  .filter(isText)
const like = fc.record({ op: fc.constant('like' as const), field: fc.constantFrom('t', 'c'), pattern })
const missing = anyField.map(({ name: field }) => ({ op: 'isNull' as const, field }))
const { filter: madeFilter } = fc.letrec<{ filter: Filter }>(tie => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(comparison, list, like, missing),
    fc.record({
      op: fc.constantFrom('and', 'or'),
      parts: fc.array(tie('filter'), { maxLength: 3 }).filter(parts => parts.length !== 1)
    }),
    tie('filter').map(part => ({ op: 'not' as const, part }))
  )
}))

const anyFilter = madeFilter.map(filter => structuredClone(filter))

/** The filter in CQL2 text, with either escape of quotes. */
function print(filter: Filter): string {
  const typeOf = (field: string) => layer.fields.find(({ name }) => name === field)!.type
  const value = (field: string, value: FilterValue) => {
    const quoted = quote(String(value))
    const type = typeOf(field)
    if (type === 'date') return `DATE(${quoted})`
    if (type === 'datetime') return `timestamp( ${quoted} )`
    return typeof value === 'string' ? quoted : Object.is(value, -0) ? '-0' : String(value)
  }
  switch (filter.op) {
    case 'and':
    case 'or':
      if (filter.parts.length === 0) return filter.op === 'and' ? 'TRUE' : 'false'
      return `(${filter.parts.map(print).join(` ${filter.op}\n`)})`
    case 'not':
      return `NOT (${print(filter.part)})`
    case 'isNull':
      return `"${filter.field}" is Null`
    case 'in':
      return `${filter.field} IN(${filter.values.map(one => value(filter.field, one)).join(' ,')})`
    case 'like':
      return `${filter.field} LIKE ${quote(filter.pattern)}`
    default:
      return `${filter.field}${filter.op}${value(filter.field, filter.value)}`
  }
}

const quote = (text: string): string => `'${text.replaceAll("'", text.includes('\\') ? "\\'" : "''")}'`

/** Rows of all sorts, as a database may hold them; datetimes finer than milliseconds, numbers that are none. */
function randomRows(count: number): Row[] {
  const value: Record<Field['type'], fc.Arbitrary<unknown>> = {
    ...TYPED,
    integer: fc.constantFrom(...INTEGERS, '9007199254740993', 1, 2, 3),
    number: fc.oneof(fc.constantFrom(...NUMBERS, 'NaN', 'Infinity', '-Infinity'), fc.integer({ min: -9, max: 9 })),
    datetime: fc.constantFrom(...MOMENTS, '2026-01-31T08:00:00.123999Z', '1969-12-31T23:59:59.9991Z')
  }
  const cells = layer.fields.map(({ name, type }) => [name, fc.option(value[type], { freq: 4 })] as const)
  return fc.sample(fc.record(Object.fromEntries(cells)), { numRuns: count, seed: SEED }) as Row[]
}

async function fill(db: Database, rows: Row[]) {
  const table = name('data', 'filter_rows')
  const columns = layer.fields.map(field => sql`${name(field.name)} ${columnType(field)}`)
  await db.query(sql`CREATE TABLE ${table} (fid integer, ${join(columns)})`)
  // A column that others made may be ordered as a language is; in it a lower case letter comes before its capital.
  const [icu] = await db.query(sql`SELECT FROM pg_collation WHERE collname = 'und-x-icu'`)
  if (icu) await db.query(sql`ALTER TABLE ${table} ALTER COLUMN t TYPE text COLLATE "und-x-icu"`)
  const values = rows.map(
    (row, fid) =>
      sql`(${fid}::integer, ${join(layer.fields.map(field => sql`${row[field.name]}::${columnType(field)}`))})`
  )
  await db.query(sql`INSERT INTO ${table} VALUES ${join(values)}`)
  return table
}

await onBothDatabases(t, async (t, db) => {
  const table = await fill(db, randomRows(400))
  const stored = await db.query<Row>(sql`SELECT * FROM ${table} ORDER BY fid`)

  t.test('a filter takes the same rows in the database and in memory, whatever is NULL in them', async t => {
    let [none, some, all] = [0, 0, 0]
    const property = fc.asyncProperty(anyFilter, async filter => {
      const condition = planFilter(filter, layer, 'r')
      const found = await db.query<{ fid: number }>(sql`SELECT fid FROM ${table} r WHERE ${condition} ORDER BY fid`)
      const fulfils = matcher(structuredClone(filter))
      const matched = stored.filter(row => fulfils(field => row[field]))
      t.strictSame(
        matched.map(({ fid }) => fid),
        found.map(({ fid }) => fid),
        print(filter)
      )
      if (found.length === 0) none++
      else if (found.length === stored.length) all++
      else some++
    })
    await fc.assert(property, { numRuns: 1500, seed: SEED })
    t.comment(`${some} filters took some rows, ${none} none, ${all} all`)
    t.ok(some > 500)
  })

  t.test('what looks like SQL in a value is a value', async t => {
    const attacks = ["'; DROP TABLE data.filter_rows; --", "' OR '1'='1", '\\ ', '$1', '{"a","b"}', '%', "a\\' OR TRUE"]
    for (const attack of attacks) {
      const quoted = quote(attack)
      for (const condition of [`t = ${quoted}`, `t IN ('x', ${quoted})`, `t <> ${quoted} AND FALSE`]) {
        const { text, values } = planFilter(parse(condition), layer)
        t.notOk(text.includes(attack) && attack !== '$1', condition)
        t.ok(JSON.stringify(values).includes(JSON.stringify(attack)), condition)
        t.strictSame(await db.query(sql`SELECT fid FROM ${table} WHERE ${{ text, values }}`), [], condition)
      }
    }
  })
})

t.test('what was written is what is read', async t => {
  const property = fc.property(anyFilter, filter => {
    t.strictSame(parse(print(filter)), filter, print(filter))
  })
  fc.assert(property, { numRuns: 2000, seed: SEED })
})

t.test('the forms of CQL2 text', async t => {
  const cases: [text: string, filter: Filter][] = [
    ["t = 'it''s'", { op: '=', field: 't', value: "it's" }],
    ["t = 'it\\'s'", { op: '=', field: 't', value: "it's" }],
    ["t = 'C:\\dir'", { op: '=', field: 't', value: 'C:\\dir' }],
    ['\u3000"t"<>\'北 京\'\n', { op: '<>', field: 't', value: '北 京' }],
    ['n > -.5e1', { op: '>', field: 'n', value: -5 }],
    ['n<=+1.', { op: '<=', field: 'n', value: 1 }],
    ['b = false', { op: '=', field: 'b', value: false }],
    ["m >= TIMESTAMP('2026-01-31T08:00:00Z')", { op: '>=', field: 'm', value: '2026-01-31T08:00:00.000Z' }],
    ['t IS NOT NULL', { op: 'not', part: { op: 'isNull', field: 't' } }],
    ['i not in (1)', { op: 'not', part: { op: 'in', field: 'i', values: [1] } }],
    ["t NOT LIKE '%'", { op: 'not', part: { op: 'like', field: 't', pattern: '%' } }],
    [
      'i NOT BETWEEN 1 AND 2 AND b = TRUE',
      {
        op: 'and',
        parts: [
          {
            op: 'not',
            part: {
              op: 'and',
              parts: [
                { op: '>=', field: 'i', value: 1 },
                { op: '<=', field: 'i', value: 2 }
              ]
            }
          },
          { op: '=', field: 'b', value: true }
        ]
      }
    ],
    [
      'i = 1 OR i = 2 AND NOT i = 3',
      {
        op: 'or',
        parts: [
          { op: '=', field: 'i', value: 1 },
          {
            op: 'and',
            parts: [
              { op: '=', field: 'i', value: 2 },
              { op: 'not', part: { op: '=', field: 'i', value: 3 } }
            ]
          }
        ]
      }
    ]
  ]
  for (const [text, filter] of cases) t.strictSame(parse(text), filter, text)
})

t.test('what cannot be read is refused, naming the place', async t => {
  const cases: [text: string, position: number, expected: RegExp][] = [
    ['', 1, /a field name.*not its end/],
    ['  ', 1, /a field name/],
    ['t', 2, /=, <>.*not its end/],
    ['t =', 4, /a value/],
    ['t = i', 5, /a value.*not “i”/],
    ["t == 'a'", 4, /a value/],
    ["t != 'a'", 3, /operator/],
    ["t = 'a", 5, /closing quote/],
    ["t = 'a''", 8, /closing quote/],
    ["t = 'a\\'", 5, /closing quote/],
    ['"t = 1', 1, /closing quote/],
    ['t = "a"', 5, /a value/],
    ["'南海' = t", 1, /a field name/],
    ["t = '𠮷' i", 9, /AND, OR or the end/],
    ["(t = 'a'", 9, /AND, OR or “\)”/],
    ["t = 'a')", 8, /AND, OR or the end/],
    ['NOT NOT t IS NULL', 5, /a field name/],
    ['AND = 1', 1, /a field name/],
    ['t IS 5', 6, /NULL or NOT NULL/],
    ['t IS NOT', 9, /NULL/],
    ['t NOT = 1', 7, /IN, LIKE or BETWEEN/],
    ['t IN 5', 6, /“\(”/],
    ['t IN ()', 7, /a value/],
    ["t IN ('a' 'b')", 11, /“,” or “\)”/],
    ['t LIKE 5', 8, /a pattern/],
    ["t LIKE 'a\\\\\\'", 8, /closing quote/],
    ["t LIKE 'a\\ '  AND t LIKE 'b\\", 26, /closing quote/],
    ['i BETWEEN 1 OR 2', 13, /AND/],
    ['n = 1e999', 5, /a value/],
    ['n = 1-1', 6, /AND, OR/],
    ["d = DATE('2026-02-29')", 5, /a value/],
    ["d = DATE('20260131')", 5, /a value/],
    ["d = DATE('0000-01-01')", 5, /a value/],
    ["d = DATE '2026-01-31'", 5, /a value/],
    ["m = TIMESTAMP('2026-01-31T08:00:00+08:00')", 5, /a value/],
    ["m = TIMESTAMP('2026-01-31T24:00:00Z')", 5, /a value/],
    ["t = 'a\0b'", 5, /whole characters/],
    ["t = 'a'; DROP TABLE x", 8, /operator/],
    ['t = （1）', 5, /operator/],
    ['t = upper(1)', 5, /a value/]
  ]
  for (const [text, position, expected] of cases) {
    const problem = refusal(text)
    t.match(problem, { code: 'FILTER_MALFORMED', status: 400, members: { position } }, text)
    t.match(problem.message, expected, text)
  }
})

t.test('a value that does not fit its field is refused, saying what would', async t => {
  const cases: [text: string, position: number, expected: RegExp][] = [
    ['t = 5', 5, /field t has the type text; write a text in quotes/],
    ["i = '5'", 5, /a number without quotes/],
    ["n IN (1, '2')", 10, /a number/],
    ['b = 1', 5, /TRUE or FALSE/],
    ["d = '2026-01-31'", 5, /DATE\('/],
    ["d BETWEEN DATE('2026-01-31') AND TIMESTAMP('2026-01-31T08:00:00Z')", 34, /DATE\('/],
    ["m > DATE('2026-01-31')", 5, /TIMESTAMP\('/],
    ["b = TRUE AND i LIKE '1%'", 14, /LIKE is for texts/]
  ]
  for (const [text, position, expected] of cases) {
    const problem = refusal(text)
    t.match(problem, { code: 'FILTER_UNSUITED', status: 400, members: { position } }, text)
    t.match(problem.message, expected, text)
  }
})

t.test('filters have a size', async t => {
  const { characters, conditions, depth, list } = FILTER_LIMITS
  const times = (count: number, part: string, between = '') => Array.from({ length: count }, () => part).join(between)
  const nested = (levels: number) => `${times(levels, '(')}i=1${times(levels, ')')}`
  for (const [text, fits] of [
    [times(conditions, 'i=1', ' OR '), true],
    [times(conditions + 1, 'i=1', ' OR '), false],
    [nested(depth), true],
    [nested(depth + 1), false],
    [`i IN (${times(list, '1', ',')})`, true],
    [`i IN (${times(list + 1, '1', ',')})`, false],
    [`t = '${times(characters - 6, 'a')}'`, true],
    [`t = '${times(characters - 5, 'a')}'`, false],
    [times(100_000, 'NOT ('), false]
  ] as const) {
    if (fits) t.ok(parse(text))
    else t.equal(refusal(text).code, 'FILTER_TOO_LARGE', text.slice(0, 20))
  }
})

t.test('whatever is sent is read or refused by name', async t => {
  const alphabet = [
    "'",
    '"',
    '\\',
    '(',
    ')',
    ',',
    '=',
    '<',
    '>',
    ' ',
    't',
    'i',
    'AND',
    'NOT',
    'IN',
    '1',
    '.',
    'e',
    '南',
    '\0'
  ]
  const text = fc.array(fc.constantFrom(...alphabet), { maxLength: 20 }).map(parts => parts.join(''))
  const damaged = fc.tuple(anyFilter, fc.nat(), text).map(([filter, at, noise]) => {
    const whole = print(filter)
    const cut = at % (whole.length + 1)
    return whole.slice(0, cut) + noise + whole.slice(cut + noise.length)
  })
  const property = fc.property(fc.oneof(text, damaged, fc.string()), text => {
    try {
      const filter = parse(text)
      t.strictSame(parse(print(filter)), filter)
    } catch (error) {
      if (error instanceof Problem) t.match(error.code, /^FILTER_/)
      else t.match((error as Error).message, /is no field of the layer/)
    }
  })
  fc.assert(property, { numRuns: 3000, seed: SEED })
})

t.test('LIKE takes no longer than its lengths multiplied', async t => {
  const pattern = readLike(`${'%a'.repeat(500)}%b`)!
  t.notOk(isLike('a'.repeat(20_000), pattern))
  t.ok(isLike(`${'a'.repeat(20_000)}b`, pattern))
})

t.test('filters that mean the same by order or repetition have one key, others have not', async t => {
  const key = (text: string) => filterKey(parse(text))
  t.equal(key("i = 1 AND t = 'a'"), key("t = 'a' AND i = 1 AND t = 'a'"))
  t.equal(key('i IN (2, 1, 2)'), key('i IN (1, 2)'))
  const different = [
    "t = 'a'",
    "t LIKE 'a'",
    "t IN ('a')",
    "t IN ('a', 'b')",
    "t IN ('a,b')",
    'i = 1',
    'n = 1',
    'TRUE',
    'FALSE'
  ]
  t.equal(new Set(different.map(key)).size, different.length)
})

function refusal(text: string): Problem {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error(`${text} was not refused`)
}
