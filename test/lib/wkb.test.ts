import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import type { Geometry, Position } from 'geojson'
import t from 'tap'
import { readWkb, writeWkb } from '../../server/lib/wkb.ts'

const ordinate = fc.double({ noNaN: true })
const position = fc.tuple(ordinate, ordinate) as fc.Arbitrary<Position>
const line = fc.array(position, { maxLength: 6 })
const polygon = fc.array(line, { maxLength: 3 })
const geometryOf = <T extends string, C>(type: T, coordinates: fc.Arbitrary<C>) =>
  fc.record({ type: fc.constant(type), coordinates }, { noNullPrototype: true })

const plain = fc.oneof(
  geometryOf('Point', fc.oneof(position, fc.constant<Position>([]))),
  geometryOf('LineString', line),
  geometryOf('Polygon', polygon),
  geometryOf('MultiPoint', line),
  geometryOf('MultiLineString', polygon),
  geometryOf('MultiPolygon', fc.array(polygon, { maxLength: 3 }))
) as fc.Arbitrary<Geometry>
const geometry: fc.Arbitrary<Geometry> = fc.oneof(
  plain,
  fc.record(
    { type: fc.constant('GeometryCollection' as const), geometries: fc.array(plain, { maxLength: 3 }) },
    { noNullPrototype: true }
  )
)

t.test('what is written is read again, to the last bit', async t => {
  const { failed, seed, counterexample } = fc.check(
    fc.property(geometry, value => isDeepStrictEqual(readWkb(writeWkb(value)), value)),
    { numRuns: 300 }
  )
  t.notOk(failed, `seed ${seed}: ${JSON.stringify(counterexample)}`)
})

/** What PostGIS 3.3 writes: ST_AsBinary and ST_AsEWKB, hex. */
const FROM_POSTGIS: [what: string, hex: string, geometry: Geometry][] = [
  ['big endian', '0000000001405c496872b020c5403799999999999a', { type: 'Point', coordinates: [113.147, 23.6] }],
  [
    'EWKB with an SRID',
    '01010000208a110000c520b07268495c409a99999999993740',
    { type: 'Point', coordinates: [113.147, 23.6] }
  ],
  ['an empty point', '0101000000000000000000f87f000000000000f87f', { type: 'Point', coordinates: [] }],
  [
    'ISO Z and M',
    '01ba0b0000020000000000000000000000000000000000f03f000000000000004000000000000008400000000000001040000000000000144000000000000018400000000000001c40',
    {
      type: 'LineString',
      coordinates: [
        [0, 1],
        [4, 5]
      ]
    }
  ],
  [
    'EWKB M, big endian',
    '00600000040000118a00000002004000000100000000000000003ff000000000000040000000000000000040000001401000000000000040140000000000004018000000000000',
    {
      type: 'MultiPoint',
      coordinates: [
        [0, 1],
        [4, 5]
      ]
    }
  ],
  [
    'ISO Z in a multipolygon',
    '01ee0300000100000001eb0300000100000004000000000000000000000000000000000000000000000000002240000000000000f03f00000000000000000000000000002240000000000000f03f000000000000f03f0000000000002240000000000000000000000000000000000000000000002240',
    {
      type: 'MultiPolygon',
      coordinates: [
        [
          [
            [0, 0],
            [1, 0],
            [1, 1],
            [0, 0]
          ]
        ]
      ]
    }
  ],
  [
    'a collection',
    '0107000000020000000101000000000000000000f03f000000000000004001020000000200000000000000000000000000000000000000000000000000f03f000000000000f03f',
    {
      type: 'GeometryCollection',
      geometries: [
        { type: 'Point', coordinates: [1, 2] },
        {
          type: 'LineString',
          coordinates: [
            [0, 0],
            [1, 1]
          ]
        }
      ]
    }
  ]
]

t.test('what PostGIS writes is read', async t => {
  for (const [what, hex, expected] of FROM_POSTGIS) t.strictSame(readWkb(Buffer.from(hex, 'hex')), expected, what)
  const curve =
    '01080000000300000000000000000000000000000000000000000000000000f03f000000000000f03f00000000000000400000000000000000'
  t.throws(() => readWkb(Buffer.from(curve, 'hex')), { message: /geometry type 8 is not one of Point/ })
})

t.test('bytes that are not one geometry are refused', async t => {
  const whole = writeWkb({
    type: 'MultiPolygon',
    coordinates: [
      [
        [
          [0, 0],
          [1, 0],
          [1, 1],
          [0, 0]
        ]
      ]
    ]
  })
  for (let length = 0; length < whole.length; length++) {
    t.throws(() => readWkb(whole.subarray(0, length)), RangeError, `cut at ${length}`)
  }
  t.throws(() => readWkb(Buffer.concat([whole, Buffer.of(0)])), { message: 'WKB has 1 bytes after its geometry.' })
})
