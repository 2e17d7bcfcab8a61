import { components, dissolve, faceRing } from './dissolve.ts'
import { fabricOf } from './fabric.ts'
import type { Feature } from './feature.ts'
import type { Use } from './landuse.ts'
import type { Plan } from './plan.ts'
import { area, centroid, type Ring, rectangle } from './plane.ts'
import { chance, pick, random, weighted, whole } from './random.ts'
import { daysBefore, number, rounded, squareMetres, villageCode } from './values.ts'

const total = (polygons: Ring[][]) => polygons.reduce((sum, rings) => sum + squareMetres(rings), 0)

/** Farmland is never under buildings, but for these so many strips laid over homesteads on purpose. */
export const FARMLAND_UNDER_HOUSES = 5

export function* basicFarmland(plan: Plan): Generator<Feature> {
  const { world } = plan
  const patch = (face: number, i: number, ring: Ring): Feature => {
    const r = random(world.seed, 'farmland', face)
    return {
      shape: { type: 'MultiPolygon', polygons: [[ring]] },
      values: {
        patch_code: `${villageCode(world, face)}N${number(i, 5)}`,
        feature_code: '2005010300',
        landuse_survey_code: weighted(r, [
          ['0101', 5],
          ['0102', 3],
          ['0103', 1]
        ] as const),
        patch_area_m2: rounded(area(ring)),
        is_stable_farmland: chance(r, 0.86),
        protect_start_date: pick(r, ['2017-06-30', '2022-11-03']),
        division_code: villageCode(world, face)
      }
    }
  }
  const wanted = plan.wanted('permanent-basic-farmland') - FARMLAND_UNDER_HOUSES
  for (const [i, face] of world.ranked.farmland.slice(0, wanted).entries())
    yield patch(face, i + 1, faceRing(world.mesh, face))
  const spared = plan.filled.homestead.filter(face => !plan.awkward.has(face))
  for (const [i, face] of spared.slice(0, FARMLAND_UNDER_HOUSES).entries())
    yield patch(face, 90_001 + i, rectangle(centroid(world.mesh.faces[face]!.corners), 46, 17, i))
}

export function* ecologicalRedline(plan: Plan): Generator<Feature> {
  const { world } = plan
  const woods = components(world.mesh, world.ranked.forest)
    .flatMap(part =>
      [...new Set(part.map(id => world.villageOf[id]!))].map(village =>
        part.filter(id => world.villageOf[id] === village)
      )
    )
    .map(faces => ({ faces, polygons: dissolve(world.mesh, faces) }))
    .toSorted((a, b) => total(b.polygons) - total(a.polygons))
  let i = 0
  for (const { faces, polygons } of woods.slice(0, plan.wanted('ecological-redline'))) {
    const village = world.villages[world.villageOf[faces[0]!]!]!
    yield {
      shape: { type: 'MultiPolygon', polygons },
      values: {
        redline_code: `STBHHX440605${number(++i, 3)}`,
        name: `${village.name}山地水源涵养红线区`,
        redline_type: i % 4 === 0 ? '生物多样性维护' : '水源涵养',
        area_ha: rounded(total(polygons) / 1e4, 4),
        control_measure: '自然保护地核心保护区外，仅允许对生态功能不造成破坏的有限人为活动',
        division_code: village.code
      }
    }
  }
}

export function* urbanDevelopmentBoundary(plan: Plan): Generator<Feature> {
  const { world } = plan
  const ids = (keep: (use: Use, urbanity: number) => boolean) =>
    world.facesOf.flat().filter(id => keep(world.use[id]!, world.urbanity[id]!))
  const largest = (faces: number[], count: number) =>
    components(world.mesh, faces)
      .toSorted((a, b) => b.length - a.length || a[0]! - b[0]!)
      .slice(0, count)
  const wanted = plan.wanted('urban-development-boundary')
  const town = (u: Use, near: number) =>
    u === 'urban' || u === 'industry' || (near > -0.35 && (u === 'homestead' || u === 'reserve'))
  const parts = [
    ...largest(ids(town), wanted - 25).map(faces => ({ faces, zone: '01' })),
    ...largest(
      ids((u, near) => u === 'reserve' && !town(u, near)),
      18
    ).map(faces => ({ faces, zone: '02' })),
    ...largest(
      ids((u, near) => u === 'orchard' && near > -1),
      7
    ).map(faces => ({ faces, zone: '03' }))
  ]
  for (const [i, { faces, zone }] of parts.entries()) {
    const polygons = dissolve(world.mesh, faces)
    yield {
      shape: { type: 'MultiPolygon', polygons },
      values: {
        boundary_code: `CZKFBJ440605${number(i + 1, 4)}`,
        zone_type: zone,
        area_ha: rounded(total(polygons) / 1e4, 4),
        plan_version: '2021-2035 示例版',
        division_code: villageCode(world, faces[0]!)
      }
    }
  }
}

