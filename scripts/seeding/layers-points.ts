import type { Feature } from './feature.ts'
import type { Plan } from './plan.ts'
import { along, distance, type Point } from './plane.ts'
import { bell, between, chance, pick, random, weighted, whole } from './random.ts'
import { facesBy, roadsidePoint } from './spots.ts'
import { daysBefore, momentBefore, number, rounded, shortName, villageCode } from './values.ts'

const SOURCES = [
  ['1', 30],
  ['2', 18],
  ['3', 26],
  ['4', 10],
  ['5', 3],
  ['6', 4],
  ['9', 9]
] as const
const EVENTS = [
  ['01', 34],
  ['02', 9],
  ['03', 12],
  ['04', 3],
  ['05', 27],
  ['06', 15]
] as const

/** Work orders, clustered: each of a few hot spots draws many, in working hours more than at night. */
export function* workOrders({ world, wanted }: Plan): Generator<Feature> {
  const count = wanted('work-order')
  const busy = facesBy(world)
  const spots = Array.from({ length: Math.max(40, Math.round(count / 45)) }, (_, i) => {
    const r = random(world.seed, 'hot-spot', i)
    return { face: busy(r), spread: between(r, 40, 260) }
  })
  for (let i = 0; i < count; i++) {
    const r = random(world.seed, 'work-order', i)
    const spot = spots[Math.floor(spots.length * r() * r())]!
    const [x, y] = world.mesh.sites[spot.face]!
    const guess: Point = [x + bell(r) * spot.spread, y + bell(r) * spot.spread]
    const found = world.mesh.find(guess, spot.face)
    const face = world.villageOf[found]! >= 0 ? found : spot.face
    const at = face === found ? guess : world.mesh.sites[face]!
    const age = Math.floor(365 * r() ** 1.4) + 1 - (7 + 14 * Math.min(1, Math.abs(bell(r)) / 2.2 + r() * 0.15)) / 24
    const urgency = weighted(r, [
      ['1', 86],
      ['2', 11],
      ['3', 3]
    ] as const)
    const allowed = urgency === '1' ? whole(r, 3, 10) : urgency === '2' ? 1 : 0.25
    const open = age < allowed + 2
    yield {
      shape: { type: 'Point', at },
      values: {
        order_no: `GD${momentBefore(age).slice(0, 10).replaceAll('-', '')}${number(i + 1, 7)}`,
        source: weighted(r, SOURCES),
        event_class: weighted(r, EVENTS),
        urgency,
        handle_level:
          urgency === '3'
            ? weighted(r, [
                ['1', 3],
                ['2', 4]
              ] as const)
            : weighted(r, [
                ['1', 1],
                ['2', 30],
                ['3', 69]
              ] as const),
        status: open
          ? weighted(r, [
              ['10', 2],
              ['20', 2],
              ['30', 6],
              ['40', 2],
              ['50', 3]
            ] as const)
          : weighted(r, [
              ['50', 95],
              ['80', 2],
              ['90', 2],
              ['40', 1]
            ] as const),
        reported_at: momentBefore(age),
        due_at: momentBefore(age - allowed),
        division_code: villageCode(world, face)
      }
    }
  }
}

const BRANDS = [
  '宏发',
  '永兴',
  '新世纪',
  '粤海',
  '惠民',
  '百顺',
  '金叶',
  '联华',
  '顺景',
  '康泰',
  '德信',
  '华润达',
  '美佳',
  '旺角',
  '聚福',
  '鸿运',
  '南粤',
  '盈丰',
  '恒通',
  '益民',
  '佳美',
  '悦来',
  '荣昌',
  '启明',
  '岭南'
]
const KINDS: readonly (readonly [readonly [string, readonly string[]], number])[] = [
  [['0101', ['茶餐厅', '饭店', '粥粉面店', '烧腊店', '农庄', '早茶楼']], 30],
  [['0201', ['超市', '便利店', '五金店', '日用品店', '水果店', '服装店']], 34],
  [['0301', ['汽车维修店', '洗车行', '摩托车行']], 8],
  [['0401', ['美发店', '快递驿站', '洗衣店', '电信营业厅']], 16],
  [['0501', ['诊所', '大药房', '口腔门诊']], 7],
  [['0601', ['幼儿园', '培训中心', '托管中心']], 5],
  [['0701', ['酒店', '公寓', '旅馆']], 4],
  [['0801', ['银行自助网点', '农商银行支行']], 3],
  [['0901', ['停车场', '充电站', '公交站']], 8]
]
const WORKS = [
  '铝材厂',
  '五金制品厂',
  '陶瓷机械有限公司',
  '纺织印染厂',
  '塑料制品厂',
  '物流园',
  '不锈钢加工厂',
  '家具厂',
  '汽配厂',
  '包装印刷厂',
  '灯饰厂',
  '鞋材厂'
]

