import fc from 'fast-check'
import t from 'tap'
import { DEEPEST_ZOOM, parseTileId, tileAt, tileBounds } from '../../server/lib/tile-id.ts'

t.test('plain numbers inside the grid are a tile', async t => {
  t.strictSame(parseTileId('0', '0', '0'), { z: 0, x: 0, y: 0 })
  t.strictSame(parseTileId('14', '13337', '7098'), { z: 14, x: 13337, y: 7098 })
  t.strictSame(parseTileId('24', '16777215', '16777215'), { z: 24, x: 16777215, y: 16777215 })
})

t.test('anything else is refused, saying what is wrong', async t => {
  for (const bad of ['-1', '+1', '01', '1e3', '1.0', '0x1', '', ' 1', '١', 'NaN']) {
    t.throws(() => parseTileId('9', bad, '0'), { code: 'TILE_ADDRESS_MALFORMED', status: 400 }, `x = ${bad}`)
    t.throws(() => parseTileId(bad, '0', '0'), { code: 'TILE_ADDRESS_MALFORMED', status: 400 }, `z = ${bad}`)
  }
  const beyond: [string, string, string, axis: string][] = [
    ['1', '2', '0', 'x'],
    ['1', '0', '2', 'y'],
    ['25', '0', '0', 'z'],
    ['0', '99999999999999999999', '0', 'x'],
    ['99999999999999999999', '0', '0', 'z']
  ]
  for (const [z, x, y, axis] of beyond) {
    t.throws(() => parseTileId(z, x, y), { code: 'TILE_OUT_OF_RANGE', status: 404 }, `${z}/${x}/${y}: ${axis}`)
  }
  t.throws(() => parseTileId('1', '2', '0'), {
    message: 'There is no tile 1/2/0: x must be 0 to 1. The TileJSON names the zooms there are.'
  })
})

t.test('bounds are longitude and latitude, west south east north', async t => {
  t.strictSame(
    tileBounds({ z: 0, x: 0, y: 0 }).map(n => Number(n.toFixed(10))),
    [-180, -85.0511287798, 180, 85.0511287798]
  )
  t.strictSame(
    tileBounds({ z: 1, x: 1, y: 0 }).map(n => Number(n.toFixed(10))),
    [0, 0, 180, 85.0511287798]
  )
})

t.test('a place lies in the tile that is found for it', async t => {
  const place = fc.record({
    z: fc.integer({ min: 0, max: DEEPEST_ZOOM }),
    longitude: fc.double({ min: -180, max: 179.999999, noNaN: true }),
    latitude: fc.double({ min: -85, max: 85, noNaN: true })
  })
  const { failed, seed, counterexample } = fc.check(
    fc.property(place, ({ z, longitude, latitude }) => {
      const [west, south, east, north] = tileBounds(tileAt(z, longitude, latitude))
      const hair = 1e-9
      return west <= longitude + hair && longitude < east + hair && south <= latitude + hair && latitude <= north + hair
    }),
    { numRuns: 500 }
  )
  t.notOk(failed, `seed ${seed}: ${JSON.stringify(counterexample)}`)
})
