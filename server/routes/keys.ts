import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { createKey, listKeys, revokeKey } from '../access/keys.ts'
import { ROLES } from '../access/roles.ts'
import { notFound } from '../lib/errors.ts'

const NewKey = Type.Object(
  { role: Type.Enum([...ROLES]), label: Type.String({ minLength: 1, maxLength: 100 }) },
  { additionalProperties: false }
)

/** `/api/keys`: the administrator makes and ends API keys. A key is shown once, when it is made. */
const keys: FastifyPluginAsyncTypebox = async app => {
  const tags = ['keys']
  app.addHook('onRequest', app.authorize('admin'))

  app.get('/api/keys', { schema: { tags } }, async () => ({ keys: await listKeys(app.db) }))

  app.post('/api/keys', { schema: { tags, body: NewKey } }, async (request, reply) => {
    const { role, label } = request.body
    return reply.code(201).send({ ...(await createKey(app.db, role, label)), role, label })
  })

  app.delete(
    '/api/keys/:id',
    { schema: { tags, params: Type.Object({ id: Type.String() }) } },
    async (request, reply) => {
      if (!(await revokeKey(app.db, request.params.id))) throw notFound({ what: `key ${request.params.id}` })
      return reply.code(204).send()
    }
  )
}

export default keys
