import { type Company, company, inParks } from './companies.ts'
import { family, type Recipe, type Source } from './draw.ts'
import { fabricOf } from './fabric.ts'
import { blocks, type Patch, patches, polygon } from './patches.ts'
import type { Plan } from './plan.ts'
import { distance, rectangle } from './plane.ts'
import { shownFaces } from './spots.ts'
import { number, rounded } from './values.ts'
import type { World } from './world.ts'

const companies: Source<Company> = function* (plan, count) {
  for (let i = 0; i < count; i++) yield company(plan, i)
}

/** Large buildings of the cores. */
function* offices(plan: Plan): Iterable<Patch> {
  let seen = 0
  for (const face of shownFaces(plan, ['urban']))
    for (const { buildings } of fabricOf(plan.world, face).parcels)
      for (const rings of buildings) {
        const patch = polygon(rings, face)
        if (patch.area > 380 && seen++ % 4 === 0) yield patch
      }
}

const priced = (world: World, face: number): string | undefined =>
  (({ urban: '住宅', industry: '工业', homestead: '商服' }) as Partial<Record<string, string>>)[world.use[face]!]

const CELL = 500

/** Squares of a grid of 500 m whose middle is the district's, those nearest to a town's centre first. */
function* cells({ world }: Plan): Iterable<Patch & { column: number; row: number; far: number }> {
  const sites = world.facesOf.flat().map(id => world.mesh.sites[id]!)
  const [west, south, east, north] = [0, 1]
    .flatMap(k => [Math.min(...sites.map(p => p[k]!))])
    .concat([0, 1].map(k => Math.max(...sites.map(p => p[k]!)))) as [number, number, number, number]
  const found: { x: number; y: number; face: number; far: number }[] = []
  let near = 0
  for (let x = Math.ceil(west / CELL); x < east / CELL - 1; x++)
    for (let y = Math.ceil(south / CELL); y < north / CELL - 1; y++) {
      const middle = [(x + 0.5) * CELL, (y + 0.5) * CELL] as const
      near = world.mesh.find(middle, near)
      if (world.villageOf[near]! < 0) continue
      const far = Math.min(...world.towns.map(({ centre }) => distance(centre, middle)))
      found.push({ x, y, face: near, far })
    }
  for (const { x, y, face, far } of found.toSorted((a, b) => a.far - b.far))
    yield { ...polygon([rectangle([(x + 0.5) * CELL, (y + 0.5) * CELL], CELL, CELL, 0)], face), column: x, row: y, far }
}

const INDUSTRIES = [
  'F5212',
  'F5147',
  'H6210',
  'C3311',
  'C3252',
  'C2110',
  'L7291',
  'G5431',
  'K7020',
  'O8111',
  'I6510',
  'E4710'
]

export const economy: Record<string, Recipe> = {
  enterprise: family(companies, d => ({
    credit_code: d.spot.code,
    entity_type: d.some(
      ['有限责任公司', 5],
      ['个体工商户', 8],
      ['个人独资企业', 1],
      ['股份有限公司', 0.3],
      ['农民专业合作社', 0.3]
    ),
    industry_code: d.spot.park ? d.one(['C3311', 'C3252', 'C2110', 'C3072', 'C2929', 'C3670']) : d.one(INDUSTRIES),
    established_date: d.day(20, 9000),
    reg_status: d.some(['开业', 90], ['注销', 6], ['吊销', 2], ['歇业', 2]),
    capital_10k: d.some([d.int(1, 50), 6], [d.int(50, 1000), 4], [d.int(1000, 50_000), 0.5]),
    division_code: d.division
  })),
  'large-industrial-enterprise': family(inParks(0, 3), d => ({
    credit_code: d.spot.code,
    industry_code: d.one(['C3311', 'C3252', 'C2110', 'C3072', 'C2929', 'C3670', 'C3429', 'C3872']),
    output_band: d.some(['2000万-5000万', 5], ['5000万-1亿', 4], ['1亿-5亿', 3], ['5亿以上', 0.6]),
    is_high_tech: d.yes(0.38),
    stat_month: '2026-05',
    division_code: d.division
  })),
  'business-building': family(offices, d => ({
    building_code: d.key('LY440605', 4),
    name: `${d.place}${d.one(['金融', '科创', '商务', '创意', '总部'])}${d.one(['大厦', '中心', '广场'])}`,
    floor_area_m2: rounded(d.spot.area * d.int(8, 32), 0),
    vacancy_pct: d.num(3, 42),
    tenant_count: d.int(6, 240),
    division_code: d.division
  })),
  'major-project': family(blocks(['urban', 'industry']), d => {
    const progress = d.num(0, 100)
    return {
      project_code: `2026-440605-${number(d.i + 1, 5)}`,
      name: `${d.place}${d.one(['智能制造基地', '城市更新', '综合医院', '水系治理', '数据中心', '产业社区', '轨道综合体'])}项目`,
      investment_10k: d.int(3000, 380_000),
      progress_pct: progress,
      status: progress === 0 ? 'planned' : progress > 97 ? 'active' : 'building',
      planned_end_date: d.day(-30, -1500),
      division_code: d.division
    }
  }),
  'land-price-zone': family(patches('MultiPolygon', priced), d => {
    const grade = d.int(1, 5)
    const base = { 住宅: 15_800, 商服: 11_200, 工业: 1450 }[d.spot.kind] ?? 5000
    return {
      zone_no: d.key('JZDJ440605', 4),
      landuse_type: d.spot.kind,
      land_grade: `${'一二三四五'[grade - 1]}级`,
      price_cny_m2: rounded(base * (1.25 - grade * 0.17), 0),
      base_date: '2025-01-01',
      division_code: d.division
    }
  }),
  'economic-grid': family(cells, d => {
    const busy = Math.max(0.02, 1 - d.spot.far / 6000)
    const enterprises = Math.round(busy * d.int(60, 420))
    return {
      cell_code: `E${number(d.spot.column, 4)}N${number(d.spot.row, 5)}`,
      enterprise_count: enterprises,
      employee_count: enterprises * d.int(5, 18),
      resident_count: Math.round(busy * d.int(200, 5200)),
      stat_year: 2025
    }
  })
}
