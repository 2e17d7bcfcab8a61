/** Where two JSON values differ: RFC 6901 pointer, and what stands there; undefined: nothing. */
export interface JsonDifference {
  pointer: string
  before: unknown
  after: unknown
}

/**
 * The places where two JSON values differ, the deepest ones, in the order of the first value's members.
 * @param ignore pointers that are not looked at, with everything below them
 */
export function* jsonDifferences(
  before: unknown,
  after: unknown,
  ignore: ReadonlySet<string> = new Set(),
  pointer = ''
): Generator<JsonDifference> {
  if (ignore.has(pointer) || Object.is(before, after)) return
  if (!isObject(before) || !isObject(after) || Array.isArray(before) !== Array.isArray(after)) {
    yield { pointer, before, after }
    return
  }
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const below = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
    yield* jsonDifferences(before[key], after[key], ignore, below)
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
