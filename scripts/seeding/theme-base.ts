import { stations } from './curve.ts'
import { family, type Recipe, type Source, type Spot, status } from './draw.ts'
import { HILLS, placed } from './drawing.ts'
import { type Stretch, shared, stretch } from './lines.ts'
import { networkOf } from './network.ts'
import type { Plan } from './plan.ts'
import { distance, type Point } from './plane.ts'
import { between, random } from './random.ts'
import { expressways, metroLines, type Route, railways } from './routes.ts'
import { spotAt } from './spots.ts'
import type { World } from './world.ts'

type Piece = Stretch & Route

/** The pieces of drawn routes, about as many as wanted. */
export const routePieces = (routes: (world: World) => Route[]): Source<Piece> =>
  function* ({ world }, count) {
    for (const route of shared(routes(world), count)) yield { ...route, ...stretch(world, route.line) }
  }

/** Roads of the network between villages, the longest first. */
const country = (kind: 'county' | 'township'): Source<Stretch> =>
  function* ({ world }, count) {
    const lines = networkOf(world)[kind].map(line => ({ line }))
    for (const { line } of shared(lines, count)) yield stretch(world, line)
  }

function* metro({ world }: Plan): Iterable<Piece> {
  const seen = new Set<string>()
  for (const route of metroLines(world).toSorted((a, b) => b.line.length - a.line.length)) {
    if (seen.has(route.code)) continue
    seen.add(route.code)
    yield { ...route, ...stretch(world, route.line) }
  }
}

/** Stations along the lines; where two lines pass close by they share one. */
function* metroStations({ world }: Plan, count: number): Iterable<Spot & { lines: string[] }> {
  const found: (Spot & { at: Point; lines: string[] })[] = []
  const lines = metroLines(world)
  const length = lines.reduce((sum, { line }) => sum + line.length * 40, 0)
  for (const { line, name } of lines)
    for (const { at } of stations(line, (length / count) * 0.8)) {
      const near = found.find(station => distance(station.at, at) < 900)
      if (near && !near.lines.includes(name)) near.lines.push(name)
      else if (!near) found.push({ ...spotAt(at, world.mesh.find(at)), at, lines: [name] })
    }
  yield* found
}

interface Contour extends Spot {
  elevation: number
  interval: number
}

/** Contours of the hills, nested rings about each summit; then mounds in orchards for what is left. */
function* contours({ world }: Plan, count: number): Iterable<Contour> {
  const tops = HILLS.map((hill, i) => ({ ...hill, at: placed(hill.centre), top: i === 0 ? 344 : 60 + ((i * 37) % 90) }))
  const interval = [10, 5, 2, 1].findLast(step => tops.reduce((n, hill) => n + hill.top / step, 0) <= count) ?? 10
  for (const hill of tops) {
    const r = random(world.seed, 'hill', hill.name)
    const waves = [2, 3, 5, 7].map(n => ({ n, by: between(r, 0.06, 0.16) / Math.sqrt(n / 2), turn: between(r, 0, 6) }))
    for (let elevation = interval * Math.ceil(10 / interval); elevation < hill.top; elevation += interval) {
      const share = (1 - elevation / hill.top) ** 0.75
      const steps = Math.max(16, Math.round(90 * share))
      const ring = Array.from({ length: steps }, (_, k): Point => {
        const angle = (2 * Math.PI * k) / steps
        const bent = waves.reduce((sum, { n, by, turn }) => sum + by * Math.sin(n * angle + turn), 1)
        const far = hill.radius * 0.95 * share * bent
        return [hill.at[0] + far * Math.cos(angle), hill.at[1] + far * Math.sin(angle)]
      })
      yield contour(world.mesh.find(hill.at), ring, elevation, interval)
    }
  }
  for (const face of [...world.ranked.orchard, ...world.ranked.forest]) {
    const [x, y] = world.mesh.sites[face]!
    const r = random(world.seed, 'mound', face)
    const turn = between(r, 0, 6)
    for (const [k, far] of [between(r, 50, 64), between(r, 22, 34)].entries()) {
      const ring = Array.from({ length: 20 }, (_, j): Point => {
        const angle = (Math.PI * j) / 10
        const bent = far * (1 + 0.15 * Math.sin(2 * angle + turn))
        return [x + bent * Math.cos(angle), y + bent * Math.sin(angle)]
      })
      yield contour(face, ring, 5 + 5 * k, interval)
    }
  }
}

const contour = (face: number, ring: Point[], elevation: number, interval: number): Contour => ({
  shape: { type: 'LineString', line: [...ring, ring[0]!] },
  face,
  elevation,
  interval
})

export const base: Record<string, Recipe> = {
  'road-expressway': family(routePieces(expressways), d => ({
    segment_code: d.key(`${d.spot.code}440605`, 4),
    road_code: d.spot.code,
    name: d.spot.name,
    lane_count: d.spot.kind === '120' ? 8 : 6,
    design_speed_kmh: Number(d.spot.kind),
    ref_offset_m: d.i % 31 === 30 ? null : 28,
    status: d.i % 40 === 39 ? 'building' : 'active',
    division_code: d.division
  })),
  'road-county': family(country('county'), d => ({
    segment_code: d.key('X440605', 4),
    road_code: `X${500 + (Number(d.town) % 25) * 8 + (d.i % 8)}`,
    name: `${d.townName.slice(0, 2)}${d.place.slice(0, 1)}线`,
    lane_count: d.some([4, 2], [2, 3]),
    ref_offset_m: d.i % 27 === 26 ? null : d.one([9, 10, 11]),
    status: d.some(['active', 95], ['building', 4], ['planned', 1]),
    division_code: d.division
  })),
  'road-township': family(country('township'), d => ({
    segment_code: d.key('Y440605', 5),
    road_code: `Y${d.town}${100 + (d.i % 90)}`,
    name: `${d.place}${d.one(['大道', '公路', '路', '联村路'])}`,
    pavement: d.some(['水泥混凝土', 6], ['沥青混凝土', 4]),
    ref_offset_m: d.i % 23 === 22 ? null : d.one([5, 6, 7]),
    status: d.some(['active', 96], ['building', 4]),
    division_code: d.division
  })),
  'railway-line': family(routePieces(railways), d => ({
    segment_code: d.key(`${d.spot.code}440605`, 4),
    line_code: d.spot.code,
    name: d.spot.name,
    railway_type: d.spot.kind,
    is_elevated: d.spot.kind !== '3',
    status: d.spot.code === 'GZ' ? 'building' : 'active',
    division_code: d.division
  })),
  'metro-line': family(metro, d => ({
    line_code: d.spot.code,
    name: d.spot.name,
    is_underground: !d.spot.code.startsWith('N'),
    status: d.i < 5 ? 'active' : d.i < 9 ? 'building' : 'planned',
    line_color: d.spot.kind
  })),
  'metro-station': family(metroStations, d => ({
    station_code: d.key('ST440605', 3),
    name: `${d.place}站${d.spot.lines.length > 1 ? '（换乘）' : ''}`,
    line_names: d.spot.lines.join('、'),
    is_transfer: d.spot.lines.length > 1,
    status: status(d),
    division_code: d.division
  })),
  'contour-line': family(contours, d => ({
    object_code: d.key('DGX440605', 6),
    feature_code: d.spot.elevation % (d.spot.interval * 5) === 0 ? '710102' : '710101',
    elevation_m: d.spot.elevation,
    interval_m: d.spot.interval,
    is_index: d.spot.elevation % (d.spot.interval * 5) === 0
  }))
}
