import { lengthOf, pieces } from './curve.ts'
import { HIGHWAYS } from './drawing.ts'
import { fabricOf } from './fabric.ts'
import type { Feature } from './feature.ts'
import { insideRuns } from './lines.ts'
import type { Side } from './mesh.ts'
import type { Plan } from './plan.ts'
import { along, distance, type Point } from './plane.ts'
import { chance, hash, pick, random, whole } from './random.ts'
import { number, shortName, villageCode } from './values.ts'
import type { World } from './world.ts'

/** National or provincial highways in segments, numbered along the road. */
export function highways(layer: 'road-national' | 'road-provincial') {
  return function* ({ world, wanted }: Plan): Generator<Feature> {
    const roads = HIGHWAYS.flatMap((road, i) =>
      road.layer === layer ? [{ road, runs: insideRuns(world, world.ground.highways[i]!) }] : []
    )
    const total = roads.flatMap(({ runs }) => runs).reduce((sum, run) => sum + lengthOf(run), 0)
    let odd = 0
    for (const { road, runs } of roads) {
      let i = 0
      for (const line of runs.flatMap(run => pieces(run, total / wanted(layer) - 20))) {
        const face = world.mesh.find(line[Math.floor(line.length / 2)]!)
        yield {
          shape: { type: 'LineString', line },
          values: {
            segment_code: `${road.code}440605${number(++i, 4)}`,
            road_code: road.code,
            name: road.name,
            lane_count: road.lanes,
            // Now and then the width of the highway's land is unknown: a setback cannot be evaluated there.
            ref_offset_m: ++odd % 29 === 0 ? null : road.offset,
            status: i === 3 ? 'building' : 'active',
            division_code: villageCode(world, face)
          }
        }
      }
    }
  }
}

export const STREETS = [
  '南海大道',
  '桂澜路',
  '海五路',
  '佛平路',
  '南桂路',
  '南新路',
  '桂平路',
  '海八路',
  '季华路',
  '南港路',
  '简平路',
  '联和路',
  '建设大道',
  '岭南大道',
  '兴业路',
  '穗盐路',
  '振兴路',
  '长虹路',
  '广佛路',
  '江滨路',
  '文昌路',
  '锦园路',
  '虹岭路',
  '科韵路',
  '樵高路',
  '龙湾大道',
  '桃园路',
  '华沙路'
]

const sideLine = (world: World, side: Side): Point[] => [...world.mesh.border(side), world.mesh.corner(side.to)]

/** Streets of the urban cores: along the faces (arterials and sub-arterials) and between blocks (branches). */
export function* urbanRoads({ world, wanted }: Plan): Generator<Feature> {
  let left = wanted('road-urban')
  let i = 0
  const feature = (
    face: number,
    line: readonly Point[],
    road: string,
    name: string,
    roadClass: string,
    width: number
  ): Feature => ({
    shape: { type: 'LineString', line },
    values: {
      segment_code: `U440605${number(++i, 6)}`,
      road_code: road,
      name,
      road_class: roadClass,
      width_m: width,
      lane_count: { '2': 6, '3': 4, '4': 2 }[roadClass] ?? 2,
      status: hash(world.seed, 'road', i) % 40 === 0 ? 'building' : 'active',
      division_code: villageCode(world, face)
    }
  })
  const large = (face: number, side: Side, artery: number): Feature => {
    const village = world.villages[world.villageOf[face]!]!
    const town = world.towns[village.town]!
    const [a, b] = [world.mesh.corner(side.from), world.mesh.corner(side.to)]
    const turn = Math.round(Math.atan2(b[1] - a[1], b[0] - a[0]) * 2) % 3
    const line = artery >= 0 ? artery : hash(world.seed, village.index, turn) % 4
    return feature(
      face,
      sideLine(world, side),
      `${town.code.slice(6, 9)}${artery >= 0 ? 'A' : 'B'}${number(artery >= 0 ? line : village.index * 4 + line, 4)}`,
      STREETS[(town.index * 4 + line + (artery >= 0 ? 0 : village.index)) % STREETS.length]!,
      artery >= 0 ? '2' : '3',
      artery >= 0 ? 40 : 24
    )
  }
  // Arterials first, so that a small share still shows how the cores hang together.
  const arterials = world.ranked.urban
    .flatMap(face => streetSides(world, face).map(found => ({ face, ...found })))
    .filter(({ artery }) => artery >= 0)
    .slice(0, Math.ceil(left * 0.45))
  for (const { face, side, artery } of arterials) {
    left -= 1
    yield large(face, side, artery)
  }
  const drawn = new Set(arterials.map(({ side }) => side))
  for (const face of world.ranked.urban) {
    const village = world.villages[world.villageOf[face]!]!
    for (const { side, artery } of streetSides(world, face)) {
      if (drawn.has(side)) continue
      if (left-- <= 0) return
      yield large(face, side, artery)
    }
    for (const [k, street] of fabricOf(world, face).streets.entries()) {
      if (left-- <= 0) return
      yield feature(
        face,
        street.line,
        `${village.code.slice(6)}C${number(world.placeOf[face]! * 40 + k, 5)}`,
        `${shortName(village.name)}${'一二三四五六七八九十'[k % 10]}${k % 2 ? '路' : '街'}`,
        '4',
        Math.round(street.width + 3)
      )
    }
  }
}

