import fc from 'fast-check'
import type { Feature, Position } from 'geojson'
import { VectorTile as StrictTile } from 'mapbox-vector-tile'
import t from 'tap'
import { tileAt, tileBounds } from '../../server/lib/tile-id.ts'
import { writeWkb } from '../../server/lib/wkb.ts'
import { encodeMvt } from '../../server/tiles/encode-mvt.ts'
import { labelPoint } from '../../server/tiles/label-point.ts'
import { buildIndex, cutTile } from '../../server/tiles/layer-index.ts'
import { packRows, unpackRows } from '../../server/tiles/row-batch.ts'
import { BUFFER, EXTENT, hasLabelPoints, tileVersion, tileZooms } from '../../server/tiles/scheme.ts'
import { decode, field, labelled, propertyOf, square, testLayer } from './fixture.ts'

const feature = (id: number, coordinates: Position[][], properties = {}): Feature => ({
  type: 'Feature',
  id,
  geometry: { type: 'Polygon', coordinates },
  properties
})

t.test('rows cross into a worker unchanged, without their nulls', async t => {
  const rows = [
    { fid: 7, feature_id: 'a', geom: writeWkb({ type: 'Point', coordinates: [113, 23] }), name: '南海', area: null },
    { fid: 9, feature_id: 'b', geom: writeWkb({ type: 'Point', coordinates: [] }), name: null, area: 0 }
  ]
  t.strictSame(unpackRows(packRows(rows, ['name', 'area']), ['name', 'area']), [
    {
      type: 'Feature',
      id: 7,
      geometry: { type: 'Point', coordinates: [113, 23] },
      properties: { name: '南海', feature_id: 'a' }
    },
    { type: 'Feature', id: 9, geometry: { type: 'Point', coordinates: [] }, properties: { area: 0, feature_id: 'b' } }
  ])
})

t.test('a tile is readable by both decoders, its values of their types', async t => {
  const properties = { name: '一', area: 12.5, floors: 3, below: -2, big: 2 ** 40, listed: true, feature_id: 'x' }
  const index = buildIndex({ id: 'a', maxZoom: 18, labels: false }, [feature(5, square(113, 23, 0.01), properties)])
  const mvt = cutTile(index, tileAt(14, 113.005, 23.005))!
  const read = decode(mvt).layers['a']!
  t.match(read, { version: 2, name: 'a', extent: 4096, length: 1 })
  t.strictSame({ ...read.feature(0).properties }, properties)
  t.equal(read.feature(0).id, 5)
  const strict = new StrictTile(mvt).layers['a']!
  t.match(strict, { version: 2, name: 'a', extent: 4096, length: 1 })
  t.strictSame({ ...strict.feature(0).properties }, properties)
  t.equal(cutTile(index, { z: 14, x: 0, y: 0 }), null, 'an empty tile has no bytes')
})

t.test('a field may be called whatever a JavaScript object has, and hold any number', async t => {
  const properties = { constructor: 'who built it', hasOwnProperty: 1, height: 1e300, depth: -1e300 }
  const index = buildIndex({ id: 'a', maxZoom: 18, labels: false }, [feature(1, square(113, 23, 0.01), properties)])
  t.strictSame(
    { ...decode(cutTile(index, tileAt(14, 113.005, 23.005))!).layers['a']!.feature(0).properties },
    properties
  )
})

t.test('rings are wound as MVT 2.1 wants them, whichever way they came; what fell flat is left out', async t => {
  const outer = square(113, 23, 0.02)[0]!
  const hole = square(113.005, 23.005, 0.005)[0]!
  for (const rings of [
    [outer, hole],
    [outer.toReversed(), hole],
    [outer, hole.toReversed()]
  ]) {
    const index = buildIndex({ id: 'a', maxZoom: 18, labels: false }, [feature(1, rings)])
    const mvt = cutTile(index, tileAt(12, 113.01, 23.01))!
    const areas = decode(mvt).layers['a']!.feature(0).loadGeometry().map(area)
    t.match(areas.map(Math.sign), [1, -1])
  }
  const flat = Int16Array.of(0, 0, 10, 10, 20, 20, 0, 0)
  const turned = Int16Array.of(0, 0, 0, 9, 9, 9, 9, 0, 0, 0)
  t.equal(encodeMvt([{ name: 'a', features: [{ type: 3, geometry: [flat, turned], tags: null }] }]), null)
  t.equal(encodeMvt([{ name: 'a', features: [{ type: 2, geometry: [Int16Array.of(3, 3, 3, 3)], tags: null }] }]), null)
})

t.test('neighbours share an edge without a gap, at every zoom', async t => {
  const wavy = Array.from({ length: 200 }, (_, i): Position => [113 + 0.0003 * Math.sin(i / 7), 23 + i * 1e-4])
  const west = [...wavy, [112.98, 23.0199] as Position, [112.98, 23] as Position, wavy[0]!]
  const east = [...wavy, [113.02, 23.0199] as Position, [113.02, 23] as Position, wavy[0]!]
  const index = buildIndex({ id: 'a', maxZoom: 18, labels: false }, [feature(1, [west]), feature(2, [east])])
  for (const z of [16, 17, 18]) {
    const tile = tileAt(z, 113, 23.01)
    const [w, s, e, n] = tileBounds(tile)
    t.ok(w > 112.98 && e < 113.02 && s > 23 && n < 23.0199, `zoom ${z}: the tile lies within the two`)
    const layer = decode(cutTile(index, tile)!).layers['a']!
    const filled = [0, 1].flatMap(i => layer.feature(i).loadGeometry())
    const covered = filled.reduce((sum, ring) => sum + area(ring), 0)
    const side = EXTENT + 2 * BUFFER
    t.ok(Math.abs(covered - side ** 2) < side, `zoom ${z}: ${covered} of ${side ** 2}, within a unit along the edge`)
  }
})

