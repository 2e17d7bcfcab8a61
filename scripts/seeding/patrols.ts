import { lengthOf } from './curve.ts'
import type { Spot } from './draw.ts'
import { groupsOf } from './groups.ts'
import { lineOf } from './lines.ts'
import type { Side } from './mesh.ts'
import { ground, type Patch } from './patches.ts'
import type { Plan } from './plan.ts'
import { pick, type Random, random } from './random.ts'
import { remembered } from './remembered.ts'
import { number } from './values.ts'
import type { World } from './world.ts'

interface Duty extends Patch {
  /** 责任网格编码. */
  code: string
}

/** Beats: the built ground of each village in pieces, all of it. */
export const dutyGrids = remembered(({ world, wanted }: Plan): Duty[] => {
  const built = world.order.map(village =>
    world.facesOf[village]!.filter(id => ['urban', 'homestead', 'industry'].includes(world.use[id]!))
  )
  const size = built.flat().length / (wanted('duty-grid') * 0.8)
  return built
    .flatMap(faces => groupsOf(world.mesh, faces, size))
    .toSorted((a, b) => b.length - a.length || a[0]! - b[0]!)
    .map((faces, i) => ({ ...ground(world, faces, 'Polygon'), code: `ZRWG440605${number(i + 1, 4)}` }))
})

/** A round through the streets of a beat, a different one each time. */
export function* tracks(plan: Plan, count: number): Iterable<Spot & { duty: string; length: number }> {
  const { world } = plan
  const duties = dutyGrids(plan).slice(0, plan.wanted('duty-grid'))
  for (let i = 0; i < count; i++) {
    const duty = duties[i % duties.length]!
    const r = random(world.seed, 'track', i)
    const sides = round(world, duty.faces, 4 + Math.floor(r() * 12), r)
    const line = lineOf(world, sides)
    yield { shape: { type: 'LineString', line }, face: duty.face, duty: duty.code, length: lengthOf(line) }
  }
}

/** From corner to corner along the faces' sides, not straight back while there is another way. */
function round(world: World, faces: readonly number[], steps: number, r: Random): Side[] {
  const out = new Map<number, Side[]>()
  for (const face of faces)
    for (const side of world.mesh.faces[face]!.sides) {
      const list = out.get(side.from)
      if (list) list.push(side)
      else out.set(side.from, [side])
    }
  const walk: Side[] = [pick(r, world.mesh.faces[pick(r, faces)]!.sides)]
  while (walk.length < steps) {
    const last = walk[walk.length - 1]!
    const next = (out.get(last.to) ?? []).filter(side => side.to !== last.from)
    if (next.length === 0) break
    walk.push(pick(r, next))
  }
  return walk
}
