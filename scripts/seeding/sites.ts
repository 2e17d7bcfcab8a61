import { curve, Nearness, stations } from './curve.ts'
import { HIGHWAYS, OUTLINE, placed, RIVERS } from './drawing.ts'
import { contains, type Point } from './plane.ts'
import { noise, random } from './random.ts'

/** What the ground is made from: one site a face, and the smooth rivers and highways that the faces follow. */
export interface Ground {
  sites: Point[]
  inside: boolean[]
  /** The river a site lies in, else -1. */
  river: number[]
  rivers: Point[][]
  highways: Point[][]
  nearRiver: Nearness
  nearHighway: Nearness
}

const SPACING = 246
const GRID = 1200
/** Half the depth of the faces along a highway. */
const ROADSIDE = 85

/** Sites in rows along rivers (so that banks are borders), in pairs along highways (so that borders follow them), else in a bent grid. */
export function makeSites(seed: number): Ground {
  const r = random(seed, 'sites')
  const bend = [noise(`${seed}bend-x`, 5200), noise(`${seed}bend-y`, 5200)] as const
  const rivers = RIVERS.map(river =>
    meander(curve(river.points.map(placed), 40), seed, river.name, Math.sqrt(river.width) * 9)
  )
  const highways = HIGHWAYS.map(road => curve(road.points.map(placed), 40))
  const nearRiver = new Nearness(
    rivers.map((line, i) => ({ line, reach: RIVERS[i]!.width / 2 })),
    GRID
  )
  const nearHighway = new Nearness(
    highways.map(line => ({ line, reach: 0 })),
    GRID
  )
  const edge = meander(
    meander(curve([...OUTLINE, OUTLINE[0]!].map(placed), 120), seed, 'outline', 900, 3400),
    seed,
    'edge',
    420,
    1300
  )
  const sites: Point[] = []
  const river: number[] = []
  const add = (site: Point, inRiver = -1) => {
    sites.push(site)
    river.push(inRiver)
  }

  rivers.forEach((line, i) => {
    const width = RIVERS[i]!.width
    for (const { at, heading } of stations(line, Math.max(80, width * 0.45))) {
      const taken = nearRiver.nearest(at, i)
      if (taken && taken.line < i && taken.beyond < width / 3) continue
      add(at, i)
      for (const side of [-1, 1]) {
        const bank: Point = [at[0] - side * heading[1] * width, at[1] + side * heading[0] * width]
        const other = nearRiver.nearest(bank, i)
        if (other && other.beyond < (other.line < i ? RIVERS[other.line]!.width * 0.5 : 0)) continue
        const own = nearRiver.nearest(bank)
        if (own && own.line === i && own.distance < width * 0.85) continue
        add(bank)
      }
    }
  })

  highways.forEach((line, i) => {
    for (const { at, heading } of stations(line, 175)) {
      const other = nearHighway.nearest(at, i)
      if (other && other.distance < (other.line < i ? 150 : 60)) continue
      for (const side of [-1, 1]) {
        const jitter = (r() - 0.5) * 16
        const site: Point = [
          at[0] - side * heading[1] * ROADSIDE + heading[0] * jitter,
          at[1] + side * heading[0] * ROADSIDE + heading[1] * jitter
        ]
        const water = nearRiver.nearest(site)
        if (!water || water.beyond > RIVERS[water.line]!.width * 0.5 + 60) add(site)
      }
    }
  })

  const xs = edge.map(p => p[0])
  const ys = edge.map(p => p[1])
  const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  for (let x = west - 3000; x < east + 3000; x += SPACING)
    for (let y = south - 3000; y < north + 3000; y += SPACING) {
      const site: Point = [
        x + 850 * bend[0](x, y) + (r() - 0.5) * SPACING * 0.42,
        y + 850 * bend[1](x, y) + (r() - 0.5) * SPACING * 0.42
      ]
      const water = nearRiver.nearest(site)
      if (water && water.beyond < RIVERS[water.line]!.width * 0.5 + SPACING * 0.42) continue
      const road = nearHighway.nearest(site)
      if (road && road.distance < ROADSIDE + SPACING * 0.42) continue
      add(site)
    }
  return { sites, inside: sites.map(site => contains(edge, site)), river, rivers, highways, nearRiver, nearHighway }
}

/** Bends a line gently sideways, so that no river looks ruled. */
function meander(line: Point[], seed: number, name: string, by: number, wavelength = 2600): Point[] {
  const x = noise(`${seed}${name}x`, wavelength)
  const y = noise(`${seed}${name}y`, wavelength)
  return line.map(p => [p[0] + by * x(p[0], p[1]), p[1] + by * y(p[0], p[1])])
}
