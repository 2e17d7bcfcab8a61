import type { Feature } from './feature.ts'
import { type Registered, registeredParcels } from './parcels.ts'
import type { Plan } from './plan.ts'
import { area, centroid, clip, direction, type Ring } from './plane.ts'
import { between, chance, pick, random, weighted, whole } from './random.ts'
import { daysBefore, number, pseudonym, rounded, unitCode, villageCode } from './values.ts'

const OWNERSHIP = { homestead: 'J', industry: 'J', urban: 'G' } as const
const RIGHT_CODE = { homestead: 'C', industry: 'B', urban: 'B' } as const

/** Registers mix the national survey's codes with GB/T 21010's. */
function useCode({ use, face, index }: Registered, seed: number): string {
  const r = random(seed, 'use-code', face, index)
  if (use === 'homestead') return pick(r, ['0702', '0702', '072'])
  if (use === 'industry')
    return weighted(r, [
      ['0601', 7],
      ['061', 2],
      ['05H1', 2],
      ['0508', 1]
    ] as const)
  return weighted(r, [
    ['0701', 6],
    ['071', 1],
    ['05H1', 3],
    ['08H2', 0.5],
    ['08H1', 0.5]
  ] as const)
}

/** All rights on land, whoever holds them. */
export function* cadastralParcels(plan: Plan): Generator<Feature> {
  for (const registered of registeredParcels(plan, ['homestead', 'urban', 'industry']))
    yield {
      shape: { type: 'Polygon', rings: [registered.parcel.ring] },
      values: {
        parcel_code: registered.code,
        ownership_code: OWNERSHIP[registered.use],
        parcel_right_code: RIGHT_CODE[registered.use],
        right_type: registered.rightType,
        registered_use_code: useCode(registered, plan.world.seed),
        parcel_area_m2: registered.area,
        registered_date: daysBefore(registered.age),
        division_code: registered.village
      }
    }
}

export function* homesteadParcels(plan: Plan): Generator<Feature> {
  for (const registered of registeredParcels(plan, ['homestead'])) {
    const { parcel, code, face, index } = registered
    const base = parcel.buildings.reduce((sum, [ring]) => sum + area(ring!), 0)
    yield {
      shape: { type: 'Polygon', rings: [parcel.ring] },
      values: {
        parcel_code: code,
        unit_code: unitCode(code),
        right_type: registered.rightType,
        holder_ref: pseudonym('H', plan.world.seed, code),
        parcel_area_m2: registered.area,
        building_area_m2: rounded(base * whole(random(plan.world.seed, 'floors', face, index), 2, 4)),
        registered_date: daysBefore(registered.age),
        division_code: registered.village
      }
    }
  }
}

export function* collectiveParcels(plan: Plan): Generator<Feature> {
  for (const registered of registeredParcels(plan, ['industry'])) {
    const r = random(plan.world.seed, 'collective', registered.face, registered.index)
    yield {
      shape: { type: 'Polygon', rings: [registered.parcel.ring] },
      values: {
        parcel_code: registered.code,
        right_type: registered.rightType,
        registered_use_code: useCode(registered, plan.world.seed),
        owner_org_code: `N2${registered.village}${number(whole(r, 1, 12), 3)}`,
        parcel_area_m2: registered.area,
        term_end_date: daysBefore(-whole(r, -400, 40 * 365)),
        division_code: registered.village
      }
    }
  }
}

/** A dispute is about part of a parcel, or all of it; evenly spread over the parcels there are. */
export function* disputedParcels(plan: Plan): Generator<Feature> {
  const { world } = plan
  const faces = [...plan.filled.homestead, ...plan.filled.industry]
  const wanted = plan.wanted('disputed-parcel')
  const total = plan.wanted('homestead-parcel') + plan.wanted('collective-construction-parcel')
  const every = Math.max(1, Math.floor((total * 0.97) / wanted))
  let seen = 0
  let count = 0
  if (faces.length === 0) return
  for (const { parcel, code, face, index } of registeredParcels(plan, ['homestead', 'industry'])) {
    if (seen++ % every !== Math.floor(every / 2)) continue
    if (++count > wanted) return
    const r = random(world.seed, 'dispute', face, index)
    const ring = chance(r, 0.6) ? part(parcel.ring, between(r, 0, Math.PI)) : parcel.ring
    yield {
      shape: { type: 'Polygon', rings: [ring] },
      values: {
        dispute_code: `ZY2026${number(count, 5)}`,
        parcel_code: code,
        ownership_code: weighted(r, [
          ['Z', 8],
          ['J', 2]
        ] as const),
        dispute_area_m2: rounded(area(ring)),
        case_status: weighted(r, [
          ['found', 3],
          ['verified', 4],
          ['ordered', 2],
          ['closed', 3],
          ['rejected', 1]
        ] as const),
        accepted_date: daysBefore(whole(r, 5, 2400)),
        division_code: villageCode(world, face)
      }
    }
  }
}

function part(ring: Ring, angle: number): Ring {
  const n = direction(angle)
  const c = centroid(ring)
  const half = clip(ring, n, n[0] * c[0] + n[1] * c[1])
  return half.length > 2 ? half : ring
}

export function* buildingFootprints(plan: Plan): Generator<Feature> {
  for (const { parcel, face, index, code, use, village } of registeredParcels(plan, [
    'homestead',
    'urban',
    'industry'
  ])) {
    const r = random(plan.world.seed, 'building', face, index)
    for (const [i, rings] of parcel.buildings.entries()) {
      const tall = use === 'urban' && chance(r, 0.25)
      const floors =
        use === 'industry'
          ? weighted(r, [
              [1, 6],
              [2, 3],
              [4, 2]
            ] as const)
          : tall
            ? whole(r, 11, 32)
            : use === 'urban'
              ? whole(r, 3, 9)
              : whole(r, 2, 5)
      yield {
        shape: { type: 'MultiPolygon', polygons: [rings] },
        values: {
          building_code: unitCode(code, i + 1),
          structure:
            use === 'industry'
              ? weighted(r, [
                  ['1', 5],
                  ['3', 4],
                  ['4', 1]
                ] as const)
              : tall
                ? '2'
                : weighted(r, [
                    ['3', 6],
                    ['4', 3],
                    ['5', use === 'homestead' ? 0.6 : 0.05],
                    ['6', 0.1]
                  ] as const),
          floor_count: floors,
          height_m: rounded(use === 'industry' ? 7 + 4.5 * (floors - 1) : 3.1 * floors + 0.6, 1),
          base_area_m2: rounded(rings.reduce((sum, ring, k) => (k === 0 ? area(ring) : sum - area(ring)), 0)),
          division_code: village
        }
      }
    }
  }
}
