import type { FastifyPluginAsync } from 'fastify'
import { createDimensions, type Dimensions } from './dimensions.ts'
import endpoint from './endpoint.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The dimensions TIME and ELEVATION of layers. */
    dimensions: Dimensions
  }
}

/** WMS 1.3.0 (OGC 06-042) and 1.1.1 (OGC 01-068r3): of all layers, and of one layer or map. */
const wms: FastifyPluginAsync = async app => {
  app.decorate('dimensions', createDimensions(app))
  await app.register(endpoint, { prefix: '/wms' })
  await app.register(endpoint, { prefix: '/services/:id/wms' })
}

export default wms
