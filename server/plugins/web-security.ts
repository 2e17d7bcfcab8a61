import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import fp from 'fastify-plugin'

/** Headers that keep pages in their bounds, CORS for map clients of other sites, and a limit for the hasty. */
export default fp(
  async app => {
    await app.register(helmet, {
      // Intranets serve plain HTTP: neither HSTS nor upgrading may be forced on them.
      hsts: false,
      crossOriginResourcePolicy: { policy: 'cross-origin' },
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          imgSrc: ["'self'", 'data:', 'blob:'],
          // Element Plus and MapLibre place things by inline styles; scripts are never inline.
          styleSrc: ["'self'", "'unsafe-inline'"],
          fontSrc: ["'self'", 'data:'],
          workerSrc: ["'self'"],
          objectSrc: ["'none'"],
          baseUri: ["'none'"],
          formAction: ["'self'"],
          frameAncestors: ["'self'"]
        }
      }
    })
    // Any page may read what its key may read; cookies are never sent along (no credentials).
    await app.register(cors, {
      origin: '*',
      methods: ['GET', 'HEAD', 'POST'],
      exposedHeaders: ['ETag', 'Location', 'Retry-After', 'Tile-Reduced', 'Warning'],
      maxAge: 86_400
    })
    if (app.config.rateLimit > 0) {
      await app.register(rateLimit, {
        max: app.config.rateLimit,
        timeWindow: '1 minute',
        allowList: request => request.url.startsWith('/tiles/')
      })
    }
  },
  { name: 'web-security', dependencies: ['config'] }
)
