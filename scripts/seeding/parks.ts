import type { Plan } from './plan.ts'
import { random, weighted } from './random.ts'
import { remembered } from './remembered.ts'
import { number, shortName } from './values.ts'

export interface ShownPark {
  /** 园区编码, as park-boundary has it. */
  code: string
  name: string
  stage: string
  faces: readonly number[]
  division: string
}

const ORDINALS = ['', '第二', '第三', '第四', '第五']

/** The parks that park-boundary shows at this scale: those first that have plots. */
export const shownParks = remembered(({ world, wanted }: Plan): ShownPark[] => {
  const turn = new Map(world.order.map((village, i) => [village, i]))
  const parks = world.parks
    .map((park, i) => ({ ...park, i }))
    .toSorted((a, b) => turn.get(a.village)! - turn.get(b.village)! || a.i - b.i)
  const next = new Map<number, number>()
  return parks.slice(0, wanted('park-boundary')).map(({ village, faces }) => {
    const place = (next.get(village) ?? 0) + 1
    next.set(village, place)
    const { code, name } = world.villages[village]!
    const stage = weighted(random(world.seed, 'park', code, place), [
      ['1', 5],
      ['2', 4],
      ['3', 3],
      ['4', 2],
      ['5', 3],
      ['6', 4]
    ] as const)
    return {
      code: `CGY${code.slice(6)}${number(place, 2)}`,
      name: `${shortName(name)}${ORDINALS[place - 1] ?? '新'}工业区`,
      stage,
      faces,
      division: code
    }
  })
})

/** The park that a face lies in. */
export const parkOf = remembered(
  (plan: Plan): Map<number, ShownPark> =>
    new Map(shownParks(plan).flatMap(park => park.faces.map(face => [face, park] as const)))
)
