import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { defineProblem } from '../lib/errors.ts'

const linkSpent = defineProblem(
  'SIGN_IN_LINK_SPENT',
  401,
  { zh: '登录链接已失效', en: 'The sign-in link is spent' },
  {
    zh: '登录链接只能使用一次，且一小时内有效。请用密钥登录，或重新启动服务取得新链接。',
    en: 'A sign-in link works once and for an hour. Sign in with a key, or restart the server for a new link.'
  }
)

/** Signing in to the console: by a key, or by the link that is printed at start. */
const session: FastifyPluginAsyncTypebox = async app => {
  const tags = ['session']

  app.get('/api/session', { schema: { tags } }, async request => {
    const { principal } = request
    return { principal: principal && { role: principal.role, label: principal.label } }
  })

  app.post(
    '/api/session',
    { schema: { tags, body: Type.Object({ key: Type.String({ minLength: 1, maxLength: 200 }) }) } },
    async (request, reply) => {
      const { id, role, label } = await app.principalOfKey(request.body.key)
      app.openSession(reply, id)
      return { principal: { role, label } }
    }
  )

  app.delete('/api/session', { schema: { tags } }, async (_request, reply) => {
    app.closeSession(reply)
    return reply.code(204).send()
  })

  app.get(
    '/sign-in',
    { schema: { hide: true, querystring: Type.Object({ token: Type.String({ maxLength: 200 }) }) } },
    async (request, reply) => {
      const keyId = app.spendSignInToken(request.query.token)
      if (!keyId) throw linkSpent()
      app.openSession(reply, keyId)
      return reply.redirect('/')
    }
  )
}

export default session
