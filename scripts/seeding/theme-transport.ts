import { lengthOf } from './curve.ts'
import { family, licence, type Recipe, type Spot, status } from './draw.ts'
import { HIGHWAYS } from './drawing.ts'
import { STREETS, streetSides } from './layers-roads.ts'
import { insideRuns, lineOf, type Stretch, shared, stretch } from './lines.ts'
import type { Side } from './mesh.ts'
import { networkOf } from './network.ts'
import type { Plan } from './plan.ts'
import { along, distance, type Point } from './plane.ts'
import { remembered } from './remembered.ts'
import { expressways } from './routes.ts'
import { roadside, spotAt } from './spots.ts'
import { momentBefore, rounded, shortName } from './values.ts'
import { watercourses } from './watercourses.ts'
import type { World } from './world.ts'

interface BusRoute extends Stretch {
  code: string
  name: string
  direction: string
  sides: Side[]
}

/** A route from each village's core to town and back, along the roads; longer ones first in each town's turn. */
const busRoutes = remembered(({ world, wanted }: Plan): BusRoute[] => {
  const { toTown } = networkOf(world)
  const ways = world.order.filter(village => toTown[village]!.length > 5)
  const routes: BusRoute[] = []
  for (const [i, village] of ways.entries()) {
    if (routes.length >= wanted('bus-route')) break
    const sides = toTown[village]!
    const { town, name, index } = world.villages[village]!
    const line = lineOf(world, sides)
    const number = `${['桂', '沥', '狮', '里', '樵', '丹', '九'][town] ?? '南'}${101 + i}`
    const full = `${number}路（${shortName(name)}—${world.towns[town]!.name.slice(0, 2)}）`
    for (const [direction, way] of [
      ['上行', line],
      ['下行', line.toReversed()]
    ] as const)
      routes.push({
        ...stretch(world, way, world.facesOf[index]![0]!),
        code: `GJ440605${101 + i}${direction === '上行' ? 1 : 2}`,
        name: full,
        direction,
        sides
      })
  }
  return routes
})

/** Stops at corners of the routes, 500 m or so apart; each tells all routes that pass. */
function* busStops(plan: Plan): Iterable<Spot & { routes: string[] }> {
  const { world } = plan
  const routes = busRoutes(plan).filter(({ direction }) => direction === '上行')
  const passing = new Map<number, Set<string>>()
  for (const { sides, name } of routes)
    for (const { from } of sides) passing.set(from, (passing.get(from) ?? new Set()).add(name.split('路')[0]!))
  const taken: Point[] = []
  for (const { sides } of routes)
    for (const side of sides) {
      const corner = world.mesh.corner(side.from)
      if (world.use[side.face] === 'water' || taken.some(other => distance(other, corner) < 420)) continue
      taken.push(corner)
      const site = world.mesh.sites[side.face]!
      yield {
        ...spotAt(along(corner, site, Math.min(0.5, 8 / distance(corner, site))), side.face),
        routes: [...passing.get(side.from)!].map(name => `${name}路`)
      }
    }
}

interface Bridge extends Stretch {
  over: string
}

/** Where highways, expressways and the network's roads cross water. */
function* bridges(plan: Plan): Iterable<Bridge> {
  const { world } = plan
  const lines = [...HIGHWAYS.map((_, i) => world.ground.highways[i]!), ...expressways(world).map(({ line }) => line)]
  for (const line of lines)
    for (const run of runsOver(world, line)) yield { ...stretch(world, run), over: riverAt(world, run) }
  const { crossings, county, township } = networkOf(world)
  for (const chain of crossings) {
    const line = lineOf(world, chain)
    yield { ...stretch(world, line), over: riverAt(world, line) }
  }
  const roads = new Map<string, [Point, Point]>()
  const cell = (p: Point) => `${Math.floor(p[0] / 250)} ${Math.floor(p[1] / 250)}`
  for (const line of [...county, ...township])
    for (const [i, p] of line.entries()) if (line[i + 1]) roads.set(cell(p), [p, line[i + 1]!])
  for (const { name, line, width, creek } of watercourses(plan)) {
    if (!creek) continue
    for (const p of line.slice(1, -1)) {
      const road = roads.get(cell(p))
      if (!road) continue
      roads.delete(cell(p))
      const far = distance(road[0], road[1]) || 1
      const half = (width / 2 + 6) / far
      const [dx, dy] = [(road[1][0] - road[0][0]) * half, (road[1][1] - road[0][1]) * half]
      yield {
        ...stretch(world, [
          [p[0] - dx, p[1] - dy],
          [p[0] + dx, p[1] + dy]
        ]),
        over: name
      }
    }
  }
}

