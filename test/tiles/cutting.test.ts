import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import type { Feature, Polygon, Position } from 'geojson'
import GeoJSONVT from 'geojson-vt'
import { VectorTile as StrictTile } from 'mapbox-vector-tile'
import { PbfReader } from 'pbf'
import t from 'tap'
import { type TileId, tileAt, tileBounds } from '../../server/lib/tile-id.ts'
import { TILE_GRIDS, tileExtent, WEB_MERCATOR_QUAD } from '../../server/lib/tile-matrix.ts'
import { columnBytes, NO_PLACE } from '../../server/tiles/cut/columns.ts'
import { cutTile, TILE_BUDGET } from '../../server/tiles/cut/cut-tile.ts'
import { frameOf } from '../../server/tiles/cut/frame.ts'
import { readValue, ValueBuilder } from '../../server/tiles/cut/values.ts'
import { countOf } from '../../server/tiles/reduced-note.ts'
import { BUFFER, EXTENT, hasLabelPoints, labelZoom, tileVersion, tileZooms } from '../../server/tiles/scheme.ts'
import { columnsOf, type FlatRow, flatLayer, setOf, specOf } from './columns.ts'
import { decode, field, labelled, propertyOf, random, square, testLayer } from './fixture.ts'

const polygon = (fid: number, coordinates: Position[][], values = {}): FlatRow => ({
  fid,
  geometry: { type: 'Polygon', coordinates },
  values
})
const point = (fid: number, x: number, y: number): FlatRow => ({
  fid,
  geometry: { type: 'Point', coordinates: [x, y] }
})

t.test('rows become columns whatever their WKB is like; what is nowhere is left out', async t => {
  const ewkb = Buffer.from('01010000a08a1100000000000000405c4000000000000037400000000000001440', 'hex')
  const bigEndian = Buffer.from('0000000001405C4000000000004037000000000000', 'hex')
  const rows: FlatRow[] = [
    { fid: 3, geometry: ewkb },
    { fid: 5, geometry: bigEndian },
    { fid: 6, geometry: { type: 'Point', coordinates: [] } },
    { fid: 7, geometry: { type: 'LineString', coordinates: [[113, 23]] } },
    polygon(8, [square(113, 23, 0)[0]!]),
    { fid: 9, geometry: { type: 'GeometryCollection', geometries: [{ type: 'Point', coordinates: [113, 23] }] } }
  ]
  const columns = columnsOf(rows, specOf())
  t.strictSame([...columns.fids], [3, 5, 9])
  t.strictSame([...columns.x], [0, 0, 0])
  t.strictSame([...columns.y], [0, 0, 0])
  t.ok(columnBytes(columns) > 0)
  t.throws(() => columnsOf([{ fid: 1, geometry: bigEndian.subarray(0, 12) }], specOf()), RangeError)
  t.throws(() => columnsOf([{ fid: 1, geometry: Buffer.from([1, 8, 0, 0, 0]) }], specOf()), /8 is not drawn/)
})

t.test('a value comes back as it went in, has one number, and keeps that where more is added', async t => {
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.double({ noNaN: true }).map(number => (Object.is(number, -0) ? 0 : number)),
    fc.maxSafeInteger(),
    fc.integer(),
    fc.boolean()
  )
  const property = fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), fc.array(value), (first, more) => {
    const builder = new ValueBuilder()
    const numbers = first.map(item => builder.number(item))
    const store = builder.finish()
    const second = new ValueBuilder(store)
    const added = more.map(item => second.number(item))
    const addedStore = second.finish()
    const read = (number: number) => readValue(number < store.ends.length ? store : addedStore, number)
    const all = [...first, ...more]
    const given = [...numbers, ...added]
    return all.every((item, i) => Object.is(read(given[i]!), item)) && new Set(given).size === new Set(all).size
  })
  t.equal(fc.check(property, { numRuns: 100 }).counterexample, null)
})

