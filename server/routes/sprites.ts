import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { strongEtag } from '../lib/etag.ts'

/** `/sprites/icons.json`, `icons.png`, each also `@2x`: the icons of styles/sprites/ on one sheet; `<icon>.svg`: one. */
const sprites: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/sprites/:file',
    {
      config: { rateLimit: false },
      schema: {
        tags: ['styles'],
        summary: 'The icons of the styles: the sheet, where each lies on it, or one of them',
        params: Type.Object({
          file: Type.String({
            description: 'icons or icons-grey, then @2x for fine displays, then .json or .png; or an icon, then .svg'
          })
        })
      }
    },
    async (request, reply) => {
      const { file } = request.params
      const { type, bytes, version } = await app.sprites.file(file)
      if (reply.unchanged(strongEtag(version, file), 'public, no-cache')) return reply
      return reply.type(type).send(bytes)
    }
  )
}

export default sprites
