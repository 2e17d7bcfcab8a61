import { asLiteral, propertySpec } from './property-spec.ts'
import type { Part } from './read-rules.ts'

/**
 * Parts that differ in the scales they are for, and in values, made one with `step` over the zoom where one begins as
 * the other ends.
 */
export function mergeScales(parts: readonly Part[]): Part[] {
  const groups = new Map<string, Part[]>()
  for (const part of parts) groups.set(frame(part), [...(groups.get(frame(part)) ?? []), part])
  return [...groups.values()].flatMap(group => runs(group.toSorted((a, b) => a.minzoom - b.minzoom)).map(mergeRun))
}

const frame = ({ place, type, atLabelPoint, conditions, layout, paint }: Part): string =>
  JSON.stringify([
    place,
    type,
    atLabelPoint,
    conditions,
    ...[layout, paint].map(group => [
      Object.keys(group).sort(),
      Object.entries(group).filter(([name]) => !propertySpec(type, name)?.byZoom)
    ])
  ])

/** Parts of which each begins where the one before ends. */
function runs(parts: readonly Part[]): Part[][] {
  const found: Part[][] = []
  for (const part of parts) {
    const last = found.at(-1)
    if (last && last.at(-1)!.maxzoom === part.minzoom) last.push(part)
    else found.push([part])
  }
  return found
}

function mergeRun(run: Part[]): Part {
  const [first, last] = [run[0]!, run.at(-1)!]
  if (run.length === 1) return first
  const merge = (group: 'layout' | 'paint') =>
    Object.fromEntries(Object.keys(first[group]).map(name => [name, steps(run, part => part[group][name])]))
  const titles = new Set(run.map(({ title }) => title))
  return {
    ...first,
    maxzoom: last.maxzoom,
    title: titles.size === 1 ? first.title : undefined,
    layout: merge('layout'),
    paint: merge('paint')
  }
}

function steps(run: readonly Part[], of: (part: Part) => unknown): unknown {
  const changes = run.filter((part, i) => i === 0 || JSON.stringify(of(part)) !== JSON.stringify(of(run[i - 1]!)))
  if (changes.length === 1) return of(changes[0]!)
  return ['step', ['zoom'], ...changes.flatMap((part, i) => [...(i === 0 ? [] : [part.minzoom]), asLiteral(of(part))])]
}