t.test('a tile is readable by both decoders, its values of their types', async t => {
  const values = {
    name: '一',
    area: 12.5,
    floors: 3,
    below: -2,
    big: 2 ** 40,
    height: 1e300,
    listed: true,
    constructor: 'who built it',
    hasOwnProperty: 1,
    nothing: null
  }
  const cut = flatLayer([polygon(5, square(113, 23, 0.01), values)], { names: Object.keys(values) })
  const mvt = cut(tileAt(14, 113.005, 23.005)).mvt!
  const { nothing, ...expected } = { ...values, feature_id: 'f5' }
  t.equal(nothing, null)
  for (const layer of [decode(mvt).layers['a']!, new StrictTile(mvt).layers['a']!]) {
    t.match(layer, { version: 2, name: 'a', extent: 4096, length: 1 })
    t.strictSame({ ...layer.feature(0).properties }, expected)
    t.equal(Number(layer.feature(0).id), 5)
  }
  t.equal(cut({ z: 14, x: 0, y: 0 }).mvt, null, 'an empty tile has no bytes')
})

t.test('a view carries the fields that are asked for, of the features that match', async t => {
  const rows = [1, 2, 3].map(n => polygon(n, square(113 + n * 0.001, 23, 0.001), { use: `u${n}`, floors: n }))
  const cut = flatLayer(rows, { names: ['use', 'floors'] })
  const view = { columns: [1, 2], match: (value: (field: string) => unknown) => Number(value('floors')) > 1 }
  const layer = decode(cut(tileAt(12, 113.002, 23.0005), { view }).mvt!).layers['a']!
  t.strictSame(
    [0, 1].map(i => ({ ...layer.feature(i).properties })),
    [
      { floors: 2, feature_id: 'f2' },
      { floors: 3, feature_id: 'f3' }
    ]
  )
  t.equal(layer.length, 2)
  t.equal(cut(tileAt(12, 113.002, 23.0005), { view: { match: () => false } }).mvt, null)
})

t.test('rings are wound as MVT 2.1 wants them, whichever way they came; what fell flat is left out', async t => {
  const outer = square(113, 23, 0.02)[0]!
  const hole = square(113.005, 23.005, 0.005)[0]!
  for (const rings of [
    [outer, hole],
    [outer.toReversed(), hole],
    [outer, hole.toReversed()]
  ]) {
    const mvt = flatLayer([polygon(1, rings)])(tileAt(12, 113.01, 23.01)).mvt!
    t.match(decode(mvt).layers['a']!.feature(0).loadGeometry().map(area).map(Math.sign), [1, -1])
  }
  const sliver = square(113, 23, 0.02)[0]!.map(([x, y]): Position => [x!, 23 + (y! - 23) * 1e-6])
  t.equal(flatLayer([polygon(1, [sliver])])(tileAt(12, 113.01, 23)).mvt, null)
  const dot: FlatRow = {
    fid: 1,
    geometry: {
      type: 'LineString',
      coordinates: [
        [113, 23],
        [113.0000001, 23]
      ]
    }
  }
  t.equal(flatLayer([dot])(tileAt(12, 113, 23)).mvt, null)
})

t.test('neighbours share an edge without a gap, at every zoom', async t => {
  const wavy = Array.from({ length: 200 }, (_, i): Position => [113 + 0.0003 * Math.sin(i / 7), 23 + i * 1e-4])
  const west = [...wavy, [112.98, 23.0199] as Position, [112.98, 23] as Position, wavy[0]!]
  const east = [...wavy, [113.02, 23.0199] as Position, [113.02, 23] as Position, wavy[0]!]
  const cut = flatLayer([polygon(1, [west]), polygon(2, [east])])
  for (const z of [16, 17, 18]) {
    const tile = tileAt(z, 113, 23.01)
    const [w, s, e, n] = tileBounds(tile)
    t.ok(w > 112.98 && e < 113.02 && s > 23 && n < 23.0199, `zoom ${z}: the tile lies within the two`)
    const layer = decode(cut(tile).mvt!).layers['a']!
    const filled = [0, 1].flatMap(i => layer.feature(i).loadGeometry())
    const covered = filled.reduce((sum, ring) => sum + area(ring), 0)
    const side = EXTENT + 2 * BUFFER
    t.ok(Math.abs(covered - side ** 2) < side, `zoom ${z}: ${covered} of ${side ** 2}, within a unit along the edge`)
  }
})