/** The sides of an urban face that streets run along, each listed with one of its faces only, and its arterial or −1. */
export function streetSides(world: World, face: number): { side: Side; artery: number }[] {
  const { centre } = world.towns[world.villages[world.villageOf[face]!]!.town]!
  return world.mesh.faces[face]!.sides.flatMap(side => {
    const other = side.neighbour
    if (world.use[other] === 'urban' && other < face) return []
    if (world.villageOf[other]! < 0 || world.use[other] === 'water') return []
    const [a, b] = [world.mesh.corner(side.from), world.mesh.corner(side.to)]
    return distance(a, b) < 12 ? [] : [{ side, artery: arterial(centre, a, b) }]
  })
}

/** The number of the arterial (four lines through and past a town's centre) that a side runs along, else −1. */
function arterial(centre: Point, a: Point, b: Point): number {
  const middle = along(a, b, 0.5)
  const [x, y] = [middle[0] - centre[0], middle[1] - centre[1]]
  const steep = Math.abs(b[1] - a[1]) > Math.abs(b[0] - a[0])
  const offset = steep ? x : y
  for (const [i, at] of [-900, 0, 1000].entries()) if (Math.abs(offset - at) < 125) return steep ? i : i + 3
  return -1
}

/** Village roads: round the old cores, and the lanes between their blocks. */
export function* villageRoads({ world, wanted }: Plan): Generator<Feature> {
  let left = wanted('road-village')
  const next = new Map<number, number>()
  const feature = (face: number, line: readonly Point[], name: string, width: number): Feature => {
    const village = world.villageOf[face]!
    const i = (next.get(village) ?? 0) + 1
    next.set(village, i)
    const code = world.villages[village]!.code
    const r = random(world.seed, 'village-road', code, i)
    return {
      shape: { type: 'LineString', line },
      values: {
        segment_code: `C${code}${number(i, 4)}`,
        road_code: `C${code.slice(6, 9)}${number(whole(r, 1, 99), 3)}`,
        name,
        pavement: chance(r, 0.88) ? '水泥混凝土' : pick(r, ['沥青混凝土', '砂石']),
        width_m: width,
        division_code: code
      }
    }
  }
  for (const face of world.ranked.homestead) {
    const place = shortName(world.villages[world.villageOf[face]!]!.name)
    for (const side of world.mesh.faces[face]!.sides) {
      const same = world.use[side.neighbour] === 'homestead'
      if (
        (same && side.neighbour < face) ||
        world.villageOf[side.neighbour]! < 0 ||
        world.use[side.neighbour] === 'urban'
      )
        continue
      if (distance(world.mesh.corner(side.from), world.mesh.corner(side.to)) < 12) continue
      if (left-- <= 0) return
      yield feature(face, sideLine(world, side), `${place}${same ? '中心路' : '环村路'}`, 7)
    }
    for (const [k, street] of fabricOf(world, face).streets.entries()) {
      if (street.width < 5) continue
      if (left-- <= 0) return
      yield feature(face, street.line, `${place}${'东西南北中新旧上下大'[k % 10]}${k % 3 ? '巷' : '街'}`, 4.5)
    }
  }
}
