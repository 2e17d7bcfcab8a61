import { type Company, company, inParks } from './companies.ts'
import { caseStatus, family, planStatus, type Recipe, risk, type Source, type Spot } from './draw.ts'
import { fabricOf } from './fabric.ts'
import { type Registered, registeredParcels } from './parcels.ts'
import { parkOf, type ShownPark, shownParks } from './parks.ts'
import { ground, type Patch, polygon } from './patches.ts'
import type { Plan } from './plan.ts'
import { random } from './random.ts'
import { remembered } from './remembered.ts'
import { shownFaces } from './spots.ts'
import { MU, number, parcelCode, rounded, unitCode } from './values.ts'

type InPark = Patch & { park: ShownPark }

/** Every company of the registry that is in a park. */
const companies: Source<Company> = inParks(0, 1)

/** Projects: a park as a whole, or a part of it; those whose renewal has begun. */
const projects = remembered((plan: Plan): (InPark & { code: string; part: number })[] => {
  const { world, wanted } = plan
  const parks = shownParks(plan)
  const out: (InPark & { code: string; part: number })[] = []
  for (let part = 0; out.length < wanted('park-renewal-project') && part < 4; part++)
    for (const park of parks) {
      const faces =
        part === 0 ? park.faces.slice(0, Math.ceil(park.faces.length / 2)) : park.faces.slice(part + 1, part + 2)
      if (faces.length === 0 || (part === 0 && park.stage === '1')) continue
      // Only neighbours make one project; a lone face always does.
      const own = part === 0 ? faces : faces.slice(0, 1)
      out.push({ ...ground(world, own, 'MultiPolygon'), park, part, code: `CGXM${number(out.length + 1, 5)}` })
    }
  return out.slice(0, wanted('park-renewal-project'))
})

/** Plots in parks: registered parcels, with their park. */
function* parkParcels(plan: Plan): Iterable<InPark & Registered> {
  const parks = parkOf(plan)
  for (const registered of registeredParcels(plan, ['industry'])) {
    const park = parks.get(registered.face)
    if (park) yield { ...polygon([registered.parcel.ring], registered.face), ...registered, park }
  }
}

function* parkBuildings(plan: Plan): Iterable<InPark & { code: string }> {
  const parks = parkOf(plan)
  for (const face of shownFaces(plan, ['industry'])) {
    const park = parks.get(face)
    if (!park) continue
    for (const [index, { buildings }] of fabricOf(plan.world, face).parcels.entries())
      for (const [k, rings] of buildings.entries())
        yield { ...polygon(rings, face), park, code: unitCode(parcelCode(plan.world, face, index), k + 1) }
  }
}

/** Sheds that are let, one contract each. */
function* leased(plan: Plan): Iterable<InPark & { code: string }> {
  let i = 0
  for (const building of parkBuildings(plan)) if (i++ % 4 !== 3) yield building
}

/** Ground cleared in projects: a block of the project's faces each. */
function* demolitions(plan: Plan): Iterable<Patch & { project: string }> {
  for (let k = 0; k < 8; k++)
    for (const { code, faces, park } of projects(plan)) {
      if (park.stage < '2' || faces.length === 0) continue
      const face = faces[k % faces.length]!
      const block = fabricOf(plan.world, face).blocks[Math.floor(k / faces.length)]
      if (block && random(plan.world.seed, 'cleared', code, k)() < 0.7)
        yield { ...polygon([block], face), project: code }
    }
}

function* hazards(plan: Plan, count: number): Iterable<Spot & { park: ShownPark }> {
  const total = Math.ceil(plan.wanted('enterprise') / 5)
  for (let i = 0; i < count; i++) {
    const r = random(plan.world.seed, 'hazard', i)
    const { park, ...spot } = company(plan, 5 * Math.floor(total * r() * r()))
    if (park) yield { ...spot, park }
  }
}

/** A village's parks together. */
function* protectionZones({ world }: Plan): Iterable<Patch & { size: number }> {
  const byVillage = new Map<number, number[]>()
  for (const { village, faces } of world.parks) byVillage.set(village, [...(byVillage.get(village) ?? []), ...faces])
  const all = [...byVillage.values()].toSorted((a, b) => b.length - a.length || a[0]! - b[0]!)
  for (const faces of all) yield { ...ground(world, faces, 'MultiPolygon'), size: faces.length }
}

function* carriers({ world }: Plan): Iterable<Patch> {
  for (const { faces } of world.parks.toSorted((a, b) => b.faces.length - a.faces.length || a.village - b.village))
    yield ground(world, faces.slice(0, 1), 'Polygon')
}

