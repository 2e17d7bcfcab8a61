import { element, type XmlElement } from '../../lib/xml.ts'
import { same } from './expression-tree.ts'
import { writeExpression } from './write-expression.ts'
import { Unsayable, type Writing } from './writing.ts'

const COMPARISONS: Readonly<Record<string, string | undefined>> = {
  '==': 'PropertyIsEqualTo',
  '!=': 'PropertyIsNotEqualTo',
  '<': 'PropertyIsLessThan',
  '<=': 'PropertyIsLessThanOrEqualTo',
  '>': 'PropertyIsGreaterThan',
  '>=': 'PropertyIsGreaterThanOrEqualTo'
}

/**
 * Conditions that all hold as a `Filter`; null: there are none.
 * @throws Unsayable: a rule without half its condition would draw what it should not
 */
export function writeFilter(writing: Writing, conditions: readonly unknown[]): XmlElement | null {
  const parts = conditions.flatMap(flatten).filter(part => part !== true)
  if (parts.length === 0) return null
  return element('ogc:Filter', {}, writeAll(writing, parts))
}

const flatten = (condition: unknown): unknown[] =>
  Array.isArray(condition) && condition[0] === 'all' ? condition.slice(1).flatMap(flatten) : [condition]

function writeAll(writing: Writing, parts: readonly unknown[]): XmlElement {
  // What is compared is there.
  const needed = parts.filter(part => !(isHas(part) && parts.some(other => compares(other, part[1]))))
  const [first] = needed
  if (needed.length === 1) return writeCondition(writing, first)
  return element('ogc:And', {}, ...needed.map(part => writeCondition(writing, part)))
}

const isHas = (part: unknown): part is [string, string] => Array.isArray(part) && part[0] === 'has'

const compares = (part: unknown, field: string): boolean =>
  Array.isArray(part) &&
  ['<', '<=', '>', '>='].includes(part[0]) &&
  part.slice(1).some(side => same(side, ['get', field]))

function writeCondition(writing: Writing, condition: unknown): XmlElement {
  const [operator, ...rest] = Array.isArray(condition) ? condition : ['literal', condition]
  const inner = (part: unknown) => writeCondition(writing, part)
  const comparison = COMPARISONS[operator]
  if (comparison) return writeComparison(writing, comparison, rest)
  switch (operator) {
    case 'all':
      return writeAll(writing, flatten(condition))
    case 'any':
      return rest.length === 1 ? inner(rest[0]) : element('ogc:Or', {}, ...rest.map(inner))
    case '!':
      return element('ogc:Not', {}, inner(rest[0]))
    case 'has':
      return element('ogc:Not', {}, isNull(writing, ['get', rest[0]]))
    case 'match':
      return writeMatch(writing, rest)
    case 'in':
      return writeIn(writing, rest)
    case 'get':
    case 'to-boolean':
      return equals(writing, condition, true)
    default:
      throw new Unsayable(
        `SLD 无法表达条件 ${JSON.stringify(condition).slice(0, 120)}`,
        `SLD has no words for the condition ${JSON.stringify(condition).slice(0, 120)}`
      )
  }
}

const isNull = (writing: Writing, value: unknown) => element('ogc:PropertyIsNull', {}, writeExpression(writing, value))

const equals = (writing: Writing, a: unknown, b: unknown) =>
  element('ogc:PropertyIsEqualTo', {}, writeExpression(writing, a), writeExpression(writing, b))

function writeComparison(writing: Writing, name: string, [a, b]: unknown[]): XmlElement {
  if (a === null || b === null) {
    const test = isNull(writing, a ?? b)
    return name === 'PropertyIsEqualTo' ? test : element('ogc:Not', {}, test)
  }
  return element(`ogc:${name}`, {}, writeExpression(writing, a), writeExpression(writing, b))
}

const oneOf = (writing: Writing, input: unknown, values: readonly unknown[]): XmlElement => {
  const tests = values.map(value => equals(writing, input, value))
  const [first] = tests
  return tests.length === 1 && first ? first : element('ogc:Or', {}, ...tests)
}

function writeMatch(writing: Writing, [input, ...branches]: unknown[]): XmlElement {
  const fallback = branches.at(-1)
  const labels = branches.flatMap((label, i) =>
    i % 2 === 0 && i < branches.length - 1 && branches[i + 1] !== fallback ? [label].flat() : []
  )
  const test = oneOf(writing, input, labels)
  return fallback === true ? element('ogc:Not', {}, test) : test
}

function writeIn(writing: Writing, [value, list]: unknown[]): XmlElement {
  if (Array.isArray(list) && list[0] === 'literal' && Array.isArray(list[1]) && list[1].length > 0)
    return oneOf(writing, value, list[1])
  throw new Unsayable('SLD 只能在列出的值中取用', 'SLD can only tell whether a value is one of some')
}