/** A ring around a place in degrees, as far out as the radii say. */
const star = (x: number, y: number, size: number, radii: number[]): Position[][] => {
  const ring = radii.map((radius, i): Position => {
    const angle = (2 * Math.PI * i) / radii.length
    return [x + size * radius * Math.cos(angle), y + size * radius * Math.sin(angle)]
  })
  return [[...ring, ring[0]!]]
}
const radii = fc.array(fc.double({ min: 0.05, max: 1, noNaN: true }), { minLength: 3, maxLength: 40 })

t.test('a tile has as much of a polygon as geojson-vt cuts of it, within half a unit along its edges', async t => {
  const property = fc.property(
    radii,
    fc.integer({ min: 9, max: 18 }),
    fc.double({ noNaN: true, min: 0, max: 1 }),
    (r, z, at) => {
      const rings = star(113, 23, 0.02, r)
      const [x, y] = rings[0]![Math.floor(at * (r.length - 1))]!
      const tile = tileAt(z, x!, y!)
      const feature: Feature<Polygon> = {
        type: 'Feature',
        geometry: { type: 'Polygon', coordinates: rings },
        properties: {}
      }
      const oracle = new GeoJSONVT(feature, { maxZoom: 18, tolerance: 0, extent: EXTENT, buffer: BUFFER })
      const theirs = (oracle.getTile(tile.z, tile.x, tile.y)?.features[0]?.geometry ?? []) as [number, number][][]
      const mvt = flatLayer([polygon(1, rings)])(tile).mvt
      const ours = mvt ? decode(mvt).layers['a']!.feature(0).loadGeometry() : []
      const their = theirs.map(ring => ring.map(([x, y]) => ({ x, y })))
      const slack = [...ours, ...their].reduce((sum, ring) => sum + girth(ring), 8)
      return Math.abs(sum(ours.map(area)) - sum(their.map(area))) <= slack
    }
  )
  const { failed, counterexample } = fc.check(property, { numRuns: 400 })
  t.notOk(failed, JSON.stringify(counterexample))
})

t.test('a line is cut where it leaves the tile, and goes on where it comes back', async t => {
  const tile = tileAt(14, 113, 23)
  const [w, s, e, n] = tileBounds(tile)
  const [width, middle] = [e - w, (s + n) / 2]
  const path = [-0.5, 0.5, 0.5, 1.5, 1.5, 0.75].map(
    (x, i): Position => [w + x * width, middle + [0, 0, 1, 1, 0.1, 0.1][i]! * (n - s)]
  )
  const cut = flatLayer([{ fid: 1, geometry: { type: 'LineString', coordinates: path } }])
  const parts = decode(cut(tile).mvt!).layers['a']!.feature(0).loadGeometry()
  t.equal(parts.length, 2)
  t.strictSame(
    parts[0]!.map(({ x }) => x),
    [-BUFFER, EXTENT / 2, EXTENT / 2]
  )
  t.strictSame(
    parts[1]!.map(({ x }) => x),
    [EXTENT + BUFFER, EXTENT * 0.75]
  )
  t.equal(parts[0]!.at(-1)!.y, -BUFFER)
})

t.test('in every grid a place is drawn where the grid has it', async t => {
  const next = random(5)
  for (const grid of TILE_GRIDS) {
    for (const z of [9, 13, 18]) {
      const places = Array.from({ length: 20 }, () => [113 + next(), 23 + next()] as const)
      const cut = flatLayer(places.map(([x, y], i) => point(i + 1, x, y)))
      const [x, y] = places[0]!
      const tile = grid === WEB_MERCATOR_QUAD ? tileAt(z, x, y) : degreesTile(grid.side, z, x, y)
      const [west, south, east, north] = tileExtent(grid, tile)
      const layer = decode(cut(tile, { grid }).mvt!).layers['a']!
      for (let i = 0; i < layer.length; i++) {
        const drawn = layer.feature(i).loadGeometry()[0]![0]!
        const [px, py] = places[layer.feature(i).id! - 1]!
        const [ex, ey] = grid === WEB_MERCATOR_QUAD ? mercator(px, py) : [px, py]
        const off = [
          ((ex - west) / (east - west)) * EXTENT - drawn.x,
          ((north - ey) / (north - south)) * EXTENT - drawn.y
        ]
        t.ok(
          off.every(unit => Math.abs(unit) <= 0.51),
          `${grid.id} ${z}: ${off}`
        )
      }
    }
  }
})

