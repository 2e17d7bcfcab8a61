import { offset } from './band.ts'
import { inParks } from './companies.ts'
import { dissolve } from './dissolve.ts'
import { caseStatus, family, type Recipe, risk, type Source, status, warning } from './draw.ts'
import { HIGHWAYS } from './drawing.ts'
import { insideRuns, type Stretch, shared, stretch } from './lines.ts'
import { multi, type Patch, patches } from './patches.ts'
import { type PowerRun, powerRuns } from './power.ts'
import { clustered, inVillages, roadside } from './spots.ts'
import { junctions } from './theme-transport.ts'
import { momentBefore, number } from './values.ts'
import type { World } from './world.ts'

/** Low ground beside rivers and creeks: by how near the bank is. */
const flooded = (world: World, face: number): string | undefined => {
  if (world.use[face] === 'water') return undefined
  const near = world.mesh.faces[face]!.sides.map(side => side.neighbour)
  if (near.some(id => world.use[id] === 'water')) return '2'
  const two = near.flatMap(id => world.mesh.faces[id]!.sides.map(side => side.neighbour))
  return two.some(id => world.use[id] === 'water') ? '3' : undefined
}

/** Slopes: wooded faces at the foot of the hills. */
const slopes = (world: World, face: number): string | undefined =>
  world.use[face] === 'forest' && world.mesh.faces[face]!.sides.some(side => world.use[side.neighbour] !== 'forest')
    ? 'slope'
    : undefined

/** Warnings are given for towns, one or several. */
const warned: Source<Patch & { towns: number }> = function* ({ world }, count) {
  for (let i = 0; i < count; i++) {
    const size = 1 + (i % 4)
    const towns = world.towns.filter((_, k) => (k + i) % world.towns.length < size)
    const faces = world.villages
      .filter(({ town }) => towns.some(({ index }) => index === town))
      .flatMap(v => world.facesOf[v.index]!)
    yield { ...multi(dissolve(world.mesh, faces), faces[0]!, faces), towns: size }
  }
}

const gas: Source<Stretch & { name: string }> = function* ({ world }, count) {
  const lines = HIGHWAYS.flatMap(({ name }, i) =>
    insideRuns(world, world.ground.highways[i]!).map(line => ({ line: offset(line, 55), name }))
  )
  for (const { line, name } of shared(lines, count)) yield { ...stretch(world, line), name }
}

const power: Source<Stretch & PowerRun> = function* ({ world }, count) {
  for (const run of shared(powerRuns(world), count)) yield { ...run, ...stretch(world, run.line) }
}

export const emergency: Record<string, Recipe> = {
  'geohazard-zone': family(patches('MultiPolygon', slopes, { most: 4 }), d => ({
    zone_no: d.key('DZZH440605', 3),
    hazard_type: d.some(['崩塌', 6], ['滑坡', 4], ['地面塌陷', 1]),
    risk_level: risk(d),
    threatened_people: d.int(2, 160),
    publish_year: d.one([2023, 2024, 2025, 2026]),
    division_code: d.division
  })),
  'flood-risk-zone': family(patches('MultiPolygon', flooded), d => ({
    zone_no: d.key('HSFX440605', 4),
    risk_level: d.spot.kind,
    return_year: d.spot.kind === '2' ? 20 : 50,
    max_depth_m: d.spot.kind === '2' ? d.num(0.8, 2.6) : d.num(0.2, 0.9),
    division_code: d.division
  })),
  'waterlogging-point': family(junctions, d => {
    const depth = d.some([0, 6], [d.int(3, 14), 3], [d.int(15, 45), 1])
    return {
      point_code: d.key('JSD440605', 4),
      name: `${d.place}路口积水点`,
      depth_cm: depth,
      warning_level: depth > 30 ? '2' : depth > 14 ? '3' : '4',
      observed_at: momentBefore(0.25 + d.r() * 0.02),
      division_code: d.division
    }
  }),
  'weather-warning-area': family(warned, d => {
    const age = d.i * 1.7 + 0.3
    return {
      warning_code: d.key('YJ20264406', 4),
      disaster_type: d.one(['暴雨', '雷雨大风', '高温', '台风', '大雾']),
      warning_level: warning(d),
      issued_at: momentBefore(age),
      expire_at: momentBefore(age - d.int(3, 12) / 24),
      division_code: d.spot.towns === 1 ? `${d.division.slice(0, 9)}000` : '440605000000'
    }
  }),
  'emergency-shelter': family(inVillages([20, 60]), d => {
    const area = d.int(400, 9000)
    return {
      shelter_code: d.key('BNCS440605', 4),
      name: `${d.place}${d.one(['小学', '文化中心', '中学体育馆', '公园广场', '村委'])}避难场所`,
      capacity: Math.round(area / 2.5),
      area_m2: area,
      status: status(d),
      division_code: d.division
    }
  }),
  'hazchem-site': family(inParks(1, 2), d => {
    const level = risk(d)
    return {
      credit_code: d.spot.code,
      licence_no: `粤佛危化经字〔2024〕${number(d.i + 1, 5)}号`,
      business_type: d.one(['生产', '带储存经营', '使用', '无储存经营', '加油站']),
      risk_level: level,
      is_major_hazard: level === '1' || d.yes(0.03),
      expire_date: d.day(200, -1050),
      division_code: d.division
    }
  }),
  'risk-point': family(clustered(30, [60, 420]), d => ({
    risk_code: d.key('FXD440605', 6),
    risk_type: d.one(['消防', '燃气', '房屋建筑', '交通', '有限空间', '用电', '水域', '特种设备']),
    risk_level: risk(d),
    case_status: caseStatus(d),
    assessed_date: d.day(5, 500),
    division_code: d.division
  })),
  'oil-gas-pipeline': family(gas, d => ({
    pipeline_code: d.key('YQ440605', 4),
    name: `${d.spot.name}沿线${d.i % 4 === 0 ? '成品油' : '天然气'}管道`,
    medium: d.i % 4 === 0 ? '成品油' : '天然气',
    diameter_mm: d.one([219, 323, 406, 508, 711]),
    pressure_mpa: d.one([1.6, 2.5, 4, 6.3, 9.2]),
    ref_offset_m: 0,
    status: status(d),
    division_code: d.division
  })),
  'power-transmission-line': family(power, d => ({
    line_code: d.key('DL440605', 4),
    voltage_kv: d.spot.kv,
    setback_m: d.spot.kv === '500' ? 20 : d.spot.kv === '220' ? 15 : 10,
    ref_offset_m: d.i % 37 === 36 ? null : d.spot.kv === '500' ? 9 : d.spot.kv === '220' ? 6 : 4,
    status: status(d),
    division_code: d.division
  })),
  'fire-station': family(roadside([20, 45]), d => ({
    station_code: d.key('XF440605', 3),
    name: `${d.place}消防${d.i % 3 === 0 ? '救援站' : '专职队'}`,
    station_class: d.i % 3 === 0 ? d.one(['一级站', '二级站']) : '小型站',
    vehicle_count: d.int(2, 12),
    status: status(d),
    division_code: d.division
  }))
}