/** The parts of a line over rivers, from bank to bank. */
function runsOver(world: World, line: readonly Point[]): Point[][] {
  const wet = (p: Point) => world.use[world.mesh.find(p)] === 'water'
  const runs: Point[][] = []
  for (const run of insideRuns(world, line)) {
    let part: Point[] = []
    for (const [i, p] of run.entries()) {
      if (wet(p)) part.push(...(part.length === 0 && i > 0 ? [run[i - 1]!, p] : [p]))
      else if (part.length > 0) {
        runs.push([...part, p])
        part = []
      }
    }
  }
  return runs
}

const riverAt = (world: World, line: readonly Point[]): string =>
  ['西江', '北江', '珠江', '平洲水道', '南沙涌', '西南涌', '佛山水道', '官山涌', '雅瑶水道', '九江涌'][
    world.ground.nearRiver.nearest(line[Math.floor(line.length / 2)]!)?.line ?? 0
  ] ?? '河涌'

/** Where arterials and other wide streets meet. */
export function* junctions({ world }: Plan): Iterable<Spot> {
  const meets = new Map<number, { face: number; large: number; times: number }>()
  for (const face of world.ranked.urban)
    for (const { side, artery } of streetSides(world, face))
      for (const corner of [side.from, side.to]) {
        const entry = meets.get(corner) ?? { face, large: 0, times: 0 }
        meets.set(corner, { face, large: entry.large + Number(artery >= 0), times: entry.times + 1 })
      }
  const all = [...meets].filter(([, { times }]) => times > 2).toSorted(([, a], [, b]) => b.large - a.large)
  for (const [corner, { face }] of all) yield spotAt(world.mesh.corner(corner), face)
}

/** Arterials and other streets of the cores that have a name, side by side. */
export function* streets({ world }: Plan): Iterable<Stretch & { artery: number }> {
  const all = world.ranked.urban.flatMap(face => streetSides(world, face).map(found => ({ face, ...found })))
  for (const { side, face, artery } of all.toSorted((a, b) => Number(b.artery >= 0) - Number(a.artery >= 0)))
    yield { ...stretch(world, lineOf(world, [side]), face), artery }
}

/** Traffic is told of highways and expressways by stretches, then of streets. */
function* observed(plan: Plan, count: number): Iterable<Stretch & { name: string; fast: number }> {
  const { world } = plan
  const large = [
    ...expressways(world).map(({ line, name }) => ({ line, name, fast: 95 })),
    ...HIGHWAYS.flatMap(({ name }, i) =>
      insideRuns(world, world.ground.highways[i]!).map(line => ({ line, name, fast: 60 }))
    )
  ]
  for (const { line, name, fast } of shared(large, Math.round(count * 0.45)))
    yield { ...stretch(world, line), name, fast }
  for (const street of streets(plan)) {
    const name = STREETS[(world.villageOf[street.face]! + Math.max(0, street.artery)) % STREETS.length]!
    yield { ...street, name, fast: 45 }
  }
}

/** Wharves on the banks of rivers wide enough. */
export function* banks(plan: Plan): Iterable<Spot & { river: string; code: string }> {
  const { world } = plan
  const wide = watercourses(plan).filter(({ creek }) => !creek)
  for (let i = 0; i < 60; i++)
    for (const { line, width, name, code } of wide) {
      const k = Math.floor(line.length * ((0.07 + i * 0.381966) % 1))
      const [a, b] = [line[k]!, line[k + 1] ?? line[k - 1]!]
      const by = ((i % 2 === 0 ? 1 : -1) * (width * 0.5 + 12)) / (distance(a, b) || 1)
      const at: Point = [a[0] - (b[1] - a[1]) * by, a[1] + (b[0] - a[0]) * by]
      const face = world.mesh.find(at)
      if (world.villageOf[face]! >= 0) yield { ...spotAt(at, face), river: name, code }
    }
}

