import { Color, createExpression, featureFilter, latest } from '@maplibre/maplibre-gl-style-spec'
import type { Layer, StyleLayer } from '../../server/catalog/layer.ts'
import { splitColor, valueAt } from '../../server/maps/sld/style-values.ts'

/** What SLD has words for, with what it means where it is not set. */
const SAID: Readonly<Record<string, unknown>> = {
  'fill-color': '#000000',
  'fill-opacity': 1,
  'fill-pattern': '',
  'line-color': '#000000',
  'line-opacity': 1,
  'line-width': 1,
  'line-offset': 0,
  'line-dasharray': '',
  'line-cap': 'butt',
  'circle-color': '#000000',
  'circle-opacity': 1,
  'circle-radius': 5,
  'circle-stroke-color': '',
  'circle-stroke-width': 0,
  'icon-image': '',
  'icon-size': 1,
  'text-field': '',
  'text-size': 16,
  'text-color': '',
  'text-halo-color': '',
  'text-halo-width': 0,
  'text-anchor': 'center',
  'symbol-placement': 'point'
}

interface DrawnItem {
  /** Where from and in which colours, which have to be the same. */
  look: string
  /** Sizes, which may differ as SLD has them by steps of the scale. */
  sizes: number[]
}

function drawn(style: StyleLayer[], zoom: number, properties: Record<string, unknown>): DrawnItem[] {
  const feature = { type: 3 as const, properties, geometry: [] }
  const items = style.flatMap(item => {
    const { minzoom = 0, maxzoom = 24, filter, type } = item
    if (zoom < minzoom || zoom >= maxzoom) return []
    if (filter && !featureFilter(filter as never, 'filter').filter({ zoom }, feature as never)) return []
    const all = { ...item.layout, ...item.paint }
    const values = Object.entries(SAID)
      .filter(([name]) => name in all)
      .map(([name, usual]) => ({
        name,
        usual,
        value: evaluate(item, all, name, zoom, properties)
      }))
    const isText = !values.some(({ name, value }) => (name === 'text-field' || name === 'icon-image') && !value)
    if (type === 'symbol' && !isText) return []
    const told = values.filter(({ value, usual }) => value !== usual)
    const look = told.filter(({ value }) => typeof value !== 'number').map(({ name, value }) => `${name}=${value}`)
    const sizes = Object.entries(SAID)
      .filter(([, usual]) => typeof usual === 'number')
      .map(([name, usual]) => values.find(value => value.name === name)?.value ?? usual)
    return [{ look: `${type} ${item['source-layer']} ${look.join(' ')}`, sizes: sizes as number[] }]
  })
  return items.sort((a, b) => (a.look < b.look ? -1 : 1))
}

function evaluate(
  item: StyleLayer,
  all: Record<string, unknown>,
  name: string,
  zoom: number,
  properties: Record<string, unknown>
) {
  const value = valueAt(item, all, name, zoom)
  if (name === 'line-dasharray') return Array.isArray(value) ? `${value.length} dashes` : value
  if (!Array.isArray(value)) return value
  const made = createExpression(
    value,
    name,
    (latest[`paint_${item.type}` as 'paint_fill'] as never)?.[name] ??
      (latest[`layout_${item.type}` as 'layout_fill'] as never)?.[name]
  )
  if (made.result === 'error') throw new Error(`${name} ${JSON.stringify(value)}`)
  const found: unknown = made.value.evaluate({ zoom } as never, { type: 3, properties } as never)
  if (found instanceof Color) return splitColor(found.toString()).color
  return typeof found === 'number' ? found : String(found ?? '').trim()
}

const isNear = (a: DrawnItem, b: DrawnItem) =>
  a.look === b.look &&
  a.sizes.every((size, i) => Math.abs(size - b.sizes[i]!) <= 0.1 + 0.3 * Math.max(size, b.sizes[i]!))

/** Values that the conditions of a style ask for, and one they do not; also none. */
function samples(style: StyleLayer[]): Record<string, unknown>[] {
  const values = new Map<string, unknown[]>()
  const look = (value: unknown): void => {
    if (!Array.isArray(value)) return
    const [operator, input, label] = value
    const field = JSON.stringify(input)?.match(/"get","([a-z0-9_]+)"/)?.[1]
    if (field && operator === 'match')
      values.set(
        field,
        value
          .slice(2, -1)
          .filter((_, i) => i % 2 === 0)
          .flat()
          .concat('other')
      )
    if (field && (operator === '==' || operator === '!=')) values.set(field, [label])
    if (field && operator === 'step')
      values.set(
        field,
        value
          .slice(3)
          .filter((_, i) => i % 2 === 0)
          .map(stop => stop + 1)
      )
    for (const part of value) look(part)
  }
  for (const { filter, layout, paint } of style)
    look([filter, ...Object.values(layout ?? {}), ...Object.values(paint ?? {})])
  const single = [...values].flatMap(([field, some]) =>
    [...some.slice(0, 3), ...some.slice(-2)].map(value => ({ name: '名', [field]: value }))
  )
  return [{}, { name: '名' }, ...single]
}

/** Where another style of a layer draws something else than its own: at which zoom, of which feature. */
export function differences(layer: Layer, back: StyleLayer[]): string[] {
  const zooms = [...new Set(layer.style.flatMap(({ minzoom = layer.zoom.min }) => [minzoom + 0.3, 14.6, 17.3]))]
  return samples(layer.style).flatMap(properties =>
    zooms.flatMap(zoom => {
      const [before, after] = [layer.style, back].map(style => drawn(style, zoom, properties)) as [
        DrawnItem[],
        DrawnItem[]
      ]
      if (before.length === after.length && before.every((item, i) => isNear(item, after[i]!))) return []
      const of = `${layer.id} at ${zoom} of ${JSON.stringify(properties)}`
      return [`${of}:\n${JSON.stringify(before)}\n${JSON.stringify(after)}`]
    })
  )
}
