import { NotUnderstood, type Reading } from './notes.ts'
import { asNumber, asText, type Read, readExpression, readMixed } from './read-expression.ts'
import { readClasses, readInterpolation, readRecoding } from './read-lookup.ts'
import { below, elementsOf, type XmlNode } from './xml-tree.ts'

type ReadFunction = (reading: Reading, node: XmlNode) => Read

/** The operands of a function, of which it must have so many. */
function operands(reading: Reading, node: XmlNode, least: number): { read: Read; node: XmlNode }[] {
  const found = elementsOf(node)
  if (found.length < least)
    throw new NotUnderstood(node, `函数至少需要 ${least} 个参数`, `the function needs ${least} operands or more`)
  return found.map(node => ({ read: readExpression(reading, node), node }))
}

const ofNumbers =
  (operator: string): ReadFunction =>
  (reading, node) => ({
    value: [operator, ...operands(reading, node, 1).map(({ read, node }) => asNumber(read, node))],
    type: 'number'
  })

const ofText =
  (operator: string): ReadFunction =>
  (reading, node) => ({ value: [operator, asText(operands(reading, node, 1)[0]!.read)], type: 'text' })

const concatenate: ReadFunction = (reading, node) => ({
  value: ['concat', ...operands(reading, node, 1).map(({ read }) => asText(read))],
  type: 'text'
})

const number: ReadFunction = (reading, node) => {
  const [first] = operands(reading, node, 1)
  return { value: asNumber(first!.read, first!.node), type: 'number' }
}

const slice: ReadFunction = (reading, node) => {
  const [text, ...ends] = operands(reading, node, 2)
  return { value: ['slice', asText(text!.read), ...ends.map(({ read, node }) => asNumber(read, node))], type: 'text' }
}

const isOneOf: ReadFunction = (reading, node) => {
  const [input, ...options] = operands(reading, node, 2)
  return { value: ['in', asText(input!.read), ['literal', options.map(({ read }) => read.value)]], type: 'boolean' }
}

const BY_NAME: Readonly<Record<string, ReadFunction>> = {
  Recode: readRecoding,
  Categorize: readClasses,
  Interpolate: readInterpolation,
  Concatenate: (reading, node) => ({
    value: ['concat', ...elementsOf(node).map(part => asText(readMixed(reading, part)))],
    type: 'text'
  }),
  strConcat: concatenate,
  concat: concatenate,
  ChangeCase: (reading, node) => {
    const operator = node.attributes['direction'] === 'toLower' ? 'downcase' : 'upcase'
    return { value: [operator, asText(readMixed(reading, below(node, 'StringValue') ?? node))], type: 'text' }
  },
  StringLength: (reading, node) => ({
    value: ['length', asText(readMixed(reading, below(node, 'StringValue') ?? node))],
    type: 'number'
  }),
  strToUpperCase: ofText('upcase'),
  strToLowerCase: ofText('downcase'),
  strLength: (reading, node) => ({ value: ['length', asText(operands(reading, node, 1)[0]!.read)], type: 'number' }),
  strSubstring: slice,
  strSubstringStart: slice,
  round: ofNumbers('round'),
  rint: ofNumbers('round'),
  floor: ofNumbers('floor'),
  ceil: ofNumbers('ceil'),
  abs: ofNumbers('abs'),
  min: ofNumbers('min'),
  max: ofNumbers('max'),
  parseDouble: number,
  parseInt: number,
  parseLong: number,
  in: isOneOf,
  in2: isOneOf,
  in3: isOneOf,
  in4: isOneOf,
  in5: isOneOf,
  isNull: (reading, node) => {
    const [{ read } = { read: undefined }] = operands(reading, node, 1)
    if (!read?.field) throw new NotUnderstood(node, '只能判断字段是否为空', 'only a field can be asked for null')
    return { value: ['!', ['has', read.field]], type: 'boolean' }
  },
  if_then_else: (reading, node) => {
    const [test, yes, no] = operands(reading, node, 3)
    if (test!.read.type !== 'boolean')
      throw new NotUnderstood(test!.node, '条件不是真假值', 'the condition is not true or false')
    const both = [yes!.read, no!.read]
    const isNumber = both.every(({ type }) => type === 'number')
    return {
      value: ['case', test!.read.value, ...both.map(read => (isNumber ? read.value : asText(read)))],
      type: isNumber ? 'number' : 'text'
    }
  }
}

/** Functions of Symbology Encoding 1.1 (§11.6), and those of GeoServer and QGIS that styles use most. */
export const FUNCTIONS: ReadonlyMap<string, ReadFunction> = new Map(Object.entries(BY_NAME))
