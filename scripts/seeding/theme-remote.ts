import { lengthOf } from './curve.ts'
import { family, type Recipe, type Source, type Spot, status } from './draw.ts'
import { type Stretch, stretch } from './lines.ts'
import { type Ordered, sightings } from './orders.ts'
import { type Patch, polygon, yards } from './patches.ts'
import { clip, type Point, rectangle } from './plane.ts'
import { toMetres } from './projection.ts'
import { between, random } from './random.ts'
import { facesBy, scattered } from './spots.ts'
import { momentBefore, rounded, shortName } from './values.ts'

interface Scene extends Patch {
  sensor: string
  resolution: number
}

/** The window that nothing may leave, EPSG:4547 metres, a little inside. */
const WINDOW: [Point, Point] = [toMetres([112.836, 22.806]), toMetres([113.264, 23.314])]

/** Scenes: satellite and aerial frames in strips over the district, drone flights over villages. */
const scenes: Source<Scene> = function* ({ world }, count, layer) {
  const all = world.facesOf.flat()
  for (let i = 0; i < count; i++) {
    const r = random(world.seed, layer, 'scene', i)
    const sensor = i % 6 === 0 ? '1' : i % 6 < 3 ? '2' : '3'
    const face = all[Math.floor(r() * all.length)]!
    const [w, h] = sensor === '1' ? [24_000, 22_000] : sensor === '2' ? [5200, 3600] : [1800, 1300]
    let ring = rectangle(
      world.mesh.sites[face]!,
      w * between(r, 0.9, 1.1),
      h,
      sensor === '1' ? -0.22 : between(r, -0.1, 0.1)
    )
    const [[west, south], [east, north]] = WINDOW
    for (const [n, limit] of [
      [[1, 0], east],
      [[-1, 0], -west],
      [[0, 1], north],
      [[0, -1], -south]
    ] as [Point, number][])
      ring = clip(ring, n, limit)
    yield { ...polygon([ring], face), sensor, resolution: { '1': 0.5, '2': 0.2, '3': 0.05 }[sensor] ?? 0.5 }
  }
}

interface Flight extends Stretch {
  purpose: string
  name: string
}

/** Flights: to and fro over a village, or along a river. */
const flights: Source<Flight> = function* ({ world }, count) {
  for (let i = 0; i < count; i++) {
    const village = world.villages[world.order[i % world.order.length]!]!
    const r = random(world.seed, 'flight', i)
    const river = i % 5 === 4 ? world.ground.rivers[Math.floor(r() * world.ground.rivers.length)]! : undefined
    const start = river ? Math.floor(r() * Math.max(1, river.length - 60)) : 0
    const part = river?.slice(start, start + 60).filter(p => world.villageOf[world.mesh.find(p)]! >= 0)
    const line =
      part && part.length > 10 ? part : lawnmower(village.centre, between(r, 500, 900), between(r, 90, 160), r() * 3)
    const dry = line.filter(([x, y]) => x > WINDOW[0][0] && x < WINDOW[1][0] && y > WINDOW[0][1] && y < WINDOW[1][1])
    const purpose =
      part && part.length > 10 ? '河道巡查' : ['违建巡查', '村级工业园巡查', '耕地巡查', '应急测绘'][i % 4]!
    yield {
      ...stretch(world, dry, world.facesOf[village.index]![0]!),
      purpose,
      name: `${shortName(village.name)}${purpose}航线${Math.floor(i / world.order.length) + 1}`
    }
  }
}

function lawnmower([x, y]: Point, half: number, step: number, angle: number): Point[] {
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  const out: Point[] = []
  for (let v = -half, k = 0; v <= half; v += step, k++)
    for (const u of k % 2 === 0 ? [-half, half] : [half, -half]) out.push([x + u * c - v * s, y + u * s + v * c])
  return out
}

/** What was seen from the air: what became an order, where that is; then what nobody has answered yet. */
const seen: Source<Spot & { order?: Ordered['order'] }> = function* (plan, count, layer) {
  let done = 0
  for (const { order, shape, face } of sightings(plan)) {
    if (done++ >= count * 0.6) break
    yield { shape, face, order }
  }
  const face = facesBy(plan.world, [
    ['urban', 3],
    ['homestead', 3],
    ['industry', 2],
    ['farmland', 3],
    ['pond', 2],
    ['reserve', 3]
  ])
  for (; done <= count; done++) {
    const r = random(plan.world.seed, layer, 'seen', done)
    yield scattered(plan.world, face(r), 90, r)
  }
}

export const remoteSensing: Record<string, Recipe> = {
  'imagery-footprint': family(scenes, d => ({
    scene_code: d.key(`IMG${'SAU'[Number(d.spot.sensor) - 1]}2026`, 5),
    sensor_type: d.spot.sensor,
    resolution_m: d.spot.resolution,
    acquired_date: d.day(2, 900),
    cloud_pct: d.spot.sensor === '1' ? d.num(0, 28) : 0,
    is_published: d.yes(0.8)
  })),
  'change-detection-spot': family(yards(['reserve', 'farmland', 'orchard', 'industry'], 14, 80), d => {
    const after = d.int(10, 90)
    const kind =
      d.use === 'farmland' || d.use === 'orchard'
        ? d.some(['4', 5], ['1', 3], ['2', 3])
        : d.some(['1', 5], ['2', 4], ['3', 3], ['5', 1])
    return {
      spot_code: d.key('BH2026', 6),
      change_type: kind,
      before_date: d.day(after + 90, after + 100),
      after_date: d.day(after, after),
      area_m2: rounded(d.spot.area),
      verify_status: d.some(['0', 4], ['1', 4], ['2', 2], ['3', 3]),
      confidence: d.num(0.55, 0.99, 2),
      division_code: d.division
    }
  }),
  'drone-route': family(flights, d => ({
    route_code: d.key('HX440605', 4),
    name: d.spot.name,
    purpose: d.spot.purpose,
    height_m: d.one([80, 100, 120]),
    length_km: rounded(lengthOf(d.spot.line) / 1000, 3),
    status: status(d),
    division_code: d.division
  })),
  'aerial-ai-event': family(seen, d => ({
    detection_code: d.key('AI2026', 7),
    event_class: String(d.spot.order?.event_class ?? d.some(['01', 5], ['03', 3], ['05', 2], ['06', 2])),
    sensor_type: d.some(['3', 9], ['2', 1]),
    confidence: d.num(0.5, 0.99, 2),
    verify_status: d.spot.order ? d.some(['1', 4], ['3', 5]) : d.some(['0', 6], ['2', 3]),
    order_no: d.spot.order?.order_no ?? null,
    detected_at: String(d.spot.order?.reported_at ?? momentBefore(0.26 + 60 * d.r() * d.r())),
    division_code: String(d.spot.order?.division_code ?? d.division)
  }))
}
