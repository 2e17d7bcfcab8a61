import { caseStatus, family, licence, type Recipe, risk, status, warning } from './draw.ts'
import { grids } from './layers-admin.ts'
import { urgentOrders } from './orders.ts'
import { faces, plots, sheds } from './patches.ts'
import { dutyGrids, tracks } from './patrols.ts'
import type { Plan } from './plan.ts'
import { random } from './random.ts'
import { clustered, roadside, roadsidePoint, spotAt, streetside } from './spots.ts'
import { momentBefore, number, rounded } from './values.ts'

const COMPONENTS: Record<string, [subclass: string, owner: string][]> = {
  '01': [
    ['0101', 'OWN-WATER'],
    ['0103', 'OWN-DRAIN'],
    ['0106', 'OWN-POWER'],
    ['0108', 'OWN-TELECOM'],
    ['0112', 'OWN-FIRE']
  ],
  '02': [
    ['0201', 'OWN-TRAFFIC'],
    ['0205', 'OWN-TRAFFIC'],
    ['0214', 'OWN-ROAD']
  ],
  '03': [
    ['0301', 'OWN-SANITATION'],
    ['0304', 'OWN-SANITATION'],
    ['0310', 'OWN-URBAN']
  ],
  '04': [
    ['0401', 'OWN-GREEN'],
    ['0404', 'OWN-GREEN']
  ],
  '05': [['0501', 'OWN-TOWN']]
}

const SENSORS = [
  ['井盖', 0, 12, '°'],
  ['水位', 0.1, 2.6, 'm'],
  ['烟感', 0, 4, '%'],
  ['可燃气体', 0, 9, '%LEL'],
  ['噪声', 42, 76, 'dB'],
  ['扬尘PM10', 18, 140, 'μg/m³'],
  ['桥隧位移', 0, 6, 'mm']
] as const

const SUBCLASSES: Record<string, number> = { '01': 18, '02': 6, '03': 9, '04': 7, '05': 12, '06': 4 }

/** One warden a grid, then a second: somewhere at the side of its streets. */
function* wardens(plan: Plan) {
  const { world } = plan
  for (let k = 0; k < 40; k++)
    for (const { code, faces } of grids(plan)) {
      const r = random(world.seed, 'warden', code, k)
      const face = faces[Math.floor(r() * faces.length)]!
      yield { ...spotAt(roadsidePoint(world, face, r, 6), face), grid: code, turn: k }
    }
}

