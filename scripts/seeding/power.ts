import { insideRuns } from './lines.ts'
import { along, distance, type Point } from './plane.ts'
import { between, pick, random } from './random.ts'
import { remembered } from './remembered.ts'
import type { World } from './world.ts'

/** A transmission line between two substations: straight from tower to tower, with few bends. */
export interface PowerRun {
  kv: string
  line: readonly Point[]
}

export const powerRuns = remembered((world: World): PowerRun[] => {
  const r = random(world.seed, 'power')
  const open = [...world.ranked.farmland, ...world.ranked.pond, ...world.ranked.orchard]
  const stations = Array.from({ length: 44 }, () => world.mesh.sites[pick(r, open)]!)
  const runs: PowerRun[] = []
  for (const [i, from] of stations.entries()) {
    const nearest = stations
      .filter(to => to !== from)
      .toSorted((a, b) => distance(a, from) - distance(b, from))
      .slice(0, i % 3 === 0 ? 3 : 2)
    for (const [k, to] of nearest.entries()) {
      if (stations.indexOf(to) < i && k > 0) continue
      const length = distance(from, to)
      const by = between(r, -0.12, 0.12) * length
      const bend = along(from, to, between(r, 0.35, 0.65))
      const [dx, dy] = [(to[0] - from[0]) / length, (to[1] - from[1]) / length]
      const corner: Point = [bend[0] - dy * by, bend[1] + dx * by]
      const line = [...spans(from, corner), ...spans(corner, to), to]
      for (const run of insideRuns(world, line))
        runs.push({ kv: i % 9 === 0 ? '500' : i % 3 === 0 ? '220' : '110', line: run })
    }
  }
  return runs
})

/** Tower by tower, some 240 m apart, without the end. */
function spans(a: Point, b: Point): Point[] {
  const count = Math.max(1, Math.round(distance(a, b) / 240))
  return Array.from({ length: count }, (_, i) => along(a, b, i / count))
}
