import { dissolve } from './dissolve.ts'
import type { Feature } from './feature.ts'
import { type Registered, registeredParcels } from './parcels.ts'
import type { Plan } from './plan.ts'
import { area, inset, type Ring } from './plane.ts'
import { random, weighted, whole } from './random.ts'
import { daysBefore, MU, number, pseudonym, rounded, shortName, squareMetres } from './values.ts'

const STAGES = [
  ['10', 14],
  ['20', 12],
  ['30', 8],
  ['40', 9],
  ['50', 8],
  ['60', 16],
  ['70', 9],
  ['80', 24]
] as const

/** Applications at all stages: rebuilding on one's plot, building on an empty one, or reaching over its limits. */
export function* homesteadApplications(plan: Plan): Generator<Feature> {
  const { world } = plan
  const wanted = plan.wanted('homestead-application')
  const every = Math.max(1, Math.floor((plan.wanted('homestead-parcel') * 0.97) / Math.max(1, wanted)))
  let seen = 0
  let count = 0
  for (const registered of registeredParcels(plan, ['homestead'])) {
    if (seen++ % every !== 0) continue
    if (++count > wanted) return
    yield application(registered, count, world.seed)
  }
}

function application({ parcel, face, index, village }: Registered, count: number, seed: number): Feature {
  const r = random(seed, 'application', face, index)
  const empty = parcel.buildings.length === 0
  const type = empty
    ? weighted(r, [
        ['new', 7],
        ['relocate', 2]
      ] as const)
    : weighted(r, [
        ['rebuild', 7],
        ['extension', 2]
      ] as const)
  const stage = weighted(r, STAGES)
  const smaller =
    type === 'rebuild' || type === 'new'
      ? inset(
          parcel.ring,
          weighted(r, [
            [0, 3],
            [0.5, 2],
            [1.2, 1]
          ] as const)
        )
      : []
  const ring: Ring = smaller.length > 2 && area(smaller) > 30 ? smaller : parcel.ring
  const early = weighted(r, [
    ['PASS', 5],
    ['CONDITIONAL', 3],
    ['REVIEW', 2],
    ['REJECT', 1.5],
    ['INDETERMINATE', 1]
  ] as const)
  const late = weighted(r, [
    ['PASS', 8],
    ['CONDITIONAL', 3]
  ] as const)
  return {
    shape: { type: 'Polygon', rings: [ring] },
    values: {
      application_code: `ZJD${village.slice(6)}${number(count, 6)}`,
      application_type: type,
      stage,
      household_ref: pseudonym('HH', seed, face, index),
      requested_area_m2: rounded(area(ring)),
      verdict: stage === '10' || stage === '20' ? early : late,
      submitted_date: daysBefore(whole(r, 1, 90) + (Number(stage) - 10) * whole(r, 4, 11)),
      division_code: village
    }
  }
}

/** Village industrial parks (村级工业园), those first that have plots at this scale. */
export function* parkBoundaries({ world, wanted }: Plan): Generator<Feature> {
  const turn = new Map(world.order.map((village, i) => [village, i]))
  const parks = world.parks
    .map((park, i) => ({ ...park, i }))
    .toSorted((a, b) => turn.get(a.village)! - turn.get(b.village)! || a.i - b.i)
  const next = new Map<number, number>()
  for (const { village, faces } of parks.slice(0, wanted('park-boundary'))) {
    const number_ = (next.get(village) ?? 0) + 1
    next.set(village, number_)
    const { code, name } = world.villages[village]!
    const r = random(world.seed, 'park', code, number_)
    const polygons = dissolve(world.mesh, faces)
    const squares = polygons.reduce((sum, rings) => sum + squareMetres(rings), 0)
    yield {
      shape: { type: 'MultiPolygon', polygons },
      values: {
        park_code: `CGY${code.slice(6)}${number(number_, 2)}`,
        name: `${shortName(name)}${['', '第二', '第三', '第四', '第五'][number_ - 1] ?? '新'}工业区`,
        area_mu: rounded(squares / MU),
        stage: weighted(r, [
          ['1', 5],
          ['2', 4],
          ['3', 3],
          ['4', 2],
          ['5', 3],
          ['6', 4]
        ] as const),
        enterprise_count: Math.max(1, Math.round(squares / whole(r, 3000, 9000))),
        division_code: code
      }
    }
  }
}
