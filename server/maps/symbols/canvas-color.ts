import { Color } from '@maplibre/maplibre-gl-style-spec'

/** A colour as a canvas takes it; null: nothing of it is seen. */
export type CanvasColor = string | null

const known = new WeakMap<Color, CanvasColor>()

export function canvasColor(value: Color | string | null | undefined): CanvasColor {
  const color = typeof value === 'string' ? Color.parse(value) : value
  if (!color || color.a <= 0) return null
  const text = known.get(color) ?? color.toString()
  known.set(color, text)
  return text
}