export function* regulatoryPlanParcels(plan: Plan): Generator<Feature> {
  const { world } = plan
  let left = plan.wanted('regulatory-plan-parcel')
  for (const face of world.ranked.urban) {
    const r = random(world.seed, 'plan', face)
    const town = world.towns[world.villages[world.villageOf[face]!]!.town]!.code.slice(6, 9)
    const unit = `NH${town}-${number(world.villageOf[face]!, 3)}`
    for (const [i, block] of fabricOf(world, face).blocks.entries()) {
      if (left-- <= 0) return
      const code = weighted(r, [
        ['0701', 9],
        ['09', 4],
        ['08', 2],
        ['14', 2],
        ['1001', 1],
        ['13', 0.5],
        ['12', 0.5],
        ['16', 0.5],
        ['0702', 1]
      ] as const)
      const green = code === '14'
      yield {
        shape: { type: 'Polygon', rings: [block] },
        values: {
          plan_parcel_no: `${unit}-${number(world.placeOf[face]!, 3)}${number(i + 1, 2)}`,
          plan_unit_no: unit,
          landuse_plan_code: code,
          far_max: green ? 0.1 : rounded(whole(r, 10, 38) / 10, 1),
          building_density_pct: green ? 5 : whole(r, 22, 45),
          green_rate_pct: green ? 75 : whole(r, 15, 35),
          height_limit_m: green ? 10 : pick(r, [24, 36, 54, 60, 80, 100]),
          plan_status: weighted(r, [
            ['in-force', 9],
            ['draft', 1],
            ['repealed', 0.3]
          ] as const),
          division_code: villageCode(world, face)
        }
      }
    }
  }
}

const VILLAGE_PLAN: Partial<Record<Use, readonly (readonly [string, number])[]>> = {
  homestead: [
    ['070301', 6],
    ['070302', 4],
    ['0704', 1],
    ['14', 0.4]
  ],
  industry: [
    ['100101', 6],
    ['100102', 3],
    ['100103', 0.4],
    ['11', 1]
  ],
  farmland: [['01', 1]],
  orchard: [
    ['02', 3],
    ['04', 1]
  ],
  forest: [['03', 1]],
  pond: [
    ['1704', 12],
    ['060203', 1]
  ],
  water: [['17', 1]],
  reserve: [
    ['16', 4],
    ['23', 1],
    ['0602', 1]
  ]
}

/** Village plans, whole villages at a time: built ground by blocks, the rest by fields. */
export function* villagePlanLanduse(plan: Plan): Generator<Feature> {
  const { world } = plan
  let left = plan.wanted('village-plan-landuse')
  for (const index of world.order) {
    const village = world.villages[index]!
    const approved = daysBefore(whole(random(world.seed, 'village-plan', village.code), 60, 1500))
    let i = 0
    for (const face of world.facesOf[index]!) {
      const codes = VILLAGE_PLAN[world.use[face]!]
      if (!codes) continue
      const r = random(world.seed, 'landuse', face)
      const built = world.use[face] === 'homestead' || world.use[face] === 'industry'
      for (const ring of built ? fabricOf(world, face).blocks : [faceRing(world.mesh, face)]) {
        if (left-- <= 0) return
        yield {
          shape: { type: 'Polygon', rings: [ring] },
          values: {
            patch_code: `${village.code}G${number(++i, 4)}`,
            landuse_plan_code: weighted(r, codes),
            area_m2: rounded(area(ring)),
            plan_status: village.code.endsWith('7') ? 'draft' : 'in-force',
            approved_date: approved,
            division_code: village.code
          }
        }
      }
    }
  }
}
