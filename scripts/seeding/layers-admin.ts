import { dissolve } from './dissolve.ts'
import type { Feature } from './feature.ts'
import { groupsOf } from './groups.ts'
import type { Plan } from './plan.ts'
import { type Ring, signedArea } from './plane.ts'
import { chance, type Random, random, weighted, whole } from './random.ts'
import { remembered } from './remembered.ts'
import { number, rounded, shortName } from './values.ts'
import type { World } from './world.ts'

const squareKilometres = (polygons: Ring[][]) =>
  rounded(polygons.flat().reduce((sum, ring) => sum + signedArea(ring), 0) / 1e6, 4)

export function* districtBoundary({ world }: Plan): Generator<Feature> {
  const polygons = dissolve(world.mesh, world.facesOf.flat())
  yield {
    shape: { type: 'MultiPolygon', polygons },
    values: {
      division_code: '440605000000',
      name: '南海区',
      division_level: '3',
      area_km2: squareKilometres(polygons),
      resident_population: 3_680_000
    }
  }
}

export function* townBoundaries({ world }: Plan): Generator<Feature> {
  for (const town of world.towns) {
    const villages = world.villages.filter(village => village.town === town.index)
    const polygons = dissolve(
      world.mesh,
      villages.flatMap(village => world.facesOf[village.index]!)
    )
    yield {
      shape: { type: 'MultiPolygon', polygons },
      values: {
        division_code: town.code,
        name: town.name,
        division_level: '4',
        area_km2: squareKilometres(polygons),
        village_count: villages.length
      }
    }
  }
}

/** Households grow with built ground. */
export function households(world: World, faces: readonly number[]): number {
  const each: Partial<Record<string, number>> = { homestead: 130, urban: 210, industry: 12 }
  return faces.reduce((sum, id) => sum + (each[world.use[id]!] ?? 1), 0)
}

export function* villageBoundaries({ world }: Plan): Generator<Feature> {
  for (const village of world.villages) {
    const faces = world.facesOf[village.index]!
    const polygons = dissolve(world.mesh, faces)
    const kind = village.code[9]
    const urban = faces.filter(id => world.use[id] === 'urban').length / faces.length
    yield {
      shape: { type: 'MultiPolygon', polygons },
      values: {
        division_code: village.code,
        name: village.name,
        urban_rural_code:
          kind === '4' ? '123' : urban > 0.6 ? '111' : urban > 0.2 ? '112' : kind === '2' ? '220' : '122',
        town_code: world.towns[village.town]!.code,
        area_km2: squareKilometres(polygons),
        household_count: households(world, faces)
      }
    }
  }
}

/** 综合网格: the grids that governance-grid shows at this scale, whole villages at a time. */
export interface Grid {
  code: string
  /** Number within its village, from 1. */
  place: number
  village: number
  faces: number[]
}

export const grids = remembered(({ world, wanted }: Plan): Grid[] => {
  const size = world.facesOf.flat().length / 3150
  const all: Grid[] = []
  for (const index of world.order) {
    if (all.length >= wanted('governance-grid')) break
    const { code } = world.villages[index]!
    for (const [i, faces] of groupsOf(world.mesh, world.facesOf[index]!, size).entries())
      all.push({ code: `${code}${number(i + 1, 3)}`, place: i + 1, village: index, faces })
  }
  return all
})

export function* governanceGrid(plan: Plan): Generator<Feature> {
  const { world } = plan
  let r: Random = () => 0
  for (const { code, place, village: index, faces } of grids(plan)) {
    const village = world.villages[index]!
    if (place === 1) r = random(world.seed, 'grid', village.code)
    const type =
      village.code[9] === '4'
        ? '专属网格'
        : weighted(r, [
            ['基础网格', 9],
            ['专属网格', 1]
          ] as const)
    yield {
      shape: { type: 'Polygon', rings: dissolve(world.mesh, faces)[0]! },
      values: {
        grid_code: code,
        name: `${shortName(village.name)}第${place}网格`,
        division_code: village.code,
        household_count: Math.round(households(world, faces) * 0.97) + whole(r, 0, 8),
        grid_type: type,
        status: chance(r, 0.97) ? 'active' : 'planned'
      }
    }
  }
}
