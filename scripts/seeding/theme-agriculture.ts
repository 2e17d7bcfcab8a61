import { family, licence, type Recipe, type Spot, status, warning } from './draw.ts'
import { strips } from './fields.ts'
import { vetInstitutions } from './layers-points.ts'
import { fishPonds } from './layers-water.ts'
import { ofUse, type Patch, patches, polygon, yards } from './patches.ts'
import type { Plan } from './plan.ts'
import type { Point } from './plane.ts'
import { inVillages, spotAt, within } from './spots.ts'
import { MU, momentBefore, number, rounded } from './values.ts'
import type { World } from './world.ts'

interface Pond extends Patch {
  code: string
  division: string
}

/** The ponds that fish-pond has, every so many. */
const ponds = (every: (plan: Plan, count: number) => number) =>
  function* (plan: Plan, count: number): Iterable<Pond> {
    const step = Math.max(1, every(plan, count))
    let i = 0
    for (const { shape, values } of fishPonds(plan)) {
      if (i++ % step !== 0 || shape.type !== 'Polygon') continue
      const face = plan.world.mesh.find(shape.rings[0]![0]!)
      yield { ...polygon(shape.rings, face), code: String(values.pond_code), division: String(values.division_code) }
    }
  }

const licensed = ponds((plan, count) => Math.floor(plan.wanted('fish-pond') / count))

/** Where fish may be kept: ponds yes, rivers no, low land by rule. */
const aquaculture = (world: World, face: number): string | undefined =>
  (({ water: '1', reserve: '2', pond: '3' }) as Partial<Record<string, string>>)[world.use[face]!]

/** The clinics, each with the point where its waste is fetched; the largest have two. */
function* clinics(plan: Plan): Iterable<Spot & { licence: string; division: string }> {
  const all = [...vetInstitutions(plan)]
  for (const { shape, values } of [...all, ...all.slice(0, 5)]) {
    if (shape.type !== 'Point') continue
    const at: Point = [shape.at[0] + 6, shape.at[1] - 5]
    yield {
      ...spotAt(at, plan.world.mesh.find(shape.at)),
      licence: String(values.licence_no),
      division: String(values.division_code)
    }
  }
}

const CROPS: Record<string, [name: string, yield_: number][]> = {
  '1': [
    ['晚稻', 460],
    ['早稻', 430],
    ['甜玉米', 900]
  ],
  '2': [
    ['菜心', 1500],
    ['生菜', 1800],
    ['通菜', 1700],
    ['节瓜', 2600]
  ],
  '3': [
    ['年桔', 900],
    ['兰花', 300],
    ['绿化苗木', 400]
  ],
  '4': [
    ['荔枝', 620],
    ['龙眼', 580],
    ['香蕉', 2100]
  ],
  '9': [
    ['甘蔗', 5200],
    ['桑', 1400]
  ]
}

const MONITORS = [
  ['虫情测报', 2, 300, '头'],
  ['土壤墒情', 12, 38, '%'],
  ['池塘溶解氧', 2.5, 9, 'mg/L'],
  ['田间小气候', 18, 36, '℃']
] as const

