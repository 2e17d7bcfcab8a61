import { bands } from './band.ts'
import { family, planStatus, type Recipe, type Source } from './draw.ts'
import { STREETS } from './layers-roads.ts'
import { shared } from './lines.ts'
import { blocks, ground, multi, type Patch, patches, plots, polygon } from './patches.ts'
import { distance, type Point } from './plane.ts'
import { powerRuns } from './power.ts'
import { type Route, railways } from './routes.ts'
import { streets } from './theme-transport.ts'
import { rounded } from './values.ts'
import { type Watercourse, watercourses } from './watercourses.ts'
import type { World } from './world.ts'

const VERSION = '2021-2035 示例版'

/** Rings over the ground of the district only by their middle: a band may reach over the limit a little. */
function* banded<T extends { line: readonly Point[] }>(
  world: World,
  lines: readonly T[],
  width: (entry: T) => number
): Iterable<Patch & T> {
  for (const entry of lines)
    for (const ring of bands(entry.line, width(entry))) {
      const face = world.mesh.find(entry.line[Math.floor(entry.line.length / 2)]!)
      yield { ...polygon([ring], world.villageOf[face]! < 0 ? -1 : face), ...entry }
    }
}

type River = Patch & Watercourse

/** Bands along rivers and creeks: the water and so many metres (a share of its width for rivers) on both sides. */
const alongWater = (kind: 'Polygon' | 'MultiPolygon', margin: number): Source<River> =>
  function* (plan, count) {
    const all = watercourses(plan)
    for (const river of banded(plan.world, shared(all, count), ({ width, creek }) =>
      creek ? width + margin : width * 1.12 + margin
    ))
      yield kind === 'Polygon' || river.shape.type !== 'Polygon'
        ? river
        : { ...river, shape: { type: 'MultiPolygon', polygons: [river.shape.rings] } }
  }

/** Stretches of the great rivers about an intake; the two reservoirs only in the wider zone. */
const intakes = (length: number, share: number): Source<Patch & { name: string; id: number }> =>
  function* ({ world }) {
    const rivers = world.ground.rivers.slice(0, 3)
    const names = ['西江', '北江', '珠江']
    let id = 0
    for (let i = 0; i < 40 && id < 12; i++) {
      const line = rivers[i % 3]!
      const k = Math.floor(line.length * ((0.21 + Math.floor(i / 3) * 0.17) % 1))
      const face = world.mesh.find(line[k]!)
      if (world.villageOf[face]! < 0) continue
      const reach = Math.ceil(length / 80)
      const part = line.slice(Math.max(0, k - reach), k + reach)
      if (part.length < 3) continue
      const ring = bands(part, [820, 600, 420][i % 3]! * share)[0]
      if (!ring) continue
      id += 1
      yield { ...multi([[ring]], face), name: `${names[i % 3]}第${id}水厂饮用水水源`, id }
    }
    const woods = world.ranked.forest.filter((_, i) => i % 97 === 40)
    for (const face of woods.slice(0, 2)) {
      id += 1
      const around = [face, ...world.mesh.faces[face]!.sides.map(side => side.neighbour)]
      const own = around.filter(near => world.use[near] === 'forest')
      yield { ...ground(world, own, 'MultiPolygon'), name: `第${id}备用水库水源`, id }
    }
  }

const tracks: Source<Patch & Route> = function* ({ world }, count) {
  yield* banded(world, shared(railways(world), count), ({ kind }) => (kind === '1' ? 40 : 30))
}

const redLines: Source<Patch & { artery: number }> = function* (plan) {
  for (const street of streets(plan))
    for (const ring of bands(street.line, street.artery >= 0 ? 40 : 24))
      yield { ...polygon([ring], street.face), artery: street.artery }
}

const corridors: Source<Patch & { kv: string; width: number }> = function* ({ world }, count) {
  const runs = powerRuns(world).map(run => ({ ...run, width: { '110': 30, '220': 40, '500': 75 }[run.kv] ?? 30 }))
  yield* banded(world, shared(runs, count), ({ width }) => width)
}

const PLAN_ZONES: Partial<Record<string, readonly [zone: string, control: string]>> = {
  urban: ['城镇集中建设区', '010'],
  homestead: ['村庄建设区', '010'],
  industry: ['城镇集中建设区（工业发展）', '010'],
  reserve: ['城镇弹性发展区', '020'],
  farmland: ['农田保护区', '030'],
  orchard: ['一般农业区', '030'],
  pond: ['一般农业区（养殖）', '030'],
  forest: ['生态保护区', '040'],
  water: ['生态控制区（水域）', '040']
}

const planZone = (place: 0 | 1) => (world: World, face: number) => PLAN_ZONES[world.use[face]!]?.[place]

const AIRFIELD: Point = [406800, 2553600]

