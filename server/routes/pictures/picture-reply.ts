import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { FeatureCollection } from 'geojson'
import { shownAtFirst } from '../../catalog/collection.ts'
import { findStyle } from '../../catalog/named-styles.ts'
import { strongEtag } from '../../lib/etag.ts'
import { refuse } from '../../lib/refusals.ts'
import { untilLeft } from '../../lib/until-left.ts'
import { decorate } from '../../maps/ornaments/decorate.ts'
import { OVERLAY_STYLE } from '../../maps/overlay-style.ts'
import type { PictureLayer, PictureType } from '../../maps/picture.ts'
import type { Printer } from '../../maps/print/printer.ts'
import type { ViewQuery } from '../../tiles/parse-view.ts'
import { boundsOf } from '../../tiles/tilejson.ts'
import { audience } from '../../tiles/tileset.ts'
import type { PictureAsk, Shown } from '../picture-ask.ts'
import type { PictureCommon } from './common.ts'
import { legendLines, legendPen } from './legend.ts'
import {
  type Ornament,
  PDF,
  type PictureQuery,
  parseCrs,
  parseFormat,
  parseOrnaments,
  parseSize,
  parseWhere
} from './parse-ask.ts'
import { planPicture } from './plan-frame.ts'
import { invalid } from './problems.ts'
import { sheetReply } from './sheet-reply.ts'

type Query = PictureQuery & ViewQuery & { style?: string; key?: string }

/** Behind a single layer, as in its style document. */
const PAPER = '#f8f8f6'
const ON_PICTURES: readonly Ornament[] = ['attribution']

/** Answers with a picture or a sheet of what the caller may see of a map. */
export function pictureReply(app: FastifyInstance, printer: Printer) {
  const sendSheet = sheetReply(app, printer)

  return async (
    request: FastifyRequest,
    reply: FastifyReply,
    id: string,
    query: Query,
    overlay: FeatureCollection | undefined
  ): Promise<FastifyReply> => {
    const type = parseFormat(query.format)
    const where = parseWhere(query)
    const shown = shownOf(request, id, query)
    const { collection } = shown
    const { members } = collection
    const signal = untilLeft(reply)
    const common = {
      where,
      shown,
      all: boundsOf({ members, extent: app.catalog.district.extent }),
      overlay: overlay ? [overlayLayer(overlay)] : [],
      background: query.transparent === 'true' ? null : (collection.background ?? PAPER),
      attribution: attributionOf(request, shown),
      signal,
      cacheControl: request.method === 'GET' ? `${audience(members)}no-cache` : 'no-store'
    }
    try {
      if (type === PDF) return await sendSheet(request, reply, query, common)
      return await sendPicture(request, reply, query, type, common)
    } catch (error) {
      return refuse(reply, error, signal)
    }
  }

  function shownOf(request: FastifyRequest, id: string, { style, filter, division, asof }: Query): Shown {
    const collection = shownAtFirst(app.collection(request, id))
    const query = { filter, division, asof }
    const { members } = collection
    if (style === undefined) return { collection, query }
    const known = members.length === 1 && findStyle(members[0]!.layer, style)
    if (!known) throw invalid('style', style, '/api/layers/{id}/styles')
    return { collection, query, style }
  }

  function attributionOf({ language }: FastifyRequest, { collection: { members } }: Shown): string {
    const departments = members.map(({ layer }) => app.catalog.departments.get(layer.department)?.title[language] ?? '')
    return [...new Set(departments)].filter(Boolean).join(language === 'zh' ? '、' : ', ')
  }

  async function sendPicture(
    request: FastifyRequest,
    reply: FastifyReply,
    query: Query,
    type: PictureType,
    { where, shown, all, overlay, background, attribution, cacheControl, signal }: PictureCommon
  ): Promise<FastifyReply> {
    const { language } = request
    const size = parseSize(query.size)
    const ornaments = parseOrnaments(query.ornaments, ON_PICTURES)
    const { frame, metresPerPixel, zoom } = planPicture(where, parseCrs(query.crs, 'EPSG:3857'), size, all)
    const entries = ornaments.has('legend') ? legendLines(app, shown, language, zoom) : []
    const ask: PictureAsk = { shown: [shown], frame, background, overlay, type, isAlone: true, signal }
    const said = ornaments.has('attribution') ? attribution : ''
    const etag = strongEtag(await app.pictures.key(ask), JSON.stringify([...ornaments, entries, said]))
    reply.header('vary', 'Accept-Language')
    if (reply.unchanged(etag, cacheControl)) return reply
    reply.type(type)
    if (ornaments.size === 0) return reply.send(await app.pictures.draw(ask))
    const plain = await app.pictures.draw({ ...ask, type: 'image/png' })
    const drawEntries = legendPen(app, shown, frame.pixelRatio)
    const decorated = await decorate(
      plain,
      frame,
      {
        ...(ornaments.has('scale') && { metresPerPixel }),
        north: ornaments.has('north'),
        attribution: said,
        ...(entries.length > 0 && { legend: { entries, draw: drawEntries } })
      },
      type
    )
    return reply.send(decorated)
  }
}

const overlayLayer = (features: FeatureCollection): PictureLayer<never> => ({
  style: OVERLAY_STYLE,
  source: { kind: 'features', features }
})
