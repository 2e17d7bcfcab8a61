import { dissolve } from './dissolve.ts'
import { family, type Recipe, type Source, type Spot, status } from './draw.ts'
import { fabricOf } from './fabric.ts'
import { grids } from './layers-admin.ts'
import { STREETS } from './layers-roads.ts'
import { appeals, type Ordered } from './orders.ts'
import { blocks, multi, type Patch } from './patches.ts'
import type { Plan } from './plan.ts'
import { along, centroid, distance, type Point } from './plane.ts'
import { random, weighted } from './random.ts'
import { remembered } from './remembered.ts'
import { builtFaces, inVillages, roadside, roadsidePoint, spotAt } from './spots.ts'
import { number, rounded, shortName } from './values.ts'

interface School extends Spot {
  code: string
  name: string
  type: string
  village: number
}

const SCHOOLS = [
  ['1', '幼儿园'],
  ['2', '小学'],
  ['3', '初级中学'],
  ['4', '实验学校'],
  ['5', '高级中学'],
  ['6', '职业技术学校']
] as const

/** A primary school a village first, then kindergartens and the others in turn. */
const schools = remembered(({ world, wanted }: Plan): School[] =>
  Array.from({ length: wanted('school') }, (_, i) => {
    const village = world.order[i % world.order.length]!
    const r = random(world.seed, 'school', i)
    const type =
      i % 3 === 0 && i < 630
        ? '2'
        : weighted(r, [
            ['1', 50],
            ['2', 6],
            ['3', 12],
            ['4', 8],
            ['5', 5],
            ['6', 2]
          ] as const)
    const own = builtFaces(world, village)
    const face = own[Math.min(own.length - 1, Math.floor(r() * 4))]!
    const kind = SCHOOLS.find(([code]) => code === type)?.[1] ?? '学校'
    const turn = Math.floor(i / world.order.length)
    return {
      ...spotAt(roadsidePoint(world, face, r, 30 + 30 * r()), face),
      code: `3144${number(6_050_000 + i, 7)}`,
      name: `${shortName(world.villages[village]!.name)}${turn > 0 ? ['', '中心', '第二'][turn % 3] : ''}${kind}`,
      type,
      village
    }
  })
)

/** Catchments of primary and junior schools: each village goes to the nearest school of its town. */
const catchments: Source<Patch & { school: School; year: number }> = function* (plan, count) {
  const { world } = plan
  const all = schools(plan).filter(({ type }) => type === '2' || type === '4')
  const groups = new Map<School, number[]>()
  for (const village of world.villages) {
    const own = all.filter(school => world.villages[school.village]!.town === village.town)
    const near = own.toSorted((a, b) => far(a, village.centre) - far(b, village.centre))[0]
    if (near) groups.set(near, [...(groups.get(near) ?? []), village.index])
  }
  for (const year of [2026, 2025, 2024]) {
    for (const [school, villages] of groups) {
      if (count-- <= 0) return
      const faces = villages.flatMap(village => world.facesOf[village]!)
      yield { ...multi(dissolve(world.mesh, faces), faces[0]!, faces), face: school.face, school, year }
    }
  }
}

const far = (school: School, to: Point) => (school.shape.type === 'Point' ? distance(school.shape.at, to) : 0)

/** Door plates: at the front of what stands on parcels, in the grids that are shown. */
function* doors(plan: Plan, count: number): Iterable<Spot & { grid: string; road: string; no: string }> {
  const { world } = plan
  const places = grids(plan).flatMap(({ code, faces }) => faces.map(face => ({ code, face })))
  for (let round = 0, left = count; left > 0 && round < 30; round++)
    for (const { code, face } of places) {
      if (!['homestead', 'urban', 'industry'].includes(world.use[face]!)) continue
      const urban = world.use[face] === 'urban'
      for (const [k, { ring, buildings }] of fabricOf(world, face).parcels.entries()) {
        if (buildings.length === 0) continue
        if (left-- <= 0) return
        const middle = centroid(ring)
        const at = along(middle, along(ring[0]!, ring[1]!, 0.2 + 0.1 * (round % 7)), 0.8)
        const village = shortName(world.villages[world.villageOf[face]!]!.name)
        const road = urban
          ? STREETS[face % STREETS.length]!
          : `${village}${'东西南北中新旧上下大'[Math.floor(k / 24) % 10]}${k % 2 ? '街' : '巷'}`
        yield { ...spotAt(at, face), grid: code, road, no: `${(k % 240) + 1}号${round > 0 ? `之${round}` : ''}` }
      }
    }
}

const TOPICS = [
  '噪声扰民',
  '占道经营',
  '路面破损',
  '违法建设',
  '水电燃气',
  '垃圾清运',
  '物业管理',
  '公交出行',
  '教育入学',
  '医疗社保',
  '劳资纠纷',
  '农村宅基地'
]

const facility = (source: Source, prefix: string, key: string, values: Parameters<typeof family<Spot>>[1]): Recipe =>
  family(source, d => ({ [key]: d.key(`${prefix}440605`, 5), ...values(d), division_code: d.division }))

