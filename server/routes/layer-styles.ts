import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { stylesOf } from '../catalog/named-styles.ts'
import { describeStyle, StylePlace, styleEtag, styleOf } from './layer-styles-record.ts'

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
}

export default layerStyles
