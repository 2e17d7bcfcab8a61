import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Registry } from 'prom-client'

/** `/metrics`: what monitoring reads every few seconds. Like `/health` it is open; layers one may not see go unnamed. */
const metrics: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/metrics',
    {
      config: { rateLimit: false },
      schema: { tags: ['health'], summary: 'Numbers of the process and its tiles, in the text format of Prometheus' }
    },
    async (request, reply) => {
      const text = await app.metrics(request)
      return reply.header('cache-control', 'no-store').type(Registry.PROMETHEUS_CONTENT_TYPE).send(text)
    }
  )
}

export default metrics
