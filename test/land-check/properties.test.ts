import fc from 'fast-check'
import t from 'tap'
import type { Answer } from '../../server/land-check/result.ts'
import { onBothDatabases } from '../helper.ts'
import { box, checkWkt, E0, engineOf, frbu, layGround, type Metres, N0, wktOf, type Zone, zone } from './ground.ts'

/** What must hold for every parcel and ground (reference: land-check §4.3). Each check takes tens of milliseconds. */

const SEED = 20261122
const RUNS = 20
t.comment(`seed ${SEED}, ${RUNS} runs a property`)
const assert = <Ts>(property: fc.IAsyncProperty<Ts>) => fc.assert(property, { seed: SEED, numRuns: RUNS })

/** Whole 0.1 mm. */
const mm = (min: number, max: number) => fc.integer({ min: min * 1e4, max: max * 1e4 }).map(n => n / 1e4)
const at = (x: number, y: number): [number, number] => [E0 + Number(x.toFixed(4)), N0 + Number(y.toFixed(4))]

/** A convex quadrilateral of 5 to 40 m, any way round. */
const quad = fc
  .record({
    x: mm(-20, 20),
    y: mm(-20, 20),
    angles: fc.tuple(...[0, 1, 2, 3].map(k => fc.double({ min: k * 1.57 + 0.1, max: k * 1.57 + 1.4, noNaN: true }))),
    radius: mm(4, 20)
  })
  .map(({ x, y, angles, radius }): Metres => angles.map(a => at(x + radius * Math.cos(a), y + radius * Math.sin(a))))

const GROUND: Record<string, Zone[]> = {
  buildable: [zone('B1', box(-30, -30, 42.5, 60)), zone('B2', box(12.5, -30, 40, 45))],
  restricted: [zone('R1', [at(-10, -22), at(25.3, -4.1), at(8, 30)]), zone('R2', box(-28, 5, 20, 9))],
  forbidden: [
    zone('F1', [at(0.5, 0.25), at(30, 3), at(14, 28)]),
    zone('F2', [at(5, -30), at(9.5, -30), at(22, 22), at(18, 23)])
  ],
  farmland: [zone('A1', [at(-30, -30), at(-9, -31), at(-18, 6.5)])]
}

/** Overlays are noded on a grid of 0.1 µm: 10⁻⁷ m × 100 m of edges. */
const close = (a: Answer, b: Answer, tolerance = 1e-5) =>
  frbu(a).every((area, i) => Math.abs(area - frbu(b)[i]!) <= tolerance) && a.verdict === b.verdict
const sameHash = (a: Answer, b: Answer) => a.provenance.resultHash === b.provenance.resultHash

