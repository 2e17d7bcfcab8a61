import type { Answer } from '../../server/land-check/answer/result.ts'
import type { LandCheckEngine } from '../../server/land-check/check.ts'
import { checkMany } from '../../server/land-check/check.ts'
import { isLayerRule } from '../../server/land-check/rules/rule.ts'
import type { Ruleset } from '../../server/land-check/rules/ruleset.ts'
import { bitOf, exactAreas, type GridFeature, perimeterOf } from './exact-overlay.ts'

/** The areas a land-check answers, beside those of exact integers. */

export interface Differences {
  checked: number
  /** Answers with a rule that was not evaluated: there is no whole partition to compare. */
  incomplete: number
  /** How often a rule was not evaluated, by rule and reason. */
  notEvaluated: Record<string, number>
  problems: { code: string; case: number }[]
  /** The greatest difference of an area, m², and as a share of the parcel's perimeter, m. */
  areaM2: number
  perMetre: number
  /** What is wrong: a difference beyond the limit, ground found where none is, or not found where it is. */
  wrong: string[]
  verdicts: Record<string, number>
  /** Of the land-check, and of the oracle. */
  seconds: { check: number; exact: number }
}

/** m² for a metre of perimeter. */
export const LIMIT = 1e-6
const CHUNK = 200

/** Features by the cells of 64 m that their boxes meet. */
export class FeatureIndex {
  readonly #cells = new Map<string, { feature: GridFeature; box: number[] }[]>()

  constructor(features: Iterable<GridFeature>) {
    for (const feature of features) {
      const entry = { feature, box: boxOf(feature) }
      for (const key of keysOf(entry.box)) {
        const cell = this.#cells.get(key)
        if (cell) cell.push(entry)
        else this.#cells.set(key, [entry])
      }
    }
  }

  near(parcel: GridFeature): GridFeature[] {
    const box = boxOf(parcel)
    const found = keysOf(box).flatMap(key => this.#cells.get(key) ?? [])
    return [...new Set(found)].filter(entry => meet(entry.box, box)).map(({ feature }) => feature)
  }
}

function boxOf(feature: GridFeature): [number, number, number, number] {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const ring of feature) {
    for (const [x, y] of ring) {
      if (x < box[0]) box[0] = x
      if (y < box[1]) box[1] = y
      if (x > box[2]) box[2] = x
      if (y > box[3]) box[3] = y
    }
  }
  return box
}

const meet = (a: number[], b: number[]) => a[0]! <= b[2]! && b[0]! <= a[2]! && a[1]! <= b[3]! && b[1]! <= a[3]!
const CELL = 640_000

function keysOf([west, south, east, north]: number[]): string[] {
  const keys: string[] = []
  for (let x = Math.floor(west! / CELL); x <= Math.floor(east! / CELL); x++) {
    for (let y = Math.floor(south! / CELL); y <= Math.floor(north! / CELL); y++) keys.push(`${x} ${y}`)
  }
  return keys
}

/** WKT of a list of polygons in grid numbers, with four decimals. */
export const wktOfGrid = (polygons: readonly GridFeature[]): string => {
  const ring = (points: GridFeature[number]) =>
    `(${[...points, points[0]!].map(([x, y]) => `${(x / 1e4).toFixed(4)} ${(y / 1e4).toFixed(4)}`).join(', ')})`
  return `MULTIPOLYGON (${polygons.map(rings => `(${rings.map(ring).join(', ')})`).join(', ')})`
}

export interface Differential {
  engine: LandCheckEngine
  ruleset: Ruleset
  /** Polygons of rings, on the grid. */
  parcels: readonly (readonly GridFeature[])[]
  /** By rule id: every feature the rule reads. */
  zones: ReadonlyMap<string, FeatureIndex>
}

export async function differ({ engine, ruleset, parcels, zones }: Differential): Promise<Differences> {
  const found: Differences = {
    checked: 0,
    incomplete: 0,
    notEvaluated: {},
    problems: [],
    areaM2: 0,
    perMetre: 0,
    wrong: [],
    verdicts: {},
    seconds: { check: 0, exact: 0 }
  }
  for (let start = 0; start < parcels.length; start += CHUNK) {
    const chunk = parcels.slice(start, start + CHUNK)
    const began = performance.now()
    const results = await checkMany(
      engine,
      chunk.map(polygons => ({ wkt: wktOfGrid(polygons), crs: ruleset.workingCrs, ruleset: ruleset.id }))
    )
    const between = performance.now()
    results.forEach((result, i) => {
      if ('problem' in result) found.problems.push({ code: result.problem.code, case: start + i })
      else compareOne(found, ruleset, zones, chunk[i]!.flat(), result.answer, start + i)
    })
    found.seconds.check += (between - began) / 1000
    found.seconds.exact += (performance.now() - between) / 1000
  }
  return found
}

