import type { Field } from '../../catalog/layer.ts'
import type { FieldValues } from '../../features/dimension-values.ts'
import { type Chosen, type LayerDimension, warningOf } from './dimensions.ts'
import { readTime, writeInstant, writePeriod } from './iso-time.ts'
import { noDimension } from './problems.ts'
import type { Dimension } from './service.ts'

/** Values and intervals a request may name of one dimension. */
const MOST_ITEMS = 30

/** First and last of what an item of a request names. */
type Span = readonly [first: number, last: number]

/** How the values of a field are read, written and named in a filter. */
interface Kind {
  read(text: string): Span | undefined
  write(value: number): string
  literal(value: number): string
  of(value: string | number): number
}

const DAYS: Kind = {
  read: readTime,
  write: ms => new Date(ms).toISOString().slice(0, 10),
  literal: ms => `DATE('${new Date(ms).toISOString().slice(0, 10)}')`,
  of: value => Date.parse(`${value}T00:00:00Z`)
}
const INSTANTS: Kind = {
  read: readTime,
  write: writeInstant,
  literal: ms => `TIMESTAMP('${new Date(ms).toISOString()}')`,
  of: value => Date.parse(String(value))
}
const NUMBERS: Kind = {
  read: text => {
    const value = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/.test(text) ? Number(text) : Number.NaN
    return Number.isFinite(value) ? [value, value] : undefined
  },
  write: String,
  literal: String,
  of: Number
}

const kindOf = ({ type }: Field): Kind => (type === 'date' ? DAYS : type === 'datetime' ? INSTANTS : NUMBERS)

/**
 * A dimension over the values of a field: a request gets the features that have one of those it names. Times are told
 * from the first on, heights from the highest down; the last time, or the highest height, is taken where none is named.
 */
export function fieldDimension(
  name: Dimension['name'],
  layer: string,
  field: Field,
  { values: given, whole }: FieldValues
): LayerDimension {
  const kind = kindOf(field)
  const values = given.map(kind.of)
  const [low, high] = [values[0] ?? 0, values.at(-1) ?? 0]
  const dimension: Dimension = {
    name,
    ...(name === 'time' ? { units: 'ISO8601' } : { units: 'CRS:88', unitSymbol: 'm' }),
    usual: kind.write(high),
    several: true,
    nearest: whole,
    current: name === 'time',
    extent: extentOf(name, values, whole, kind)
  }
  const refuse = (value: string) => noDimension(layer, name, value, expected(dimension))

  /** What an item of a request's list names. @throws InvalidDimensionValue */
  const readItem = (item: string, value: string): Span => {
    const [from, to] = item.split('/').concat(item).slice(0, 2).map(readEnd)
    if (!from || !to || from[0] > to[1]) throw refuse(value)
    return [from[0], to[1]]
  }
  const readEnd = (text: string): Span | undefined =>
    dimension.current && text.toLowerCase() === 'current' ? [high, high] : kind.read(text)

  const choose = (value: string): Chosen => {
    const items = value.split(',').map(item => item.trim())
    if (items.length > MOST_ITEMS) throw refuse(value)
    const spans = items.map(item => readItem(item, value))
    const query = { filter: filterOf(field, spans, kind) }
    if (!whole || spans.some(([first, last]) => values.some(known => first <= known && known <= last))) return { query }
    const [only] = spans
    if (!only || items.length > 1 || value.includes('/')) {
      if (spans.some(([first, last]) => last >= low && first <= high)) return { query }
      throw refuse(value)
    }
    const nearest = values.reduce((best, known) => (away(known, only) < away(best, only) ? known : best))
    return {
      query: { filter: filterOf(field, [[nearest, nearest]], kind) },
      warning: warningOf('Nearest', dimension, kind.write(nearest))
    }
  }
  return { dimension, choose }
}

const away = (value: number, [first]: Span): number => Math.abs(value - first)

function extentOf(name: Dimension['name'], values: readonly number[], whole: boolean, { write }: Kind): string {
  const [low, high] = [values[0] ?? 0, values.at(-1) ?? 0]
  if (!whole) return `${write(low)}/${write(high)}/${name === 'time' ? 'PT0S' : '0'}`
  if (name === 'time') return writePeriod(values, write) ?? values.map(write).join(',')
  return values.toReversed().map(write).join(',')
}

const filterOf = (field: Field, spans: readonly Span[], { literal }: Kind): string =>
  spans
    .map(([first, last]) => {
      const [from, to] = [literal(first), literal(last)]
      return from === to ? `"${field.name}" = ${from}` : `"${field.name}" BETWEEN ${from} AND ${to}`
    })
    .join(' OR ')

const expected = ({ extent }: Dimension) => {
  const values = extent.length > 120 ? `${extent.slice(0, 120)}…` : extent
  return { zh: `可用值为 ${values}`, en: `there are ${values}` }
}