export const park: Record<string, Recipe> = {
  'park-renewal-project': family(projects, d => {
    const { stage } = d.spot.park
    return {
      project_code: d.spot.code,
      park_code: d.spot.park.code,
      project_name: `${d.spot.park.name}${d.spot.part === 0 ? '' : `${d.spot.part + 1}期`}改造提升项目`,
      mode: d.some(['1', 3], ['2', 3], ['3', 2], ['4', 5], ['5', 1]),
      stage,
      project_area_mu: rounded(d.spot.area / MU),
      investment_10k: rounded((d.spot.area / MU) * d.num(80, 420), 0),
      approved_date: d.day(60, 2200),
      division_code: d.division
    }
  }),
  'park-land-plot': family(parkParcels, d => ({
    plot_code: d.key('CGDK', 6),
    park_code: d.spot.park.code,
    parcel_code: d.spot.code,
    landuse_plan_code: d.some(['100101', 6], ['100102', 3], ['100103', 0.3], ['11', 1]),
    area_mu: rounded(d.spot.area / MU),
    division_code: d.division
  })),
  'park-building': family(parkBuildings, d => {
    const floors = d.some([1, 6], [2, 3], [4, 2])
    return {
      building_code: d.spot.code,
      park_code: d.spot.park.code,
      structure: d.some(['1', 5], ['3', 4], ['4', 1]),
      floor_count: floors,
      building_area_m2: rounded(d.spot.area * floors),
      built_year: d.int(1988, 2024),
      has_title: d.yes(0.62),
      division_code: d.division
    }
  }),
  'park-enterprise': family(companies, d => ({
    credit_code: d.spot.code,
    park_code: d.spot.park!.code,
    industry_code: d.one(['C3311', 'C3252', 'C2110', 'C3072', 'C2929', 'C3670', 'C2231', 'C1751', 'G5920']),
    employee_count: d.some([d.int(4, 30), 6], [d.int(30, 180), 3], [d.int(180, 900), 0.4]),
    risk_level: risk(d),
    move_in_date: d.day(30, 6500),
    division_code: d.division
  })),
  'park-lease-plot': family(leased, d => {
    const end = d.int(-2600, 500)
    return {
      contract_code: d.key('HT440605', 6),
      park_code: d.spot.park.code,
      asset_code: `ZC${d.spot.code.slice(6, 19)}${d.spot.code.slice(-2)}`,
      lease_area_m2: rounded(d.spot.area),
      lease_start_date: d.day(end + 1100, end + 3600),
      lease_end_date: d.day(end, end),
      is_overdue: end > 0 && d.yes(0.5),
      division_code: d.division
    }
  }),
  'park-demolition': family(demolitions, d => {
    const mu = rounded(d.spot.area / MU)
    const done = d.yes(0.6)
    return {
      demolition_code: d.key('CC440605', 5),
      project_code: d.spot.project,
      planned_area_mu: mu,
      done_area_mu: done ? mu : rounded(mu * d.r() * 0.9),
      is_done: done,
      checked_date: d.day(5, 900),
      division_code: d.division
    }
  }),
  'park-safety-hazard': family(hazards, d => {
    const found = d.int(2, 400)
    return {
      hazard_code: d.key('YH440605', 6),
      park_code: d.spot.park.code,
      hazard_type: d.one([
        '消防通道堵塞',
        '违规用电',
        '粉尘涉爆',
        '有限空间',
        '“三合一”场所',
        '特种设备未检',
        '危化品存放不当'
      ]),
      risk_level: risk(d),
      case_status: caseStatus(d),
      found_date: d.day(found, found),
      due_date: d.day(found - 30, found - 30),
      division_code: d.division
    }
  }),
  'industrial-protection-zone': family(protectionZones, d => ({
    zone_no: d.key('GYBH440605', 3),
    name: `${d.place}工业用地保护区`,
    area_ha: rounded(d.spot.area / 1e4, 4),
    plan_version: '2021-2035 示例版',
    plan_status: planStatus(d),
    division_code: d.division
  })),
  'theme-industrial-park': family(carriers, d => ({
    carrier_code: d.key('ZTCY440605', 3),
    name: `${d.place}${d.one(['智能制造', '新材料', '泛家居', '生物医药', '新能源汽配', '电子信息'])}主题产业园`,
    leading_industry: d.one(['智能制造装备', '先进材料', '泛家居', '生物医药', '新能源汽车零部件', '电子信息']),
    floor_area_m2: rounded(d.spot.area * d.num(1.2, 2.8), 0),
    vacancy_pct: d.num(2, 38),
    status: d.some(['active', 6], ['building', 3], ['planned', 1]),
    division_code: d.division
  }))
}
