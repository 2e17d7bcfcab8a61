import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { mayRead } from '../access/roles.ts'
import { shownAtFirst } from '../catalog/collection.ts'
import { isoMetadata } from '../catalog/iso-metadata.ts'
import type { Layer } from '../catalog/layer.ts'
import { defineProblem } from '../lib/errors.ts'
import { strongEtag } from '../lib/etag.ts'
import { boundsOf } from '../tiles/tilejson.ts'

const subjectNotFound = defineProblem(
  'SERVICE_SUBJECT_NOT_FOUND',
  404,
  { zh: '没有这个图层或专题图', en: 'No such layer or map' },
  {
    zh: '没有名为 {id} 的已发布图层或专题图。/api/services 列出可用服务。',
    en: 'There is no published layer or map named {id}. /api/services lists what is served.'
  }
)

/** What catalogues of services call the protocols. */
const PROTOCOL_NAMES: Readonly<Record<string, string>> = {
  wms: 'OGC:WMS',
  wmts: 'OGC:WMTS',
  tiles: 'WWW:LINK-1.0-http--link'
}

/** `/services/{id}/metadata.xml`: what a layer or map is, for catalogues of geographic data. */
const serviceMetadata: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/services/:id/metadata.xml',
    {
      schema: {
        tags: ['catalogue'],
        summary: 'The metadata of a layer or map (ISO 19115, ISO/TS 19139)',
        params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
        querystring: Type.Object({ lang: Type.Optional(Type.Enum(['zh', 'en'])), key: Type.Optional(Type.String()) })
      }
    },
    async (request, reply) => {
      const { id } = request.params
      const mine = (layer: Layer) => mayRead(request.principal, layer)
      const found = app.services.protocols.flatMap(protocol => app.services.find(`${id}.${protocol.id}`, mine) ?? [])
      const [first] = found
      if (!first) throw subjectNotFound({ id })
      const base = app.baseUrl(request)
      const { members } = shownAtFirst(app.collection(request, id))
      const context = {
        themes: app.catalog.themes,
        provider: app.catalog.district.title[request.language],
        addresses: found.flatMap(({ protocol }) => {
          const [url = ''] = Object.values(protocol.urls(base, first.subject))
          return [{ protocol: PROTOCOL_NAMES[protocol.id] ?? protocol.id, name: protocol.title[request.language], url }]
        }),
        bounds: boundsOf({ members, extent: app.catalog.district.extent })
      }
      const body = isoMetadata(first.subject, first.facts, context, request.language)
      reply.header('vary', 'Accept-Language')
      if (reply.unchanged(strongEtag(body), 'private, no-cache')) return reply
      // Without a charset, as capabilities announce it; the document names its own.
      return reply.header('content-type', 'text/xml').send(body)
    }
  )
}

export default serviceMetadata
