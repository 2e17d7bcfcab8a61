import { offset } from './band.ts'
import { inParks } from './companies.ts'
import { lengthOf } from './curve.ts'
import { caseStatus, family, licence, type Recipe, type Source, type Spot, status } from './draw.ts'
import { fabricOf } from './fabric.ts'
import { chains, lineOf, type Stretch, shared, stretch } from './lines.ts'
import type { Side } from './mesh.ts'
import { plots } from './patches.ts'
import type { Plan } from './plan.ts'
import { distance, type Point } from './plane.ts'
import { inVillages, shownFaces, spotAt } from './spots.ts'
import { momentBefore, number, rounded } from './values.ts'
import { type Watercourse, watercourses } from './watercourses.ts'

type Reach = Stretch & Watercourse

const reaches: Source<Reach> = function* (plan, count) {
  for (const { line, ...known } of shared(watercourses(plan), count)) yield { ...known, ...stretch(plan.world, line) }
}

/** Places on watercourses, `aside` of their width from the middle: sections across, outfalls and gauges at the bank. */
const onWater = (aside: number, creeksToo: boolean): Source<Spot & Watercourse> =>
  function* (plan, count) {
    const { world } = plan
    const all = watercourses(plan).filter(({ creek }) => creeksToo || !creek)
    const each = Math.ceil(count / all.length) + 1
    for (let k = 0; k < each * 3; k++)
      for (const [i, course] of all.entries()) {
        const { line, width } = course
        const at = Math.floor((line.length - 1) * ((0.31 + k * 0.618034 + i * 0.07) % 1))
        const [a, b] = [line[at]!, line[at + 1]!]
        const by = ((k + i) % 2 === 0 ? 1 : -1) * aside * width
        const far = distance(a, b) || 1
        const point: Point = [a[0] - ((b[1] - a[1]) * by) / far, a[1] + ((b[0] - a[0]) * by) / far]
        const face = world.mesh.find(point)
        if (world.villageOf[face]! >= 0) yield { ...course, ...spotAt(point, face) }
      }
  }

/** Banks of the rivers, from mouth to mouth, are their dikes. */
const dikes: Source<Stretch & { river: number }> = function* ({ world }, count) {
  const sides: Side[] = []
  for (const face of world.facesOf.flat())
    if (world.use[face] === 'water')
      for (const side of world.mesh.faces[face]!.sides)
        if (world.villageOf[side.neighbour]! >= 0 && world.use[side.neighbour] !== 'water') sides.push(side)
  for (const { line } of shared(
    chains(sides).map(chain => ({ line: lineOf(world, chain) })),
    count
  )) {
    const middle = line[Math.floor(line.length / 2)]!
    yield { ...stretch(world, line), river: world.ground.nearRiver.nearest(middle)?.line ?? 0 }
  }
}

/** Sewers and drains: two beside each other in every street of built ground. */
function* pipes(plan: Plan): Iterable<Stretch & { kind: string; width: number }> {
  for (const face of shownFaces(plan, ['urban', 'homestead', 'industry']))
    for (const { line, width } of fabricOf(plan.world, face).streets) {
      if (distance(line[0], line[1]) < 8) continue
      const old = plan.world.use[face] === 'homestead' && (face + width) % 3 < 1
      for (const [kind, by] of old
        ? ([['H', 0]] as const)
        : ([
            ['Y', 0.9],
            ['W', -0.9]
          ] as const)) {
        const moved = offset(line, by)
        yield { shape: { type: 'LineString', line: moved }, line: moved, face, kind, width }
      }
    }
}

const RIVERS = ['西江', '北江', '珠江', '平洲水道', '南沙涌', '西南涌', '佛山水道', '官山涌', '雅瑶水道', '九江涌']

