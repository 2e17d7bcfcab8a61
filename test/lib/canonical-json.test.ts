import * as canonicalize from 'canonicalize'
import fc from 'fast-check'
import t from 'tap'
import { canonicalJson } from '../../server/lib/canonical-json.ts'

const serialize = canonicalize.default as unknown as (value: unknown) => string

t.test('members are in the order of their UTF-16 code units, whatever JavaScript thinks of their names', async t => {
  const text = '{"b":[{"d":1,"c":2}],"a":{"10":1,"9":2},"__proto__":{"x":1},"\u20ac":0,"\\r":1,"\\ud83d\\ude00":2}'
  const sorted = '{"\\r":1,"__proto__":{"x":1},"a":{"10":1,"9":2},"b":[{"c":2,"d":1}],"\u20ac":0,"\ud83d\ude00":2}'
  t.equal(canonicalJson(JSON.parse(text)), sorted)
})

t.test('any JSON value has the text the reference implementation of RFC 8785 gives it', async () => {
  const key = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.nat(20).map(String),
    fc.constantFrom('__proto__', 'toJSON', '')
  )
  const { json } = fc.letrec(tie => ({
    json: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.double({ noDefaultInfinity: true, noNaN: true }),
        fc.boolean(),
        fc.constant(null)
      ),
      fc.array(tie('json'), { maxLength: 4 }),
      fc.dictionary(key, tie('json'), { maxKeys: 5 })
    )
  }))
  fc.assert(
    fc.property(json, value => canonicalJson(value) === serialize(value)),
    { numRuns: 2000 }
  )
})

t.test('what is no JSON has no text; members that are undefined are left out', async t => {
  for (const value of [Number.NaN, { a: [Number.POSITIVE_INFINITY] }, undefined, { a: 1n }]) {
    t.throws(() => canonicalJson(value))
  }
  t.equal(canonicalJson({ b: undefined, a: 1 }), '{"a":1}')
  t.equal(canonicalJson({ at: new Date(0) }), '{"at":"1970-01-01T00:00:00.000Z"}')
})