await onBothDatabases(t, async (t, db) => {
  const engine = await engineOf(db)
  await layGround(db, GROUND)
  const check = (ring: Metres) => checkWkt(engine, wktOf(ring))

  await t.test('the classes sum to the parcel, exactly and as displayed; no share exceeds the whole', async t => {
    await assert(
      fc.asyncProperty(quad, async ring => {
        const answer = await check(ring)
        const sum = answer.net.reduce((all, n) => all + n.areaExact, 0)
        const cents = answer.net.reduce((all, n) => all + Math.round(n.area * 100), 0)
        return (
          Math.abs(sum - answer.parcel.areaPlanar) <= 1e-6 * answer.parcel.areaPlanar + 4e-6 &&
          cents === Math.round(answer.netCheck.area * 100) &&
          answer.rules.every(rule => (rule.measure?.share ?? 0) <= 1 + 1e-6)
        )
      })
    )
    t.pass()
  })

  await t.test('where a ring starts, which way it runs and what it repeats change nothing', async t => {
    await assert(
      fc.asyncProperty(quad, fc.nat(3), fc.boolean(), fc.boolean(), async (ring, start, reversed, repeat) => {
        let other = [...ring.slice(start), ...ring.slice(0, start)]
        if (reversed) other = other.toReversed()
        if (repeat) other = other.flatMap(p => [p, p])
        return sameHash(await check(ring), await check(other))
      })
    )
    t.pass()
  })

  await t.test('points on an edge change no area', async t => {
    const even = mm(-20, 20).map(n => Math.round(n * 5e3) / 5e3)
    await assert(
      fc.asyncProperty(even, even, fc.integer({ min: 2, max: 15 }), async (x, y, half) => {
        const ring: Metres = [
          at(x, y),
          at(x + 2 * half, y + 4),
          at(x + 2 * half - 4, y + 4 + 2 * half),
          at(x - 4, y + 2 * half)
        ]
        const split = ring.flatMap((p, i): Metres => {
          const next = ring[(i + 1) % 4]!
          return [p, [(p[0] + next[0]) / 2, (p[1] + next[1]) / 2]]
        })
        return close(await check(ring), await check(split))
      })
    )
    t.pass()
  })

  await t.test('a parcel cut in two has the areas of its halves', async t => {
    await assert(
      fc.asyncProperty(
        mm(-20, 10),
        mm(-20, 10),
        mm(3, 20),
        mm(3, 20),
        mm(0.5, 2.5),
        async (x, y, width, height, cut) => {
          const [whole, left, right] = await Promise.all(
            [box(x, y, width, height), box(x, y, cut, height), box(x + cut, y, width - cut, height)].map(check)
          )
          const sums = frbu(left!).map((area, i) => area + frbu(right!)[i]!)
          return sums.every((sum, i) => Math.abs(sum - frbu(whole!)[i]!) <= 1e-5)
        }
      )
    )
    t.pass()
  })

  await t.test('zones cut in two, in another order, give the same', async t => {
    const parcels = fc.sample(quad, { seed: SEED, numRuns: RUNS })
    const before = []
    for (const ring of parcels) before.push(await check(ring))
    const cutAt = (east: number, id: string): Zone[] => [
      zone(`${id}w`, box(-30, -30, east + 30, 60)),
      zone(`${id}e`, box(east, -30, 12.5 - east, 60))
    ]
    await layGround(db, {
      ...GROUND,
      buildable: [GROUND['buildable']![1]!, ...cutAt(3.25, 'B')],
      forbidden: GROUND['forbidden']!.toReversed()
    })
    for (const [i, ring] of parcels.entries()) t.ok(close(before[i]!, await check(ring)), JSON.stringify(ring))
    await layGround(db, GROUND)
  })

  await t.test('parcel and ground moved together by whole metres give the same', async t => {
    const parcels = fc.sample(quad, { seed: SEED, numRuns: 10 })
    const before = []
    for (const ring of parcels) before.push(await check(ring))
    const moved = (ring: Metres): Metres => ring.map(([x, y]) => [x + 321, y - 1234])
    await layGround(
      db,
      Object.fromEntries(
        Object.entries(GROUND).map(([id, zones]) => [id, zones.map(z => ({ ...z, rings: z.rings!.map(moved) }))])
      )
    )
    for (const [i, ring] of parcels.entries()) t.ok(close(before[i]!, await check(moved(ring))), JSON.stringify(ring))
    await layGround(db, GROUND)
  })

  await t.test('more forbidden land never improves the verdict', async t => {
    const order = ['REJECT', 'INDETERMINATE', 'REVIEW', 'CONDITIONAL', 'PASS']
    const parcels = fc.sample(quad, { seed: SEED + 1, numRuns: RUNS })
    const before = []
    for (const ring of parcels) before.push(await check(ring))
    await layGround(db, { ...GROUND, forbidden: [...GROUND['forbidden']!, zone('F3', box(-40, -40, 31, 80))] })
    for (const [i, ring] of parcels.entries()) {
      const after = await check(ring)
      t.ok(
        order.indexOf(after.verdict) <= order.indexOf(before[i]!.verdict),
        `${before[i]!.verdict} → ${after.verdict}`
      )
      t.ok(frbu(after)[0]! >= frbu(before[i]!)[0]! - 1e-6)
    }
  })
})
