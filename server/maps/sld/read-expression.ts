import { FUNCTIONS } from './functions.ts'
import { NotUnderstood, type Reading } from './notes.ts'
import { elementsOf, textOf, type XmlNode } from './xml-tree.ts'

/** A MapLibre expression, and what it comes to where that is known. */
export interface Read {
  value: unknown
  type: 'text' | 'number' | 'boolean' | 'literal'
  /** The name of the field, where it is that and nothing else. */
  field?: string
}

const ARITHMETIC: ReadonlyMap<string, string> = new Map(Object.entries({ Add: '+', Sub: '-', Mul: '*', Div: '/' }))

/**
 * One expression of Filter Encoding (1.0 §10, 1.1 §6) or Symbology Encoding (1.1 §11.6). A literal stays as written:
 * whether `0101` is a number depends on what it is compared with.
 * @throws NotUnderstood
 */
export function readExpression(reading: Reading, node: XmlNode): Read {
  if (node.name === 'Literal') return { value: textOf(node) ?? '', type: 'literal' }
  if (node.name === 'PropertyName' || node.name === 'ValueReference') return readField(reading, node)
  const operator = ARITHMETIC.get(node.name)
  if (operator) {
    const parts = elementsOf(node).map(part => asNumber(readExpression(reading, part), part))
    return { value: [operator, ...parts], type: 'number' }
  }
  const read = FUNCTIONS.get(functionName(node))
  if (read) return read(reading, node)
  const name = functionName(node).slice(0, 40)
  throw new NotUnderstood(node, `不支持函数或表达式“${name}”`, `the expression or function "${name}" is not known`)
}

const functionName = (node: XmlNode) => (node.name === 'Function' ? (node.attributes['name'] ?? '') : node.name)

function readField(reading: Reading, node: XmlNode): Read {
  const { name, type } = reading.field(node, textOf(node) ?? '')
  const kind = type === 'integer' || type === 'number' ? 'number' : type === 'boolean' ? 'boolean' : 'text'
  return { value: ['get', name], type: kind, field: name }
}

/** @throws NotUnderstood for a literal that is no number */
export function asNumber({ value, type }: Read, node: XmlNode): unknown {
  if (type === 'number') return value
  if (type !== 'literal') return ['to-number', value]
  const number = Number(value)
  if (value === '' || !Number.isFinite(number)) {
    const shown = String(value).slice(0, 40)
    throw new NotUnderstood(node, `“${shown}”不是数`, `"${shown}" is no number`)
  }
  return number
}

export const asText = ({ value, type }: Read): unknown =>
  type === 'literal' || isTextOperator(value) ? value : ['to-string', value]

/** What comes to text whatever goes in. */
const TEXT_OPERATORS = new Set(['concat', 'to-string', 'upcase', 'downcase'])
const isTextOperator = (value: unknown) => Array.isArray(value) && TEXT_OPERATORS.has(value[0])

/** A parameter's value: text and expressions in turn, put together (SLD 1.0 §10.1, SE 1.1 §11.1). */
export function readMixed(reading: Reading, node: XmlNode): Read {
  const parts = node.content
    .map((item): Read => {
      if (typeof item === 'string') return { value: item, type: 'literal' }
      // Space in a literal that is put together with others is meant.
      if (item.name === 'Literal') return { value: item.content.join(''), type: 'literal' }
      return readExpression(reading, item)
    })
    .filter(part => part.type !== 'literal' || part.value !== '')
  const outer = trimEnds(parts)
  const [only] = outer
  if (outer.length === 1 && only) return only
  if (outer.every(({ type }) => type === 'literal'))
    return { value: outer.map(({ value }) => value).join(''), type: 'literal' }
  return { value: ['concat', ...outer.map(asText)], type: 'text' }
}

/** Line breaks and indents around the whole are no part of it. */
function trimEnds(parts: Read[]): Read[] {
  return parts
    .map((part, i) => {
      if (part.type !== 'literal') return part
      let text = String(part.value)
      if (/\n/.test(text)) text = text.replace(/\s*\n\s*/g, '')
      if (i === 0) text = text.trimStart()
      if (i === parts.length - 1) text = text.trimEnd()
      return { ...part, value: text }
    })
    .filter(part => part.type !== 'literal' || part.value !== '')
}