const degreesTile = (side: number, z: number, x: number, y: number): TileId => {
  const tile = side / 2 ** z
  return { z, x: Math.floor((x + 180) / tile), y: Math.floor((90 - y) / tile) }
}
const mercator = (x: number, y: number): [number, number] => [
  (x * 20037508.342789244) / 180,
  (Math.log(Math.tan(((90 + y) * Math.PI) / 360)) * 20037508.342789244) / Math.PI
]

t.test('each polygon has one label point, in one tile', async t => {
  const cells = Array.from({ length: 100 }, (_, i) =>
    polygon(i + 1, square(113 + (i % 10) * 0.01, 23 + Math.floor(i / 10) * 0.01, 0.01))
  )
  const cut = flatLayer(cells, { labels: true })
  for (const z of [9, 12, 14]) {
    const from = tileAt(z, 112.99, 23.11)
    const to = tileAt(z, 113.11, 22.99)
    const seen: unknown[] = []
    for (let x = from.x; x <= to.x; x++) {
      for (let y = from.y; y <= to.y; y++) {
        const { mvt } = cut({ z, x, y })
        if (mvt) seen.push(...propertyOf(decode(mvt), 'a-label', 'feature_id'))
      }
    }
    t.strictSame(seen.length, 100, `zoom ${z}`)
    t.strictSame(new Set(seen).size, 100, `zoom ${z}: each once`)
  }
})

/** The label point of a geometry, in units from its north-western corner, and its rings in those units. */
function labelOf(geometry: FlatRow['geometry']) {
  const { labels, x, y, partEnds } = columnsOf([{ fid: 1, geometry }], specOf({ labels: true }))
  const rings = [...partEnds].map((end, part) => {
    const from = part > 0 ? partEnds[part - 1]! : 0
    const ring = Array.from({ length: end - from }, (_, i): Position => [x[from + i]!, y[from + i]!])
    return [...ring, ring[0]!]
  })
  return { place: labels[0] === NO_PLACE ? null : ([labels[0]!, labels[1]!] as Position), rings, x, y }
}

t.test('a label lies inside, whatever the shape', async t => {
  const property = fc.property(radii, r => {
    const { place, rings } = labelOf({ type: 'Polygon', coordinates: star(113, 23, 1e-3, r) })
    return place !== null && contains(rings, place)
  })
  const { failed, counterexample } = fc.check(property, { numRuns: 500 })
  t.notOk(failed, JSON.stringify(counterexample))
})

t.test('a label stands in the largest part, beside a hole; of a line halfway along its longest part', async t => {
  const frame = labelOf({ type: 'Polygon', coordinates: [square(0, 0, 10)[0]!, square(1, 1, 8)[0]!] })
  t.ok(contains(frame.rings, frame.place!), 'in the frame, not in its hole')
  const several = labelOf({
    type: 'MultiPolygon',
    coordinates: [square(0, 0, 1), square(2, 0, 3), square(6, 0, 2)]
  })
  const [degree] = [several.x[4]! / 2]
  t.ok(several.place![0]! > 2 * degree && several.place![0]! < 5 * degree)
  const lines = labelOf({
    type: 'MultiLineString',
    coordinates: [
      [
        [0, 0],
        [1, 0]
      ],
      [
        [2, 0],
        [3, 0],
        [6, 0]
      ]
    ]
  })
  t.equal(Math.round(lines.place![0]! / (lines.x[1]! / 10)), 40)
  t.equal(labelOf({ type: 'Point', coordinates: [0, 0] }).place, null)
})

