import { NotUnderstood, type Reading } from './notes.ts'
import { asNumber, asText, type Read, readMixed } from './read-expression.ts'
import { below, elementsOf, textOf, type XmlNode } from './xml-tree.ts'

/**
 * The same functions as GeoServer writes them in SLD 1.0, their operands one after the other, in the elements that they
 * have in SE 1.1.
 */
function spelledOut(node: XmlNode): XmlNode {
  const [first, ...rest] = elementsOf(node)
  if (node.name !== 'Function' || !first) return node
  const kind = node.attributes['name'] as 'Recode' | 'Categorize' | 'Interpolate'
  // GeoServer's say at their end how values are taken, which SE says in attributes.
  const words = kind === 'Recode' ? [] : rest.map(part => textOf(part) ?? '').filter(text => WORDS.has(text))
  const values = rest.slice(0, rest.length - words.length)
  const made = (name: string, content: XmlNode['content'], attributes = {}): XmlNode => ({
    ...node,
    name,
    content,
    attributes
  })
  const pairs = values.flatMap((data, i) => (i % 2 === 0 && values[i + 1] ? [[data, values[i + 1]!]] : []))
  const paired = (name: string) =>
    pairs.map(([data, value]) => made(name, [made('Data', [data!]), made('Value', [value!])]))
  const content = {
    Recode: () => paired('MapItem'),
    Interpolate: () => paired('InterpolationPoint'),
    Categorize: () => values.map((value, i) => made(i % 2 === 0 ? 'Value' : 'Threshold', [value]))
  }[kind]()
  const attributes = {
    ...(words.includes('color') && { method: 'color' }),
    ...(words.includes('preceding') && { thresholdsBelongTo: 'preceding' })
  }
  return made(kind, [made('LookupValue', [first]), ...content], attributes)
}

const WORDS = new Set(['color', 'numeric', 'linear', 'cosine', 'cubic', 'preceding', 'succeeding'])

/** `Recode` (SE 1.1 §11.6.2): a value for each of several, as `match`. */
export function readRecoding(reading: Reading, given: XmlNode): Read {
  const node = spelledOut(given)
  const input = lookupValue(reading, node)
  const items = elementsOf(node, 'MapItem').map(item => ({
    label: labelOf(input, textOf(below(item, 'Data')) ?? '', item),
    value: readMixed(reading, below(item, 'Value') ?? item).value
  }))
  if (items.length === 0) throw new NotUnderstood(node, 'Recode 中没有 MapItem', 'there is no MapItem in Recode')
  const first = new Map(items.toReversed().map(({ label, value }) => [label, value]))
  const branches = [...first].reverse().flat()
  return { value: ['match', input.value, ...branches, node.attributes['fallbackValue'] ?? ''], type: 'text' }
}

/** What a literal is compared as: a number only where the other side is one. @throws NotUnderstood */
function labelOf({ type }: Read, text: string, node: XmlNode): string | number {
  if (type !== 'number') return text
  const number = Number(text)
  if (text !== '' && Number.isSafeInteger(number)) return number
  throw new NotUnderstood(node, '只能按整数或文本取值', 'only whole numbers and text can be looked up')
}

/** `Categorize` (SE 1.1 §11.6.1): a value for each range, as `step`. */
export function readClasses(reading: Reading, given: XmlNode): Read {
  const node = spelledOut(given)
  const lookup = below(node, 'LookupValue')
  const input = ['to-number', asNumber(lookupValue(reading, node), lookup ?? node)]
  const stops = elementsOf(node, 'Value', 'Threshold')
  const parts = stops.map(stop =>
    stop.name === 'Threshold'
      ? asNumber({ value: textOf(stop) ?? '', type: 'literal' }, stop)
      : readMixed(reading, stop).value
  )
  const alternate = stops.every(({ name }, i) => name === (i % 2 === 0 ? 'Value' : 'Threshold'))
  if (!alternate || parts.length % 2 === 0 || !rises(parts.filter((_, i) => i % 2 === 1)))
    throw new NotUnderstood(node, 'Value 与 Threshold 的次序不对', 'Value and Threshold are not in turn, or fall')
  if (parts.length === 1) return { value: parts[0], type: 'literal' }
  if (node.attributes['thresholdsBelongTo'] === 'preceding' || node.attributes['threshholdsBelongTo'] === 'preceding')
    reading.note(node, '阈值按归入后一级处理', 'thresholds are counted to the class above them')
  return { value: ['step', input, ...parts], type: 'text' }
}

/** `Interpolate` (SE 1.1 §11.6.1): linear between points. */
export function readInterpolation(reading: Reading, given: XmlNode): Read {
  const node = spelledOut(given)
  const lookup = below(node, 'LookupValue')
  const input = ['to-number', asNumber(lookupValue(reading, node), lookup ?? node)]
  const isColor = node.attributes['method'] === 'color'
  const { mode = 'linear' } = node.attributes
  if (mode !== 'linear') reading.note(node, `插值方式 ${mode} 按线性处理`, `the mode ${mode} is drawn as linear`)
  const points = elementsOf(node, 'InterpolationPoint').map(point => {
    const data = asNumber({ value: textOf(below(point, 'Data')) ?? '', type: 'literal' }, point)
    const value = readMixed(reading, below(point, 'Value') ?? point)
    return [data, isColor ? value.value : asNumber(value, point)]
  })
  if (points.length === 0 || !rises(points.map(([data]) => data)))
    throw new NotUnderstood(node, '插值点缺失或不递增', 'interpolation points are missing or do not rise')
  return { value: ['interpolate', ['linear'], input, ...points.flat()], type: isColor ? 'text' : 'number' }
}

const rises = (values: unknown[]): boolean =>
  values.every((value, i) => i === 0 || Number(values[i - 1]) < Number(value))

function lookupValue(reading: Reading, node: XmlNode): Read {
  const lookup = below(node, 'LookupValue')
  if (!lookup) throw new NotUnderstood(node, '没有 LookupValue', 'there is no LookupValue')
  const read = readMixed(reading, lookup)
  return read.type === 'number' || read.field ? read : { value: asText(read), type: 'text' }
}
