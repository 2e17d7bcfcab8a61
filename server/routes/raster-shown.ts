import type { Collection } from '../catalog/collection.ts'
import { findStyle } from '../catalog/named-styles.ts'
import { defineProblem } from '../lib/errors.ts'
import type { PictureType } from '../maps/picture.ts'
import type { ViewQuery } from '../tiles/parse-view.ts'
import type { Shown } from './picture-ask.ts'

/** What a raster tile's address ends in, and what it then is. */
export const RASTER_TYPES = {
  png: 'image/png',
  webp: 'image/webp',
  jpg: 'image/jpeg'
} as const satisfies Record<string, PictureType>
export type RasterExtension = keyof typeof RASTER_TYPES
export const RASTER_EXTENSIONS = Object.keys(RASTER_TYPES) as RasterExtension[]

/** Deeper zooms clients enlarge themselves. */
export const RASTER_MAX_ZOOM = 22

const styleUnknown = defineProblem(
  'TILE_STYLE_UNKNOWN',
  404,
  { zh: '没有这个样式', en: 'No such style' },
  {
    zh: '{id} 没有名为“{style}”的样式。图层的样式见 /api/layers/{id}/styles；多个图层合成的瓦片只有默认样式。',
    en: '{id} has no style “{style}”. /api/layers/{id}/styles lists those of a layer; tiles of several have the default one only.'
  }
)

/** What raster tiles show: a picture takes all fields it needs, so `fields` counts for nothing. */
export function rasterShown(
  collection: Collection,
  { style, filter, division, asof }: ViewQuery & { style?: string }
): Shown {
  const query = { filter, division, asof }
  if (style === undefined) return { collection, query }
  const [only, ...others] = collection.members
  if (!only || others.length > 0 || !findStyle(only.layer, style)) {
    throw styleUnknown({ id: collection.id, style: style.slice(0, 60) })
  }
  return { collection, query, style }
}
