import { type Awkward, awkwardFaces } from './awkward.ts'
import { type BuiltUse, fabricOf } from './fabric.ts'
import { makeWorld, type World } from './world.ts'

/** Layers expected to have fewer features than this are always seeded whole. */
const SMALL = 800
/** The others have at least so many, so that no layer's map is bare. */
const LEAST = 120

/** What is to be made of a world at a scale. */
export interface Plan {
  world: World
  /** Share of each layer's expected features, 0 … 1. */
  scale: number
  /** How many features a layer should have. */
  wanted: (layer: string) => number
  /** How many it would have at scale 1. */
  expected: (layer: string) => number
  /** The built faces that have fabric at this scale: the first so many of each use. */
  filled: Record<BuiltUse, number[]>
  /** Homestead faces whose zones are drawn wrong on purpose. */
  awkward: ReadonlyMap<number, Awkward>
}

/** @param expected the layers' planning estimates (`expectedFeatures`) by layer id */
export function makePlan(seed: number, scale: number, expected: ReadonlyMap<string, number>): Plan {
  const world = makeWorld(seed)
  const share = (count: number) => (count < SMALL ? count : Math.max(LEAST, Math.round(count * scale)))
  const wanted = (layer: string) => share(expected.get(layer) ?? 0)
  const homesteads = wanted('homestead-parcel')
  const collective = wanted('collective-construction-parcel')
  const state = Math.max(0, wanted('cadastral-parcel') - homesteads - collective)
  const filled = {
    homestead: fill(world, world.ranked.homestead, homesteads),
    industry: fill(world, world.ranked.industry, collective),
    urban: fill(world, world.ranked.urban, state)
  }
  return { world, scale, wanted, expected: layer => expected.get(layer) ?? 0, filled, awkward: awkwardFaces(world) }
}

/** The first faces that together have at least so many parcels. */
function fill(world: World, faces: number[], parcels: number): number[] {
  let rest = parcels
  let count = 0
  while (rest > 0 && count < faces.length) rest -= fabricOf(world, faces[count++]!).parcels.length
  return faces.slice(0, count)
}
