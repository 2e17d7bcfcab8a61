import t from 'tap'
import { VERDICTS } from '../../server/land-check/answer/judge.ts'
import type { Answer } from '../../server/land-check/answer/result.ts'
import { checkLand } from '../../server/land-check/check.ts'
import { type Database, sql } from '../../server/lib/sql.ts'
import { onBothDatabases } from '../helper.ts'
import { type GridRing, middleOf, type Point, placed } from './cells.ts'
import { engineOf, frbu, rulesetOf, wktOf } from './ground.ts'
import { answers, distance, EXACT, halves, plus, properties, RUNS, rank, same, sameHash } from './properties.ts'

/** What must hold however a parcel is written, cut or asked (reference: land-check §4.3). */

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

await onBothDatabases(t, async (t, db) => {
  const { cells, engine, requests, inRegion, whole, property } = await properties(t, db, { base: zones => zones })
  const { rules } = await rulesetOf()

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
    const wkts = requests('base').map(({ wkt }) => wkt)
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
    const all = await inRegion('base', undefined, strict)
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

  await t.test('fifty at once are answered as one after the other, and as many together', async t => {
    const asked = requests('base').slice(0, 50)
    const request = (one: object) => ({ ...one, ruleset: 'test' })
    const atOnce = await Promise.all(asked.map(one => checkLand(engine, request(one))))
    const hashes = (all: Answer[]) => all.map(({ provenance }) => provenance.resultHash)
    t.strictSame(hashes(atOnce), hashes(whole.slice(0, 50)))
    const alone: Answer[] = []
    for (const one of asked) alone.push(await checkLand(engine, request(one)))
    t.strictSame(hashes(alone), hashes(atOnce))
  })
})

async function inDegrees(db: Database, wkts: string[]): Promise<unknown[]> {
  const rows = await db.query<{ g: unknown }>(
    sql`SELECT ST_AsGeoJSON(ST_Transform(ST_GeomFromText(u.wkt, 4547), 4490), 12, 0)::json AS g
      FROM unnest(${wkts}::text[]) WITH ORDINALITY AS u (wkt, i) ORDER BY u.i`
  )
  return rows.map(({ g }) => g)
}
