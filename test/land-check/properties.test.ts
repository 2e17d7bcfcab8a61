import fc from 'fast-check'
import t from 'tap'
import { checkLand, checkMany, type LandCheckEngine } from '../../server/land-check/check.ts'
import { VERDICTS } from '../../server/land-check/judge.ts'
import type { LandCheckRequest } from '../../server/land-check/request.ts'
import type { Answer } from '../../server/land-check/result.ts'
import { type Database, sql } from '../../server/lib/sql.ts'
import { onBothDatabases } from '../helper.ts'
import {
  type Cell,
  type Change,
  cell,
  type GridRing,
  layCells,
  mapRings,
  middleOf,
  type Point,
  placed
} from './cells.ts'
import { engineOf, frbu, rulesetOf, wktOf } from './ground.ts'

/**
 * What must hold for every parcel and every ground (reference: land-check §4.3). Each property is asserted for RUNS
 * random grounds; what changes the ground is a region of its own, so that one publication holds them all.
 */

const SEED = 20261122
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 1000)
t.comment(`seed ${SEED}, ${RUNS} runs of each property`)

/** m²: areas are answered with six decimals, so that equal ones differ by one unit at most. */
const EXACT = 1.01e-6
const CHUNK = 200

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

/** A convex ring cut along the line from its first corner to one across; a triangle is not. */
const halves = (ring: GridRing): GridRing[] =>
  ring.length === 3 ? [ring] : [ring.slice(0, 3), [...ring.slice(2), ring[0]!]]

/** A convex ring of half the size, inside it at its first corner, and what that leaves of it. */
const inner = (ring: GridRing): GridRing => ring.map(([x, y]): Point => [(x + ring[0]![0]) / 2, (y + ring[0]![1]) / 2])
const outer = (ring: GridRing): GridRing => [...ring.slice(1), ...inner(ring).slice(1).toReversed()]

const withMiddles = (ring: GridRing): GridRing =>
  ring.flatMap((p, i): GridRing => {
    const next = ring[(i + 1) % ring.length]!
    return [p, [(p[0] + next[0]) / 2, (p[1] + next[1]) / 2]]
  })

/** The same ring from another corner, some the other way round, with a corner twice. */
function rewritten(ring: GridRing): GridRing {
  const start = Math.abs(ring[0]![0] / 130) % ring.length
  const other = [...ring.slice(start), ...ring.slice(0, start)]
  return (start % 2 === 0 ? other.toReversed() : other).flatMap((p, k): GridRing => (k === 1 ? [p, p] : [p]))
}

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
type Region = keyof typeof CHANGES

const wktAt = (region: Region, index: number, ring: GridRing) =>
  wktOf(placed(ring, middleOf(Object.keys(CHANGES).indexOf(region), index)))

type Asked = Partial<Omit<LandCheckRequest, 'crs'>> & { crs?: string | undefined }

async function answers(engine: LandCheckEngine, requests: Asked[], chunk = CHUNK): Promise<Answer[]> {
  const [ruleset = ''] = engine.rulesets.keys()
  const all: Answer[] = []
  for (let start = 0; start < requests.length; start += chunk) {
    const asked = requests.slice(start, start + chunk)
    const results = await checkMany(
      engine,
      asked.map(({ crs, ...parcel }) => ({ ruleset, ...parcel, ...(crs && { crs }) }))
    )
    for (const [k, result] of results.entries()) {
      if ('problem' in result) throw new Error(`seed ${SEED}, ${JSON.stringify(asked[k])}: ${result.problem.message}`)
      all.push(result.answer)
    }
  }
  return all
}

const rank = ({ verdict }: Answer) => VERDICTS.indexOf(verdict)
const distance = (a: number[], b: number[]) => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))
const plus = (a: number[], b: number[]) => a.map((value, i) => value + b[i]!)
const times = (a: number[], factor: number) => a.map(value => value * factor)

/** 0, or what is not the same. */
function sameHash(a: Answer, b: Answer): number | string {
  if (a.provenance.resultHash === b.provenance.resultHash) return 0
  const input = a.provenance.inputHash === b.provenance.inputHash ? 'the same' : 'another'
  return `${b.verdict} ${frbu(b)} became ${a.verdict} ${frbu(a)} with ${input} input`
}

