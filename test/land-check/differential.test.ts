import t from 'tap'
import { coveredBy, exactAreas, type GridFeature } from '../../scripts/checking/exact-overlay.ts'
import { differ, FeatureIndex, parcelAt, randomOf, star } from '../../scripts/checking/land-check-differential.ts'
import { planarArea } from '../../server/lib/area.ts'
import { onBothDatabases } from '../helper.ts'
import { E0, engineOf, LAYERS, lay, type Metres, N0, RULES, rulesetOf, zone } from './ground.ts'

/**
 * Random parcels on a random ground, checked by the land-check and by exact integers (reference: land-check §4.4).
 * DIFFERENTIAL_PARCELS asks for more of them; ./scripts/check-land-check-differential does it on the demonstration data.
 */

const SEED = 20261122
const PARCELS = Number(process.env['DIFFERENTIAL_PARCELS'] ?? 500)

const box = (x: number, y: number, width: number, height: number): GridFeature => [
  [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height]
  ]
]

t.test('the oracle itself: areas known by construction', async t => {
  const m = 1e4
  const parcel = box(0, 0, 10 * m, 12 * m)
  const two = exactAreas(parcel, [[box(0, 0, 10 * m, 2.4 * m), box(0, 1.2 * m, 10 * m, 2.4 * m)]])
  t.equal(coveredBy(two, 0), 36, 'two of 24 m² that share 12')
  const holed = [...box(-m, -m, 20 * m, 20 * m), ...box(0, 0, 10 * m, 12 * m)]
  t.equal(coveredBy(exactAreas(parcel, [[holed]]), 0), 0, 'a hole that is the parcel')
  const triangle = (...points: [number, number][]): GridFeature => [points]
  const half = triangle([0, 0], [10 * m, 0], [0, 12 * m])
  t.equal(coveredBy(exactAreas(parcel, [[half]]), 0), 60)
  const nested = exactAreas(parcel, [[half], [box(0, 0, 5 * m, 6 * m)]])
  t.strictSame([nested.get(0n), nested.get(1n), nested.get(3n)], [60, 30, 30], 'a corner on the slanted edge')
  // (0,0)–(3,1) and (0,1)–(3,0) cross at (1.5, 0.5): a third of a unit decides nothing.
  const unit = exactAreas(triangle([0, 0], [3, 1], [0, 1]), [[triangle([0, 0], [3, 0], [0, 1])]])
  t.ok(Math.abs((unit.get(1n) ?? 0) * 1e8 - 0.75) < 1e-15)
  const random = randomOf(SEED)
  let worst = 0
  for (let i = 0; i < 200; i++) {
    const [a, b] = [0, 1].map(() => [star(random, [0, 0], [2, 9], 7)])
    const [ab, ba] = [exactAreas(a!, [[b!]]), exactAreas(b!, [[a!]])]
    const whole = planarArea([a!], 0.0001)
    const differences = [(ab.get(0n) ?? 0) + (ab.get(1n) ?? 0) - whole, (ab.get(1n) ?? 0) - (ba.get(1n) ?? 0)]
    worst = Math.max(worst, ...differences.map(Math.abs))
  }
  t.ok(worst < 1e-12, `200 pairs of stars, either way round: ${worst} m²`)
})

/** A mesh whose neighbours share their edges, in three classes and one left empty, and zones across it. */
function randomGround(random: () => number): Map<string, GridFeature[]> {
  const size = 24
  const cellM = 15
  const corner = Array.from({ length: size + 1 }, (_, i) =>
    Array.from({ length: size + 1 }, (_, k): [number, number] => [
      Math.round((E0 + (i + random() * 0.4) * cellM) * 1e4),
      Math.round((N0 + (k + random() * 0.4) * cellM) * 1e4)
    ])
  )
  const ground = new Map<string, GridFeature[]>(LAYERS.map(({ id }) => [id, []]))
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const layer = ['buildable', 'buildable', 'buildable', 'restricted', 'plan'][Math.floor(random() * 5)]!
      ground.get(layer)!.push([[corner[i]![k]!, corner[i + 1]![k]!, corner[i + 1]![k + 1]!, corner[i]![k + 1]!]])
    }
  }
  const anywhere = (): [number, number] => [E0 + random() * size * cellM, N0 + random() * size * cellM]
  for (const layer of ['forbidden', 'restricted', 'farmland', 'disputed']) {
    for (let n = 0; n < 60; n++) {
      const middle = anywhere()
      const shell = star(random, middle, [4, 25], 4 + Math.floor(random() * 14))
      const hole = star(random, middle, [0.5, 2], 4).toReversed()
      ground.get(layer)!.push(random() < 0.3 && shell.length > 5 ? [shell, hole] : [shell])
    }
  }
  return ground
}

await onBothDatabases(t, async (t, db) => {
  const random = randomOf(SEED)
  const ground = randomGround(random)
  const metres = (feature: GridFeature) => feature.map((ring): Metres => ring.map(([x, y]) => [x / 1e4, y / 1e4]))
  for (const [layer, features] of ground) {
    await lay(
      db,
      layer,
      features.map((feature, n) => zone(`${layer}-${n}`, ...metres(feature)))
    )
  }
  const corners = [...ground.values()].flat(3)
  const parcels = Array.from({ length: PARCELS }, () => {
    const [x, y] = corners[Math.floor(random() * corners.length)]!
    return parcelAt(random, [x / 1e4, y / 1e4])
  })
  const ruleset = await rulesetOf()
  const zones = new Map(RULES.map(({ id, layer }) => [id, new FeatureIndex(ground.get(layer)!)]))
  const found = await differ({ engine: await engineOf(db, ruleset), ruleset, parcels, zones })
  t.comment(
    `seed ${SEED}, ${found.checked} parcels: the greatest difference is ${found.areaM2.toExponential(2)} m², ` +
      `${found.perMetre.toExponential(2)} m² for a metre of perimeter; verdicts ${JSON.stringify(found.verdicts)}; ` +
      `land-check ${found.seconds.check.toFixed(1)} s, oracle ${found.seconds.exact.toFixed(1)} s`
  )
  t.strictSame(found.wrong.slice(0, 5), [])
  t.strictSame(found.problems, [])
  t.strictSame([found.checked, found.incomplete], [PARCELS, 0])
  t.ok(Object.keys(found.verdicts).length >= 4, 'the parcels are of every kind')
})
