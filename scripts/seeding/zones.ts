import { awkwardZones, type ZonePiece } from './awkward.ts'
import { dissolve } from './dissolve.ts'
import type { Feature } from './feature.ts'
import { groupsOf } from './groups.ts'
import type { Use } from './landuse.ts'
import type { Plan } from './plan.ts'
import type { Ring } from './plane.ts'
import { number } from './values.ts'

type Zone = ZonePiece['zone']

/** Which zone a use of the ground falls in (示例,以主管部门核定为准). */
const ZONE_OF: Partial<Record<Use, Zone>> = {
  homestead: 'buildable',
  reserve: 'buildable',
  urban: 'restricted',
  industry: 'restricted',
  orchard: 'restricted',
  farmland: 'forbidden',
  pond: 'forbidden',
  forest: 'forbidden',
  water: 'forbidden'
}

const REASONS: Partial<Record<Use, string>> = {
  urban: '城镇开发边界内按控制性详细规划管理',
  industry: '村级工业园改造范围',
  orchard: '一般农用地，须办理农用地转用',
  farmland: '永久基本农田及储备区',
  pond: '养殖水面保护范围',
  forest: '生态保护红线或公益林',
  water: '河道管理范围'
}

const SOURCES: Record<Zone, string> = {
  buildable: 'village-plan-landuse',
  restricted: 'construction-control-zone',
  forbidden: 'construction-control-zone'
}

/** Villages whose zoning has not been delivered: nothing may be concluded there. By place in the order of detail. */
const UNZONED = [23, 61, 118, 190]

/** The villages (by index) that the zone layers cover. */
export const zonedVillages = ({ world }: Plan): number[] => world.order.filter((_, place) => !UNZONED.includes(place))

/**
 * One class of zones. With the other two it tiles the villages covered: face by face where detail is shown, one
 * feature a village elsewhere, and wrong on purpose in the awkward faces.
 */
export function zones(
  layer: string,
  zone: Zone,
  prefix: string,
  particular: (polygons: Ring[][], reason: string) => Feature['values']
) {
  return function* (plan: Plan): Generator<Feature> {
    const { world } = plan
    const awkwardVillages = new Set([...plan.awkward.keys()].map(face => world.villageOf[face]!))
    const covered = zonedVillages(plan)
    const detailed = new Set(covered.slice(0, Math.ceil(covered.length * plan.scale)))
    const own = world.facesOf.flat().filter(id => ZONE_OF[world.use[id]!] === zone).length
    const size = own / Math.max(1, plan.expected(layer))
    for (const index of covered) {
      const village = world.villages[index]!
      const faces = world.facesOf[index]!.filter(id => ZONE_OF[world.use[id]!] === zone && !plan.awkward.has(id))
      const open = detailed.has(index) || awkwardVillages.has(index)
      let count = 0
      const feature = (polygons: Ring[][], reason: string): Feature => ({
        shape: { type: 'MultiPolygon', polygons },
        values: {
          zone_no: `${prefix}-${village.code.slice(6)}-${number(++count, 3)}`,
          control_class: zone,
          source_layer: SOURCES[zone],
          ...particular(polygons, reason),
          plan_version: '2025-12 示例版',
          effective_date: '2026-01-01',
          division_code: village.code
        }
      })
      const uses = (Object.keys(ZONE_OF) as Use[]).filter(use => faces.some(id => world.use[id] === use))
      if (open) {
        for (const use of uses) {
          const same = faces.filter(id => world.use[id] === use)
          for (const group of groupsOf(world.mesh, same, size))
            yield feature(dissolve(world.mesh, group), REASONS[use] ?? '')
        }
      } else if (faces.length > 0) {
        const reasons = uses.flatMap(use => REASONS[use] ?? [])
        yield feature(dissolve(world.mesh, faces), reasons.join('；'))
      }
      for (const [face, kind] of plan.awkward)
        if (world.villageOf[face] === index)
          for (const piece of awkwardZones(world, face, kind))
            if (piece.zone === zone) yield feature([piece.rings], piece.reason ?? '')
    }
  }
}
