import cors from '@fastify/cors'
import rateLimit from '@fastify/rate-limit'
import type { FastifyBaseLogger } from 'fastify'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Options of a route that clients ask for thousands of times, and that answers with data no browser shows as a page:
     * few headers, no limit, nothing logged but what goes wrong.
     */
    thinRoute: {
      config: { thin: true; cors: false; rateLimit: false }
      childLoggerFactory(logger: FastifyBaseLogger): FastifyBaseLogger
    }
  }
  interface FastifyContextConfig {
    /** The answers are never shown as a page. */
    thin?: boolean
    /** @fastify/cors leaves them alone. */
    cors?: false
  }
}

/** Headers of everything that a browser might show: they keep pages in their bounds. */
const PAGE_HEADERS = {
  'content-security-policy': [
    "default-src 'self'",
    "img-src 'self' data: blob:",
    // Element Plus and MapLibre place things by inline styles; scripts are never inline.
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    "worker-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'self'"
  ].join(';'),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'cross-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'SAMEORIGIN',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0'
  // Intranets serve plain HTTP: neither HSTS nor upgrading may be forced on them.
}

/** Any page may read what its key may read; cookies are never sent along (no credentials). */
const ANY_ORIGIN = '*'
const EXPOSED = 'ETag, Location, Retry-After, Tile-Reduced, Warning'

/** What is read by scripts needs no more; each header costs a tile about a hundredth of its time. */
export const DATA_HEADERS = { 'access-control-allow-origin': ANY_ORIGIN, 'x-content-type-options': 'nosniff' }

/** Headers that keep pages in their bounds, CORS for map clients of other sites, and a limit for the hasty. */
export default fp(
  async app => {
    await app.register(cors, {
      origin: ANY_ORIGIN,
      methods: ['GET', 'HEAD', 'POST'],
      exposedHeaders: EXPOSED,
      maxAge: 86_400
    })
    app.addHook('onRequest', (request, reply, done) => {
      reply.headers(request.routeOptions.config?.thin ? DATA_HEADERS : PAGE_HEADERS)
      done()
    })
    app.decorate('thinRoute', {
      config: { thin: true, cors: false, rateLimit: false },
      childLoggerFactory: quietly
    })
    if (app.config.rateLimit > 0) await app.register(rateLimit, { max: app.config.rateLimit, timeWindow: '1 minute' })
  },
  { name: 'web-security', dependencies: ['config'] }
)

const quiet = new WeakMap<FastifyBaseLogger, FastifyBaseLogger>()

/** One logger for all requests, which leaves out what is told of each of them; who logs more names the request. */
function quietly(logger: FastifyBaseLogger): FastifyBaseLogger {
  const known = quiet.get(logger) ?? logger.child({}, { level: logger.level === 'info' ? 'warn' : logger.level })
  quiet.set(logger, known)
  return known
}