export const city: Record<string, Recipe> = {
  'urgent-joint-order': family(urgentOrders, d => {
    const { order_no, urgency, status, reported_at, division_code } = d.spot.order
    const minutes = d.int(25, 560)
    const sent = Date.parse(String(reported_at)) + d.int(2, 30) * 60_000
    const moment = (at: number) => `${new Date(at + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`
    const closed = status === '50'
    return {
      order_no: order_no!,
      urgency: urgency!,
      department_count: d.some([2, 5], [3, 4], [4, 2], [6, 1]),
      status: status!,
      dispatched_at: moment(sent),
      closed_at: closed ? moment(sent + minutes * 60_000) : null,
      elapsed_min: closed ? minutes : null,
      division_code: division_code!
    }
  }),
  'city-component': family(streetside(0.7), d => {
    const kind = d.some(['01', 52], ['02', 20], ['03', 12], ['04', 12], ['05', 4])
    const [subclass, owner] = d.one(COMPONENTS[kind]!)
    return {
      component_code: `440605${subclass}${number(d.i + 1, 6)}`,
      component_class: kind,
      component_subclass: subclass,
      owner_department: owner,
      status: d.some(['active', 96], ['closed', 3], ['building', 1]),
      surveyed_date: d.day(60, 1100),
      division_code: d.division
    }
  }),
  'city-event': family(clustered(40), d => {
    const kind = d.some(['01', 36], ['02', 10], ['03', 12], ['04', 2], ['05', 28], ['06', 12])
    const age = 365 * d.r() ** 1.5 + 0.26
    return {
      event_code: d.key('SJ440605', 7),
      event_class: kind,
      event_subclass: `${kind}${number(d.int(1, SUBCLASSES[kind]!), 2)}`,
      source: d.some(['3', 52], ['4', 24], ['1', 8], ['2', 8], ['5', 3], ['6', 5]),
      status: age < 3 ? d.some(['10', 2], ['20', 2], ['30', 6], ['40', 2]) : d.some(['50', 96], ['90', 3], ['80', 1]),
      reported_at: momentBefore(age),
      division_code: d.division
    }
  }),
  'management-cell': family(faces('urban', 'homestead'), d => ({
    cell_code: `${d.division}${number(d.i + 1, 4)}`,
    name: `${d.place}单元网格${d.i + 1}`,
    area_m2: rounded(d.spot.area),
    effective_date: d.one(['2022-01-01', '2024-01-01', '2025-07-01']),
    division_code: d.division
  })),
  'duty-grid': family(dutyGrids, d => ({
    duty_code: d.spot.code,
    name: `${d.place}责任网格`,
    team_code: `ZFD${d.town}${number(d.int(1, 6), 2)}`,
    shift_type: d.some(['三班两运转', 4], ['早晚两班', 5], ['全日', 2]),
    division_code: d.division
  })),
  'patrol-track': family(tracks, d => {
    const start = 0.27 + 30 * d.r()
    const hours = d.spot.length / 1000 / d.num(3.2, 5, 2)
    return {
      track_code: d.key('GJ2026', 7),
      duty_code: d.spot.duty,
      officer_ref: d.ref('XC', d.spot.duty, d.i % 3),
      distance_km: rounded(d.spot.length / 1000, 3),
      started_at: momentBefore(start + hours / 24),
      ended_at: momentBefore(start)
    }
  }),
  'patrol-position': family(wardens, d => ({
    officer_ref: d.ref('WG', d.spot.grid, d.spot.turn) + number(d.i, 5),
    grid_code: d.spot.grid,
    speed_kmh: d.num(0, 5.4),
    is_on_duty: d.yes(0.86),
    reported_at: momentBefore(0.25 + d.r() * 0.02),
    division_code: d.division
  })),
  'illegal-building': family(sheds(['homestead', 'urban', 'industry'], 5, 16, 11), d => ({
    case_code: d.key('WFJZ2026', 6),
    found_source: d.some(['3', 5], ['5', 3], ['1', 3], ['4', 1], ['9', 1]),
    illegal_area_m2: rounded(d.spot.area),
    floor_count: d.some([1, 7], [2, 2], [3, 1]),
    case_status: caseStatus(d),
    found_date: d.day(2, 1500),
    division_code: d.division
  })),
  'construction-site': family(plots(['urban', 'industry'], { fits: ({ area }) => area > 700 }), d => ({
    site_code: d.key('GD440605', 5),
    permit_no: `440605${20240101 + (d.i % 28)}${number(d.i + 1, 4)}`,
    project_name: `${d.place}${d.one(['商住小区', '学校扩建', '厂房', '安置房', '医院综合楼', '市政综合'])}工程`,
    site_area_m2: rounded(d.spot.area),
    dust_online: d.yes(0.78),
    status: d.some(['building', 8], ['planned', 1], ['closed', 1]),
    start_date: d.day(20, 1000),
    division_code: d.division
  })),
  'waste-facility': family(roadside([7, 22]), d => {
    const type = d.some(['生活垃圾收集点', 7], ['垃圾分类投放点', 6], ['转运站', 1], ['大件垃圾暂存点', 1])
    return {
      facility_code: d.key('HW440605', 5),
      facility_type: type,
      capacity_t: type === '转运站' ? d.int(60, 400) : d.num(0.3, 4),
      status: status(d),
      built_year: d.int(2005, 2026),
      division_code: d.division
    }
  }),
  'iot-sensor': family(roadside([3, 12]), d => {
    const [type, low, high, unit] = d.one(SENSORS)
    return {
      device_code: d.key('IOT440605', 7),
      device_type: type,
      last_value: d.num(low, high, 2),
      value_unit: unit,
      warning_level: warning(d),
      observed_at: momentBefore(0.25 + d.r() * 0.01),
      status: d.some(['active', 93], ['closed', 5], ['building', 2]),
      division_code: d.division
    }
  }),
  'outdoor-advertising': family(
    roadside(
      [5, 11],
      [
        ['urban', 7],
        ['industry', 3]
      ]
    ),
    d => ({
      ad_code: d.key('GG440605', 6),
      ad_type: d.some(['招牌', 7], ['立柱', 1], ['墙体', 2], ['电子屏', 1]),
      area_m2: d.num(3, 120),
      licence_status: licence(d),
      expire_date: d.day(400, -900),
      risk_level: risk(d),
      division_code: d.division
    })
  )
}