export const agriculture: Record<string, Recipe> = {
  'aquaculture-licence': family(licensed, d => ({
    licence_no: `粤南海府（淡）养证〔2024〕第${number(d.i + 1, 5)}号`,
    pond_code: d.spot.code,
    licence_area_ha: rounded(d.spot.area / 1e4, 4),
    licence_status: licence(d),
    expire_date: d.day(300, -2400),
    division_code: d.spot.division
  })),
  'pond-tailwater-facility': family(yards(['pond'], 18, 36), d => ({
    facility_code: d.key('WS440605', 4),
    name: `${d.place}养殖尾水处理点`,
    served_area_mu: d.num(60, 900, 1),
    treatment_process: d.one(['三池两坝', '人工湿地', '四池三坝', '生态沟渠']),
    status: status(d),
    division_code: d.division
  })),
  'aquaculture-zone': family(patches('MultiPolygon', aquaculture), d => ({
    zone_no: d.key('YZFQ440605', 3),
    zone_class: d.spot.kind,
    area_ha: rounded(d.spot.area / 1e4, 4),
    plan_version: '2021-2030 示例版',
    division_code: d.division
  })),
  'crop-patch': family(strips(['farmland', 'orchard'], 2600), d => {
    const crop =
      d.use === 'orchard' ? d.some(['4', 6], ['3', 4], ['9', 1]) : d.some(['1', 5], ['2', 5], ['3', 1], ['9', 1])
    const [name, yieldPerMu] = d.one(CROPS[crop]!)
    const mu = rounded(d.spot.area / MU)
    return {
      plot_code: `${d.division}Z${number(d.i + 1, 6)}`,
      crop_type: crop,
      crop_name: name,
      area_mu: mu,
      sow_date: d.day(20, 200),
      expected_yield_kg: rounded(mu * yieldPerMu * d.num(0.85, 1.12, 3), 0),
      division_code: d.division
    }
  }),
  'facility-farmland': family(yards(['farmland', 'pond', 'orchard'], 22, 70), d => ({
    filing_no: d.key('SSNY440605', 5),
    landuse_plan_code: d.use === 'pond' ? '060203' : '0602',
    facility_type:
      d.use === 'pond' ? d.one(['养殖看护房', '饲料仓库']) : d.one(['大棚管理房', '农机库', '烘干仓储', '育苗设施']),
    area_mu: rounded(d.spot.area / MU),
    filing_date: d.day(60, 1500),
    expire_date: d.day(100, -1800),
    division_code: d.division
  })),
  'high-standard-farmland': family(patches('MultiPolygon', ofUse('farmland')), d => ({
    project_code: d.key('GBNT440605', 4),
    project_name: `${d.townName}${d.place}高标准农田建设项目`,
    area_mu: rounded(d.spot.area / MU),
    build_year: d.int(2014, 2026),
    status: d.some(['active', 8], ['building', 2], ['planned', 1]),
    division_code: d.division
  })),
  'grain-production-zone': family(patches('MultiPolygon', ofUse('farmland'), { by: 'village', most: 9 }), d => ({
    zone_no: d.key('LSGN440605', 4),
    crop_type: '1',
    area_mu: rounded(d.spot.area / MU),
    delimit_date: d.day(1800, 2800),
    division_code: d.division
  })),
  'agri-business-entity': family(within('farmland', 'pond', 'orchard', 'homestead'), d => ({
    entity_code: d.key('NYZT440605', 5),
    entity_type: d.some(['家庭农场', 5], ['农民专业合作社', 3], ['农业龙头企业', 1], ['种养大户', 3]),
    main_product:
      d.use === 'pond'
        ? d.one(['加州鲈', '桂花鱼', '生鱼', '黄颡鱼'])
        : d.one(['叶菜', '花卉', '优质稻', '年桔', '瓜果']),
    managed_area_mu: d.num(12, 640, 1),
    certified_date: d.day(60, 2600),
    division_code: d.division
  })),
  'agri-monitor-station': family(within('farmland', 'pond'), d => {
    const [type, low, high, unit] = d.use === 'pond' ? MONITORS[2] : d.one([MONITORS[0], MONITORS[1], MONITORS[3]])
    return {
      device_code: d.key('NYJC440605', 5),
      monitor_type: type,
      last_value: d.num(low, high),
      value_unit: unit,
      observed_at: momentBefore(0.25 + d.r() * 0.04),
      status: status(d),
      division_code: d.division
    }
  })
}

const ANIMALS = ['生猪', '肉鸡', '蛋鸡', '鸭', '鹅', '肉鸽', '奶牛']

export const animalHealth: Record<string, Recipe> = {
  'vet-waste-point': family(clinics, d => ({
    point_code: d.key('SYFW440605', 4),
    licence_no: d.spot.licence,
    collector_code: `SYDW${number(d.int(1, 4), 2)}`,
    last_collect_date: d.day(1, 21),
    monthly_weight_kg: d.num(3, 90),
    division_code: d.spot.division
  })),
  'livestock-farm': family(within('orchard', 'reserve', 'farmland'), d => {
    const animal = d.one(ANIMALS)
    const scale = d.some(['规模场', 4], ['中小场', 6])
    const many = animal === '生猪' || animal === '奶牛' ? 1 : 14
    return {
      farm_code: `4406050${d.town.slice(1)}${number(d.i + 1, 6)}`,
      animal_type: animal,
      scale,
      stock_count: (scale === '规模场' ? d.int(500, 3200) : d.int(30, 480)) * many,
      licence_status: licence(d),
      inspected_date: d.day(3, 300),
      division_code: d.division
    }
  }),
  'livestock-forbidden-zone': family(patches('MultiPolygon', ofUse('urban', 'water', 'forest')), d => ({
    zone_no: d.key('JYQ440605', 3),
    name: `${d.place}${{ urban: '城镇居民区', water: '饮用水与河道', forest: '自然保护' }[d.spot.kind] ?? ''}禁养区`,
    area_ha: rounded(d.spot.area / 1e4, 4),
    publish_no: `南府养〔2020〕示例${d.i + 1}号`,
    delimit_date: d.day(1900, 2300),
    division_code: d.division
  })),
  'animal-disease-monitor': family(inVillages([20, 70]), d => {
    const positive = d.yes(0.03)
    return {
      sample_code: d.key('CY2026', 5),
      animal_type: d.one([...ANIMALS, '犬', '猫']),
      disease_name: d.one(['高致病性禽流感', '非洲猪瘟', '口蹄疫', '新城疫', '狂犬病', '小反刍兽疫']),
      is_positive: positive,
      warning_level: positive ? d.one(['2', '3']) : warning(d) === '1' ? '3' : '4',
      sampled_date: d.day(1, 180),
      division_code: d.division
    }
  })
}