function compareOne(
  found: Differences,
  ruleset: Ruleset,
  zones: ReadonlyMap<string, FeatureIndex>,
  parcel: GridFeature,
  answer: Answer,
  nth: number
): void {
  found.checked++
  found.verdicts[answer.verdict] = (found.verdicts[answer.verdict] ?? 0) + 1
  const rules = ruleset.rules.filter(isLayerRule).filter(rule => rule.kind === 'overlap')
  const groups = rules.map(rule => zones.get(rule.id)?.near(parcel) ?? [])
  const areas = [...exactAreas(parcel, groups)]
  const perimeter = perimeterOf(parcel)
  const compare = (what: string, answered: number, exact: number) => {
    const difference = Math.abs(answered - exact)
    found.areaM2 = Math.max(found.areaM2, difference)
    found.perMetre = Math.max(found.perMetre, difference / perimeter)
    if (difference > LIMIT * perimeter) found.wrong.push(`case ${nth}, ${what}: ${answered} m², exactly ${exact} m²`)
  }
  rules.forEach((rule, k) => {
    const line = answer.rules.find(({ id }) => id === rule.id)
    if (line?.status === 'NOT_EVALUATED') {
      const key = `${rule.id} ${line.reason}`
      found.notEvaluated[key] = (found.notEvaluated[key] ?? 0) + 1
    }
    if (!line?.measure) return
    const exact = areas.reduce((sum, [mask, area]) => (mask & bitOf(k) ? sum + area : sum), 0)
    compare(rule.id, line.measure.area, exact)
    const clear = exact === 0 && line.measure.area === 0
    const meets = exact > LIMIT * perimeter
    if (meets && line.status === 'NO_HIT') found.wrong.push(`case ${nth}, ${rule.id}: ${exact} m² are NO_HIT`)
    if (clear && line.status === 'HIT') found.wrong.push(`case ${nth}, ${rule.id}: a HIT of nothing`)
  })
  if (!answer.netCheck.complete) {
    found.incomplete++
    return
  }
  const masks = ['prohibit', 'restrict', 'allow'].map(effect =>
    rules.reduce((mask, rule, k) => (rule.effect === effect ? mask | bitOf(k) : mask), 0n)
  )
  const net = [0, 0, 0, 0]
  for (const [mask, area] of areas) {
    const owner = masks.findIndex(wanted => (mask & wanted) !== 0n)
    net[owner < 0 ? 3 : owner]! += area
  }
  answer.net.forEach((line, i) => {
    compare(line.class, line.areaExact, net[i]!)
  })
}

/** Uniform in [0, 1), the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A simple ring whose corners all are seen from its middle. Metres; whole numbers of the grid come out. */
export function star(
  random: () => number,
  middle: readonly [number, number],
  radius: [number, number],
  corners: number
) {
  const turn = random()
  return Array.from({ length: corners }, (_, i): [number, number] => {
    const angle = (2 * Math.PI * (i + turn + random() * 0.4)) / corners
    const far = radius[0] + random() * (radius[1] - radius[0])
    return [
      Math.round((middle[0] + far * Math.cos(angle)) * 1e4),
      Math.round((middle[1] + far * Math.sin(angle)) * 1e4)
    ]
  })
}

/** A parcel about a point: convex or not, some with a hole, some of two parts, some at a corner that others have. */
export function parcelAt(random: () => number, [x, y]: readonly [number, number]): GridFeature[] {
  const middle: [number, number] = [x + random() * 24 - 12, y + random() * 24 - 12]
  const least = 3 + random() * 5
  const shell = star(random, middle, [least, least + random() * 9], 3 + Math.floor(random() * 7))
  const kind = random()
  if (kind < 0.1 && shell.length > 4) return [[shell, star(random, middle, [least / 8, least / 4], 4).toReversed()]]
  if (kind < 0.2) return [[shell], [star(random, [middle[0] + 40, middle[1]], [3, 12], 5)]]
  if (kind < 0.4) {
    // Right-angled, its first corner on the given point itself: it touches what has a corner there.
    const [cos, sin] = [Math.cos(least), Math.sin(least)]
    const corner = ([east, north]: readonly [number, number]): [number, number] => [
      Math.round((x + east * cos - north * sin) * 1e4),
      Math.round((y + east * sin + north * cos) * 1e4)
    ]
    const [width, depth] = [5 + random() * 15, 5 + random() * 15]
    return [[[corner([0, 0]), corner([width, 0]), corner([width, depth]), corner([0, depth])]]]
  }
  return [[shell]]
}
