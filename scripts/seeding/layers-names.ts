import { HILLS, placed, RIVERS } from './drawing.ts'
import type { Feature } from './feature.ts'
import { insideRuns } from './lines.ts'
import { romanised } from './pinyin.ts'
import type { Plan } from './plan.ts'
import type { Point } from './plane.ts'
import { chance, pick, random } from './random.ts'
import { number, villageCode } from './values.ts'

const HEADS = [
  '大',
  '上',
  '下',
  '新',
  '东',
  '西',
  '南',
  '北',
  '石',
  '龙',
  '凤',
  '沙',
  '塘',
  '良',
  '高',
  '横',
  '白',
  '朗',
  '罗',
  '平'
]
const TAILS = ['边', '头', '坑', '岗', '涌', '围', '基', '洲', '溪', '村', '塱', '沙', '桥', '社', '里', '坊']

/** Place names: towns, rivers, hills and villages always; hamlets, lanes and neighbourhoods for the rest. */
export function* placeNames(plan: Plan): Generator<Feature> {
  const { world } = plan
  let i = 0
  const feature = (at: Point, name: string, placeClass: string, division: string): Feature => ({
    shape: { type: 'Point', at },
    values: {
      place_name_code: `DM440605${number(++i, 6)}`,
      name,
      name_pinyin: romanised(name),
      place_class: placeClass,
      division_code: division
    }
  })
  for (const town of world.towns) yield feature(town.centre, town.name, '乡镇级行政区', town.code)
  for (const [k, river] of RIVERS.entries()) {
    const run = insideRuns(world, world.ground.rivers[k]!).toSorted((a, b) => b.length - a.length)[0]
    if (run) yield feature(run[Math.floor(run.length / 2)]!, river.name, '水系', '440605000000')
  }
  for (const hill of HILLS) {
    const face = world.mesh.find(placed(hill.centre))
    yield feature(
      placed(hill.centre),
      hill.name,
      '山体',
      world.villageOf[face]! < 0 ? '440605000000' : villageCode(world, face)
    )
  }
  for (const index of world.order) {
    const village = world.villages[index]!
    const core = world.cores[index]!
    yield feature(
      core >= 0 ? world.mesh.sites[core]! : world.mesh.sites[world.facesOf[index]![0]!]!,
      village.name,
      '群众自治组织',
      village.code
    )
  }
  const wanted = plan.wanted('place-name')
  const faces = [...world.ranked.homestead, ...world.ranked.urban, ...world.ranked.industry, ...world.ranked.farmland]
  for (let k = 0; i < wanted; k++) {
    const face = faces[k % faces.length]!
    const r = random(world.seed, 'place-name', k)
    const urban = world.use[face] === 'urban'
    const name = urban
      ? `${pick(r, ['金', '翠', '怡', '雅', '丽', '锦', '保', '星'])}${pick(r, ['湖', '景', '园', '晖', '堤', '城'])}${pick(r, ['花园', '苑', '豪庭', '广场', '大厦'])}`
      : `${pick(r, HEADS)}${pick(r, TAILS)}${chance(r, 0.2) ? '坊' : ''}`
    const corner = world.mesh.corner(world.mesh.faces[face]!.sides[0]!.from)
    const at: Point = k < faces.length ? world.mesh.sites[face]! : corner
    yield feature(at, name, urban ? '居民点（小区）' : '居民点（自然村）', villageCode(world, face))
  }
}
