/** Style expressions as trees that can be looked through and rewritten. */

export type Properties = Readonly<Record<string, unknown>>

const isLiteral = (value: unknown): boolean => Array.isArray(value) && value[0] === 'literal'

/** Rewrites a value from the outside in: what `change` gives for a part (undefined: look inside) stands for it. */
export function rewrite(value: unknown, change: (part: unknown[]) => unknown): unknown {
  if (!Array.isArray(value) || isLiteral(value)) return value
  const changed = change(value)
  if (changed !== undefined) return rewrite(changed, change)
  return value.map((item, i) => (i === 0 ? item : rewrite(item, change)))
}

export const rewriteAll = (properties: Properties, change: (part: unknown[]) => unknown): Properties =>
  Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, rewrite(value, change)]))

/** All parts of some values that are expressions, the outer before the inner. */
export function* partsOf(...values: unknown[]): Generator<unknown[]> {
  for (const value of values) {
    if (!Array.isArray(value) || isLiteral(value)) continue
    yield value
    yield* partsOf(...value.slice(1))
  }
}

const DATA = new Set(['get', 'has', 'id', 'properties', 'geometry-type', 'feature-state', 'within', 'distance'])

export const readsData = (value: unknown): boolean => some(value, operator => DATA.has(operator))
export const readsZoom = (value: unknown): boolean => some(value, operator => operator === 'zoom')

function some(value: unknown, test: (operator: string) => boolean): boolean {
  for (const [operator] of partsOf(value)) {
    if (typeof operator === 'string' && test(operator)) return true
  }
  return false
}

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** A condition at one zoom: comparisons of constants are made, and what they decide is left out. */
export function conditionAt(condition: unknown, zoom: number): unknown {
  if (!Array.isArray(condition) || isLiteral(condition)) return condition
  const [operator, ...rest] = condition
  if (operator === 'zoom') return zoom
  const parts = rest.map(part => conditionAt(part, zoom))
  const compare = COMPARE[operator]
  const [a, b] = parts
  if (compare && typeof a === 'number' && typeof b === 'number') return compare(a, b)
  if (operator === '!') return typeof a === 'boolean' ? !a : ['!', a]
  if (operator === 'all' || operator === 'any') return joined(operator, parts)
  if (operator === 'case' || operator === 'step' || operator === 'interpolate') return decided([operator, ...parts])
  return [operator, ...parts]
}

const COMPARE: Readonly<Record<string, ((a: number, b: number) => boolean) | undefined>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b
}

function joined(operator: 'all' | 'any', parts: unknown[]): unknown {
  const decisive = operator === 'any'
  if (parts.includes(decisive)) return decisive
  const left = parts.filter(part => typeof part !== 'boolean')
  return left.length === 0 ? !decisive : left.length === 1 ? left[0] : [operator, ...left]
}

function decided(part: unknown[]): unknown {
  if (part[0] === 'case' && typeof part[1] === 'boolean') {
    const rest = part.slice(3)
    return part[1] ? part[2] : rest.length === 1 ? rest[0] : decided(['case', ...rest])
  }
  if (part[0] !== 'step' || typeof part[1] !== 'number') return part
  const input = part[1]
  return part
    .slice(2)
    .reduce((found, value, i, all) => (i % 2 === 1 && input >= Number(value) ? all[i + 1] : found), part[2])
}
