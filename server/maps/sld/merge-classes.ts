import { asLiteral, propertySpec } from './property-spec.ts'
import type { Part } from './read-rules.ts'

/** A condition that a field is, or is not, one of some values. */
interface ClassTest {
  input: string
  labels: (string | number)[]
  negated: boolean
  /** The part's other conditions. */
  rest: unknown[]
}

/**
 * Parts that differ in the value of one field only, as the rules of a classified style do, made one with `match`: a
 * layer of twenty classes is drawn as one, not as twenty. What they draw stays the same.
 */
export function mergeClasses(parts: readonly Part[]): Part[] {
  const groups = new Map<string, { part: Part; test: ClassTest | undefined }[]>()
  for (const part of parts) {
    const test = classTest(part.conditions)
    const key = test ? JSON.stringify([...frame(part), test.input, test.rest]) : `single ${groups.size}`
    groups.set(key, [...(groups.get(key) ?? []), { part, test }])
  }
  return [...groups.values()].flatMap(group => mergeGroup(group.map(({ part, test }) => ({ part, test: test! }))))
}

/** What has to be the same: also whatever cannot depend on data. */
const frame = ({ place, type, atLabelPoint, minzoom, maxzoom, layout, paint }: Part) => [
  place,
  type,
  atLabelPoint,
  minzoom,
  maxzoom,
  ...[layout, paint].map(group => [
    Object.keys(group).sort(),
    Object.entries(group).filter(([name]) => !propertySpec(type, name)?.byFeature)
  ])
]

function mergeGroup(group: readonly { part: Part; test: ClassTest }[]): Part[] {
  const first = group[0]!
  if (group.length === 1) return [first.part]
  const classes = group.filter(({ test }) => !test.negated)
  const labels = classes.flatMap(({ test }) => test.labels)
  const others = group.filter(({ test }) => test.negated)
  const isOneKind = labels.every(label => typeof label === typeof labels[0])
  const rests = others.filter(({ test }) => sameSet(test.labels, labels))
  const [remainder] = rests
  // Of several that would draw one feature the order counts.
  if (classes.length === 0 || !isOneKind || new Set(labels).size < labels.length || others.length > (remainder ? 1 : 0))
    return group.map(({ part }) => part)
  const input = JSON.parse(first.test.input)
  const merge = (of: (part: Part) => unknown) => {
    const values = classes.map(({ part }) => of(part))
    const fallback = remainder ? of(remainder.part) : values.at(-1)
    if ([...values, fallback].every(value => same(value, values[0]))) return values[0]
    return [
      'match',
      input,
      ...classes.flatMap(({ test }, i) => [labelsOf(test.labels), asLiteral(values[i])]),
      asLiteral(fallback)
    ]
  }
  const conditions = remainder ? [] : [['match', input, labels, true, false]]
  return [
    {
      ...first.part,
      title: undefined,
      conditions: [...first.test.rest, ...conditions],
      layout: mergeProperties(first.part, 'layout', merge),
      paint: mergeProperties(first.part, 'paint', merge)
    }
  ]
}

const mergeProperties = (part: Part, group: 'layout' | 'paint', merge: (of: (part: Part) => unknown) => unknown) =>
  Object.fromEntries(Object.keys(part[group]).map(name => [name, merge(other => other[group][name])]))

const labelsOf = (labels: (string | number)[]) => (labels.length === 1 ? labels[0] : labels)
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
const sameSet = (a: readonly unknown[], b: readonly unknown[]) =>
  a.length === b.length && a.every(value => b.includes(value))

function classTest(conditions: readonly unknown[]): ClassTest | undefined {
  const tests = conditions.map(testOf)
  const at = tests.findIndex(Boolean)
  const test = tests[at]
  if (!test || tests.filter(Boolean).length > 1) return undefined
  return { ...test, rest: conditions.filter((_, i) => i !== at) }
}

function testOf(condition: unknown): Omit<ClassTest, 'rest'> | undefined {
  if (!Array.isArray(condition)) return undefined
  const [operator, input, labels, yes] = condition
  if (operator === '!') return negatedTest(input)
  if (!Array.isArray(input) || input[0] !== 'get') return undefined
  const isLabel = typeof labels === 'string' || Number.isSafeInteger(labels)
  if (operator === '==' && isLabel) return { input: JSON.stringify(input), labels: [labels], negated: false }
  if (operator === '!=' && isLabel) return { input: JSON.stringify(input), labels: [labels], negated: true }
  if (operator === 'match' && yes === true && condition.length === 5)
    return { input: JSON.stringify(input), labels: [labels].flat(), negated: false }
  return undefined
}

/** Not one class, nor the next … */
function negatedTest(condition: unknown): Omit<ClassTest, 'rest'> | undefined {
  const parts = Array.isArray(condition) && condition[0] === 'any' ? condition.slice(1) : [condition]
  const tests = parts.map(testOf)
  const [first] = tests
  if (!first || !tests.every(test => test && !test.negated && test.input === first.input)) return undefined
  return { input: first.input, labels: tests.flatMap(test => test?.labels ?? []), negated: true }
}
