import { type Divisions, divide } from './divisions.ts'
import { assignUse, BUILT, type LandUse, type Use } from './landuse.ts'
import { type Mesh, makeMesh } from './mesh.ts'
import { distance, type Point } from './plane.ts'
import { type Ground, makeSites } from './sites.ts'

/** The invented district: ground, divisions and land use of every face, and the order in which detail is shown. */
export interface World extends Divisions, LandUse {
  seed: number
  mesh: Mesh
  ground: Ground
  /** The faces of each village. */
  facesOf: number[][]
  /** Villages in the order in which detail appears as scale grows: the towns take turns, inner villages first. */
  order: number[]
  /** Built and worked faces by use, those shown first at the front. */
  ranked: Record<Use, number[]>
  /** The place of a face among its village's faces of the same use. */
  placeOf: Int32Array
}

/** How far a border may leave the straight line: little where streets and dikes follow it, much in the open. */
const ROUGHNESS: Record<Use, number> = {
  outside: 15,
  water: 14,
  forest: 40,
  urban: 0,
  industry: 0,
  homestead: 3,
  pond: 5,
  farmland: 14,
  orchard: 22,
  reserve: 24
}

export function makeWorld(seed: number): World {
  const ground = makeSites(seed)
  let use: Use[] = []
  const roughness = (a: number, b: number) => {
    const [p, q] = [ground.sites[a]!, ground.sites[b]!]
    const road = ground.nearHighway.nearest([(p[0] + q[0]) / 2, (p[1] + q[1]) / 2])
    if (road && road.distance < 45) return 0
    const [one, other] = [use[a]!, use[b]!]
    if (one === 'outside' || other === 'outside') return 15
    return Math.min(ROUGHNESS[one], ROUGHNESS[other])
  }
  const mesh = makeMesh(ground.sites, roughness, seed)
  const divisions = divide(mesh, ground.inside, seed)
  const land = assignUse(mesh, ground, divisions, seed)
  use = land.use
  const facesOf: number[][] = divisions.villages.map(() => [])
  divisions.villageOf.forEach((village, id) => {
    if (village >= 0) facesOf[village]!.push(id)
  })
  const order = takeTurns(divisions)
  return {
    ...divisions,
    ...land,
    seed,
    mesh,
    ground,
    facesOf,
    order,
    ranked: rank(mesh, divisions, land, order, facesOf),
    placeOf: places(facesOf, use)
  }
}

function places(facesOf: number[][], use: Use[]): Int32Array {
  const place = new Int32Array(use.length).fill(-1)
  for (const faces of facesOf) {
    const next = new Map<Use, number>()
    for (const id of faces) {
      const own = use[id]!
      place[id] = next.get(own) ?? 0
      next.set(own, place[id]! + 1)
    }
  }
  return place
}

/** A village a town in turn, but with its town's inner, fuller villages first. */
function takeTurns({ towns, villages }: Divisions): number[] {
  const queues = towns.map(town => villages.filter(v => v.town === town.index).toSorted((a, b) => a.rim - b.rim))
  const order: number[] = []
  for (let turn = 0; order.length < villages.length; turn++)
    for (const queue of queues) {
      const village = queue[turn]
      if (village) order.push(village.index)
    }
  return order
}

/** How many faces of a use are shown of a village before the next village's turn comes. */
const AT_ONCE: Partial<Record<Use, number>> = { homestead: 4, industry: 5, pond: 30, farmland: 8 }

function rank(
  mesh: Mesh,
  { towns, villages, villageOf }: Divisions,
  land: LandUse,
  order: number[],
  facesOf: number[][]
) {
  const ranked = {} as Record<Use, number[]>
  for (const use of [
    'outside',
    'water',
    'forest',
    'urban',
    ...BUILT,
    'pond',
    'farmland',
    'orchard',
    'reserve'
  ] as Use[]) {
    const queues = order.map(village => {
      const core: Point = mesh.sites[land.cores[village]!] ?? villages[village]!.centre
      return facesOf[village]!.filter(id => land.use[id] === use).toSorted(
        (a, b) => distance(mesh.sites[a]!, core) - distance(mesh.sites[b]!, core)
      )
    })
    const atOnce = AT_ONCE[use] ?? 4
    const list: number[] = []
    for (let from = 0; queues.some(queue => queue.length > from); from += atOnce)
      for (const queue of queues) list.push(...queue.slice(from, from + atOnce))
    ranked[use] = list
  }
  const depth = (id: number) => {
    const town = towns[villages[villageOf[id]!]!.town]!
    return distance(mesh.sites[id]!, town.centre) / town.urban ** 1.6
  }
  ranked.urban.sort((a, b) => depth(a) - depth(b))
  return ranked
}
