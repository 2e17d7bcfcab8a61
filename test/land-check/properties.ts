import fc from 'fast-check'
import type { Test } from 'tap'
import { VERDICTS } from '../../server/land-check/answer/judge.ts'
import type { Answer } from '../../server/land-check/answer/result.ts'
import { checkMany, type LandCheckEngine } from '../../server/land-check/check.ts'
import type { LandCheckRequest } from '../../server/land-check/request.ts'
import type { Database } from '../../server/lib/sql.ts'
import { type Cell, type Change, cell, type GridRing, layCells, middleOf, placed } from './cells.ts'
import { engineOf, frbu, wktOf } from './ground.ts'

/**
 * What the tests of properties share (reference: land-check §4.3). A property is asserted for RUNS random grounds, all
 * laid by one publication: each in a cell of its own, and once more for every change of the ground, in a region.
 */

export const SEED = 20261122
export const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 1000)
/** m²: areas are answered with six decimals, so that equal ones differ by one unit at most. */
export const EXACT = 1.01e-6
/** Of what one call takes at most, a quarter: the statement's cost grows faster than its parcels. */
const CHUNK = 50

type Asked = Partial<Omit<LandCheckRequest, 'crs'>> & { crs?: string | undefined }

export async function answers(engine: LandCheckEngine, requests: Asked[], chunk = CHUNK): Promise<Answer[]> {
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

export const rank = ({ verdict }: Answer) => VERDICTS.indexOf(verdict)
export const distance = (a: number[], b: number[]) => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))
export const plus = (a: number[], b: number[]) => a.map((value, i) => value + b[i]!)
export const times = (a: number[], factor: number) => a.map(value => value * factor)

/** 0, or what is not the same. */
export function sameHash(a: Answer, b: Answer): number | string {
  if (a.provenance.resultHash === b.provenance.resultHash) return 0
  const input = a.provenance.inputHash === b.provenance.inputHash ? 'the same' : 'another'
  return `${b.verdict} ${frbu(b)} became ${a.verdict} ${frbu(a)} with ${input} input`
}

/** The greatest difference of an area, m², or what became of the verdict. */
export const same = (a: Answer, b: Answer): number | string =>
  a.verdict === b.verdict ? distance(frbu(a), frbu(b)) : `${a.verdict} became ${b.verdict}`

/** The same, as a share of the parcel. */
export const sameShare = (a: Answer, b: Answer): number | string => {
  const found = same(a, b)
  return typeof found === 'string' ? found : found / a.parcel.areaPlanar
}

export const worse = (before: Answer, after: Answer): string | false =>
  rank(after) > rank(before) && `${before.verdict} became ${after.verdict}`

/** Half of a convex ring each, cut along the line from its first corner to its third; a triangle is not cut. */
export const halves = (ring: GridRing): GridRing[] =>
  ring.length === 3 ? [ring] : [ring.slice(0, 3), [...ring.slice(2), ring[0]!]]

type RingOf = (ring: GridRing, of: Cell) => GridRing

/** What a property says of a case: how far it is from holding, or what is wrong. */
type Find = (i: number, whole: Answer) => number | string

/** Cells laid with each change in a region, and what is asked of them. The first change must be none. */
export async function properties<Region extends string>(t: Test, db: Database, changes: Record<Region, Change>) {
  const regions = Object.keys(changes) as Region[]
  const cells = fc.sample(cell, { seed: SEED, numRuns: RUNS })
  const began = performance.now()
  await layCells(db, cells, Object.values(changes))
  t.comment(`seed ${SEED}: ${regions.length} × ${RUNS} grounds laid in ${seconds(began)} s`)
  const engine = await engineOf(db)
  const requests = (region: Region, ringOf: RingOf = ring => ring) =>
    cells.map((of, i) => ({
      wkt: wktOf(placed(ringOf(of.parcel, of), middleOf(regions.indexOf(region), i))),
      crs: 'EPSG:4547'
    }))
  const inRegion = (region: Region, ringOf?: RingOf, by = engine) => answers(by, requests(region, ringOf))
  const start = performance.now()
  const whole = await inRegion(regions[0]!)
  t.comment(`${whole.length} parcels checked in ${seconds(start)} s`)

  async function property(name: string, limit: number, ask: () => Promise<Find>): Promise<void> {
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
  return { cells, engine, requests, inRegion, whole, property }
}

const seconds = (since: number) => ((performance.now() - since) / 1000).toFixed(1)
