import { Color, createPropertyExpression, latest } from '@maplibre/maplibre-gl-style-spec'
import type { StyleLayer } from '../../catalog/layer.ts'
import { conditionAt, type Properties, readsData } from './expression-tree.ts'
import { propertySpec } from './property-spec.ts'

type Spec = Parameters<typeof createPropertyExpression>[2]

/**
 * The value of a property at a zoom: a constant as SLD writes it (colours as #rrggbb, lists as lists), or an expression
 * of data where it depends on them. Undefined: the property is not set.
 */
export function valueAt({ type }: StyleLayer, properties: Properties, name: string, zoom: number): unknown {
  const value = properties[name]
  if (!Array.isArray(value)) return value
  if (readsData(value)) return conditionAt(value, zoom)
  const made = createPropertyExpression(value as never, name, specOf(type, name))
  // A list that is no expression.
  if (made.result === 'error' || !propertySpec(type, name)) return value
  return plain(made.value.evaluate({ zoom } as never, undefined as never))
}

function specOf(type: string, name: string): Spec {
  const groups = latest as unknown as Record<string, Record<string, Spec> | undefined>
  return (groups[`paint_${type}`]?.[name] ?? groups[`layout_${type}`]?.[name]) as Spec
}

function plain(value: unknown): unknown {
  if (value instanceof Color) return colorText(value)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return String(value)
  return typeof value === 'number' ? Number(value.toFixed(3)) : value
}

const hex = (channel: number) =>
  Math.round(channel * 255)
    .toString(16)
    .padStart(2, '0')

const colorText = (color: Color): string => {
  const [red, green, blue] = color.rgb
  return `#${[red, green, blue].map(hex).join('')}`
}

/** A constant colour as SLD has it, and how far it can be seen through. */
export function splitColor(value: unknown): { color: unknown; opacity: number } {
  if (typeof value !== 'string') return { color: value, opacity: 1 }
  const color = Color.parse(value)
  return color ? { color: colorText(color), opacity: Number(color.a.toFixed(3)) } : { color: value, opacity: 1 }
}
