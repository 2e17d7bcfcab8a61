import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { strongEtag } from '../../lib/etag.ts'
import { composeSheet } from '../../maps/print/compose.ts'
import { layOutSheet, ORIENTATIONS, PAPERS, POINTS_PER_PIXEL } from '../../maps/print/paper.ts'
import type { Printer } from '../../maps/print/printer.ts'
import type { PictureAsk } from '../picture-ask.ts'
import type { PictureCommon } from './common.ts'
import { legendLines, legendPen } from './legend.ts'
import { ORNAMENTS, type PictureQuery, parseCrs, parseOrnaments, parseWord } from './parse-ask.ts'
import { planSheet } from './plan-frame.ts'
import { invalid, notForPaper } from './problems.ts'

/** Pixels of the file to a CSS pixel: 240 to an inch of paper. */
const MAP_RATIO = 2.5
const LEGEND_RATIO = 3
const LONGEST_TITLE = 100

/** Answers with a map on a sheet of paper, as PDF. */
export const sheetReply =
  (app: FastifyInstance, printer: Printer) =>
  async (
    request: FastifyRequest,
    reply: FastifyReply,
    query: PictureQuery,
    { where, shown, all, overlay, background, attribution, cacheControl, signal }: PictureCommon
  ): Promise<FastifyReply> => {
    const { language } = request
    const { title = shown.collection.title[language] } = query
    if (title.length > LONGEST_TITLE) throw invalid('title', title, `≤ ${LONGEST_TITLE}`)
    const crs = parseCrs(query.crs, app.catalog.district.workingCrs)
    if (crs.unit !== 'metre') throw notForPaper(crs.code)
    const ornaments = parseOrnaments(query.ornaments, ORNAMENTS)
    const paper = parseWord('paper', query.paper, PAPERS)
    const orientation = parseWord('orientation', query.orientation, ORIENTATIONS)
    const layout = layOutSheet(paper, orientation, ornaments.has('legend'))
    const size = {
      width: layout.map.width / POINTS_PER_PIXEL,
      height: layout.map.height / POINTS_PER_PIXEL,
      pixelRatio: MAP_RATIO
    }
    const { frame, scale, metresPerPixel, zoom } = planSheet(where, crs, size, all)
    const legend = ornaments.has('legend') ? legendLines(app, shown, language, zoom) : []
    const ask: PictureAsk = {
      shown: [shown],
      frame,
      background: background ?? '#ffffff',
      overlay,
      type: 'image/png',
      isAlone: true,
      signal
    }
    const said = ornaments.has('attribution') ? attribution : ''
    const day = today()
    const etag = strongEtag(
      await app.pictures.key(ask),
      JSON.stringify([paper, orientation, scale, title, [...ornaments], legend, said, language, day])
    )
    reply.header('vary', 'Accept-Language')
    if (reply.unchanged(etag, cacheControl)) return reply
    const picture = await app.pictures.draw(ask)
    const sheet = await composeSheet({
      layout,
      frame,
      picture,
      scale,
      metresPerPixel,
      title,
      attribution: said,
      language,
      createdAt: `${day}T00:00:00Z`,
      hasScaleBar: ornaments.has('scale'),
      hasNorthArrow: ornaments.has('north'),
      legend,
      drawLegend: legendPen(app, shown, LEGEND_RATIO)
    })
    return reply.type('application/pdf').send(await printer.write(sheet))
  }

/** The day at the server's place, YYYY-MM-DD. */
const today = (): string => new Date().toLocaleDateString('sv-SE')
