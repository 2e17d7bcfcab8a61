import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { TextSchema } from '../catalog/layer.ts'
import { DEFAULT, ORIGINAL } from '../catalog/named-styles.ts'
import { amendStyle, deleteStyle, restoreDefault, saveStyle } from '../catalog/save-style.ts'
import { styleNameReserved } from '../catalog/style-problems.ts'
import { readSentStyle } from './layer-styles-body.ts'
import { checkPrecondition, describeStyle, StylePlace, styleEtag, styleOf } from './layer-styles-record.ts'

/** A style comes to some ten kilobytes, an SLD of hundreds of rules to some hundred. */
const BODY_BYTES = 1024 * 1024

const Title = Type.String({ minLength: 1, maxLength: 100 })
const Query = Type.Object({
  title: Type.Optional(Title),
  title_en: Type.Optional(Title),
  default: Type.Optional(Type.Boolean({ description: 'Whether the layer is drawn in it unless another is asked for' })),
  lang: Type.Optional(Type.Enum(['zh', 'en'])),
  key: Type.Optional(Type.String())
})
const Amendment = Type.Object(
  { title: Type.Optional(TextSchema), default: Type.Optional(Type.Boolean()) },
  { additionalProperties: false, minProperties: 1 }
)
const tags = ['styles']

/** Styles of a layer written, amended and deleted, by who may publish. */
const layerStyleChanges: FastifyPluginAsyncTypebox = async app => {
  app.addHook('onRequest', app.authorize('publisher'))
  await app.register(writing)

  app.patch(
    '/api/layers/:id/styles/:name',
    {
      schema: {
        tags,
        summary: 'Give a style another title, or make it the default',
        params: StylePlace,
        body: Amendment
      }
    },
    async (request, reply) => {
      const { id, name } = request.params
      const { title, default: isDefault } = request.body
      const actor = request.principal?.id ?? ''
      if (name === ORIGINAL && isDefault && !title) {
        await restoreDefault(app.db, { layer: app.visibleLayer(request, id).id, actor })
      } else {
        const given = written(app, request, request.params)
        await amendStyle(app.db, { ...given, title, isDefault })
      }
      return describeNow(app, reply, id, name)
    }
  )

  app.delete(
    '/api/layers/:id/styles/:name',
    { schema: { tags, summary: 'Delete a style', params: StylePlace } },
    async (request, reply) => {
      await deleteStyle(app.db, written(app, request, request.params))
      await app.refreshCatalog()
      return reply.code(204).send()
    }
  )
}

/** A style is taken in whatever type a client says it has: what it is can be seen. */
const writing: FastifyPluginAsyncTypebox = async app => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_BYTES }, (_request, body, done) =>
    done(null, body)
  )

  app.put(
    '/api/layers/:id/styles/:name',
    {
      bodyLimit: BODY_BYTES,
      schema: {
        tags,
        summary: 'Write a style: MapLibre style layers as JSON, or SLD 1.0 or 1.1',
        description: `The body is an array of style layers, what GET answers, or a whole MapLibre style; or an SLD, and
then notes in the answer say what was not understood. If-Match and If-None-Match: * are heeded.`,
        params: StylePlace,
        querystring: Query
      }
    },
    async (request, reply) => {
      const { id, name } = request.params
      const { title, title_en, default: isDefault } = request.query
      const given = written(app, request, request.params)
      const sent = readSentStyle(app.visibleLayer(request, id), request.body as Buffer | undefined, app.catalog)
      const before = await saveStyle(app.db, {
        ...given,
        ...sent,
        title: {
          zh: title ?? sent.title?.zh ?? title_en ?? name,
          en: title_en ?? title ?? sent.title?.en ?? name
        },
        isDefault
      })
      if (!before) reply.code(201).header('location', `/api/layers/${id}/styles/${name}`)
      return describeNow(app, reply, id, name)
    }
  )
}

/**
 * What a change is made to, by whom, and on what condition.
 * @throws LAYER_NOT_FOUND, STYLE_NAME_RESERVED
 */
function written(app: FastifyInstance, request: FastifyRequest, { id, name }: { id: string; name: string }) {
  const layer = app.visibleLayer(request, id)
  if (name === DEFAULT || name === ORIGINAL) throw styleNameReserved({ name })
  const actor = request.principal?.id ?? ''
  return { layer: layer.id, name, actor, check: checkPrecondition(request.headers, layer, name) }
}

/** The style as it stands after a change, which is known here at once. */
async function describeNow(app: FastifyInstance, reply: FastifyReply, id: string, name: string) {
  await app.refreshCatalog()
  const layer = app.catalog.get(id)
  const style = styleOf(layer, name)
  reply.header('etag', styleEtag(layer, style))
  return describeStyle(layer, style)
}

export default layerStyleChanges
