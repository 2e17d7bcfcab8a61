import { isExpression, latest } from '@maplibre/maplibre-gl-style-spec'

interface PropertySpec {
  type: string
  /** Whether its expression may name fields, and zooms. */
  byFeature: boolean
  byZoom: boolean
  default?: unknown
}

interface SpecEntry {
  type: string
  default?: unknown
  expression?: { parameters: string[] }
}

/** What the style specification says of a paint or layout property; undefined where it knows none. */
export function propertySpec(type: string, name: string): PropertySpec | undefined {
  const groups = latest as unknown as Record<string, Record<string, SpecEntry> | undefined>
  const found = groups[`paint_${type}`]?.[name] ?? groups[`layout_${type}`]?.[name]
  if (!found) return undefined
  const { parameters = [] } = found.expression ?? {}
  return {
    type: found.type,
    byFeature: parameters.includes('feature'),
    byZoom: parameters.includes('zoom'),
    default: found.default
  }
}

/** A list that is a value and no expression says so where an expression could stand. */
export const asLiteral = (value: unknown): unknown =>
  Array.isArray(value) && !isExpression(value) ? ['literal', value] : value
