import type { StyleLayer } from '../../catalog/layer.ts'

/** How a style tells features apart by a field. */
export interface FieldUse {
  field: string
  /** Values it is compared with, in the order they stand there. */
  values: (string | number | boolean)[]
  /** Where classes of numbers begin, ascending. */
  steps: number[]
  /** Numbers between which looks go over into each other, ascending. */
  stops: number[]
}

/** What a look does not hang on: which feature is drawn first, and what is written beside it. */
const BESIDE = /-(sort-key|padding|overlap|placement|optional|anchor|offset|rotate|translate)|^text-|^symbol-/

/** The fields that the looks of features hang on, those that areas, lines, points and icons are coloured by first. */
export function fieldsOfStyle(style: readonly StyleLayer[]): FieldUse[] {
  const uses = new Map<string, FieldUse>()
  const drawn = style.filter(isDrawn)
  const items = drawn.length > 0 ? drawn : style
  const properties = items.flatMap(({ paint = {}, layout = {} }) =>
    [...Object.entries(paint), ...Object.entries(layout)].filter(([name]) => !BESIDE.test(name))
  )
  const isMain = ([name]: [string, unknown]) => /-color$|-pattern$|-image$/.test(name)
  const ordered = [...properties.filter(isMain), ...properties.filter(property => !isMain(property))]
  for (const [, value] of ordered) collect(value, uses)
  for (const { filter } of items) collect(filter, uses)
  for (const use of uses.values()) {
    use.steps.sort((a, b) => a - b)
    use.stops.sort((a, b) => a - b)
  }
  return [...uses.values()]
}

/** More than writing. */
const isDrawn = ({ type, layout }: StyleLayer): boolean => type !== 'symbol' || layout?.['icon-image'] !== undefined

function collect(expression: unknown, uses: Map<string, FieldUse>): void {
  if (!Array.isArray(expression)) return
  const [operator, ...rest] = expression
  if (operator === 'literal') return
  if ((operator === 'get' || operator === 'has') && rest.length === 1 && typeof rest[0] === 'string')
    useOf(rest[0], uses)
  const compared = comparedIn(operator, rest)
  const field = compared && fieldIn(compared.input)
  if (field !== undefined) note(useOf(field, uses), compared!)
  for (const part of rest) collect(part, uses)
}

interface Compared {
  input: unknown
  values?: unknown[]
  steps?: unknown[]
  stops?: unknown[]
}

/** What an operator compares with constants, and with which. */
function comparedIn(operator: unknown, rest: unknown[]): Compared | undefined {
  switch (operator) {
    case 'match':
      return {
        input: rest[0],
        values: everySecond(rest, 1)
          .slice(0, (rest.length - 2) >> 1)
          .flat()
      }
    case 'in':
      return { input: rest[0], values: Array.isArray(rest[1]) ? rest[1].slice(1).flat() : [] }
    case 'step':
      return { input: rest[0], steps: everySecond(rest, 2) }
    case '==':
    case '!=':
      return Array.isArray(rest[0]) ? { input: rest[0], values: [rest[1]] } : { input: rest[1], values: [rest[0]] }
    case '<':
    case '<=':
    case '>':
    case '>=':
      return Array.isArray(rest[0]) ? { input: rest[0], steps: [rest[1]] } : { input: rest[1], steps: [rest[0]] }
    default:
      if (typeof operator !== 'string' || !operator.startsWith('interpolate')) return undefined
      return { input: rest[1], stops: everySecond(rest, 2) }
  }
}

const everySecond = (items: unknown[], from: number): unknown[] =>
  items.filter((_, i) => i >= from && (i - from) % 2 === 0)

function note(use: FieldUse, { values = [], steps = [], stops = [] }: Compared): void {
  for (const value of values) if (isPlain(value) && !use.values.includes(value)) use.values.push(value)
  for (const step of steps) if (typeof step === 'number' && !use.steps.includes(step)) use.steps.push(step)
  for (const stop of stops) if (typeof stop === 'number' && !use.stops.includes(stop)) use.stops.push(stop)
}

const isPlain = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

function useOf(field: string, uses: Map<string, FieldUse>): FieldUse {
  const use = uses.get(field) ?? { field, values: [], steps: [], stops: [] }
  uses.set(field, use)
  return use
}

/** Expressions that hand on the value of a field as it is. */
const WRAPPERS = new Set(['to-string', 'to-number', 'number', 'string', 'boolean', 'to-boolean', 'coalesce', 'round'])

function fieldIn(input: unknown): string | undefined {
  if (!Array.isArray(input)) return undefined
  const [operator, first] = input
  if (operator === 'get' && input.length === 2 && typeof first === 'string') return first
  return WRAPPERS.has(operator) ? fieldIn(first) : undefined
}