/** Field 16 and 17 of each layer of a tile: what it says of being reduced. */
function reducedNotes(mvt: Uint8Array): { shown: number; total: number }[] {
  const notes: { shown: number; total: number }[] = []
  new PbfReader(mvt).readFields((_, __, pbf) => {
    const note = { shown: -1, total: -1 }
    const end = pbf.readVarint() + pbf.pos
    pbf.readFields(
      (tag, note, layer) => {
        if (tag === 16) note.shown = countOf(layer.readVarint())
        else if (tag === 17) note.total = countOf(layer.readVarint())
      },
      note,
      end
    )
    notes.push(note)
  }, null)
  return notes
}

const gzipped = (mvt: Uint8Array | null) => (mvt ? gzipSync(mvt).length : 0)

t.test(
  'a tile of very many polygons stays within its budget: the largest are drawn, the area of the others shows',
  async t => {
    const next = random(4)
    const rows = Array.from({ length: 40_000 }, (_, i) => {
      const side = i % 500 === 0 ? 0.004 : 0.0002 + 0.0005 * next()
      const place = square(113 + (i % 200) * 0.001, 23 + Math.floor(i / 200) * 0.001, side)
      return polygon(i + 1, place, { use: `0${i % 7}`, code: `code ${next()}` })
    })
    const options = { names: ['use', 'code'], labels: true, squareColumns: [0] }
    const cut = flatLayer(rows, options)
    const whole = tileAt(9, 113.05, 23.05)
    for (const tile of [whole, tileAt(10, 113.05, 23.05)]) {
      const { mvt, reduced } = cut(tile)
      t.ok(gzipped(mvt) <= TILE_BUDGET, `${tile.z}: ${gzipped(mvt)} bytes`)
      t.ok(reduced && reduced.shown > 0 && reduced.shown < reduced.total, `${tile.z}: ${JSON.stringify(reduced)}`)
      for (const note of reducedNotes(mvt!)) t.strictSame(note, reduced)
      const layer = new StrictTile(mvt!).layers['a']!
      const drawn = Array.from({ length: layer.length }, (_, i) => layer.feature(i))
      const squares = drawn.filter(feature => feature.id === undefined)
      t.ok(squares.length > 50, `${tile.z}: ${squares.length} squares`)
      t.ok(squares.every(({ properties }) => Object.keys(properties).join() === 'use'))
    }
    t.equal(cut(whole).reduced!.total, rows.length)
    const read = decode(cut(whole).mvt!).layers['a']!
    const unit = 360 / 2 ** 9 / EXTENT
    const areas = rows.map(
      ({ geometry }) => -area((geometry as Polygon).coordinates[0]!.slice(0, -1).map(([x, y]) => ({ x: x!, y: y! })))
    )
    const expected = sum(areas.map(Math.abs)) / unit ** 2 / Math.cos((23.1 * Math.PI) / 180)
    const shown = sum(Array.from({ length: read.length }, (_, i) => sum(read.feature(i).loadGeometry().map(area))))
    t.ok(Math.abs(shown / expected - 1) < 0.05, `as much area as there is: ${shown} of ${expected}`)
    t.ok(Buffer.from(cut(whole).mvt!).equals(cut(whole).mvt!), 'the same each time')

    const deep = flatLayer(rows, { ...options, maxZoom: 12 })
    t.equal(deep(tileAt(12, 113.05, 23.05)).reduced, null, 'the deepest tile is enlarged: it has whatever fits')
  }
)