export const planning: Record<string, Recipe> = {
  'spatial-plan-zone': family(patches('MultiPolygon', planZone(0)), d => ({
    zone_code: d.key('GHFQ440605', 5),
    zone_name: d.spot.kind,
    area_ha: rounded(d.spot.area / 1e4, 4),
    plan_status: 'in-force',
    plan_version: VERSION,
    division_code: d.division
  })),
  'construction-control-zone': family(patches('MultiPolygon', planZone(1)), d => ({
    zone_no: d.key('GZQ440605', 6),
    control_zone_code: d.spot.kind,
    area_m2: rounded(d.spot.area),
    plan_status: planStatus(d),
    plan_version: VERSION,
    division_code: d.division
  })),
  'planning-blue-line': family(alongWater('Polygon', 16), d => ({
    line_code: d.key('LX440605', 4),
    name: `${d.spot.name}城市蓝线`,
    area_m2: rounded(d.spot.area),
    plan_version: VERSION,
    approved_date: d.day(300, 2600),
    division_code: d.division
  })),
  'planning-green-line': family(blocks(['urban']), d => ({
    line_code: d.key('GL440605', 4),
    green_type: d.some(['公园绿地', 6], ['防护绿地', 3], ['广场用地', 1]),
    area_m2: rounded(d.spot.area),
    plan_version: VERSION,
    approved_date: d.day(300, 2600),
    division_code: d.division
  })),
  'planning-purple-line': family(blocks(['homestead']), d => ({
    line_code: d.key('ZX440605', 3),
    name: `${d.place}历史文化${d.i % 3 === 0 ? '街区' : '建筑群'}`,
    scope_type: d.one(['核心保护范围', '建设控制地带']),
    area_m2: rounded(d.spot.area),
    approved_date: d.day(400, 3000),
    division_code: d.division
  })),
  'planning-yellow-line': family(plots(['urban', 'industry'], { fits: ({ area }) => area > 600 }), d => ({
    line_code: d.key('HX440605', 4),
    facility_type: d.one(['变电站', '污水处理厂', '公交首末站', '垃圾转运站', '消防站', '排涝泵站', '燃气调压站']),
    area_m2: rounded(d.spot.area),
    plan_version: VERSION,
    approved_date: d.day(300, 2600),
    division_code: d.division
  })),
  'road-red-line': family(redLines, d => ({
    line_code: d.key('HD440605', 5),
    road_name: STREETS[(d.plan.world.villageOf[d.spot.face]! + Math.max(0, d.spot.artery)) % STREETS.length]!,
    road_class: d.spot.artery >= 0 ? '2' : '3',
    red_line_width_m: d.spot.artery >= 0 ? 40 : 24,
    plan_status: planStatus(d),
    division_code: d.division
  })),
  'height-limit-zone': family(
    patches('Polygon', (world, face) => (distance(world.mesh.sites[face]!, AIRFIELD) < 7500 ? '机场净空' : undefined)),
    d => {
      const far = distance(d.plan.world.mesh.sites[d.spot.face]!, AIRFIELD)
      return {
        zone_no: d.key('XG440605', 3),
        height_limit_m: 45 + 15 * Math.floor(far / 1000),
        height_datum: '1985国家高程基准',
        limit_reason: '机场净空保护',
        division_code: d.division
      }
    }
  ),
  'river-management-scope': family(alongWater('MultiPolygon', 40), d => ({
    scope_code: d.key('HDGL440605', 4),
    river_code: d.spot.code,
    river_name: d.spot.name,
    delimit_date: d.day(600, 1900),
    publish_no: `南府水〔2022〕示例${d.i + 1}号`,
    division_code: d.division
  })),
  'water-source-level1': family(intakes(500, 1), d => ({
    source_code: d.key('SYD1-440605', 3),
    name: `${d.spot.name}一级保护区`,
    area_ha: rounded(d.spot.area / 1e4, 4),
    approval_no: `粤府函〔2019〕示例${d.i + 1}号`,
    division_code: d.division
  })),
  'water-source-level2': family(intakes(1500, 1.3), d => ({
    source_code: d.key('SYD2-440605', 3),
    name: `${d.spot.name}二级保护区`,
    area_ha: rounded(d.spot.area / 1e4, 4),
    approval_no: `粤府函〔2019〕示例${d.i + 1}号`,
    division_code: d.division
  })),
  'power-corridor': family(corridors, d => ({
    corridor_code: d.key('DLZL440605', 4),
    voltage_kv: d.spot.kv,
    corridor_width_m: d.spot.width,
    plan_status: planStatus(d),
    division_code: d.division
  })),
  'railway-protection-zone': family(tracks, d => ({
    zone_no: d.key('TLBH440605', 3),
    railway_name: d.spot.name,
    railway_type: d.spot.kind,
    zone_width_m: d.spot.kind === '1' ? 20 : 15,
    publish_no: `南府铁〔2021〕示例${d.i + 1}号`,
    division_code: d.division
  }))
}