export const waterEnvironment: Record<string, Recipe> = {
  'river-chief-reach': family(reaches, d => ({
    reach_code: d.key('HZ440605', 5),
    river_code: d.spot.code,
    name: `${d.spot.name}${d.place}段`,
    chief_level: d.spot.creek ? d.some(['5', 7], ['4', 3]) : d.some(['3', 6], ['4', 4]),
    length_km: rounded(lengthOf(d.spot.line) / 1000, 3),
    water_class: d.spot.creek ? d.some(['3', 2], ['4', 5], ['5', 3], ['6', 1]) : d.some(['2', 5], ['3', 5], ['4', 1]),
    division_code: d.division
  })),
  'water-quality-section': family(onWater(0, true), d => {
    const target = d.spot.creek ? d.one(['4', '5']) : d.one(['2', '3'])
    const off = d.some([0, 7], [1, 2], [-1, 2])
    return {
      section_code: d.key('DM440605', 4),
      name: `${d.spot.name}${d.place}断面`,
      river_code: d.spot.code,
      target_class: target,
      current_class: String(Math.min(6, Math.max(1, Number(target) + off))),
      sampled_date: d.day(1, 30),
      division_code: d.division
    }
  }),
  'river-outfall': family(onWater(0.5, true), d => ({
    outfall_code: d.key('PWK440605', 5),
    outfall_type: d.some(['1', 3], ['2', 1], ['3', 4], ['4', 6]),
    river_code: d.spot.code,
    discharge_t_day: d.some([d.num(2, 80), 8], [d.num(80, 2400), 2]),
    case_status: caseStatus(d),
    traced_date: d.day(20, 1100),
    division_code: d.division
  })),
  'drainage-pipe': family(pipes, d => ({
    pipe_code: d.key('GX440605', 7),
    pipe_type: d.spot.kind,
    diameter_mm: d.spot.width > 8 ? d.one([600, 800, 1000, 1200]) : d.one([200, 300, 400, 500]),
    material: d.some(['HDPE', 5], ['钢筋混凝土', 4], ['球墨铸铁', 1]),
    depth_m: d.num(0.9, 4.2, 2),
    built_year: d.int(1992, 2025),
    division_code: d.division
  })),
  'contaminated-land': family(plots(['industry']), d => ({
    site_code: d.key('DK440605', 4),
    name: `${d.place}原${d.one(['电镀', '印染', '五金', '陶瓷', '化工', '铝材'])}厂地块`,
    risk_level: d.some(['1', 1], ['2', 3], ['3', 5], ['4', 2]),
    control_stage: d.one(['初步调查', '详细调查', '风险评估', '风险管控', '治理修复', '效果评估']),
    area_m2: rounded(d.spot.area),
    listed_date: d.day(100, 2200),
    division_code: d.division
  })),
  'pump-sluice': family(onWater(0.5, true), d => {
    const type = d.some(['排涝泵站', 4], ['水闸', 5], ['闸站', 2])
    return {
      structure_code: d.key('BZ440605', 4),
      name: `${d.place}${type}`,
      structure_type: type,
      design_flow_m3s: d.spot.creek ? d.num(1, 24) : d.num(20, 180),
      water_level_m: d.num(0.2, 2.4, 2),
      status: status(d),
      division_code: d.division
    }
  }),
  'dike-line': family(dikes, d => {
    const great = d.spot.river < 3
    return {
      dike_code: d.key('DF440605', 4),
      name: `${RIVERS[d.spot.river]}${d.place}堤`,
      dike_grade: great ? '2级' : '4级',
      crest_elevation_m: great ? d.num(8.5, 11, 2) : d.num(4.2, 6, 2),
      design_return_year: great ? 50 : 20,
      division_code: d.division
    }
  }),
  'hydrology-station': family(onWater(0.52, true), d => {
    const warning = d.spot.creek ? 2.2 : 5.5
    return {
      station_code: `80${d.key('', 6)}`,
      name: `${d.place}水文站`,
      water_level_m: d.num(0.3, warning * 1.05, 2),
      warning_level_m: warning,
      rain_24h_mm: d.some([0, 5], [d.num(0.5, 24), 4], [d.num(24, 120), 1]),
      observed_at: momentBefore(0.25 + d.r() * 0.01),
      division_code: d.division
    }
  }),
  'air-quality-station': family(inVillages([16, 50]), d => {
    const aqi = d.int(22, 138)
    return {
      station_code: d.key('KQ440605', 3),
      name: `${d.place}空气质量${d.i % 4 === 0 ? '自动' : '微型'}站`,
      aqi,
      primary_pollutant: aqi < 51 ? '无' : d.one(['O3', 'PM2.5', 'PM10', 'NO2']),
      observed_at: momentBefore(0.25 + d.r() * 0.01),
      status: status(d),
      division_code: d.division
    }
  }),
  'pollution-source': family(inParks(0, 2), d => ({
    permit_no: `${d.spot.code}001${number(d.i % 10, 1)}Q`,
    credit_code: d.spot.code,
    industry_code: d.one(['C3360', 'C1752', 'C3072', 'C2929', 'C3252', 'C2669', 'C3310']),
    manage_class: d.some(['重点管理', 2], ['简化管理', 5], ['登记管理', 8]),
    permit_status: licence(d),
    expire_date: d.day(200, -1800),
    division_code: d.division
  }))
}
