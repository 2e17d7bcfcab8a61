import type { FastifyInstance, FastifyReply } from 'fastify'
import { type Collection, findCollection } from '../catalog/collection.ts'
import type { Layer } from '../catalog/layer.ts'
import type { NamedStyle } from '../catalog/named-styles.ts'
import { examplePlace } from '../features/example-place.ts'
import { isQueryable } from '../features/queryable.ts'
import { strongEtag } from '../lib/etag.ts'
import { findPictureCrs } from '../lib/picture-crs.ts'
import { type DegreesBox, frameAround, unitsAtZoom } from '../maps/framing.ts'
import type { PictureFrame } from '../maps/picture.ts'
import { audience, checkVector } from '../tiles/tileset.ts'
import { untilLeft } from './wms/until-left.ts'

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
  checkVector(layer)
  const collection = findCollection(app.catalog, layer.id, () => true)
  const frame = await frameOf(app, collection, style, size)
  const shown = [{ collection, style: style.id }]
  const ask = { shown, frame, background: PAPER, type: 'image/png' as const, signal: untilLeft(reply) }
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
  const box = (bounds ?? layer.extent ?? app.catalog.district.extent) as unknown as DegreesBox
  const isThere = revision > 0 && isQueryable(layer) && !app.catalog.isTableMissing(layer.id)
  const [west, south, east, north] = box
  const place = (isThere && (await examplePlace(app.db, layer, [...box]))) || [(west + east) / 2, (south + north) / 2]
  const fitting = Math.log2((size.width * 360) / (512 * Math.max(east - west, 1e-6)))
  const zoom = Math.max(fitting, ...style.style.map(({ minzoom = 0 }) => minzoom + 0.5), layer.zoom.min)
  const units = unitsAtZoom(MERCATOR, place as [number, number], Math.min(zoom, DEEPEST))
  return frameAround(MERCATOR, place as [number, number], units, size, 1)
}

/** Beyond it a parcel is larger than the picture. */
const DEEPEST = 18