export const transport: Record<string, Recipe> = {
  'bus-route': family(busRoutes, d => ({
    route_code: d.spot.code,
    name: d.spot.name,
    direction: d.spot.direction,
    length_km: rounded(lengthOf(d.spot.line) / 1000, 2),
    first_bus: d.one(['06:00', '06:15', '06:30']),
    last_bus: d.one(['21:00', '21:30', '22:00', '22:30']),
    status: d.some(['active', 97], ['closed', 3])
  })),
  'bus-stop': family(busStops, d => ({
    stop_code: d.key('BS440605', 5),
    name: `${d.place}${d.one(['市场', '路口', '村口', '小学', '工业区', '社区', '大桥', '公园'])}`,
    route_names: d.spot.routes.slice(0, 12).join('、'),
    has_shelter: d.yes(0.7),
    status: status(d),
    division_code: d.division
  })),
  'road-traffic-state': family(observed, d => {
    const congestion = d.some(['1', 50], ['2', 24], ['3', 15], ['4', 8], ['5', 3])
    return {
      segment_code: d.key('LK440605', 6),
      road_name: d.spot.name,
      congestion,
      speed_kmh: rounded(d.spot.fast * (1.1 - Number(congestion) * 0.19) * (0.92 + 0.16 * d.r()), 1),
      observed_at: momentBefore(0.26 + d.r() * 0.003)
    }
  }),
  'parking-lot': family(roadside([18, 50]), d => {
    const spaces = d.some([d.int(30, 120), 6], [d.int(120, 600), 3], [d.int(600, 1500), 1])
    return {
      parking_code: d.key('TC440605', 5),
      name: `${d.place}${d.one(['市场', '商业广场', '公园', '文化中心', '花园', '医院', '站前'])}停车场`,
      parking_type: d.some(['路外公共', 5], ['配建', 4], ['路内', 2]),
      space_count: spaces,
      free_count: Math.floor(spaces * d.r() * 0.6),
      observed_at: momentBefore(0.25 + d.r() * 0.01),
      division_code: d.division
    }
  }),
  'charging-station': family(roadside([16, 45]), d => {
    const piles = d.int(4, 60)
    return {
      station_code: d.key('CD440605', 5),
      name: `${d.place}${d.one(['公共', '物流园', '公交', '商业广场'])}充电站`,
      pile_count: piles,
      power_kw: piles * d.one([7, 60, 120]),
      status: status(d),
      division_code: d.division
    }
  }),
  bridge: family(bridges, d => ({
    bridge_code: d.key('QL440605', 4),
    name: `${d.spot.over}${d.place}${lengthOf(d.spot.line) > 100 ? '大桥' : '桥'}`,
    length_m: rounded(lengthOf(d.spot.line), 1),
    built_year: d.int(1978, 2024),
    tech_grade: d.some(['1类', 4], ['2类', 5], ['3类', 1]),
    inspected_date: d.day(10, 720),
    division_code: d.division
  })),
  'traffic-signal': family(junctions, d => ({
    signal_code: d.key('XH440605', 4),
    junction_name: `${STREETS[(d.i * 7) % STREETS.length]}与${STREETS[(d.i * 11 + 3) % STREETS.length]}路口`,
    phase_count: d.int(2, 6),
    is_networked: d.yes(0.84),
    status: status(d),
    division_code: d.division
  })),
  wharf: family(banks, d => ({
    wharf_code: d.key('MT440605', 3),
    name: `${d.spot.river}${d.place}码头${d.i % 3 === 0 ? '' : `${(d.i % 3) + 1}号泊区`}`,
    cargo_type: d.some(['散货', 5], ['件杂货', 3], ['集装箱', 2], ['客渡', 2]),
    berth_count: d.int(1, 6),
    licence_status: licence(d),
    expire_date: d.day(200, -1600),
    division_code: d.division
  }))
}
