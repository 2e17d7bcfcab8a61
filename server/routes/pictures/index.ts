import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { PICTURE_CRS } from '../../lib/picture-crs.ts'
import { Printer } from '../../maps/print/printer.ts'
import { FORMATS, ORNAMENTS, PDF } from './parse-ask.ts'
import { OVERLAY_LIMITS, parseOverlay, parseOverlayText } from './parse-overlay.ts'
import { pictureReply } from './picture-reply.ts'

const Text = (description: string) => Type.Optional(Type.String({ description }))
const Query = Type.Object({
  bbox: Text('west,south,east,north in degrees, whatever the crs; default: as far as the data reach'),
  center: Text('longitude,latitude in degrees, with zoom or scale'),
  zoom: Text('As MapLibre counts zooms, fractions allowed: 0 … 24'),
  scale: Text('5000: 1:5000, of a sheet of paper, and of a picture at 96 pixels an inch'),
  size: Text('800x600 (default), 800x600@2x: CSS pixels; of paper the frame gives the size'),
  crs: Text(`${PICTURE_CRS.map(({ code }) => code).join(', ')}; default EPSG:3857, on paper the CRS of the surveys`),
  format: Text(`${[...Object.keys(FORMATS), PDF].join(', ')}; default png`),
  ornaments: Text(`${ORNAMENTS.join(', ')} joined by commas, or none; default attribution, on paper all`),
  transparent: Type.Optional(Type.Enum(['true', 'false'])),
  style: Text('A style of the layer'),
  overlay: Text('GeoJSON to lay over the map: a short one; longer ones go into the body of a POST'),
  title: Text('On paper: above the map; default: its own'),
  paper: Text('a4 (default), a3'),
  orientation: Text('landscape (default), portrait'),
  filter: Text('Only features that a condition in CQL2 text holds for'),
  division: Text('Only features of a division, by its 12-digit code'),
  asof: Text('As of a revision, a date or an instant'),
  lang: Type.Optional(Type.Enum(['zh', 'en'])),
  key: Text('A key, for clients that can only keep a URL')
})
const Params = Type.Object({ id: Type.String({ description: 'A map, a layer, or layers joined by commas' }) })
/** RFC 7946; checked by parseOverlay, which says better what is wrong. */
const GeoJson = Type.Object({}, { additionalProperties: true, description: 'GeoJSON in degrees (RFC 7946)' })

/** `/api/maps/{id}/picture`: a map as one picture or one sheet of paper, with what makes a map of it. */
const pictures: FastifyPluginAsyncTypebox = async app => {
  const printer = new Printer()
  app.addHook('onClose', () => printer.close())
  const send = pictureReply(app, printer)
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/geo+json', { parseAs: 'string' }, parseJson)

  app.get(
    '/api/maps/:id/picture',
    {
      schema: { tags: ['maps'], summary: 'A map as a picture or as PDF', params: Params, querystring: Query }
    },
    (request, reply) => {
      const { overlay } = request.query
      return send(request, reply, request.params.id, request.query, overlay ? parseOverlayText(overlay) : undefined)
    }
  )

  app.post(
    '/api/maps/:id/picture',
    {
      bodyLimit: OVERLAY_LIMITS.bytes,
      schema: {
        tags: ['maps'],
        summary: 'A map as a picture or as PDF, with GeoJSON laid over it',
        params: Params,
        querystring: Query,
        body: GeoJson
      }
    },
    (request, reply) => send(request, reply, request.params.id, request.query, parseOverlay(request.body))
  )
}

export default pictures
