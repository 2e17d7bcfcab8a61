import type { Layer, StyleLayer } from '../../catalog/layer.ts'
import type { CodeList } from '../../catalog/shared.ts'
import type { Language } from '../../lib/errors.ts'
import { titleOfValues } from './class-titles.ts'
import { classify } from './classes.ts'
import { fieldValues } from './field-values.ts'
import { fieldsOfStyle } from './fields-of-style.ts'
import { type Mark, marksOf } from './marks.ts'
import { isVisible } from './style-value.ts'

/** A line of a legend. */
export interface LegendEntry {
  title: string
  /** null: a heading for those that follow. */
  marks: Mark[] | null
  /** What the marks are drawn on: around a piece of area, along a line, at a point. */
  shape: Shape
  /** The features it is about: those with one of these values; absent: all. null stands for all other values. */
  of?: { field: string; values: unknown[] }
}

export type Shape = 'area' | 'line' | 'point'

export interface LegendOptions {
  /** As MapLibre counts zooms; default: one at which most of the style is drawn. */
  zoom?: number
}

type Described = Pick<Layer, 'title' | 'fields' | 'geometry' | 'zoom'>

/**
 * The legend of a layer: a line for each look that its features may have, titled by the values of the field it hangs on
 * (those of a code list spelled out) below a heading with the field's title; a line with the layer's title where there
 * is but one look. What is not drawn at the zoom has no line.
 */
export function describeLegend(
  layer: Described,
  style: readonly StyleLayer[],
  codeLists: ReadonlyMap<string, CodeList>,
  language: Language,
  { zoom = usualZoom(layer, style) }: LegendOptions = {}
): LegendEntry[] {
  const seen = style.filter(item => isVisible(item, zoom))
  const tried = fieldsOfStyle(seen).map(use => ({ use, values: fieldValues(use, layer, codeLists, language) }))
  const lookAt = (properties: Record<string, unknown>) => marksOf(seen, { zoom, properties })
  const classes = classify(tried, lookAt)
  const titleOf = (field: string) => layer.fields.find(({ name }) => name === field)?.title[language] ?? field
  const [first] = classes
  if (!first) return []
  const shape = shapeOf(layer)
  if (classes.length === 1) return [{ title: layer.title[language], marks: first.marks, shape }]
  return [
    { title: titleOf(first.field), marks: null, shape },
    ...classes.map(({ field, values, marks }) => {
      const text = titleOfValues(values, language)
      return {
        title: field === first.field ? text : `${titleOf(field)}${language === 'zh' ? '\uff1a' : ': '}${text}`,
        marks,
        shape,
        of: { field, values: values.map(({ value, isOther }) => (isOther ? null : value)) }
      }
    })
  ]
}

const shapeOf = ({ geometry }: Described): Shape =>
  geometry.endsWith('Point') ? 'point' : geometry.endsWith('LineString') ? 'line' : 'area'

/** Where one looks closely; points grow as one comes nearer. */
const CLOSE: Readonly<Record<Shape, number>> = { area: 15, line: 15, point: 17 }

/** The zoom nearest to a close look at which most style layers that draw more than text are drawn. */
export function usualZoom(layer: Described, style: readonly StyleLayer[]): number {
  const drawn = style.filter(({ type }) => type !== 'symbol')
  const items = drawn.length > 0 ? drawn : style
  const close = Math.max(CLOSE[shapeOf(layer)], layer.zoom.min)
  const zooms = [close, ...items.flatMap(({ minzoom = close, maxzoom = Infinity }) => [minzoom, maxzoom - 0.01])]
  const count = (zoom: number) => items.filter(item => isVisible(item, zoom)).length
  const distance = (zoom: number) => Math.abs(zoom - close)
  return zooms.filter(Number.isFinite).reduce((best, zoom) => {
    const more = count(zoom) - count(best)
    return more > 0 || (more === 0 && distance(zoom) < distance(best)) ? zoom : best
  }, close)
}
