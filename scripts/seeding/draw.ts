import type { Feature, Generator } from './feature.ts'
import type { Plan } from './plan.ts'
import { chance, pick, type Random, random, weighted, whole } from './random.ts'
import type { Shape } from './shape.ts'
import { daysBefore, momentBefore, number, pseudonym, rounded, shortName } from './values.ts'

/** Where a feature is: its shape and the face (of the mesh) it belongs to; −1 for what is the whole district's. */
export interface Spot {
  shape: Shape
  face: number
}

/** Places for a layer's features, the most important first; about `count` are asked for, fewer or more may come. */
export type Source<S extends Spot = Spot> = (plan: Plan, count: number, layer: string) => Iterable<S>

/** A generator for whichever layer it is told. */
export type Recipe = (layer: string) => Generator

type Row = Feature['values']

/** What a feature's values are drawn from: its spot, its number, and a stream of its own of chance. */
export class Draw<S extends Spot = Spot> {
  readonly plan: Plan
  readonly spot: S
  /** From 0. */
  readonly i: number
  readonly r: Random

  constructor(plan: Plan, spot: S, i: number, r: Random) {
    this.plan = plan
    this.spot = spot
    this.i = i
    this.r = r
  }

  /** A business key: prefix and running number. */
  key = (prefix: string, digits = 5): string => prefix + number(this.i + 1, digits)
  int = (low: number, high: number): number => whole(this.r, low, high)
  num = (low: number, high: number, digits = 1): number => rounded(low + (high - low) * this.r(), digits)
  yes = (probability: number): boolean => chance(this.r, probability)
  one = <T>(list: readonly T[]): T => pick(this.r, list)
  /** `['a', 3, 'b', 1]`: a three times as often as b. */
  some = <T>(...choices: (readonly [T, number])[]): T => weighted(this.r, choices)
  /** A date between so many days before and so many days before the data's day (negative: after). */
  day = (from: number, to: number): string => daysBefore(whole(this.r, Math.min(from, to), Math.max(from, to)))
  /** A moment within the last so many days. */
  moment = (days: number): string => momentBefore(this.r() * days)
  ref = (prefix: string, ...keys: (string | number)[]): string => pseudonym(prefix, this.plan.world.seed, ...keys)

  /** 12 digits of the village, or of the district. */
  get division(): string {
    return this.#village?.code ?? '440605000000'
  }

  /** The place as names use it: 「罗村」 for 罗村社区. */
  get place(): string {
    return this.#village ? shortName(this.#village.name) : '南海'
  }

  /** The town's three digits. */
  get town(): string {
    return this.division.slice(6, 9)
  }

  get townName(): string {
    const { world } = this.plan
    return this.#village ? world.towns[this.#village.town]!.name : '南海区'
  }

  get use() {
    return this.plan.world.use[this.spot.face] ?? 'outside'
  }

  get #village() {
    const { world } = this.plan
    return world.villages[world.villageOf[this.spot.face] ?? -1]
  }
}

/** A layer made of spots and what is said of each. @param whole every spot counts, however many are wanted */
export const family =
  <S extends Spot>(source: Source<S>, values: (draw: Draw<S>) => Row, { whole = false } = {}): Recipe =>
  layer =>
    function* (plan: Plan): Iterable<Feature> {
      const count = plan.wanted(layer)
      let i = 0
      for (const spot of source(plan, count, layer)) {
        if (i >= count && !whole) return
        const draw = new Draw(plan, spot, i, random(plan.world.seed, layer, i))
        yield { shape: spot.shape, values: values(draw) }
        i += 1
      }
    }

/** Facilities are mostly in use. */
export const status = (draw: Draw): string => draw.some(['active', 92], ['building', 3], ['planned', 2], ['closed', 3])
export const risk = (draw: Draw): string => draw.some(['1', 2], ['2', 9], ['3', 34], ['4', 55])
export const warning = (draw: Draw): string => draw.some(['1', 1], ['2', 4], ['3', 15], ['4', 80])
export const licence = (draw: Draw): string => draw.some(['valid', 84], ['expiring', 8], ['expired', 5], ['revoked', 3])
export const caseStatus = (draw: Draw): string =>
  draw.some(['found', 12], ['verified', 14], ['ordered', 22], ['closed', 47], ['rejected', 5])
export const planStatus = (draw: Draw): string => draw.some(['in-force', 90], ['draft', 8], ['repealed', 2])
