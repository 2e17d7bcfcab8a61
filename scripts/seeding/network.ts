import { chains, lineOf, reversed } from './lines.ts'
import type { Side } from './mesh.ts'
import { distance, type Point } from './plane.ts'
import { remembered } from './remembered.ts'
import type { World } from './world.ts'

/** Roads between villages and towns, along borders of the mesh. */
export interface Network {
  /** Those that many villages' ways to town share, and the rest. */
  county: Point[][]
  township: Point[][]
  /** The way from each village's core to the nearest town centre; empty where they are one. */
  toTown: Side[][]
  /** Sides of the network that cross a river, bank to bank. */
  crossings: Side[][]
}

/** The borders that leave a corner. */
const graphOf = remembered((world: World): Map<number, Side[]> => {
  const out = new Map<number, Side[]>()
  const add = (side: Side) => {
    const list = out.get(side.from)
    if (list) list.push(side)
    else out.set(side.from, [side])
  }
  for (const id of world.facesOf.flat())
    for (const side of world.mesh.faces[id]!.sides)
      if (world.villageOf[side.neighbour]! >= 0 && side.neighbour > id) {
        add(side)
        add(reversed(side))
      }
  return out
})

/** What a metre along a border costs: bridges are dear, and ways through woods and along banks. */
function cost(world: World, side: Side): number {
  const [a, b] = [world.use[side.face]!, world.use[side.neighbour]!]
  const wet = Number(a === 'water') + Number(b === 'water')
  const factor =
    wet === 2 ? 3 : wet === 1 ? 1.5 : a === 'forest' && b === 'forest' ? 2.5 : a === 'pond' && b === 'pond' ? 1.3 : 1
  return distance(world.mesh.corner(side.from), world.mesh.corner(side.to)) * factor + 4
}

export interface Ways {
  /** The side by which each corner is reached from its start. */
  by: Map<number, Side>
  far: Map<number, number>
  start: Map<number, number>
}

/** Cheapest ways from the nearest of the starts to every corner (Dijkstra). */
export function waysFrom(world: World, starts: readonly number[]): Ways {
  const graph = graphOf(world)
  const ways: Ways = { by: new Map(), far: new Map(), start: new Map() }
  const heap: [number, number][] = []
  const push = (item: [number, number]) => {
    let i = heap.push(item) - 1
    for (let up = (i - 1) >> 1; i > 0 && heap[up]![0] > item[0]; i = up, up = (i - 1) >> 1) heap[i] = heap[up]!
    heap[i] = item
  }
  const pop = (): [number, number] => {
    const top = heap[0]!
    const item = heap.pop()!
    if (heap.length === 0) return top
    let i = 0
    for (let down = 1; down < heap.length; down = 2 * i + 1) {
      if (down + 1 < heap.length && heap[down + 1]![0] < heap[down]![0]) down += 1
      if (heap[down]![0] >= item[0]) break
      heap[i] = heap[down]!
      i = down
    }
    heap[i] = item
    return top
  }
  for (const corner of starts) {
    ways.far.set(corner, 0)
    ways.start.set(corner, corner)
    push([0, corner])
  }
  while (heap.length > 0) {
    const [so, corner] = pop()
    if (so > ways.far.get(corner)!) continue
    for (const side of graph.get(corner) ?? []) {
      const next = so + cost(world, side)
      if (next >= (ways.far.get(side.to) ?? Number.POSITIVE_INFINITY)) continue
      ways.far.set(side.to, next)
      ways.by.set(side.to, side)
      ways.start.set(side.to, ways.start.get(corner)!)
      push([next, side.to])
    }
  }
  return ways
}

/** The sides from a corner back to the start it was reached from. */
export function wayBack({ by }: Ways, corner: number): Side[] {
  const out: Side[] = []
  for (let side = by.get(corner); side; side = by.get(side.from)) out.push(reversed(side))
  return out
}

/** A corner of the village's core (or of a town's centre) that the network reaches. */
const cornerOf = (world: World, face: number): number =>
  world.mesh.faces[face]!.sides.map(side => side.from).find(corner => graphOf(world).has(corner)) ?? -1

export const townCorners = (world: World): number[] =>
  world.towns.map(({ centre }) => cornerOf(world, world.mesh.find(centre)))

export const villageCorners = (world: World): number[] =>
  world.villages.map(({ index }) =>
    cornerOf(world, world.cores[index]! >= 0 ? world.cores[index]! : world.facesOf[index]![0]!)
  )

const keyOf = ({ face, neighbour }: Side) => `${Math.min(face, neighbour)} ${Math.max(face, neighbour)}`

export const networkOf = remembered((world: World): Network => {
  const cores = villageCorners(world)
  const ways = waysFrom(world, townCorners(world))
  const toTown = cores.map(corner => wayBack(ways, corner))
  const used = new Map<string, { side: Side; times: number }>()
  for (const side of toTown.flat()) {
    const entry = used.get(keyOf(side))
    if (entry) entry.times += 1
    else used.set(keyOf(side), { side, times: 1 })
  }
  for (const side of links(world, cores)) if (!used.has(keyOf(side))) used.set(keyOf(side), { side, times: 1 })
  const all = [...used.values()]
  const lines = (few: (times: number) => boolean) =>
    chains(all.filter(({ times }) => few(times)).map(({ side }) => side)).map(chain => eased(world, chain))
  const wet = all.map(({ side }) => side).filter(side => isCrossing(world, side))
  return {
    county: lines(times => times >= 4),
    township: lines(times => times < 4),
    toTown,
    crossings: chains(wet)
  }
})

const isCrossing = (world: World, { face, neighbour }: Side) =>
  world.use[face] === 'water' && world.use[neighbour] === 'water'

/** The ways between the cores of villages side by side: the cheapest of each pair. */
function links(world: World, cores: readonly number[]): Side[] {
  const ways = waysFrom(world, cores)
  const best = new Map<string, { side: Side; far: number }>()
  for (const sides of graphOf(world).values())
    for (const side of sides) {
      const [a, b] = [ways.start.get(side.from)!, ways.start.get(side.to)!]
      if (a >= b) continue
      const far = ways.far.get(side.from)! + ways.far.get(side.to)! + cost(world, side)
      const known = best.get(`${a} ${b}`)
      if (!known || far < known.far) best.set(`${a} ${b}`, { side, far })
    }
  return [...best.values()]
    .filter(({ far }) => far < 3600)
    .flatMap(({ side }) => [...wayBack(ways, side.from), side, ...wayBack(ways, side.to)])
}

/** The line of a chain, its corners rounded in open country, where nothing stands at them. */
function eased(world: World, chain: readonly Side[]): Point[] {
  const open = ({ face, neighbour }: Side) =>
    [face, neighbour].every(id => !['urban', 'homestead', 'industry'].includes(world.use[id]!))
  const line = lineOf(world, chain)
  const firm = new Set(
    chain
      .filter(side => !open(side))
      .flatMap(side => [...world.mesh.border(side), world.mesh.corner(side.to)].map(String))
  )
  let out = line
  for (let round = 0; round < 2; round++)
    out = out.flatMap((p, i): Point[] => {
      const [a, b] = [out[i - 1], out[i + 1]]
      if (!a || !b || firm.has(String(p))) return [p]
      const near = (q: Point): Point => [p[0] + (q[0] - p[0]) * 0.25, p[1] + (q[1] - p[1]) * 0.25]
      return [near(a), near(b)]
    })
  return out
}
