import { type Properties, partsOf, readsData, readsZoom, rewrite, rewriteAll, same } from './expression-tree.ts'

/** Features that are drawn alike: all the conditions hold of them. */
export interface StyleClass {
  conditions: unknown[]
  properties: Properties
}

/** More rules than this nobody can read; what branches further is left as it is. */
const MOST = 200

/**
 * Takes apart properties that choose by data (`match`, `case`, `step`, `coalesce`): every class has its own values, and
 * no feature is in two of them.
 */
export function splitClasses(properties: Properties): StyleClass[] {
  let classes: StyleClass[] = [{ conditions: [], properties }]
  for (;;) {
    const next = classes.flatMap(one =>
      (branchesOf(one.properties) ?? [undefined]).map(branch =>
        branch ? { ...branch, conditions: [...one.conditions, ...branch.conditions] } : one
      )
    )
    if (next.length > MOST || (next.length === classes.length && next.every((one, i) => one === classes[i])))
      return classes
    classes = next
  }
}

/** The outermost choice by data, made in each way; undefined: there is none. */
function branchesOf(given: Properties): StyleClass[] | undefined {
  const properties = rewriteAll(given, asCase)
  for (const part of partsOf(...Object.values(properties))) {
    const [operator, input] = part
    if (operator === 'match' && readsData(input)) return matchBranches(properties, input)
    if (operator === 'case' && readsData(input) && !readsZoom(input)) return caseBranches(properties, input)
    if (operator === 'step' && readsData(input) && !readsZoom(input)) return stepBranches(properties, input)
  }
  return undefined
}

/** A field, and something else where a feature does not have it: the first that is there, or a colour to fall back to. */
function asCase([operator, first, ...rest]: unknown[]): unknown {
  if (rest.length === 0 || !Array.isArray(first) || first[0] !== 'get') return undefined
  const has = ['has', first[1]]
  if (operator === 'to-color') return ['case', has, ['to-color', first], rest[0]]
  if (operator !== 'coalesce') return undefined
  return ['case', has, first, rest.length === 1 ? rest[0] : ['coalesce', ...rest]]
}

type Label = string | number

function matchBranches(properties: Properties, input: unknown): StyleClass[] {
  const isSuch = (part: unknown[]) => part[0] === 'match' && same(part[1], input)
  const all = [...partsOf(...Object.values(properties))].filter(isSuch)
  const labels = [...new Set(all.flatMap(labelsIn))]
  // Labels that no choice tells apart are one class.
  const atoms = new Map<string, Label[]>()
  for (const label of labels) {
    const key = JSON.stringify(all.map(part => outputFor(part, label)))
    atoms.set(key, [...(atoms.get(key) ?? []), label])
  }
  const isOneOf = (some: Label[]) => ['match', input, some, true, false]
  const chosen = (label: Label | undefined) =>
    rewriteAll(properties, part => (isSuch(part) ? outputFor(part, label) : undefined))
  return [
    ...[...atoms.values()].map(some => ({ conditions: [isOneOf(some)], properties: chosen(some[0]) })),
    { conditions: [['!', isOneOf(labels)]], properties: chosen(undefined) }
  ]
}

const labelsIn = (part: unknown[]): Label[] =>
  part.slice(2, -1).flatMap((item, i) => (i % 2 === 0 ? ([item].flat() as Label[]) : []))

function outputFor(part: unknown[], label: Label | undefined): unknown {
  for (let i = 2; i + 1 < part.length; i += 2) {
    if (label !== undefined && [part[i]].flat().includes(label)) return part[i + 1]
  }
  return part.at(-1)
}

function caseBranches(properties: Properties, test: unknown): StyleClass[] {
  const decided = (holds: boolean) => rewriteAll(properties, part => decideCase(part, test, holds))
  return [
    { conditions: [test], properties: decided(true) },
    { conditions: [['!', test]], properties: decided(false) }
  ]
}

/** A `case` in which one test is known; undefined where it does not have it. */
function decideCase(part: unknown[], test: unknown, holds: boolean): unknown {
  if (part[0] !== 'case') return undefined
  const at = part.findIndex((item, i) => i % 2 === 1 && i < part.length - 1 && same(item, test))
  if (at < 0) return undefined
  const before = part.slice(0, at)
  const left = holds ? [...before, part[at + 1]] : [...before, ...part.slice(at + 2)]
  return left.length === 2 ? left[1] : left
}

function stepBranches(properties: Properties, input: unknown): StyleClass[] {
  const isSuch = (part: unknown[]) => part[0] === 'step' && same(part[1], input)
  const all = [...partsOf(...Object.values(properties))].filter(isSuch)
  const stops = [...new Set(all.flatMap(part => part.slice(3).filter((_, i) => i % 2 === 0) as number[]))].sort(
    (a, b) => a - b
  )
  const chosen = (value: number) => rewriteAll(properties, part => (isSuch(part) ? stepAt(part, value) : undefined))
  return [Number.NEGATIVE_INFINITY, ...stops].map((from, i) => ({
    conditions: [
      ...(Number.isFinite(from) ? [['>=', input, from]] : []),
      ...(i < stops.length ? [['<', input, stops[i]]] : [])
    ],
    properties: chosen(from)
  }))
}

const stepAt = (part: unknown[], value: number): unknown =>
  part.slice(2).reduce((found, item, i, all) => (i % 2 === 1 && value >= Number(item) ? all[i + 1] : found), part[2])

/** Where SLD knows no interpolation by data, so many ranges between two points stand for it. */
const RANGES = 4

/** Interpolations by data as `step`s whose ranges have the value in their middle. */
export const inSteps = (value: unknown): unknown =>
  rewrite(value, part => {
    const [operator, , input, ...points] = part
    if (operator !== 'interpolate' || !readsData(input)) return undefined
    const data = points.filter((_, i) => i % 2 === 0) as number[]
    const edges = data
      .slice(1)
      .flatMap((to, i) => Array.from({ length: RANGES }, (_, k) => data[i]! + ((to - data[i]!) * (k + 1)) / RANGES))
    const at = (place: number) => [operator, part[1], place, ...points]
    const middles = edges.map((edge, i) => at(((edges[i - 1] ?? data[0]!) + edge) / 2))
    return [
      'step',
      input,
      at(data[0]!),
      ...[data[0]!, ...edges.slice(0, -1)].flatMap((from, i) => [from, middles[i]]),
      edges.at(-1),
      at(data.at(-1)!)
    ]
  })