/** Points of interest: half of them where fabric is shown, the rest wherever people are. */
export function* pointsOfInterest(plan: Plan): Generator<Feature> {
  const { world, filled } = plan
  const busy = facesBy(world)
  const shown = [...filled.urban, ...filled.urban, ...filled.homestead, ...filled.industry]
  const count = plan.wanted('poi')
  for (let i = 0; i < count; i++) {
    const r = random(world.seed, 'poi', i)
    const face = chance(r, 0.55) && shown.length > 0 ? pick(r, shown) : busy(r)
    const works = world.use[face] === 'industry' && chance(r, 0.75)
    const [kind, words] = weighted(r, KINDS)
    const place = shortName(world.villages[world.villageOf[face]!]!.name)
    const owner = chance(r, 0.35) ? place : pick(r, BRANDS)
    yield {
      shape: { type: 'Point', at: roadsidePoint(world, face, r, between(r, 12, 70)) },
      values: {
        poi_code: `POI440605${number(i + 1, 7)}`,
        name: works ? `${pick(r, BRANDS)}${pick(r, WORKS)}` : `${owner}${pick(r, words)}`,
        poi_class: works ? '1001' : kind,
        updated_on: daysBefore(whole(r, 0, 700)),
        division_code: villageCode(world, face)
      }
    }
  }
}

const CAMERAS = [
  ['球机', 4],
  ['枪机', 7],
  ['半球', 1],
  ['全景', 0.5]
] as const

/** Cameras at the corners of built faces, where streets meet. 20 digits as GB/T 28181 numbers them. */
export function* videoCameras({ world, wanted }: Plan): Generator<Feature> {
  const count = wanted('video-camera')
  const busy = facesBy(world)
  for (let i = 0; i < count; i++) {
    const r = random(world.seed, 'camera', i)
    const face = busy(r)
    const corner = world.mesh.corner(pick(r, world.mesh.faces[face]!.sides).from)
    const centre = world.mesh.sites[face]!
    yield {
      shape: { type: 'Point', at: along(corner, centre, Math.min(0.5, between(r, 4, 11) / distance(corner, centre))) },
      values: {
        device_code: `44060500001320${number(i + 1, 6)}`,
        camera_type: weighted(r, CAMERAS),
        height_m: rounded(between(r, 3.5, 8), 1),
        azimuth_deg: whole(r, 0, 359),
        is_ai_enabled: chance(r, 0.42),
        status: weighted(r, [
          ['active', 93],
          ['closed', 4],
          ['building', 2],
          ['planned', 1]
        ] as const),
        division_code: villageCode(world, face)
      }
    }
  }
}

const CLINICS = ['宠物医院', '动物医院', '宠物诊所', '动物诊所']
const PETS = ['瑞鹏达', '爱宠', '康贝', '萌佳', '贝贝', '优宠', '安安', '宠颐', '福宠', '汪喵', '仁心', '乐宠']

/** Clinics at the roadside in built ground. */
export function* vetInstitutions({ world, wanted }: Plan): Generator<Feature> {
  const busy = facesBy(world)
  for (let i = 0; i < wanted('vet-institution'); i++) {
    const r = random(world.seed, 'vet', i)
    const face = chance(r, 0.75) ? pick(r, world.ranked.urban) : busy(r)
    const kind = pick(r, CLINICS)
    const hospital = kind.endsWith('医院')
    yield {
      shape: { type: 'Point', at: roadsidePoint(world, face, r, 13) },
      values: {
        licence_no: `粤动诊证字440605${number(i + 1, 4)}号`,
        name: `${shortName(world.villages[world.villageOf[face]!]!.name)}${pick(r, PETS)}${kind}`,
        vet_class: chance(r, 0.04) ? '9' : hospital ? '1' : '2',
        service_scope: hospital
          ? '动物疾病预防、诊断、治疗和动物颅腔、胸腔、腹腔手术'
          : '动物疾病预防、诊断、治疗和动物绝育手术',
        licence_status: weighted(r, [
          ['valid', 80],
          ['expiring', 9],
          ['expired', 7],
          ['revoked', 4]
        ] as const),
        vet_count: hospital ? whole(r, 3, 9) : whole(r, 1, 3),
        last_inspect_date: daysBefore(whole(r, 3, 420)),
        division_code: villageCode(world, face)
      }
    }
  }
}
