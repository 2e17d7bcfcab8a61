import type { Reading } from './notes.ts'
import { asNumber, asText, type Read, readMixed } from './read-expression.ts'
import { below, elementsOf, type XmlNode } from './xml-tree.ts'

/** One style layer that a symbolizer asks for, before its rule's filter and scales. */
export interface Draft {
  /** Ends its id: `fill`, `line`, `symbol` … */
  role: string
  type: 'fill' | 'line' | 'circle' | 'symbol' | 'raster'
  /** Drawn where the tiles have one label point a feature. */
  atLabelPoint: boolean
  layout: Record<string, unknown>
  paint: Record<string, unknown>
}

/** The parameters of a `Fill`, `Stroke` or `Font`: `CssParameter` in SLD 1.0, `SvgParameter` in SE 1.1. */
export const parametersOf = (node: XmlNode | undefined): ReadonlyMap<string, XmlNode> =>
  new Map(
    (node ? elementsOf(node, 'CssParameter', 'SvgParameter') : []).map(node => [node.attributes['name'] ?? '', node])
  )

/** Notes parameters that nothing is made of. */
export function noteOthers(reading: Reading, parameters: ReadonlyMap<string, XmlNode>, known: readonly string[]): void {
  for (const [name, node] of parameters) {
    if (known.includes(name)) continue
    const shown = name.slice(0, 40)
    reading.note(node, `忽略参数 ${shown}`, `the parameter ${shown} is left out`)
  }
}

/** A parameter's value; the fallback, with a note, where it is not understood. */
function read<T>(
  reading: Reading,
  node: XmlNode | undefined,
  fallback: T,
  make: (read: Read, node: XmlNode) => unknown
) {
  if (!node) return fallback
  return reading.attempt(() => make(readMixed(reading, node), node)) ?? fallback
}

export function numberOf<T>(reading: Reading, node: XmlNode | undefined, fallback: T): unknown | T {
  return read(reading, node, fallback, asNumber)
}

export function colorOf(reading: Reading, node: XmlNode | undefined, fallback: string): unknown {
  return read(reading, node, fallback, ({ value, type, field }, node) => {
    if (type !== 'literal') return field ? ['to-color', value, fallback] : withColors(value, fallback)
    const color = plainColor(String(value))
    if (color) return color
    const shown = String(value).slice(0, 40)
    reading.note(node, `“${shown}”不是颜色`, `"${shown}" is no colour`)
    return fallback
  })
}

export function textValueOf(reading: Reading, node: XmlNode | undefined): unknown {
  return read(reading, node, undefined, asText)
}

/** Where the results of a choice stand: from which place on, then every second one; the last is one in any case. */
const RESULTS: Readonly<Record<string, number | undefined>> = { match: 3, case: 2, step: 2, interpolate: 4 }

/** An expression whose results are colours, each as MapLibre knows it. */
function withColors(value: unknown, fallback: string): unknown {
  if (!Array.isArray(value)) return plainColor(String(value)) ?? fallback
  const first = RESULTS[value[0]]
  if (first === undefined) return ['to-color', value, fallback]
  const isResult = (i: number) => (i >= first && (i - first) % 2 === 0) || i === value.length - 1
  return value.map((part, i) => (isResult(i) ? withColors(part, fallback) : part))
}

/** `#rrggbb`, as SLD has it, and what software writes besides. */
function plainColor(text: string): string | undefined {
  const [, hex] = /^(?:#|0x)([0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i.exec(text) ?? []
  if (hex) return `#${hex.toLowerCase()}`
  return /^(rgba?\([\d.,%\s/]+\)|[a-z]{3,20})$/i.test(text) ? text.toLowerCase() : undefined
}

/** Opacities one upon the other. */
export function times(a: unknown, b: unknown): unknown {
  if (a === 1) return b
  if (b === 1) return a
  return typeof a === 'number' && typeof b === 'number' ? round(a * b) : ['*', a, b]
}

export const half = (value: unknown): unknown => (typeof value === 'number' ? round(value / 2) : ['/', value, 2])

export const negative = (value: unknown): unknown => (typeof value === 'number' ? 0 - value : ['-', value])

export const round = (value: number): number => Number(value.toFixed(6))

/** Properties that say what is so without them are left out. */
export const without = (properties: Record<string, unknown>, defaults: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(properties).filter(
      ([name, value]) => value !== undefined && !(name in defaults && value === defaults[name])
    )
  )

/** Sizes are pixels of 0.28 mm here; others are taken as such, with a note. */
export function noteUnits(reading: Reading, symbolizer: XmlNode): void {
  const { uom } = symbolizer.attributes
  if (uom && !/pixel$/i.test(uom))
    reading.note(symbolizer, '尺寸单位按像素处理', 'sizes are taken as pixels, whatever their unit')
}

/** Things in an element that are left out. */
export function noteIgnored(reading: Reading, node: XmlNode | undefined, ...names: string[]): void {
  for (const name of names) {
    const found = below(node, name)
    if (found) reading.note(found, `忽略 ${name}`, `${name} is left out`)
  }
}

/** Settings of one program only. */
export function noteVendorOptions(reading: Reading, symbolizer: XmlNode): void {
  for (const option of elementsOf(symbolizer, 'VendorOption')) {
    const name = (option.attributes['name'] ?? '').slice(0, 40)
    reading.note(option, `忽略 VendorOption ${name}`, `the VendorOption ${name} is left out`)
  }
}
