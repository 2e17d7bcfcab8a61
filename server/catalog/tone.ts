import { luma } from '../lib/luma.ts'
import type { StyleLayer } from './layer.ts'

/** How far areas and lines are lightened, so that what is laid over a grey map stands out; text keeps its strength. */
const LIGHTENED = 0.25

/** A style layer with every colour written in it as #rrggbb in grey. A colour that comes from the data stays; a picture loses its own. */
export function inGrey(item: StyleLayer): StyleLayer {
  if (item.type === 'raster') return { ...item, paint: { ...item.paint, 'raster-saturation': -1 } }
  if (!item.paint) return item
  const lighten = item.type === 'symbol' ? 0 : LIGHTENED
  return { ...item, paint: change(item.paint, lighten) as Record<string, unknown> }
}

function change(value: unknown, lighten: number): unknown {
  if (typeof value === 'string') return /^#[0-9a-f]{6}$/.test(value) ? grey(value, lighten) : value
  if (Array.isArray(value)) return value.map(item => change(item, lighten))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(inner, lighten)]))
}

function grey(color: string, lighten: number): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map(at => Number.parseInt(color.slice(at, at + 2), 16))
  const light = luma(red, green, blue)
  const hex = Math.round(light + (255 - light) * lighten)
    .toString(16)
    .padStart(2, '0')
  return `#${hex}${hex}${hex}`
}
