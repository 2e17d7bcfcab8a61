import { element, type XmlChild, type XmlElement } from '../../lib/xml.ts'
import { Unsayable, type Writing } from './writing.ts'

const literal = (value: unknown): XmlElement => element('ogc:Literal', {}, String(value))
const property = (name: unknown): XmlElement => element('ogc:PropertyName', {}, String(name))

export const functionElement = (name: string, ...operands: XmlElement[]): XmlElement =>
  element('ogc:Function', { name }, ...operands)

/** What only says which type a value is of. */
const TYPES = new Set(['to-string', 'to-number', 'to-color', 'to-boolean', 'string', 'number', 'boolean', 'image'])

const ARITHMETIC: Readonly<Record<string, string | undefined>> = { '+': 'Add', '-': 'Sub', '*': 'Mul', '/': 'Div' }

/** By the names that GeoServer gives them. */
const FUNCTIONS: Readonly<Record<string, string | undefined>> = {
  round: 'round',
  floor: 'floor',
  ceil: 'ceil',
  abs: 'abs',
  min: 'min',
  max: 'max',
  length: 'strLength',
  upcase: 'strToUpperCase',
  downcase: 'strToLowerCase',
  concat: 'Concatenate'
}

/**
 * A style expression as one of Filter Encoding.
 * @throws Unsayable
 */
export function writeExpression(writing: Writing, value: unknown): XmlElement {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return literal(value)
  if (!Array.isArray(value)) throw unsayable(value)
  const [operator, ...rest] = value
  const write = (part: unknown) => writeExpression(writing, part)
  if (operator === 'get' && rest.length === 1) return property(rest[0])
  if (TYPES.has(operator)) return write(rest[0])
  const arithmetic = ARITHMETIC[operator]
  if (arithmetic && rest.length >= 2)
    return rest
      .slice(1)
      .reduce<XmlElement>((sum, part) => element(`ogc:${arithmetic}`, {}, sum, write(part)), write(rest[0]))
  if (operator === 'slice') return writeSlice(writing, rest)
  if (operator === 'interpolate' && writing.isSe) return writeInterpolation(writing, value)
  const name = FUNCTIONS[operator]
  if (name) return functionElement(name, ...rest.map(write))
  throw unsayable(value)
}

const unsayable = (value: unknown) => {
  const shown = JSON.stringify(value).slice(0, 120)
  return new Unsayable(`SLD 无法表达 ${shown}`, `SLD has no words for ${shown}`)
}

/** From the end places are counted from the length, as functions of SLD know no negative ones. */
function writeSlice(writing: Writing, [text, start, end]: unknown[]): XmlElement {
  const written = writeExpression(writing, text)
  const place = (at: unknown) =>
    typeof at === 'number' && at < 0
      ? element('ogc:Sub', {}, functionElement('strLength', written), literal(-at))
      : writeExpression(writing, at)
  return end === undefined
    ? functionElement('strSubstringStart', written, place(start))
    : functionElement('strSubstring', written, place(start), place(end))
}

function writeInterpolation(writing: Writing, [, kind, input, ...points]: unknown[]): XmlElement {
  if (!Array.isArray(kind) || kind[0] !== 'linear' || points.some(point => Array.isArray(point)))
    throw unsayable(['interpolate', kind])
  const isColor = points.some(point => typeof point === 'string')
  const pairs = points.flatMap((data, i) => (i % 2 === 0 ? [[data, points[i + 1]]] : []))
  return writing.with(
    'Interpolate',
    { fallbackValue: '', mode: 'linear', method: isColor ? 'color' : 'numeric' },
    writing.element('LookupValue', writeExpression(writing, input)),
    ...pairs.map(([data, value]) =>
      writing.element(
        'InterpolationPoint',
        writing.element('Data', String(data)),
        writing.element('Value', String(value))
      )
    )
  )
}

/** The value of a parameter: text as it is, or text and expressions in turn. */
export function writeValue(writing: Writing, value: unknown): XmlChild[] {
  if (!Array.isArray(value)) return [String(value)]
  if (value[0] === 'to-string') return writeValue(writing, value[1])
  if (value[0] !== 'concat') return [writeExpression(writing, value)]
  return value.slice(1).flatMap(part => (Array.isArray(part) ? writeValue(writing, part) : [literal(part)]))
}