t.test('long lines go before short ones; of points one a cell is kept', async t => {
  const next = random(6)
  const text = () => Array.from({ length: 8 }, () => next()).join()
  const line = (i: number): FlatRow => {
    const [x, y, length] = [113 + next() * 0.5, 23 + next() * 0.5, i < 100 ? 0.1 : 0.005 * next()]
    const coordinates: Position[] = [
      [x, y],
      [x + length, y + length]
    ]
    return { fid: i + 1, geometry: { type: 'LineString', coordinates }, values: { text: text() } }
  }
  const lines = flatLayer(
    Array.from({ length: 20_000 }, (_, i) => line(i)),
    { names: ['text'] }
  )
  const tile = tileAt(6, 113.25, 23.25)
  const found = lines(tile)
  t.ok(
    found.reduced && gzipped(found.mvt) <= TILE_BUDGET,
    `${gzipped(found.mvt)} bytes ${JSON.stringify(found.reduced)}`
  )
  const kept = new Set(propertyOf(decode(found.mvt!), 'a', 'feature_id'))
  t.ok(Array.from({ length: 100 }, (_, i) => `f${i + 1}`).every(id => kept.has(id)))

  const rows = Array.from({ length: 30_000 }, (_, i) => ({
    ...point(i + 1, 113 + next() * 0.5, 23 + next() * 0.5),
    values: { text: text() }
  }))
  const points = flatLayer(rows, { names: ['text'] })(tile)
  t.ok(points.reduced && gzipped(points.mvt) <= TILE_BUDGET, `${gzipped(points.mvt)} bytes`)
  const places = decode(points.mvt!).layers['a']!
  t.ok(places.length > 2000)
})

t.test('of shapes that lie over each other only the largest stay, however many there are', async t => {
  const rows = Array.from({ length: 12_000 }, (_, i) =>
    polygon(i + 1, square(113 + i * 1e-7, 23, 0.2 + i * 1e-7), { text: `${Math.sin(i)} ${Math.cos(i)} ${Math.tan(i)}` })
  )
  const { mvt, reduced } = flatLayer(rows, { names: ['text'] })(tileAt(9, 113.1, 23.1))
  t.ok(gzipped(mvt) <= TILE_BUDGET && reduced!.shown < 12_000 && reduced!.shown > 1000, JSON.stringify(reduced))
  const kept = propertyOf(decode(mvt!), 'a', 'feature_id')
  t.ok(kept.includes('f12000') && !kept.includes('f1'))
})

t.test('points are put together where the layer asks for it; each counts in one tile', async t => {
  const next = random(8)
  const rows = Array.from({ length: 3000 }, (_, i) => point(i + 1, 113 + next() * 0.4, 23 + next() * 0.4))
  const cut = flatLayer(rows, { cluster: { radius: 64, maxZoom: 12 } })
  for (const z of [8, 10]) {
    const [from, to] = [tileAt(z, 113, 23.4), tileAt(z, 113.4, 23)]
    let counted = 0
    const alone = new Set<unknown>()
    for (let x = from.x; x <= to.x; x++) {
      for (let y = from.y; y <= to.y; y++) {
        const layer = decode(cut({ z, x, y }).mvt!).layers['a']!
        for (let i = 0; i < layer.length; i++) {
          const { properties } = layer.feature(i)
          if (properties['cluster']) counted += properties['point_count'] as number
          else alone.add(properties['feature_id'])
        }
      }
    }
    t.equal(counted + alone.size, 3000, `zoom ${z}`)
  }
  const fields = decode(cut(tileAt(4, 113, 23)).mvt!).layers['a']!.feature(0).properties
  t.strictSame({ ...fields }, { cluster: true, point_count: 3000, point_count_abbreviated: '3k' })
  t.equal(propertyOf(decode(cut(tileAt(13, 113.2, 23.2)).mvt!), 'a', 'cluster').some(Boolean), false)
})

