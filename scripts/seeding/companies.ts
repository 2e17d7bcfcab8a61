import type { Spot } from './draw.ts'
import { type ShownPark, shownParks } from './parks.ts'
import type { Plan } from './plan.ts'
import { between, chance, pick, random } from './random.ts'
import { facesBy, roadsidePoint, spotAt } from './spots.ts'

const BASE31 = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2]

/** 统一社会信用代码 (GB 32100-2015) with valid check characters; 9144 0605 and an organisation number from `n`. */
export function creditCode(n: number): string {
  let body = ''
  for (let rest = n, i = 0; i < 6; i++, rest = Math.floor(rest / 31)) body = BASE31[rest % 31] + body
  body = `MA${body}`
  const value = (c: string) => (c >= 'A' ? c.charCodeAt(0) - 55 : Number(c))
  const check = (11 - ([...body].reduce((sum, c, i) => sum + value(c) * WEIGHTS[i]!, 0) % 11)) % 11
  const first = `91440605${body}${check === 10 ? 'X' : check}`
  const sum = [...first].reduce((all, c, i) => all + BASE31.indexOf(c) * (3 ** i % 31), 0)
  return first + BASE31[(31 - (sum % 31)) % 31]
}

export interface Company extends Spot {
  code: string
  /** The park it is in; every fifth company is in one. */
  park?: ShownPark
}

/** One of the district's enterprises; every layer that lists it has it at the same place under the same code. */
export function company(plan: Plan, i: number): Company {
  const { world } = plan
  const r = random(world.seed, 'enterprise', i)
  const parks = shownParks(plan)
  const park = i % 5 === 0 && parks.length > 0 ? parks[Math.floor(parks.length * r() * (0.3 + 0.7 * r()))]! : undefined
  const face = park ? pick(r, park.faces) : chance(r, 0.3) ? pick(r, shown(plan)) : facesBy(world)(r)
  const code = creditCode(1_000_000 + world.seed * 7_919_000 + i)
  return { ...spotAt(roadsidePoint(world, face, r, between(r, 14, 80)), face), code, ...(park ? { park } : {}) }
}

const shown = ({ filled, world }: Plan) => (filled.urban.length > 0 ? filled.urban : world.ranked.urban)

/** So many of the companies that are in parks: from the `first`, every `step`th. */
export const inParks = (first: number, step: number) =>
  function* (plan: Plan, count: number): Iterable<Company> {
    const all = plan.wanted('enterprise')
    for (let k = 0, i = first * 5; k < count && i < all; k++, i += step * 5) yield company(plan, i)
  }
