import t from 'tap'
import type { Answer } from '../../server/land-check/answer/result.ts'
import { onBothDatabases } from '../helper.ts'
import { type Cell, type Change, mapRings, type Point } from './cells.ts'
import { engineOf, frbu, rulesetOf } from './ground.ts'
import { distance, EXACT, halves, properties, same, sameShare, times, worse } from './properties.ts'

/** What must hold whatever is done to the ground and to the rules (reference: land-check §4.3). */

/** Legs of right triangles whose longest side is 65. */
const TURNS: Point[] = [
  [16, 63],
  [33, 56],
  [39, 52],
  [25, 60]
]
const turned =
  ({ parcel }: Cell) =>
  ([x, y]: Point): Point => {
    const [cos, sin] = TURNS[Math.abs(parcel[0]![0]) % TURNS.length]!
    return [(x * cos - y * sin) / 65, (x * sin + y * cos) / 65]
  }
const quarter = ([x, y]: Point): Point => [-y, x]
const doubled = ([x, y]: Point): Point => [2 * x, 2 * y]

const CHANGES = {
  base: zones => zones,
  cut: zones => zones.flatMap(({ layer, ring }) => halves(ring).map(half => ({ layer, ring: half }))),
  reversed: zones => zones.toReversed(),
  quarter: mapRings(quarter),
  turned: (zones, c) => mapRings(turned(c))(zones, c),
  doubled: mapRings(doubled),
  more: (zones, { parcel }) => [
    ...zones,
    { layer: 'forbidden', ring: parcel.map(([x, y]): Point => [x + 30_001, y + 13_002]) }
  ]
} satisfies Record<string, Change>

/** What each rule found, but which features by name. */
const measuresOf = ({ rules }: Answer): string =>
  JSON.stringify(
    rules
      .toSorted((x, y) => (x.id < y.id ? -1 : 1))
      .map(({ id, status, measure, features }) => [id, status, measure?.area, measure?.marginM, features.length])
  )

await onBothDatabases(t, async (t, db) => {
  const { inRegion, property } = await properties(t, db, CHANGES)
  const { rules } = await rulesetOf()

  await property('zones cut in two give the same', EXACT, async () => {
    const asked = await inRegion('cut')
    return (i, answer) => same(answer, asked[i]!)
  })
  await property('zones and rules in another order, elsewhere by whole metres, give the same', EXACT, async () => {
    const backwards = await engineOf(db, await rulesetOf({ rules: rules.toReversed() }, 'backwards'))
    const asked = await inRegion('reversed', undefined, backwards)
    return (i, answer) => {
      const [a, b] = [answer, asked[i]!].map(measuresOf)
      return a === b ? same(answer, asked[i]!) : `${a} became ${b}`
    }
  })
  await property('a quarter turn changes nothing', EXACT, async () => {
    const asked = await inRegion('quarter', ring => ring.map(quarter))
    return (i, answer) => same(answer, asked[i]!)
  })
  await property('a turn by any angle changes nothing', 1e-6, async () => {
    const asked = await inRegion('turned', (ring, c) => ring.map(turned(c)))
    return (i, answer) => sameShare(answer, asked[i]!)
  })
  await property('twice as wide is four times the area', 1e-6, async () => {
    const asked = await inRegion('doubled', ring => ring.map(doubled))
    return (i, answer) => distance(times(frbu(answer), 4), frbu(asked[i]!)) / (4 * answer.parcel.areaPlanar)
  })

  await property('more forbidden land never improves the verdict', EXACT, async () => {
    const more = await inRegion('more')
    return (i, answer) => worse(answer, more[i]!) || Math.max(0, frbu(answer)[0]! - frbu(more[i]!)[0]!)
  })
  await property('one rule more never improves the verdict', 0, async () => {
    const fewer = rules.filter(({ id }) => id !== 'FARM' && id !== 'DISPUTE')
    const before = await inRegion('base', undefined, await engineOf(db, await rulesetOf({ rules: fewer }, 'fewer')))
    return (i, answer) => worse(before[i]!, answer) || 0
  })
})