/** The greatest difference of an area, m², or what became of the verdict. */
const same = (a: Answer, b: Answer): number | string =>
  a.verdict === b.verdict ? distance(frbu(a), frbu(b)) : `${a.verdict} became ${b.verdict}`

/** The same, as a share of the parcel. */
const sameShare = (a: Answer, b: Answer): number | string => {
  const found = same(a, b)
  return typeof found === 'string' ? found : found / a.parcel.areaPlanar
}

const worse = (before: Answer, after: Answer): string | false =>
  rank(after) > rank(before) && `${before.verdict} became ${after.verdict}`

/** What each rule found, but which features by name. */
const measuresOf = ({ rules }: Answer): string =>
  JSON.stringify(
    rules
      .toSorted((x, y) => (x.id < y.id ? -1 : 1))
      .map(({ id, status, measure, features }) => [id, status, measure?.area, measure?.marginM, features.length])
  )

await onBothDatabases(t, async (t, db) => {
  const cells = fc.sample(cell, { seed: SEED, numRuns: RUNS })
  const began = performance.now()
  await layCells(db, cells, Object.values(CHANGES))
  t.comment(`${Object.keys(CHANGES).length} × ${RUNS} grounds laid in ${seconds(began)} s`)
  const { rules } = await rulesetOf()
  const engine = await engineOf(db)
  const rings = (region: Region, ringOf: (ring: GridRing, c: Cell) => GridRing) =>
    cells.map((c, i) => ({ wkt: wktAt(region, i, ringOf(c.parcel, c)), crs: 'EPSG:4547' }))
  const inRegion = (region: Region, ringOf: (ring: GridRing, c: Cell) => GridRing = ring => ring, by = engine) =>
    answers(by, rings(region, ringOf))
  const whole = await inRegion('base')

  /** Asserts a property of every case: `find` tells how far a case is from it, or says what is wrong. */
  async function property(name: string, limit: number, ask: () => Promise<(i: number, a: Answer) => number | string>) {
    await t.test(name, async t => {
      const start = performance.now()
      const find = await ask()
      const found = whole.map((answer, i) => find(i, answer))
      const failed = found.findIndex(one => typeof one === 'string' || one > limit)
      const greatest = Math.max(0, ...found.filter(one => typeof one === 'number'))
      t.comment(`${found.length} runs, greatest difference ${greatest.toExponential(1)}, ${seconds(start)} s`)
      const example = `seed ${SEED}, case ${failed}: ${found[failed]}: ${JSON.stringify(cells[failed])}`
      t.equal(failed, -1, failed < 0 ? 'every case' : example)
    })
  }

  await t.test('the cases are of every kind', async t => {
    const count = (verdict: string) => whole.filter(a => a.verdict === verdict).length
    t.comment(VERDICTS.map(v => `${v} ${count(v)}`).join(', '))
    for (const verdict of ['REJECT', 'REVIEW', 'CONDITIONAL', 'PASS']) t.ok(count(verdict) > RUNS / 50, verdict)
    for (const status of ['HIT', 'NO_HIT', 'SLIVER'])
      t.ok(
        whole.some(a => a.rules.some(r => r.status === status)),
        status
      )
  })

  await property('the classes sum to the parcel, exactly and as displayed', 3e-6, async () => (_, answer) => {
    const cents = answer.net.reduce((all, n) => all + Math.round(n.area * 100), 0)
    if (cents !== Math.round(answer.netCheck.area * 100)) return `${cents} cents`
    if (answer.rules.some(rule => (rule.measure?.share ?? 0) > 1)) return 'a share above 1'
    return Math.abs(frbu(answer).reduce((a, b) => a + b) - answer.parcel.areaPlanar)
  })

  await property('start, direction, repeats, zone number and company of a ring change nothing', 0, async () => {
    const order = cells.map((_, i) => (i * 7) % RUNS)
    const zoned = order.map(i => ({
      wkt: wktOf(placed(rewritten(cells[i]!.parcel), middleOf(0, i)).map(([x, y]) => [x + 38e6, y])),
      crs: 'EPSG:4526'
    }))
    const asked = await answers(engine, zoned, 131)
    const back = new Map(order.map((index, k) => [index, asked[k]!]))
    return (i, answer) => sameHash(back.get(i)!, answer)
  })

  await property('a parcel in degrees has the same result', 0, async () => {
    const wkts = rings('base', ring => ring).map(({ wkt }) => wkt)
    const asked = await answers(
      engine,
      (await inDegrees(db, wkts)).map(geojson => ({ geojson }))
    )
    return (i, answer) => sameHash(asked[i]!, answer)
  })

  await property('points on edges change no area', EXACT, async () => {
    const asked = await inRegion('base', withMiddles)
    return (i, answer) => same(answer, asked[i]!)
  })

  await property('a parcel cut in two has the areas of its halves and the worse verdict', 2 * EXACT, async () => {
    const firm = rules.map(rule => ({ ...rule, zeroTolerance: false }))
    const strict = await engineOf(db, await rulesetOf({ rules: firm, sliver: { maxAreaM2: 0, maxShare: 0 } }, 'strict'))
    const all = await inRegion('base', ring => ring, strict)
    const first = await inRegion('base', ring => halves(ring)[0]!, strict)
    const second = await inRegion('base', ring => halves(ring).at(-1)!, strict)
    return i => {
      const parts = cells[i]!.parcel.length === 3 ? [first[i]!] : [first[i]!, second[i]!]
      if (Math.min(...parts.map(rank)) !== rank(all[i]!)) return `${parts.map(p => p.verdict)} of ${all[i]!.verdict}`
      return distance(frbu(all[i]!), parts.map(frbu).reduce(plus))
    }
  })

  const part = await inRegion('base', inner)
  await property('a smaller parcel has no more forbidden land', EXACT, async () => (i, answer) => {
    return Math.max(0, frbu(part[i]!)[0]! - frbu(answer)[0]!)
  })
  await property('what is cut out of a parcel and what is left are the whole', 2 * EXACT, async () => {
    const left = await inRegion('base', outer)
    return (i, answer) => distance(frbu(answer), plus(frbu(part[i]!), frbu(left[i]!)))
  })

  await property('zones cut in two give the same', EXACT, async () => {
    const asked = await inRegion('cut')
    return (i, answer) => same(answer, asked[i]!)
  })
  await property('zones and rules in another order, elsewhere by whole metres, give the same', EXACT, async () => {
    const backwards = await engineOf(db, await rulesetOf({ rules: rules.toReversed() }, 'backwards'))
    const asked = await inRegion('reversed', ring => ring, backwards)
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
    const before = await inRegion('base', ring => ring, await engineOf(db, await rulesetOf({ rules: fewer }, 'fewer')))
    return (i, answer) => worse(before[i]!, answer) || 0
  })

  await t.test('fifty at once are answered as one after the other, and as many together', async t => {
    const asked = rings('base', ring => ring).slice(0, 50)
    const request = (one: object) => ({ ...one, ruleset: 'test' })
    const atOnce = await Promise.all(asked.map(one => checkLand(engine, request(one))))
    const hashes = (all: Answer[]) => all.map(({ provenance }) => provenance.resultHash)
    t.strictSame(hashes(atOnce), hashes(whole.slice(0, 50)))
    const alone: Answer[] = []
    for (const one of asked) alone.push(await checkLand(engine, request(one)))
    t.strictSame(hashes(alone), hashes(atOnce))
  })
})

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1)
}

async function inDegrees(db: Database, wkts: string[]): Promise<unknown[]> {
  const rows = await db.query<{ g: unknown }>(
    sql`SELECT ST_AsGeoJSON(ST_Transform(ST_GeomFromText(u.wkt, 4547), 4490), 12, 0)::json AS g
      FROM unnest(${wkts}::text[]) WITH ORDINALITY AS u (wkt, i) ORDER BY u.i`
  )
  return rows.map(({ g }) => g)
}
