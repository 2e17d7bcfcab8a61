import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { stylesOf } from '../catalog/named-styles.ts'
import { strongEtag } from '../lib/etag.ts'
import { SLD_VERSIONS } from '../maps/sld/writing.ts'
import { sendPreview } from './layer-style-preview.ts'
import { SLD_TYPE, sldOf } from './layer-style-sld.ts'
import { describeStyle, StylePlace, styleEtag, styleOf } from './layer-styles-record.ts'

const Side = (description: string, fallback: number) =>
  Type.Integer({ minimum: 16, maximum: 1024, default: fallback, description })
const Common = { lang: Type.Optional(Type.Enum(['zh', 'en'])), key: Type.Optional(Type.String()) }

/** `/api/layers/{id}/styles`: the ways a layer may be drawn. */
const layerStyles: FastifyPluginAsyncTypebox = async app => {
  const tags = ['styles']

  app.get(
    '/api/layers/:id/styles',
    { schema: { tags, summary: 'The styles of a layer', params: Type.Object({ id: StylePlace.properties.id }) } },
    async request => {
      const layer = app.visibleLayer(request, request.params.id)
      return { layer: layer.id, styles: stylesOf(layer).map(style => describeStyle(layer, style)) }
    }
  )

  app.get(
    '/api/layers/:id/styles/:name',
    { schema: { tags, summary: 'A style of a layer, as MapLibre style layers', params: StylePlace } },
    async (request, reply) => {
      const layer = app.visibleLayer(request, request.params.id)
      const style = styleOf(layer, request.params.name)
      if (reply.unchanged(styleEtag(layer, style), 'private, no-cache')) return reply
      return { ...describeStyle(layer, style), style: style.style }
    }
  )

  app.get(
    '/api/layers/:id/styles/:name.sld',
    {
      schema: {
        tags,
        summary: 'A style of a layer as SLD',
        description: 'Comments in it say what of the style SLD has no words for.',
        params: StylePlace,
        querystring: Type.Object({ ...Common, version: Type.Enum([...SLD_VERSIONS], { default: '1.0.0' }) })
      }
    },
    async (request, reply) => {
      const { params, query, language } = request
      const layer = app.visibleLayer(request, params.id)
      const style = styleOf(layer, params.name)
      const { version } = query
      const text = sldOf(app, [{ layer, styles: [style] }], { version, language, baseUrl: app.baseUrl(request) })
      reply.header('vary', 'Accept-Language')
      if (reply.unchanged(strongEtag(text), 'private, no-cache')) return reply
      reply.header('content-disposition', `inline; filename="${layer.id}-${style.id}.sld"`)
      return reply.type(`${SLD_TYPE}; charset=utf-8`).send(text)
    }
  )

  app.get(
    '/api/layers/:id/styles/:name.png',
    {
      schema: {
        tags,
        summary: 'A picture of a layer in a style',
        params: StylePlace,
        querystring: Type.Object({ ...Common, width: Side('Pixels', 400), height: Side('Pixels', 300) })
      }
    },
    async (request, reply) => {
      const layer = app.visibleLayer(request, request.params.id)
      const style = styleOf(layer, request.params.name)
      return sendPreview(app, reply, { layer, style, size: request.query })
    }
  )
}

export default layerStyles
