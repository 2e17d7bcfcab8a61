import type { ComparisonOperator, Filter, FilterValue } from './filter.ts'
import { isLike, readLike } from './like.ts'

/** Whether a row fulfils a condition; it is asked for the values of the fields it needs. */
export type Predicate = (value: (field: string) => unknown) => boolean

/**
 * A filter as a function of a row, which agrees with what `planFilter` gives on the database. Values are as
 * `Queryable.query` hands them out: numbers, texts, booleans, dates as `YYYY-MM-DD`, datetimes as ISO 8601 in UTC;
 * null and undefined are NULL. Works in any thread.
 */
export const matcher = (filter: Filter): Predicate => compile(filter, true)

/**
 * When a filter is certainly true or, with `holds` false, certainly false. As SQL's NOT turns true into false and
 * leaves unknown alone, a NOT only swaps the two questions, and no third truth value is needed: of an unknown
 * comparison neither is true.
 */
function compile(filter: Filter, holds: boolean): Predicate {
  switch (filter.op) {
    case 'and':
    case 'or': {
      const parts = filter.parts.map(part => compile(part, holds))
      return (filter.op === 'and') === holds
        ? value => parts.every(part => part(value))
        : value => parts.some(part => part(value))
    }
    case 'not':
      return compile(filter.part, !holds)
    case 'isNull':
      return value => isNull(value(filter.field)) === holds
    case 'in': {
      const wanted = new Set<unknown>(filter.values)
      return known(filter.field, found => wanted.has(found) === holds)
    }
    case 'like': {
      const pattern = readLike(filter.pattern) ?? []
      return known(filter.field, found => isLike(found as string, pattern) === holds)
    }
    default: {
      const compare = comparison(filter.op, filter.value)
      return known(filter.field, found => compare(found as FilterValue) === holds)
    }
  }
}

const isNull = (value: unknown): boolean => value === null || value === undefined

/** A NULL fulfils no comparison, nor its contrary. */
const known =
  (field: string, fulfils: (found: unknown) => boolean): Predicate =>
  value => {
    const found = value(field)
    return !isNull(found) && fulfils(found)
  }

function comparison(op: ComparisonOperator, wanted: FilterValue): (found: FilterValue) => boolean {
  switch (op) {
    case '=':
      return found => found === wanted
    case '<>':
      return found => found !== wanted
    case '<':
      return found => order(found, wanted) < 0
    case '<=':
      return found => order(found, wanted) <= 0
    case '>':
      return found => order(found, wanted) > 0
    case '>=':
      return found => order(found, wanted) >= 0
  }
}

/** As PostgreSQL orders: texts by code point (collation C), NaN above all numbers, FALSE before TRUE. */
function order(found: FilterValue, wanted: FilterValue): number {
  if (typeof found === 'string' && typeof wanted === 'string') return orderTexts(found, wanted)
  if (found === wanted) return 0
  return found < wanted ? -1 : 1
}

/** UTF-16 puts what lies beyond U+FFFF, in surrogates, before U+E000 to U+FFFF. */
function orderTexts(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length)
  for (let i = 0; i < shorter; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x === y) continue
    const surrogates = Number(isSurrogate(x)) - Number(isSurrogate(y))
    return surrogates !== 0 && x >= SURROGATES && y >= SURROGATES ? surrogates : x - y
  }
  return a.length - b.length
}

const SURROGATES = 0xd800
const isSurrogate = (unit: number): boolean => unit >= SURROGATES && unit < 0xe000
