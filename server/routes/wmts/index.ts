import type { FastifyPluginAsync } from 'fastify'
import endpoint from './endpoint.ts'

/** WMTS 1.0.0 (OGC 07-057r7), by `?name=value` and by addresses of resources: of all layers, and of one layer or map. */
const wmts: FastifyPluginAsync = async app => {
  await app.register(endpoint, { prefix: '/wmts' })
  await app.register(endpoint, { prefix: '/services/:id/wmts' })
}

export default wmts
