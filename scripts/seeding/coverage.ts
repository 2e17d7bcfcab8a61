import { dissolve } from './dissolve.ts'
import type { Feature } from './feature.ts'
import type { Plan } from './plan.ts'
import type { Ring } from './plane.ts'
import { daysBefore } from './values.ts'
import { zonedVillages } from './zones.ts'

/** Layers delivered without some villages, by place in the order of detail: their absence is no answer. */
const MISSING: Record<string, number[]> = {
  'permanent-basic-farmland': [61, 205],
  'homestead-parcel': [74],
  'collective-construction-parcel': [74, 131],
  'disputed-parcel': [23, 74]
}

const ZONES = ['homestead-buildable-zone', 'homestead-restricted-zone', 'homestead-forbidden-zone']

/** The villages (by index) where a layer's data is to be relied on. */
export function coveredVillages(plan: Plan, layer: string): number[] {
  if (ZONES.includes(layer)) return zonedVillages(plan)
  const missing = MISSING[layer] ?? []
  return plan.world.order.filter((_, place) => !missing.includes(place))
}

/** One row a layer and town: where the layer was surveyed, and as of when. @param layers those a land-check reads */
export function coverage(layers: readonly string[]) {
  return function* (plan: Plan): Generator<Feature> {
    const { world } = plan
    const drawn = new Map<string, Ring[][]>()
    const outline = (villages: number[]) => {
      const key = villages.join()
      const polygons =
        drawn.get(key) ??
        dissolve(
          world.mesh,
          villages.flatMap(index => world.facesOf[index]!)
        )
      drawn.set(key, polygons)
      return polygons
    }
    for (const layer of layers) {
      const covered = coveredVillages(plan, layer)
      for (const town of world.towns) {
        const own = covered.filter(index => world.villages[index]!.town === town.index)
        const all = world.villages.filter(village => village.town === town.index)
        const whole = own.length === all.length
        yield {
          shape: {
            type: 'MultiPolygon',
            polygons: outline(own)
          },
          values: {
            coverage_code: `${layer}-${town.code.slice(6, 9)}`,
            layer_id: layer,
            layer_version: '2026-06',
            quality_flag: whole ? 'complete' : 'partial',
            survey_date: daysBefore(30 + town.index),
            completeness_pct: Math.round((own.length / all.length) * 1000) / 10,
            division_code: town.code
          }
        }
      }
    }
  }
}
