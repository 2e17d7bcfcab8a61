import { creeksOf } from './creeks.ts'
import { RIVERS } from './drawing.ts'
import { insideRuns } from './lines.ts'
import type { Plan } from './plan.ts'
import type { Point } from './plane.ts'
import { chance, random } from './random.ts'
import { remembered } from './remembered.ts'
import { number, shortName, villageCode } from './values.ts'

/** A river or creek as every layer about it must show it alike. */
export interface Watercourse {
  /** 河流编码, as river-line has it. */
  code: string
  name: string
  level: string
  tidal: boolean
  /** Metres. */
  width: number
  line: readonly Point[]
  creek: boolean
  division: string
}

/** Rivers by their runs in the district, then as many creeks as river-line has room for. */
export const watercourses = remembered(({ world, wanted }: Plan): Watercourse[] => {
  const rivers = RIVERS.flatMap((river, i) =>
    insideRuns(world, world.ground.rivers[i]!).map((line, k) => ({
      code: `HE440605${number(i + 1, 3)}${number(k, 2)}`,
      name: river.name,
      level: river.level,
      tidal: river.tidal,
      width: river.width,
      line,
      creek: false,
      division: '440605000000'
    }))
  )
  const creeks = creeksOf(world, Math.max(0, wanted('river-line') - rivers.length))
  return [
    ...rivers,
    ...creeks.map((creek, i) => ({
      code: `HC440605${number(i + 1, 5)}`,
      name: `${shortName(world.villages[world.villageOf[creek.face]!]!.name)}涌`,
      level: creek.width > 12 ? '镇级' : '村级',
      tidal: chance(random(world.seed, 'tidal', i), 0.3),
      width: creek.width,
      line: creek.line,
      creek: true,
      division: villageCode(world, creek.face)
    }))
  ]
})
