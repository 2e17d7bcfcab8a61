import type { LegendEntry } from './describe-legend.ts'
import type { Mark } from './marks.ts'

/** A layer's part of a legend. */
export interface LegendPart {
  id: string
  title: string
  /** The title of its style; absent: it is the default one. */
  style?: string
  entries: readonly LegendEntry[]
}

/** The legends of layers in the form that GeoServer gave theirs, which map clients read: rules with symbolizers. */
export const legendJson = (parts: readonly LegendPart[]): object => ({
  Legend: parts.map(({ id, title, style, entries }) => ({
    layerName: id,
    title,
    ...(style !== undefined && { style }),
    rules: entries
      .filter(({ marks }) => marks !== null)
      .map((entry, i) => ({
        name: ruleName(entry, i),
        title: entry.title,
        ...(entry.of && { field: entry.of.field, values: entry.of.values }),
        symbolizers: (entry.marks ?? []).map(symbolizer)
      }))
  }))
})

/** A name for a line: the values it is about, else its place. */
const ruleName = ({ of }: LegendEntry, index: number): string =>
  of ? `${of.field}=${of.values.map(value => value ?? '*').join('|')}` : `rule-${index + 1}`

/** Symbolizers carry the names of SVG's properties, as numbers and colours in texts do in SLD. */
function symbolizer(mark: Mark): object {
  switch (mark.type) {
    case 'fill':
      return {
        Polygon: {
          fill: plain(mark.color),
          'fill-opacity': text(mark.opacity),
          ...(mark.pattern !== null && { 'graphic-fill': { sprite: mark.pattern } }),
          ...(mark.outline !== null && { stroke: plain(mark.outline) })
        }
      }
    case 'line':
      return {
        Line: {
          stroke: plain(mark.color),
          'stroke-width': text(mark.width),
          'stroke-opacity': text(mark.opacity),
          'stroke-linecap': mark.cap,
          ...(mark.dash && { 'stroke-dasharray': mark.dash.map(text).join(' ') }),
          ...(mark.offset !== 0 && { 'perpendicular-offset': text(mark.offset) }),
          ...(mark.pattern !== null && { 'graphic-stroke': { sprite: mark.pattern } })
        }
      }
    case 'circle':
      return {
        Point: {
          size: text(2 * mark.radius),
          opacity: text(mark.opacity),
          graphics: [
            {
              mark: 'circle',
              fill: plain(mark.color),
              ...(mark.strokeWidth > 0 && { stroke: plain(mark.stroke), 'stroke-width': text(mark.strokeWidth) })
            }
          ]
        }
      }
    case 'icon':
      return { Point: { opacity: text(mark.opacity), graphics: [{ sprite: mark.icon, scale: text(mark.size) }] } }
    case 'text':
      return { Text: { fill: plain(mark.color), halo: { fill: plain(mark.halo), radius: text(mark.haloWidth) } } }
    case 'heat':
      return { Raster: { opacity: text(mark.opacity), colormap: mark.colors.map(plain) } }
  }
}

/** `rgba(255,0,0,1)` → `#ff0000`; what is translucent stays. */
const plain = (color: string): string =>
  color.replace(/^rgba\((\d+), ?(\d+), ?(\d+), ?1\)$/, (_, ...channels) =>
    channels
      .slice(0, 3)
      .reduce((hex: string, channel: string) => hex + Number(channel).toString(16).padStart(2, '0'), '#')
  )

const text = (value: number): string => String(Math.round(value * 1000) / 1000)
