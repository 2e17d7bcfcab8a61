import { dissolve } from './dissolve.ts'
import type { Feature } from './feature.ts'
import { type Registered, registeredParcels } from './parcels.ts'
import { shownParks } from './parks.ts'
import type { Plan } from './plan.ts'
import { area, inset, type Ring } from './plane.ts'
import { random, weighted, whole } from './random.ts'
import { daysBefore, MU, number, pseudonym, rounded, squareMetres } from './values.ts'

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

/** An application for a homestead, and the plot it is for. */
export interface Application {
  code: string
  /** Code of homestead-stage. */
  stage: string
  ring: Ring
  registered: Registered
  feature: Feature
}

/** Applications at all stages: rebuilding on one's plot, building on an empty one, or reaching over its limits. */
export function* applicationsOf(plan: Plan): Generator<Application> {
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

export function* homesteadApplications(plan: Plan): Generator<Feature> {
  for (const { feature } of applicationsOf(plan)) yield feature
}

function application(registered: Registered, count: number, seed: number): Application {
  const { parcel, face, index, village } = registered
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
  const code = `ZJD${village.slice(6)}${number(count, 6)}`
  const feature: Feature = {
    shape: { type: 'Polygon', rings: [ring] },
    values: {
      application_code: code,
      application_type: type,
      stage,
      household_ref: pseudonym('HH', seed, face, index),
      requested_area_m2: rounded(area(ring)),
      verdict: stage === '10' || stage === '20' ? early : late,
      submitted_date: daysBefore(whole(r, 1, 90) + (Number(stage) - 10) * whole(r, 4, 11)),
      division_code: village
    }
  }
  return { code, stage, ring, registered, feature }
}

/** Village industrial parks (村级工业园), those first that have plots at this scale. */
export function* parkBoundaries(plan: Plan): Generator<Feature> {
  for (const { code, name, stage, faces, division } of shownParks(plan)) {
    const r = random(plan.world.seed, 'park-size', code)
    const polygons = dissolve(plan.world.mesh, faces)
    const squares = polygons.reduce((sum, rings) => sum + squareMetres(rings), 0)
    yield {
      shape: { type: 'MultiPolygon', polygons },
      values: {
        park_code: code,
        name,
        area_mu: rounded(squares / MU),
        stage,
        enterprise_count: Math.max(1, Math.round(squares / whole(r, 3000, 9000))),
        division_code: division
      }
    }
  }
}
