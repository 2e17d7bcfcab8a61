import { ribbon } from './creeks.ts'
import { lengthOf } from './curve.ts'
import { dissolve } from './dissolve.ts'
import { RIVERS } from './drawing.ts'
import { pondsOf } from './fabric.ts'
import type { Feature } from './feature.ts'
import { groupsOf } from './groups.ts'
import type { Plan } from './plan.ts'
import { area, type Ring } from './plane.ts'
import { between, chance, random, weighted } from './random.ts'
import { MU, number, pseudonym, rounded, shortName, squareMetres, villageCode } from './values.ts'
import { watercourses } from './watercourses.ts'
import type { World } from './world.ts'

export function* riverLines(plan: Plan): Generator<Feature> {
  for (const { code, name, level, tidal, line, division } of watercourses(plan))
    yield {
      shape: { type: 'LineString', line },
      values: {
        river_code: code,
        name,
        river_level: level,
        length_km: rounded(lengthOf(line) / 1000, 3),
        is_tidal: tidal,
        division_code: division
      }
    }
}

/** Rivers village by village, hill reservoirs, creeks; then ponds for the rest. */
export function* waterBodies(plan: Plan): Generator<Feature> {
  const { world } = plan
  let left = plan.wanted('water-body')
  const feature = (polygons: Ring[][], kind: string, id: string, name: string | null, division: string): Feature => ({
    shape: { type: 'MultiPolygon', polygons },
    values: {
      object_code: `SX${id}`,
      feature_code: { '1101': '210100', '1103': '230100', '1104': '230200', '1107': '220100' }[kind] ?? '230200',
      name,
      landuse_survey_code: kind,
      area_m2: rounded(polygons.reduce((sum, rings) => sum + squareMetres(rings), 0)),
      division_code: division
    }
  })
  for (const village of world.villages) {
    const wet = world.facesOf[village.index]!.filter(id => world.use[id] === 'water')
    if (wet.length === 0) continue
    const river = world.ground.nearRiver.nearest(world.mesh.sites[wet[0]!]!)?.line ?? 0
    left -= 1
    yield feature(dissolve(world.mesh, wet), '1101', `R${village.code.slice(6)}`, RIVERS[river]!.name, village.code)
  }
  const creeks = watercourses(plan).filter(({ creek }) => creek)
  for (const [i, { line, width, name, division }] of creeks.entries()) {
    const ring = ribbon(line, width)
    if (!ring) continue
    left -= 1
    yield feature([[ring]], '1107', `C${number(i + 1, 5)}`, name, division)
  }
  const hills = groupsOf(
    world.mesh,
    world.ranked.forest.filter(id => inForest(world, id)),
    2.5
  )
  for (const [i, group] of hills
    .filter((_, k) => k % 17 === 5)
    .slice(0, 24)
    .entries()) {
    left -= 1
    const place = shortName(world.villages[world.villageOf[group[0]!]!]!.name)
    yield feature(
      dissolve(world.mesh, group),
      '1103',
      `K${number(i + 1, 3)}`,
      `${place}水库`,
      villageCode(world, group[0]!)
    )
  }
  for (const face of world.ranked.pond)
    for (const [k, ring] of pondsOf(world, face).entries()) {
      if (left-- <= 0) return
      yield feature([[ring]], '1104', pondId(world, face, k), null, villageCode(world, face))
    }
}

const inForest = (world: World, id: number) =>
  world.mesh.faces[id]!.sides.every(side => world.use[side.neighbour] === 'forest')

const pondId = (world: World, face: number, k: number) =>
  `${villageCode(world, face).slice(6)}${number(world.placeOf[face]!, 3)}${number(k + 1, 2)}`

export function* fishPonds({ world, wanted }: Plan): Generator<Feature> {
  let left = wanted('fish-pond')
  for (const face of world.ranked.pond)
    for (const [k, ring] of pondsOf(world, face).entries()) {
      if (left-- <= 0) return
      const r = random(world.seed, 'pond', face, k)
      const species = [
        ['四大家鱼', 5],
        ['加州鲈', 4],
        ['桂花鱼', 2],
        ['生鱼', 3],
        ['黄颡鱼', 2],
        ['罗非鱼', 1],
        ['南美白对虾', 1]
      ] as const
      yield {
        shape: { type: 'Polygon', rings: [ring] },
        values: {
          pond_code: `YT${pondId(world, face, k)}`,
          species: weighted(r, species),
          water_area_mu: rounded(area(ring) / MU),
          depth_m: rounded(between(r, 1.6, 3.2), 1),
          is_in_farmland_area: chance(r, 0.12),
          operator_ref: pseudonym('P', world.seed, face, Math.floor(k / 3)),
          division_code: villageCode(world, face)
        }
      }
    }
}