t.test('each polygon has one label point, in one tile', async t => {
  const cells = Array.from({ length: 100 }, (_, i) =>
    feature(i, square(113 + (i % 10) * 0.01, 23 + Math.floor(i / 10) * 0.01, 0.01), { feature_id: String(i) })
  )
  const index = buildIndex({ id: 'a', maxZoom: 18, labels: true }, cells)
  for (const z of [9, 12, 14]) {
    const from = tileAt(z, 112.99, 23.11)
    const to = tileAt(z, 113.11, 22.99)
    const seen: unknown[] = []
    for (let x = from.x; x <= to.x; x++) {
      for (let y = from.y; y <= to.y; y++) {
        const mvt = cutTile(index, { z, x, y })
        if (mvt) seen.push(...propertyOf(decode(mvt), 'a-label', 'feature_id'))
      }
    }
    t.strictSame(seen.length, 100, `zoom ${z}`)
    t.strictSame(new Set(seen).size, 100, `zoom ${z}: each once`)
  }
})

t.test('the estimate of an index grows with the tiles cut from it, and not when they are cut again', async t => {
  const index = buildIndex({ id: 'a', maxZoom: 18, labels: false }, [feature(1, square(113, 23, 0.01))])
  const built = index.bytes
  cutTile(index, tileAt(14, 113.005, 23.005))
  const cut = index.bytes
  t.ok(built > 300 && cut > built + 14 * 100, `${built}, ${cut}`)
  cutTile(index, tileAt(14, 113.005, 23.005))
  t.equal(index.bytes, cut)
})

t.test('a label point lies inside, whatever the shape', async t => {
  const star = fc.array(fc.double({ min: 0.05, max: 1, noNaN: true }), { minLength: 3, maxLength: 30 }).map(radii => {
    const ring = radii.map((radius, i): Position => {
      const angle = (2 * Math.PI * i) / radii.length
      return [113 + 1e-3 * radius * Math.cos(angle), 23 + 1e-3 * radius * Math.sin(angle)]
    })
    return [[...ring, ring[0]!]]
  })
  const { failed, seed, counterexample } = fc.check(
    fc.property(star, rings => {
      const point = labelPoint([rings])
      return point !== null && contains(rings, point)
    }),
    { numRuns: 500 }
  )
  t.notOk(failed, `seed ${seed}: ${JSON.stringify(counterexample)}`)
})

t.test('a label stands in the largest part, beside a hole, and nowhere without area', async t => {
  const [ring] = square(0, 0, 10)
  const [hole] = square(1, 1, 8)
  const frame = [ring!, hole!]
  t.ok(contains(frame, labelPoint([frame])!), 'in the frame, not in its hole')
  const [x] = labelPoint([square(0, 0, 1), square(20, 0, 3), square(30, 0, 2)])!
  t.ok(x! > 20 && x! < 23)
  const line: Position[] = [
    [0, 0],
    [1, 1],
    [0, 0]
  ]
  t.equal(labelPoint([[line]]), null)
  t.equal(labelPoint([]), null)
})

t.test(
  'a layer has tiles as deep as 18, labels where its style asks, and a version that follows its definition',
  async t => {
    t.strictSame(tileZooms(testLayer('a', { zoom: { min: 10, max: 22 } })), { min: 10, max: 18 })
    t.strictSame(tileZooms(testLayer('a', { zoom: { min: 3, max: 12 } })), { min: 3, max: 12 })
    t.equal(hasLabelPoints(testLayer('a', { style: labelled('a') })), true)
    t.equal(hasLabelPoints(testLayer('a', { style: labelled('b') })), false)
    t.equal(hasLabelPoints(testLayer('a', { style: labelled('a'), geometry: 'LineString' })), false)
    const versions = [
      testLayer('a'),
      testLayer('a', { style: labelled('a') }),
      testLayer('a', { fields: [field('code'), field('area', 'number')] })
    ].map(layer => tileVersion(layer, 3))
    t.equal(new Set(versions).size, 3)
    t.ok(versions.every(version => version.startsWith('3-')))
    t.equal(tileVersion(testLayer('a'), 3), tileVersion(testLayer('a', { title: { zh: '乙', en: 'b' } }), 3))
    t.equal(tileVersion(testLayer('a'), 0), '0')
  }
)

function area(ring: { x: number; y: number }[]): number {
  return ring.reduce((sum, { x, y }, i) => {
    const next = ring[(i + 1) % ring.length]!
    return sum + (x * next.y - next.x * y) / 2
  }, 0)
}

function contains(rings: Position[][], [px, py]: Position): boolean {
  let inside = false
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i++) {
      const [ax, ay] = ring[i - 1] as [number, number]
      const [bx, by] = ring[i] as [number, number]
      if (ay > py! !== by > py! && px! < ((bx - ax) * (py! - ay)) / (by - ay) + ax) inside = !inside
    }
  }
  return inside
}