const open = ['08:30-12:00,14:00-17:30', '08:30-17:30', '09:00-21:00', '06:00-22:00'] as const

export const publicService: Record<string, Recipe> = {
  'address-point': family(doors, d => ({
    address_code: d.key('DZ440605', 8),
    road_name: d.spot.road,
    house_no: d.spot.no,
    grid_code: d.spot.grid,
    division_code: d.division
  })),
  'service-hall': family(inVillages([12, 30]), d => {
    const level = d.i === 0 ? '3' : d.i < 8 ? '4' : '5'
    return {
      hall_code: d.key('FWT440605', 4),
      name:
        level === '3'
          ? '南海区行政服务中心'
          : `${level === '4' ? d.townName : d.place}${level === '4' ? '行政服务中心' : '党群服务中心'}`,
      service_level: level,
      open_hours: open[level === '5' ? 0 : 1],
      item_count: level === '3' ? 1860 : level === '4' ? d.int(420, 780) : d.int(60, 180),
      is_self_service: level !== '5' || d.yes(0.55),
      division_code: d.division
    }
  }),
  'hotline-appeal': family<Ordered>(appeals, d => ({
    appeal_no: d.key('SQ2026', 8),
    source: d.spot.order.source!,
    topic_class: d.one(TOPICS),
    status: d.spot.order.status!,
    order_no: d.spot.order.order_no!,
    reported_at: d.spot.order.reported_at!,
    division_code: d.spot.order.division_code!
  })),
  school: family(schools, d => {
    const classes = d.spot.type === '1' ? d.int(6, 18) : d.int(12, 54)
    return {
      school_code: d.spot.code,
      name: d.spot.name,
      school_type: d.spot.type,
      student_count: classes * d.int(28, 46),
      class_count: classes,
      is_public: d.spot.type === '1' ? d.yes(0.5) : d.yes(0.86),
      division_code: d.division
    }
  }),
  'school-district': family(catchments, d => ({
    catchment_code: d.key('ZS440605', 4),
    school_code: d.spot.school.code,
    school_name: d.spot.school.name,
    enrol_year: d.spot.year,
    division_code: d.division
  })),
  'medical-institution': family(roadside([12, 40]), d => {
    const kind = d.some(['医院', 1], ['社区卫生服务站', 4], ['门诊部', 3], ['诊所', 8], ['村卫生站', 3])
    return {
      org_code: d.key('YL440605', 5),
      name: `${d.place}${d.yes(0.5) ? '' : d.one(['康泰', '仁和', '惠民', '同安'])}${kind}`,
      medical_type: kind,
      bed_count: kind === '医院' ? d.int(60, 900) : 0,
      has_fever_clinic: kind === '医院' && d.yes(0.7),
      division_code: d.division
    }
  }),
  'elderly-service': facility(inVillages(), 'YA', 'facility_code', d => {
    const kind = d.some(['居家养老服务中心', 5], ['长者饭堂', 4], ['敬老院', 1], ['星光老年之家', 3])
    return {
      name: `${d.place}${kind}`,
      service_type: kind,
      bed_count: kind === '敬老院' ? d.int(40, 260) : d.int(0, 12),
      status: status(d)
    }
  }),
  'cultural-facility': facility(inVillages([16, 55]), 'WH', 'facility_code', d => {
    const kind = d.some(['综合性文化服务中心', 6], ['读书驿站', 5], ['文化馆', 0.3], ['图书馆', 0.4], ['村史馆', 2])
    return { name: `${d.place}${kind}`, facility_type: kind, is_free: d.yes(0.96), open_hours: d.one(open) }
  }),
  'sports-facility': facility(inVillages([18, 70]), 'TY', 'facility_code', d => {
    const kind = d.one(['篮球', '足球', '羽毛球', '乒乓球', '健身路径', '游泳'])
    return {
      name: `${d.place}${kind}${kind === '健身路径' ? '' : '场'}`,
      sport_type: kind,
      area_m2: d.int(120, 7200),
      status: status(d)
    }
  }),
  'park-green-space': family(blocks(['urban', 'homestead']), d => ({
    park_code: d.key('GY440605', 5),
    name: `${d.place}${d.one(['社区', '口袋', '滨水', '文化', '体育'])}公园`,
    green_class: d.some(['G11', 1], ['G12', 3], ['G13', 1], ['G14', 6]),
    area_m2: rounded(d.spot.area),
    status: status(d),
    division_code: d.division
  })),
  'public-toilet': facility(roadside([6, 18]), 'GC', 'toilet_code', d => ({
    name: `${d.place}${d.one(['公园', '市场', '广场', '码头', '祠堂'])}公厕`,
    toilet_class: d.some(['一类', 2], ['二类', 5], ['三类', 4]),
    has_accessible: d.yes(0.72),
    open_hours: d.some(['全天', 6], ['06:00-22:00', 4]),
    status: status(d)
  })),
  'food-market': facility(inVillages([14, 40]), 'SC', 'market_code', d => {
    const stalls = d.int(24, 260)
    return {
      name: `${d.place}市场`,
      stall_count: stalls,
      area_m2: rounded(stalls * d.num(9, 16), 0),
      status: status(d)
    }
  })
}
