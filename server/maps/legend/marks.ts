import type { StyleLayer } from '../../catalog/layer.ts'
import { drawsFeature, type Seen, styleValue } from './style-value.ts'

/** What one style layer adds to a swatch. Lengths are CSS pixels, colours CSS, opacities 0 to 1. */
export type Mark =
  | { type: 'fill'; color: string; opacity: number; outline: string | null; pattern: string | null }
  | {
      type: 'line'
      color: string
      opacity: number
      width: number
      /** Lengths of dashes and gaps. */
      dash: number[] | null
      cap: 'butt' | 'round' | 'square'
      /** To the right of the line; of an outline inwards. */
      offset: number
      /** Between the two lines of a casing; 0: there is one line. */
      gap: number
      pattern: string | null
    }
  | {
      type: 'circle'
      color: string
      opacity: number
      radius: number
      stroke: string
      strokeOpacity: number
      strokeWidth: number
    }
  /** A picture of the sprite sheet, `size` times as large. */
  | { type: 'icon'; icon: string; opacity: number; size: number }
  | { type: 'text'; color: string; opacity: number; halo: string; haloWidth: number }
  /** Colours from the least to the greatest density. */
  | { type: 'heat'; colors: string[]; opacity: number }

/** The marks that a feature is drawn with, from bottom to top; text only where there is nothing else to be seen. */
export function marksOf(style: readonly StyleLayer[], seen: Seen): Mark[] {
  const marks = style.filter(item => drawsFeature(item, seen)).flatMap(item => markOf(item, seen))
  const drawn = marks.filter(({ type }) => type !== 'text')
  return drawn.length > 0 ? drawn : marks.slice(0, 1)
}

/** A colour, and a picture's name, as the style specification evaluates them. */
type Printed = { toString(): string } | null | undefined

function markOf(item: StyleLayer, seen: Seen): Mark[] {
  const paint = <T>(name: string) => styleValue<T>(item, 'paint', name, seen)
  const color = (name: string) => paint<Printed>(name)?.toString() ?? 'rgba(0,0,0,0)'
  const picture = (name: string) => paint<Printed>(name)?.toString() ?? null
  const ifSeen = <M extends Mark>(mark: M): M[] => (mark.opacity > 0 ? [mark] : [])
  switch (item.type) {
    case 'fill':
      return ifSeen({
        type: 'fill',
        color: color('fill-color'),
        opacity: paint('fill-opacity'),
        outline: picture('fill-outline-color'),
        pattern: picture('fill-pattern')
      })
    case 'line':
      return ifSeen(lineMark(item, seen, color('line-color'), picture('line-pattern')))
    case 'circle':
      return ifSeen({
        type: 'circle',
        color: color('circle-color'),
        opacity: paint('circle-opacity'),
        radius: paint('circle-radius'),
        stroke: color('circle-stroke-color'),
        strokeOpacity: paint('circle-stroke-opacity'),
        strokeWidth: paint('circle-stroke-width')
      })
    case 'symbol':
      return symbolMark(item, seen).flatMap(ifSeen)
    case 'heatmap':
      return ifSeen({ type: 'heat', colors: heatColors(item, seen), opacity: paint('heatmap-opacity') })
    default:
      return []
  }
}

function lineMark(item: StyleLayer, seen: Seen, color: string, pattern: string | null): Mark {
  const paint = <T>(name: string) => styleValue<T>(item, 'paint', name, seen)
  const width = paint<number>('line-width')
  const dash = paint<number[] | undefined>('line-dasharray')?.map(length => length * width) ?? null
  return {
    type: 'line',
    color,
    opacity: width > 0 ? paint('line-opacity') : 0,
    width,
    dash,
    cap: styleValue(item, 'layout', 'line-cap', seen),
    offset: paint('line-offset'),
    gap: paint('line-gap-width'),
    pattern
  }
}

function symbolMark(item: StyleLayer, seen: Seen): Mark[] {
  const paint = <T>(name: string) => styleValue<T>(item, 'paint', name, seen)
  const icon = styleValue<Printed>(item, 'layout', 'icon-image', seen)?.toString()
  if (icon) {
    return [{ type: 'icon', icon, opacity: paint('icon-opacity'), size: styleValue(item, 'layout', 'icon-size', seen) }]
  }
  if (item.layout?.['text-field'] === undefined) return []
  return [
    {
      type: 'text',
      color: paint<Printed>('text-color')?.toString() ?? '#000000',
      opacity: paint('text-opacity'),
      halo: paint<Printed>('text-halo-color')?.toString() ?? 'rgba(0,0,0,0)',
      haloWidth: paint('text-halo-width')
    }
  ]
}

const HEAT_STEPS = 8

const heatColors = (item: StyleLayer, seen: Seen): string[] =>
  Array.from({ length: HEAT_STEPS + 1 }, (_, step) =>
    String(styleValue(item, 'paint', 'heatmap-color', { ...seen, heatmapDensity: step / HEAT_STEPS }))
  )
