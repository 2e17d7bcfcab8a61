import {
  type FilterSpecification,
  featureFilter,
  latest,
  normalizePropertyExpression,
  type StylePropertyExpression,
  type StylePropertySpecification
} from '@maplibre/maplibre-gl-style-spec'
import type { StyleLayer } from '../../catalog/layer.ts'

/** What a style layer is evaluated for: a feature by its fields, at a zoom. */
export interface Seen {
  zoom: number
  properties: Readonly<Record<string, unknown>>
  /** 0 to 1, of a heat map. */
  heatmapDensity?: number
}

type Group = 'paint' | 'layout'
type Specified = Record<string, StylePropertySpecification | undefined>

/** The value of a property of a style layer, or what the specification takes where it names none; undefined: neither. */
export function styleValue<T>(item: StyleLayer, group: Group, property: string, seen: Seen): T {
  const { properties, ...globals } = seen
  const expression = propertyOf(item, group, property)
  if (!expression) return undefined as T
  if (!('evaluateWithoutErrorHandling' in expression)) return expression.evaluate(globals, NO_FEATURE) as T
  try {
    const { evaluateWithoutErrorHandling: evaluate } = expression as { evaluateWithoutErrorHandling: Evaluate }
    return evaluate.call(expression, globals, featureWith(properties)) as T
  } catch {
    // Such a feature has the default, silently: `evaluate` would write to the console.
    return specificationOf(item, group)?.[property]?.default as T
  }
}

/** Whether a style layer draws such a feature at its zoom. */
export function drawsFeature(item: StyleLayer, { zoom, properties }: Seen): boolean {
  if (!isVisible(item, zoom)) return false
  const known = filters.get(item) ?? featureFilter(item.filter as FilterSpecification | undefined, `${item.id}.filter`)
  filters.set(item, known)
  return known.filter({ zoom }, featureWith(properties))
}

/** Whether a style layer draws anything at a zoom: from `minzoom` on, and before `maxzoom`. */
export const isVisible = ({ minzoom = 0, maxzoom = Infinity, layout }: StyleLayer, zoom: number): boolean =>
  zoom >= minzoom && zoom < maxzoom && layout?.['visibility'] !== 'none'

type Evaluate = (globals: { zoom: number }, feature: ReturnType<typeof featureWith>) => unknown

const specificationOf = (item: StyleLayer, group: Group) =>
  latest[`${group}_${item.type}` as keyof typeof latest] as Specified | undefined

const NO_FEATURE = { type: 'Unknown' as const, properties: {} }

const featureWith = (properties: Seen['properties']) => ({ type: 'Unknown' as const, properties: { ...properties } })

const filters = new WeakMap<StyleLayer, ReturnType<typeof featureFilter>>()
const parsed = new WeakMap<StyleLayer, Map<string, StylePropertyExpression | null>>()

function propertyOf(item: StyleLayer, group: Group, property: string): StylePropertyExpression | null {
  const known = parsed.get(item) ?? new Map<string, StylePropertyExpression | null>()
  parsed.set(item, known)
  const key = `${group}.${property}`
  const found = known.get(key)
  if (found !== undefined) return found
  const specification = specificationOf(item, group)?.[property]
  const value = item[group]?.[property] ?? specification?.default
  const made =
    specification && value !== undefined
      ? normalizePropertyExpression(value as never, `${item.id}.${key}`, specification)
      : null
  known.set(key, made)
  return made
}
