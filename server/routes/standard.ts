import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { dictionary } from '../catalog/dictionary.ts'
import { featureSchema } from '../catalog/feature-schema.ts'
import { strongEtag } from '../lib/etag.ts'

const Query = Type.Object({ lang: Type.Optional(Type.Enum(['zh', 'en'])), key: Type.Optional(Type.String()) })

/** The data standard: `/api/layers/{id}/schema` for programs, `/api/dictionary` for people. */
const standard: FastifyPluginAsyncTypebox = async app => {
  const tags = ['catalogue']

  app.get(
    '/api/layers/:id/schema',
    {
      schema: {
        tags,
        summary: "JSON Schema (draft 2020-12) of the properties of a layer's features",
        params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
        querystring: Query
      }
    },
    async (request, reply) => {
      const layer = app.visibleLayer(request, request.params.id)
      const body = JSON.stringify(featureSchema(app.catalog, layer, request.language), null, 2)
      reply.header('vary', 'Accept-Language')
      if (reply.unchanged(strongEtag(body), 'private, no-cache')) return reply
      return reply.type('application/schema+json; charset=utf-8').send(body)
    }
  )

  app.get(
    '/api/dictionary',
    { schema: { tags, summary: 'The data dictionary, a page to read and print', querystring: Query } },
    async (request, reply) => {
      const body = dictionary(app.catalog, app.visibleLayers(request), request.language)
      reply.header('vary', 'Accept-Language')
      if (reply.unchanged(strongEtag(body), 'private, no-cache')) return reply
      return reply.type('text/html; charset=utf-8').send(body)
    }
  )
}

export default standard
