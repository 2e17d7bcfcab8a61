import {
  type Color,
  type Feature,
  featureFilter,
  latest,
  normalizePropertyExpression,
  type StylePropertyExpression,
  type StylePropertySpecification
} from '@maplibre/maplibre-gl-style-spec'
import type { StyleLayer } from '../../catalog/layer.ts'
import { columnOf, type DecodedLayer, propertiesOf, type Value } from './decoded-tile.ts'
import { fieldsOf } from './fields-of.ts'
import type { Solid } from './pixels.ts'

/** What a property or filter comes to for each feature of a layer. */
export type PerFeature<T> = (feature: number) => T

type Evaluate = (zoom: number, feature: Feature) => unknown

interface Expression {
  evaluate: Evaluate
  /** The fields it reads; null: it may read anything. */
  fields: readonly string[] | null
  /** It is the same for all features. */
  isSame: boolean
}

const NO_FEATURE: Feature = { type: 'Unknown', properties: {} }

/** A style layer at one zoom, its expressions parsed. */
export class Evaluated {
  readonly style: StyleLayer
  readonly zoom: number
  readonly #images: string[]

  constructor(style: StyleLayer, zoom: number, images: readonly string[]) {
    this.style = style
    this.zoom = zoom
    this.#images = images as string[]
  }

  has(name: string): boolean {
    return (this.style.paint?.[name] ?? this.style.layout?.[name]) !== undefined
  }

  /** Whether a property is the same for all features. */
  isSame(name: string): boolean {
    return this.#expression(name).isSame
  }

  /** A property's value where it is the same for all features, else what it is for none in particular. */
  value<T>(name: string): T {
    return this.#expression(name).evaluate(this.zoom, NO_FEATURE) as T
  }

  /** A property's value for each feature of a layer. */
  of<T>(name: string, layer: DecodedLayer): PerFeature<T> {
    return perFeature<T>(this.#expression(name), layer, this.zoom)
  }

  /** A colour for each feature, made less by an opacity; the same object for the same colour where that is cheap. */
  color(name: string, opacity: string, layer: DecodedLayer): PerFeature<Solid> {
    const known = new Map<Color, Map<number, Solid>>()
    const [color, share] = [this.of<Color>(name, layer), this.of<number>(opacity, layer)]
    return feature => {
      const [of, by] = [color(feature), share(feature)]
      const solids = known.get(of) ?? new Map<number, Solid>()
      known.set(of, solids)
      const solid = solids.get(by) ?? solidOf(of, by)
      solids.set(by, solid)
      return solid
    }
  }

  /** The features of a layer that pass the filter, in their order, or by a sort key of the layout. */
  select(layer: DecodedLayer, sortKey: string): Uint32Array {
    const passes = perFeature<boolean>(this.#filter(), layer, this.zoom)
    const found = new Uint32Array(layer.count)
    let count = 0
    for (let i = 0; i < layer.count; i++) if (passes(i)) found[count++] = i
    const selected = found.subarray(0, count)
    if (!this.has(sortKey)) return selected
    const key = this.of<number>(sortKey, layer)
    return selected.sort((a, b) => key(a) - key(b) || a - b)
  }

  #filter(): Expression {
    const known = filters.get(this.style)
    if (known) return known
    const made = filterOf(this.style)
    filters.set(this.style, made)
    return made
  }

  #expression(name: string): Expression {
    const expressions = parsed.get(this.style) ?? new Map<string, Expression>()
    parsed.set(this.style, expressions)
    const known = expressions.get(name)
    if (known) return known
    const made = expressionOf(this.style, name, this.#images)
    expressions.set(name, made)
    return made
  }
}

/** Expressions are parsed once a style, whatever zooms it is drawn at. */
const parsed = new WeakMap<StyleLayer, Map<string, Expression>>()
const filters = new WeakMap<StyleLayer, Expression>()

const SPECIFICATIONS = latest as unknown as Record<string, Record<string, StylePropertySpecification>>

function expressionOf(style: StyleLayer, name: string, images: string[]): Expression {
  const specification = (SPECIFICATIONS[`paint_${style.type}`]?.[name] ??
    SPECIFICATIONS[`layout_${style.type}`]?.[name])!
  const fallback = specification['default']
  const value = style.paint?.[name] ?? style.layout?.[name] ?? fallback
  if (value === undefined) return { evaluate: () => undefined, fields: [], isSame: true }
  const expression: StylePropertyExpression = normalizePropertyExpression(value as never, name, specification)
  const isSame = expression.kind === 'constant' || expression.kind === 'camera'
  const fields = isSame ? [] : fieldsOf(value)
  // `evaluate` writes to the console what data makes fail: here that is the default, silently.
  const isQuiet = 'evaluateWithoutErrorHandling' in expression
  const quietly = (expression as { evaluateWithoutErrorHandling?: StylePropertyExpression['evaluate'] })
    .evaluateWithoutErrorHandling
  const plain = normalizePropertyExpression((fallback ?? null) as never, name, specification)
  const instead = fallback === undefined ? undefined : plain.evaluate({ zoom: 0 }, NO_FEATURE)
  const evaluate: Evaluate = (zoom, feature) => {
    if (!isQuiet) return expression.evaluate({ zoom }, feature, {}, undefined, images)
    try {
      return quietly!.call(expression, { zoom }, feature, {}, undefined, images) ?? instead
    } catch {
      return instead
    }
  }
  return { evaluate, fields, isSame }
}

function filterOf({ filter }: StyleLayer): Expression {
  if (filter === undefined) return { evaluate: () => true, fields: [], isSame: true }
  const { filter: passes } = featureFilter(filter as never, 'filter')
  const fields = fieldsOf(filter)
  return { evaluate: (zoom, feature) => passes({ zoom }, feature), fields, isSame: false }
}

/** Evaluates once for each value of the field where there is one, else once a feature. */
function perFeature<T>({ evaluate, fields, isSame }: Expression, layer: DecodedLayer, zoom: number): PerFeature<T> {
  if (isSame) {
    const value = evaluate(zoom, NO_FEATURE) as T
    return () => value
  }
  const typeOf = (feature: number) => layer.type[feature] as 1 | 2 | 3
  if (fields?.length === 1) {
    const [field] = fields as [string]
    const column = columnOf(layer, field)
    const known = new Map<number, T>()
    return feature => {
      const value = column[feature]!
      if (known.has(value)) return known.get(value)!
      const properties = value < 0 ? {} : { [field]: layer.values[value] }
      const made = evaluate(zoom, { type: typeOf(feature), properties }) as T
      known.set(value, made)
      return made
    }
  }
  const columns = fields?.map(field => [field, columnOf(layer, field)] as const)
  return feature => {
    const properties = columns ? pick(layer, columns, feature) : propertiesOf(layer, feature)
    const id = layer.id[feature]!
    return evaluate(zoom, { type: typeOf(feature), properties, ...(!Number.isNaN(id) && { id }) }) as T
  }
}

function pick(layer: DecodedLayer, columns: readonly (readonly [string, Int32Array])[], feature: number) {
  const properties: Record<string, Value> = {}
  for (const [field, column] of columns) if (column[feature]! >= 0) properties[field] = layer.values[column[feature]!]!
  return properties
}

/** @param opacity 0 to 1 */
export function solidOf({ r, g, b, a }: Color, opacity: number): Solid {
  const factor = 255 * opacity
  return { red: r * factor, green: g * factor, blue: b * factor, alpha: a * factor }
}
