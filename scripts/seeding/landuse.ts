import type { Divisions } from './divisions.ts'
import { HILLS, placed, RIVERS } from './drawing.ts'
import type { Mesh } from './mesh.ts'
import { area, distance, type Point } from './plane.ts'
import { noise, random } from './random.ts'
import type { Ground } from './sites.ts'

export type Use =
  | 'outside'
  | 'water'
  | 'forest'
  | 'urban'
  | 'industry'
  | 'homestead'
  | 'pond'
  | 'farmland'
  | 'orchard'
  | 'reserve'

export const BUILT: readonly Use[] = ['urban', 'industry', 'homestead']

export interface Park {
  village: number
  faces: number[]
}

export interface LandUse {
  use: Use[]
  /** How far inside a town's urban core a face lies: 1 at the centre, 0 at its edge, below 0 outside. */
  urbanity: Float64Array
  /** The middle of each village's oldest part: a face, −1 where the village has no homesteads. */
  cores: number[]
  parks: Park[]
}

/** What the ground of every face is used for, village by village: an old core, parks, then fields, ponds and woods. */
export function assignUse(
  mesh: Mesh,
  ground: Ground,
  { towns, villages, villageOf }: Divisions,
  seed: number
): LandUse {
  const patches = noise(`${seed}fields`, 1500)
  const wet = noise(`${seed}wet`, 3800)
  const ragged = noise(`${seed}ragged`, 900)
  const broad = noise(`${seed}broad`, 2400)
  const hills = HILLS.map(hill => ({ at: placed(hill.centre), radius: hill.radius }))
  const urbanity = new Float64Array(mesh.sites.length).fill(-9)
  const members: number[][] = villages.map(() => [])
  const use = mesh.sites.map((site, id): Use => {
    const village = villageOf[id]!
    if (village < 0) return 'outside'
    members[village]!.push(id)
    const rough = 0.5 * ragged(site[0], site[1]) + broad(site[0], site[1])
    urbanity[id] = Math.max(...towns.map(t => 1 - distance(site, t.centre) / t.urban)) + 0.8 * rough
    const water = ground.nearRiver.nearest(site)
    if (water && water.distance < RIVERS[water.line]!.width / 2) return 'water'
    if (hills.some(hill => distance(site, hill.at) < hill.radius * (1 + 0.8 * rough))) return 'forest'
    return urbanity[id]! > 0.22 ? 'urban' : 'reserve'
  })

  const cores: number[] = []
  const parks: Park[] = []
  for (const village of villages) {
    const r = random(seed, 'use', village.code)
    const own = members[village.index]!
    const grow = (start: number, count: number, to: Use): number[] =>
      cluster(mesh, own, use, start, count, to, village.index, villageOf)
    const free = () => own.filter(id => use[id] === 'reserve' && area(mesh.faces[id]!.corners) > 14000)
    const open = free()
    const urban = own.filter(id => use[id] === 'urban')
    const candidates = open.length > 0 ? open : urban
    const centre = candidates.length > 0 ? closest(mesh, candidates, village.centre) : -1
    cores.push(centre)
    if (centre < 0) continue
    const share = open.length / own.length
    grow(centre, share > 0.3 ? Math.max(3, Math.round(own.length * (0.042 + 0.018 * r()))) : 2, 'homestead')
    const wanted = share < 0.25 ? 0 : 1 + Math.floor(r() * (own.length > 70 ? 4 : 3))
    for (let i = 0; i < wanted; i++) {
      const sites = free().filter(id => distance(mesh.sites[id]!, mesh.sites[centre]!) > 500)
      const near = sites.filter(id => (ground.nearHighway.nearest(mesh.sites[id]!)?.distance ?? 9e9) < 420)
      const list = near.length > 3 ? near : sites
      if (list.length === 0) break
      const faces = grow(list[Math.floor(r() * list.length)]!, 2 + Math.floor(r() * 4), 'industry')
      parks.push({ village: village.index, faces })
    }
    const town = towns[village.town]!
    for (const id of free()) {
      const [x, y] = mesh.sites[id]!
      const field = patches(x, y)
      const pondness = wet(x, y) + (PONDS[town.code] ?? -0.5)
      use[id] = pondness > 0 ? 'pond' : field > -0.12 ? 'farmland' : field > -0.34 ? 'orchard' : 'reserve'
    }
  }
  return { use, urbanity, cores, parks }
}

/** How much of a town is dike-and-pond land (桑基鱼塘): the south-west. */
const PONDS: Record<string, number> = {
  '440605121000': 0.42,
  '440605122000': 0.18,
  '440605123000': 0.02,
  '440605124000': -0.3
}

function closest(mesh: Mesh, ids: number[], at: Point): number {
  return ids.reduce((best, id) => (distance(mesh.sites[id]!, at) < distance(mesh.sites[best]!, at) ? id : best))
}

/** Turns up to `count` connected faces of the village from reserve (or urban, at the start) to a use, nearest first. */
function cluster(
  mesh: Mesh,
  own: number[],
  use: Use[],
  start: number,
  count: number,
  to: Use,
  village: number,
  villageOf: Int16Array
): number[] {
  const from = use[start]!
  const taken: number[] = []
  const rim = new Set([start])
  while (taken.length < Math.min(count, own.length) && rim.size > 0) {
    const id = closest(mesh, [...rim], mesh.sites[start]!)
    rim.delete(id)
    use[id] = to
    taken.push(id)
    for (const { neighbour } of mesh.faces[id]!.sides)
      if (villageOf[neighbour] === village && use[neighbour] === from) rim.add(neighbour)
  }
  return taken
}
