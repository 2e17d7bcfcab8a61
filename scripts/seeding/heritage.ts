import type { Source } from './draw.ts'
import { family, type Recipe } from './draw.ts'
import { multi, type Patch } from './patches.ts'
import type { Plan } from './plan.ts'
import { type Point, rectangle } from './plane.ts'
import { between, pick, random, weighted } from './random.ts'
import { remembered } from './remembered.ts'
import { builtFaces, roadsidePoint, spotAt } from './spots.ts'
import { number, rounded, shortName, villageCode } from './values.ts'

interface Monument {
  code: string
  name: string
  level: string
  at: Point
  face: number
  turn: number
  size: number
}

const KINDS = ['宗祠', '文塔', '古桥', '炮楼', '书院', '故居', '古井', '庙', '牌坊', '家塾']

/** Immovable heritage: in the old cores of the villages, each with the ground about it. */
export const monuments = remembered(({ world, wanted }: Plan): Monument[] =>
  Array.from({ length: wanted('immovable-heritage') }, (_, i) => {
    const village = world.order[i % world.order.length]!
    const r = random(world.seed, 'heritage', i)
    const built = builtFaces(world, village)
    const face = built[Math.min(built.length - 1, Math.floor(i / world.order.length) + (r() < 0.3 ? 1 : 0))]!
    return {
      code: `WW440605${number(i + 1, 4)}`,
      name: `${shortName(world.villages[village]!.name)}${pick(r, ['陈氏', '关氏', '康氏', '何氏', '黄氏', '梁氏', ''])}${KINDS[i % KINDS.length]}`,
      level: weighted(r, [
        ['1', 1],
        ['2', 6],
        ['3', 30],
        ['4', 63]
      ] as const),
      at: roadsidePoint(world, face, r, between(r, 22, 60)),
      face,
      turn: r() * 3,
      size: between(r, 22, 48)
    }
  })
)

/** Ground about a monument, in the order of their protection. */
const scope = (wider: number): Source<Patch & Monument> =>
  function* (plan) {
    for (const monument of monuments(plan).toSorted((a, b) => a.level.localeCompare(b.level))) {
      const side = monument.size + wider * 2
      yield {
        ...multi([[rectangle(monument.at, side, side * 0.7 + wider * 0.6, monument.turn)]], monument.face),
        ...monument
      }
    }
  }

export const heritage: Record<string, Recipe> = {
  'immovable-heritage': family(
    function* (plan: Plan) {
      for (const monument of monuments(plan)) yield { ...spotAt(monument.at, monument.face), ...monument }
    },
    d => ({
      heritage_code: d.spot.code,
      name: d.spot.name,
      heritage_level: d.spot.level,
      era: d.some(['清', 6], ['明', 2], ['民国', 3], ['宋', 0.3]),
      heritage_class: d.some(['古建筑', 7], ['近现代重要史迹及代表性建筑', 3], ['古墓葬', 0.5]),
      division_code: villageCode(d.plan.world, d.spot.face)
    })
  ),
  'heritage-protection-scope': family(scope(0), d => ({
    heritage_code: d.spot.code,
    name: `${d.spot.name}保护范围`,
    heritage_level: d.spot.level,
    publish_no: `粤文物〔2020〕示例${d.i + 1}号`,
    division_code: d.division
  })),
  'heritage-control-zone': family(scope(30), d => ({
    heritage_code: d.spot.code,
    name: `${d.spot.name}建设控制地带`,
    heritage_level: d.spot.level,
    height_limit_m: rounded(d.one([9, 12, 15, 18]), 1),
    publish_no: `粤文物〔2020〕示例${d.i + 1}号`,
    division_code: d.division
  }))
}