t.test('what was changed beside the columns gives the tiles that columns made anew give', async t => {
  const spec = specOf({ names: ['use', 'area'], labels: true })
  const row = fc.record({
    x: fc.integer({ min: 0, max: 20 }),
    y: fc.integer({ min: 0, max: 20 }),
    use: fc.integer({ min: 0, max: 3 })
  })
  const rowsOf = (given: { x: number; y: number; use: number }[], from: number) =>
    given.map(({ x, y, use }, i) =>
      polygon(from + i, square(113 + x * 1e-3, 23 + y * 1e-3, 9e-4), { use: use ? `u${use}` : null, area: x * y + 0.5 })
    )
  const property = fc.property(
    fc.array(row, { minLength: 1, maxLength: 60 }),
    fc.array(row, { maxLength: 20 }),
    fc.func(fc.boolean()),
    (first, more, goes) => {
      const [before, added] = [rowsOf(first, 1), rowsOf(more, 1000)]
      const base = columnsOf(before, spec)
      const removed = Uint8Array.from(before, ({ fid }) => (goes(fid) ? 1 : 0))
      const beside = { base, removed, added: more.length > 0 ? columnsOf(added, spec, base) : null }
      const anew = setOf(columnsOf([...before.filter((_, i) => removed[i] === 0), ...added], spec))
      const view = { columns: [0, 1, 2], match: null }
      return [10, 14, 16].every(z => {
        const frame = frameOf(WEB_MERCATOR_QUAD, tileAt(z, 113.01, 23.01))
        const [a, b] = [beside, anew].map(set => cutTile(set, spec, view, frame).mvt)
        return Buffer.compare(a ?? Buffer.alloc(0), b ?? Buffer.alloc(0)) === 0
      })
    }
  )
  const { failed, counterexample } = fc.check(property, { numRuns: 100 })
  t.notOk(failed, JSON.stringify(counterexample))
})

t.test(
  'a layer has tiles as deep as 18, labels where its style asks, and a version that follows its definition',
  async t => {
    t.strictSame(tileZooms(testLayer('a', { zoom: { min: 10, max: 22 } })), { min: 10, max: 18 })
    t.strictSame(tileZooms(testLayer('a', { zoom: { min: 3, max: 12 } })), { min: 3, max: 12 })
    t.equal(labelZoom(testLayer('a', { style: labelled('a') })), 0)
    t.equal(labelZoom(testLayer('a', { style: labelled('b') })), null)
    t.equal(labelZoom(testLayer('a', { style: labelled('a'), geometry: 'LineString' })), 0)
    t.equal(labelZoom(testLayer('a', { style: labelled('a'), geometry: 'Point' })), null)
    const from = (minzoom: number) => testLayer('a', { style: labelled('a').map(item => ({ ...item, minzoom })) })
    t.equal(labelZoom(from(15.5)), 15, 'tiles of zoom 15 are drawn up to 16')
    t.equal(labelZoom(from(20)), 18, 'beyond the deepest tiles these are drawn')
    t.strictSame(
      [14, 15].map(zoom => hasLabelPoints(from(15.5), zoom)),
      [false, true]
    )
    const cut = flatLayer([polygon(1, square(10, 10, 5))], { labels: true, labelZoom: 5 })
    t.strictSame(Object.keys(decode(cut(tileAt(4, 12, 12)).mvt!).layers), ['a'])
    t.strictSame(Object.keys(decode(cut(tileAt(5, 12, 12)).mvt!).layers), ['a', 'a-label'])
    const versions = [
      testLayer('a'),
      testLayer('a', { style: labelled('a') }),
      testLayer('a', { cluster: { radius: 64, maxZoom: 12 } }),
      testLayer('a', { fields: [field('code'), field('area', 'number')] })
    ].map(layer => tileVersion(layer, 3))
    t.equal(new Set(versions).size, 4)
    t.ok(versions.every(version => version.startsWith('3-')))
    t.equal(tileVersion(testLayer('a'), 3), tileVersion(testLayer('a', { title: { zh: '乙', en: 'b' } }), 3))
    t.equal(tileVersion(testLayer('a'), 0), '0')
  }
)

type Place = { x: number; y: number }

const sum = (numbers: number[]) => numbers.reduce((all, number) => all + number, 0)

function area(ring: Place[]): number {
  return ring.reduce((sum, { x, y }, i) => {
    const next = ring[(i + 1) % ring.length]!
    return sum + (x * next.y - next.x * y) / 2
  }, 0)
}

const girth = (ring: Place[]) =>
  ring.reduce((sum, { x, y }, i) => {
    const next = ring[(i + 1) % ring.length]!
    return sum + Math.hypot(next.x - x, next.y - y)
  }, 0)

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
