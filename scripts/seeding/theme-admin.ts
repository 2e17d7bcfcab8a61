import type { Recipe, Spot } from './draw.ts'
import { family } from './draw.ts'
import { groupsOf } from './groups.ts'
import { households } from './layers-admin.ts'
import { chains, lineOf } from './lines.ts'
import type { Side } from './mesh.ts'
import { ground, type Patch } from './patches.ts'
import type { Plan } from './plan.ts'
import { remembered } from './remembered.ts'
import { spotAt } from './spots.ts'
import { MU, number, rounded } from './values.ts'

/** 村民小组: the groups that divide the villages, village by village in the order of detail. */
export interface VillageGroup {
  code: string
  place: number
  faces: number[]
}

export const villageGroups = remembered(({ world, wanted }: Plan): VillageGroup[] => {
  const size = world.facesOf.flat().length / 2300
  const groups: VillageGroup[] = []
  for (const index of world.order) {
    if (groups.length >= wanted('village-group-boundary')) break
    const { code } = world.villages[index]!
    for (const [i, faces] of groupsOf(world.mesh, world.facesOf[index]!, size).entries())
      groups.push({ code: `N2${code}${number(i + 1, 3)}`, place: i + 1, faces })
  }
  return groups.slice(0, wanted('village-group-boundary'))
})

function* groupGround(plan: Plan): Iterable<Patch & VillageGroup> {
  for (const group of villageGroups(plan)) yield { ...ground(plan.world, group.faces, 'MultiPolygon'), ...group }
}

interface Boundary extends Spot {
  level: string
  left: string
  right: string
}

/** The borders that divide villages, towns and the district from what is beside, each from end to end. */
function* boundaries({ world }: Plan): Iterable<Boundary> {
  const pairs = new Map<string, { level: string; left: string; right: string; sides: Side[] }>()
  for (const [face, village] of world.villageOf.entries()) {
    if (village < 0) continue
    for (const side of world.mesh.faces[face]!.sides) {
      const other = world.villageOf[side.neighbour]!
      if (other === village || other > village) continue
      const [a, b] = [world.villages[village]!, world.villages[other]]
      const outer = !b
      const towns = b && a.town !== b.town
      const [left, right] = outer
        ? [world.towns[a.town]!.code, '440600000000']
        : towns
          ? [world.towns[a.town]!.code, world.towns[b.town]!.code]
          : [a.code, b.code]
      const entry = pairs.get(`${left} ${right}`)
      if (entry) entry.sides.push(side)
      else pairs.set(`${left} ${right}`, { level: outer ? '3' : towns ? '4' : '5', left, right, sides: [side] })
    }
  }
  const all = [...pairs.values()].toSorted((a, b) => a.level.localeCompare(b.level))
  for (const { sides, ...known } of all)
    for (const chain of chains(sides))
      yield { ...known, shape: { type: 'LineString', line: lineOf(world, chain) }, face: chain[0]!.face }
}

function* seats({ world }: Plan): Iterable<Spot & { code: string; name: string; level: string }> {
  const first = world.towns[0]!
  const beside = (face: number) => world.mesh.sites[world.mesh.faces[face]!.sides[0]!.neighbour]!
  const middle = world.mesh.find(first.centre)
  yield { ...spotAt(beside(middle), middle), code: '440605000000', name: '南海区人民政府', level: '3' }
  for (const town of world.towns) {
    const office = town.name.endsWith('街道') ? '办事处' : '人民政府'
    yield {
      ...spotAt(town.centre, world.mesh.find(town.centre)),
      code: town.code,
      name: `${town.name}${office}`,
      level: '4'
    }
  }
  for (const { index, code, name } of world.villages) {
    const core = world.cores[index]!
    const face = core >= 0 ? core : world.facesOf[index]![0]!
    yield {
      ...spotAt(world.mesh.sites[face]!, face),
      code,
      name: `${name}${name.endsWith('社区') ? '居' : '村'}民委员会`,
      level: '5'
    }
  }
}

export const admin: Record<string, Recipe> = {
  'village-group-boundary': family(groupGround, d => ({
    group_code: d.spot.code,
    division_code: d.division,
    name: `${d.place}第${d.spot.place}经济社`,
    member_household_count: households(d.plan.world, d.spot.faces),
    area_mu: rounded(d.spot.area / MU)
  })),
  'admin-boundary-line': family(boundaries, d => ({
    boundary_code: d.key('JX440605'),
    division_level: d.spot.level,
    left_division_code: d.spot.left,
    right_division_code: d.spot.right,
    is_delimited: d.spot.level === '3' || d.yes(0.9)
  })),
  'admin-seat': family(seats, d => ({
    seat_code: d.key('ZD440605', 4),
    name: d.spot.name,
    division_level: d.spot.level,
    division_code: d.spot.code
  }))
}
