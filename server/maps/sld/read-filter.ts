import { NotUnderstood, type Reading } from './notes.ts'
import { asNumber, asText, type Read, readExpression } from './read-expression.ts'
import { readLike } from './read-like.ts'
import { elementsOf, type XmlNode } from './xml-tree.ts'

const COMPARISONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    PropertyIsEqualTo: '==',
    PropertyIsNotEqualTo: '!=',
    PropertyIsLessThan: '<',
    PropertyIsLessThanOrEqualTo: '<=',
    PropertyIsGreaterThan: '>',
    PropertyIsGreaterThanOrEqualTo: '>='
  })
)

/**
 * The condition of a `Filter` (Filter Encoding 1.0 and 1.1) as a MapLibre expression.
 * @throws NotUnderstood: half a condition would draw what it should not
 */
export function readFilter(reading: Reading, filter: XmlNode): unknown {
  const parts = elementsOf(filter)
  const [first] = parts
  if (!first) throw new NotUnderstood(filter, '过滤条件为空', 'the filter is empty')
  if (IDS.has(first.name)) return readIds(reading, parts)
  return readCondition(reading, first)
}

function readCondition(reading: Reading, node: XmlNode): unknown {
  const comparison = COMPARISONS.get(node.name)
  if (comparison) return readComparison(reading, node, comparison)
  switch (node.name) {
    case 'And':
      return ['all', ...operands(node, 1).map(part => readCondition(reading, part))]
    case 'Or':
      return anyOf(operands(node, 1).map(part => readCondition(reading, part)))
    case 'Not':
      return ['!', readCondition(reading, operands(node, 1)[0]!)]
    case 'PropertyIsNull':
      return ['!', ['has', fieldOf(reading, operands(node, 1)[0]!)]]
    case 'PropertyIsBetween':
      return readBetween(reading, node)
    case 'PropertyIsLike':
      return readLike(reading, node)
    default:
      throw new NotUnderstood(node, `不支持条件 ${node.name}`, `the condition ${node.name} is not known`)
  }
}

function operands(node: XmlNode, least: number): XmlNode[] {
  const found = elementsOf(node)
  if (found.length < least)
    throw new NotUnderstood(node, `${node.name} 缺少操作数`, `${node.name} has too few operands`)
  return found
}

function fieldOf(reading: Reading, node: XmlNode): string {
  const { field } = readExpression(reading, node)
  if (!field) throw new NotUnderstood(node, '此处只能是字段', 'only a field can stand here')
  return field
}

function readComparison(reading: Reading, node: XmlNode, operator: string): unknown {
  const [first, second] = operands(node, 2) as [XmlNode, XmlNode]
  const [a, b] = [readExpression(reading, first), readExpression(reading, second)]
  const types = [a.type, b.type]
  if (types.includes('boolean')) return compareTruth(node, operator, a, b)
  if (types.includes('number')) {
    const sides = [asNumber(a, first), asNumber(b, second)]
    // What a feature does not have is no number, neither greater nor less than any.
    return operator === '==' || operator === '!=' ? [operator, ...sides] : present([a, b], [operator, ...sides])
  }
  if (types.every(type => type === 'literal')) throw new NotUnderstood(node, '两侧都是常量', 'both sides are constants')
  const plain = [a, b].map(read => (read.type === 'literal' || read.field ? read.value : asText(read)))
  if (node.attributes['matchCase'] === 'false') return [operator, ...[a, b].map(read => ['downcase', asText(read)])]
  return operator === '==' || operator === '!=' ? [operator, ...plain] : present([a, b], [operator, ...plain])
}

function compareTruth(node: XmlNode, operator: string, a: Read, b: Read): unknown {
  const [test, other] = a.type === 'boolean' ? [a, b] : [b, a]
  const truth = String(other.value).toLowerCase()
  if (other.type !== 'literal' || !['true', 'false', '1', '0'].includes(truth) || !['==', '!='].includes(operator))
    throw new NotUnderstood(
      node,
      '真假值只能与 true、false 比较',
      'true and false can only be compared with true or false'
    )
  const wanted = (truth === 'true' || truth === '1') === (operator === '==')
  if (test.field) return [operator, test.value, truth === 'true' || truth === '1']
  return wanted ? test.value : ['!', test.value]
}

/** A comparison that holds of nothing where a field it names is missing. */
function present(sides: Read[], comparison: unknown): unknown {
  const fields = sides.flatMap(({ field }) => (field ? [['has', field]] : []))
  return fields.length === 0 ? comparison : ['all', ...fields, comparison]
}

function readBetween(reading: Reading, node: XmlNode): unknown {
  const [input, lower, upper] = operands(node, 3) as [XmlNode, XmlNode, XmlNode]
  const bounds = [lower, upper].map(bound => elementsOf(bound)[0] ?? bound)
  const [value, low, high] = [input, ...bounds].map(part => readExpression(reading, part)) as [Read, Read, Read]
  const isText = value.type === 'text' && [low, high].every(({ type }) => type === 'literal')
  const [v, l, h] = isText
    ? [value.value, low.value, high.value]
    : [asNumber(value, input), asNumber(low, bounds[0]!), asNumber(high, bounds[1]!)]
  return present([value], ['all', ['>=', v, l], ['<=', v, h]])
}

/** Equalities of one field with several values are one look-up. */
function anyOf(conditions: unknown[]): unknown {
  const tests = conditions.map(valuesTested)
  const [first] = tests
  if (!first || !tests.every(test => test && JSON.stringify(test.input) === JSON.stringify(first.input)))
    return ['any', ...conditions]
  const labels = [...new Set(tests.flatMap(test => test?.labels ?? []))]
  const isOneKind = labels.every(label => typeof label === typeof labels[0])
  return isOneKind ? ['match', first.input, labels, true, false] : ['any', ...conditions]
}

function valuesTested(condition: unknown): { input: unknown; labels: (string | number)[] } | undefined {
  if (!Array.isArray(condition)) return undefined
  const [operator, input, label] = condition
  if (operator === 'match' && Array.isArray(label) && condition[3] === true) return { input, labels: label }
  if (operator !== '==' || !Array.isArray(input) || input[0] !== 'get') return undefined
  return typeof label === 'string' || Number.isSafeInteger(label) ? { input, labels: [label] } : undefined
}

const IDS = new Set(['FeatureId', 'GmlObjectId', 'ResourceId'])

/** Features by their ids; `<layer>.<id>` is what WFS makes of them. */
function readIds({ layer }: Reading, nodes: XmlNode[]): unknown {
  const ids = nodes.map(({ attributes }) => attributes['fid'] ?? attributes['id'] ?? attributes['rid'] ?? '')
  const plain = ids.map(id => (id.startsWith(`${layer.id}.`) ? id.slice(layer.id.length + 1) : id))
  return ['match', ['get', 'feature_id'], [...new Set(plain)], true, false]
}
