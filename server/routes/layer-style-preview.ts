import type { FastifyInstance, FastifyReply } from 'fastify'
import { type Collection, findCollection } from '../catalog/collection.ts'
import type { Layer } from '../catalog/layer.ts'
import type { NamedStyle } from '../catalog/named-styles.ts'
import { exampleOf } from '../features/example.ts'
import { isQueryable } from '../features/queryable.ts'
import { strongEtag } from '../lib/etag.ts'
import { findPictureCrs } from '../lib/picture-crs.ts'
import { untilLeft } from '../lib/until-left.ts'
import { frameAround, unitsAtZoom } from '../maps/framing.ts'
import type { PictureFrame } from '../maps/picture.ts'
import { audience, checkStored } from '../tiles/tileset.ts'

export interface PreviewSize {
  width: number
  height: number
}

const MERCATOR = findPictureCrs('EPSG:3857')!
const PAPER = '#f8f8f6'

/** Answers with a picture of a layer in a style, at a place and zoom where all of the style is to be seen. */
export async function sendPreview(
  app: FastifyInstance,
  reply: FastifyReply,
  { layer, style, size }: { layer: Layer; style: NamedStyle; size: PreviewSize }
): Promise<FastifyReply> {
  checkStored(layer)
  const collection = findCollection(app.catalog, layer.id, () => true)
  const frame = await frameOf(app, collection, style, size)
  const shown = [{ collection, style: style.id }]
  const how = { background: PAPER, type: 'image/png' as const, isAlone: true }
  const ask = { shown, frame, ...how, signal: untilLeft(reply) }
  const etag = strongEtag(await app.pictures.key(ask))
  if (reply.unchanged(etag, `${audience(collection.members)}no-cache`)) return reply
  return reply.type('image/png').send(await app.pictures.draw(ask))
}

async function frameOf(
  app: FastifyInstance,
  { members }: Collection,
  style: NamedStyle,
  size: PreviewSize
): Promise<PictureFrame> {
  const { layer, bounds, revision } = members[0]!
  const [west = 0, south = 0, east = 0, north = 0] = bounds ?? layer.extent ?? app.catalog.district.extent
  const isThere = revision > 0 && isQueryable(layer) && !app.catalog.isTableMissing(layer.id)
  const example = isThere ? await exampleOf(app.db, layer, [west, south, east, north]) : null
  const { place, side } = example ?? { place: [(west + east) / 2, (south + north) / 2] as [number, number], side: 0 }
  const across = (degrees: number) => Math.log2((size.width * 360) / (512 * Math.max(degrees, 1e-6)))
  // All of the layer, or where features are areas some four of them in a row, if that is closer.
  const near = layer.geometry.endsWith('Polygon') && side > 0 ? across(4 * side) : 0
  const zoom = Math.max(
    across(east - west),
    near,
    ...style.style.map(({ minzoom = 0 }) => minzoom + 0.5),
    layer.zoom.min
  )
  const units = unitsAtZoom(MERCATOR, place, Math.min(zoom, DEEPEST))
  return frameAround(MERCATOR, place, units, size, 1)
}

/** Beyond it a parcel is larger than the picture. */
const DEEPEST = 20
