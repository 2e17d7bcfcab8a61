import { caseStatus, family, type Recipe, type Source, type Spot } from './draw.ts'
import { type Application, applicationsOf } from './layers-homestead.ts'
import { registeredParcels } from './parcels.ts'
import { type Patch, polygon, sheds } from './patches.ts'
import type { Plan } from './plan.ts'
import { area, centroid, inset, rectangle } from './plane.ts'
import { random } from './random.ts'
import { roadsidePoint } from './spots.ts'
import { daysBefore, number, rounded, squareMetres } from './values.ts'

type Filed = Patch & Application & { place: number }

const filed = (application: Application, place: number): Filed => ({
  ...polygon([application.ring], application.registered.face),
  ...application,
  place
})

/** Applications that came as far as a stage; `place` is theirs among these. */
const fromStage = (stage: number): Source<Filed> =>
  function* (plan) {
    let place = 0
    for (const application of applicationsOf(plan))
      if (Number(application.stage) >= stage) yield filed(application, place++)
  }

const approved = fromStage(30)
const approvalNo = (place: number) => `粤440605宅字2026${number(place + 1, 6)}号`

/** The approvals there are at this scale, of those applications that came as far as a stage. */
const approvedFrom = (stage: number): Source<Filed> =>
  function* (plan, _count, layer) {
    const most = plan.wanted('homestead-approval')
    for (const application of approved(plan, most, layer)) {
      if (application.place >= most) return
      if (Number(application.stage) >= stage) yield application
    }
  }

/** The same at a point: the notice board, or the site. */
const atPoint = (source: Source<Filed>): Source<Filed> =>
  function* (plan, count, layer) {
    for (const spot of source(plan, count, layer)) yield { ...spot, shape: { type: 'Point', at: centroid(spot.ring) } }
  }

/** The building that is planned or was built on the plot. */
const building = (source: Source<Filed>, over: number): Source<Filed> =>
  function* (plan, count, layer) {
    for (const spot of source(plan, count, layer)) {
      const body = inset(spot.ring, 0.4 + (spot.place % 5) * 0.15)
      const ring = body.length > 2 && area(body) > 20 ? body : spot.ring
      const grown = spot.place % 9 === 8 ? ring.map(([x, y]) => [x + over, y + over / 2] as const) : ring
      yield { ...spot, ...polygon([grown], spot.face) }
    }
  }

const sinceStage = (d: { spot: Filed }, days: number) => (Number(d.spot.stage) - 20) * 9 + days

/** Houses that stand empty: registered homesteads, evenly spread. */
function* idle(plan: Plan, count: number): Iterable<Patch & { code: string }> {
  const every = Math.max(1, Math.floor((plan.wanted('homestead-parcel') * 0.97) / count))
  let seen = 0
  for (const { parcel, code, face } of registeredParcels(plan, ['homestead']))
    if (seen++ % every === 0) yield { ...polygon([parcel.ring], face), code }
}

/** Where somebody built: beside houses, and now and then on the field behind. */
const violations: Source<Spot & { area: number; field: boolean }> = function* (plan, count, layer) {
  let i = 0
  for (const spot of sheds(
    ['homestead'],
    5,
    13,
    Math.max(1, Math.floor(plan.wanted('homestead-parcel') / count / 1.2))
  )(plan, count, layer)) {
    if (i++ % 7 !== 6) {
      yield { ...spot, field: false }
      continue
    }
    const face = plan.world.ranked.farmland[i]!
    const r = random(plan.world.seed, 'violation', i)
    const ring = rectangle(roadsidePoint(plan.world, face, r, 30), 14, 9, r() * 3)
    yield { ...polygon([ring], face), field: true }
  }
}

export const homestead: Record<string, Recipe> = {
  'homestead-approval': family(approved, d => ({
    approval_no: approvalNo(d.spot.place),
    application_code: d.spot.code,
    rural_permit_no: `乡字第4406052026${number(d.i + 1, 5)}号`,
    approved_area_m2: rounded(squareMetres([d.spot.ring])),
    floor_limit: d.some([3, 8], [4, 2]),
    approved_date: daysBefore(sinceStage(d, 20)),
    expire_date: daysBefore(sinceStage(d, 20) - 730),
    result: 'approved',
    division_code: d.spot.registered.village
  })),
  'homestead-notice': family(atPoint(fromStage(30)), d => ({
    notice_code: d.key('GS2026', 6),
    application_code: d.spot.code,
    notice_start_date: daysBefore(sinceStage(d, 45)),
    notice_end_date: daysBefore(sinceStage(d, 38)),
    objection_count: d.some([0, 90], [1, 8], [2, 2]),
    result: d.spot.stage === '30' ? 'pending' : 'approved',
    division_code: d.spot.registered.village
  })),
  'homestead-design': family(building(fromStage(40), 0), d => {
    const floors = d.some([2, 2], [3, 6], [4, 1])
    return {
      design_code: d.key('SJ2026', 6),
      application_code: d.spot.code,
      base_area_m2: rounded(d.spot.area),
      floor_count: floors,
      height_m: rounded(floors * 3.3 + 0.9, 1),
      structure: d.some(['3', 8], ['4', 2]),
      atlas_code: `NHTJ-${number(d.int(1, 24), 2)}`,
      division_code: d.spot.registered.village
    }
  }),
  'homestead-construction': family(atPoint(approvedFrom(50)), d => ({
    construction_code: d.key('SG2026', 6),
    approval_no: approvalNo(d.spot.place),
    stage: d.spot.stage,
    stakeout_date: daysBefore(sinceStage(d, -40)),
    start_date: daysBefore(sinceStage(d, -52)),
    inspection_count: d.int(1, 7),
    division_code: d.spot.registered.village
  })),
  'homestead-acceptance': family(building(approvedFrom(60), 0.6), d => {
    const over = d.spot.place % 9 === 8
    return {
      acceptance_code: d.key('YS2026', 6),
      approval_no: approvalNo(d.spot.place),
      asbuilt_area_m2: rounded(d.spot.area),
      max_deviation_m: over ? 0.6 : d.num(0, 0.08, 2),
      result: over ? 'returned' : d.spot.stage === '60' ? 'pending' : 'approved',
      accepted_date: d.day(1, 200),
      division_code: d.spot.registered.village
    }
  }),
  'homestead-violation': family(violations, d => ({
    case_code: d.key('NZWJ2026', 5),
    violation_type: d.spot.field ? '4' : d.some(['1', 5], ['2', 4], ['3', 3]),
    found_source: d.some(['3', 6], ['5', 4], ['1', 2], ['4', 1]),
    violation_area_m2: rounded(d.spot.area),
    case_status: caseStatus(d),
    found_date: d.day(2, 900),
    division_code: d.division
  })),
  'homestead-idle': family(idle, d => ({
    survey_code: d.key('XZ440605', 6),
    parcel_code: d.spot.code,
    idle_state: d.some(['季节性闲置', 4], ['常年闲置', 5], ['危房闲置', 2]),
    idle_area_m2: rounded(d.spot.area),
    intention: d.some(['出租', 4], ['自用', 4], ['有偿退出', 1], ['集体统一盘活', 2]),
    survey_date: d.day(60, 500),
    division_code: d.division
  }))
}
