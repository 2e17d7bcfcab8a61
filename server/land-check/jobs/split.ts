import { splitTxt } from '../intake/txt-lines.ts'
import { readPlots } from '../intake/txt-plots.ts'
import type { GivenItem } from './request.ts'

/** One text with many parcels as many items, each with a text of its own: what is kept of one says nothing of the others. */

/**
 * A 界址点 TXT by plot: the lines before the first plot, and the plot's own.
 * @throws TXT_UNREADABLE where the file as a whole makes no sense
 */
export function splitTxtPlots(text: string): GivenItem[] {
  const plots = readPlots(splitTxt(text).plots)
  const lines = text.split(/\r\n|\r|\n/)
  const head = lines.slice(0, (plots[0]?.line ?? 1) - 1)
  return plots.map(({ no, name, line }, i) => {
    const own = lines.slice(line - 1, (plots[i + 1]?.line ?? lines.length + 1) - 1)
    return { label: [no, name].filter(word => word !== '').join(' '), request: { txt: [...head, ...own].join('\n') } }
  })
}

interface FeatureLike {
  type?: unknown
  id?: unknown
  properties?: Record<string, unknown> | null
  geometry?: unknown
  features?: unknown
}

/** GeoJSON by feature; called by its `id`, else by its first property that is a text. */
export function splitGeojson(value: unknown): GivenItem[] {
  const { type, features } = (value ?? {}) as FeatureLike
  if (type !== 'FeatureCollection' || !Array.isArray(features)) return [{ request: { geojson: value } }]
  return features.map((feature: FeatureLike | null) => {
    const words = Object.values(feature?.properties ?? {}).filter(word => typeof word === 'string')
    const label = feature?.id === undefined ? words[0] : String(feature.id)
    return { label, request: { geojson: feature?.geometry ?? null } }
  })
}
