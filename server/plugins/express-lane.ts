import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse
} from 'node:http'
import type { FastifyServerOptions } from 'fastify'
import fp from 'fastify-plugin'
import { LRUCache } from 'lru-cache'
import { matchesEtag, strongEtag } from '../lib/etag.ts'
import { chooseCoding, MVT } from '../lib/media-type.ts'
import type { ReadyTile } from '../tiles/tile-cache.ts'
import type { ZoomCounts } from '../tiles/tile-counts.ts'
import { keyOf, type TileName } from '../tiles/tile-name.ts'
import { DATA_HEADERS } from './web-security.ts'

/** A tile as it was once asked for and allowed: what it is called, and how it may be kept. */
export interface KnownTile {
  name: TileName
  /** `Cache-Control` */
  keep: string
  /** Of the catalogue it was named by. */
  catalogVersion: number
  count: ZoomCounts
}

interface Known extends KnownTile {
  /** What the request said who asks, and how much was known of keys then. */
  credentials: Credentials
  keyKnowledge: number
  services: string[]
  /** The headers of the answer it had last, and of what: they are most of the work. */
  sent: { ready: ReadyTile; headers: string[] } | null
  unchanged: { etag: string; headers: string[] } | null
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Remembers how a request of a thin route was answered, for the next one like it. */
    rememberTile(request: FastifyRequest, tile: KnownTile): void
  }
}

type Credentials = Pick<IncomingHttpHeaders, 'authorization' | 'x-api-key'>

/** Answers a request, or leaves it to the server: false. */
type Lane = (request: IncomingMessage, response: ServerResponse) => boolean

/** Addresses that are remembered, and by how many keys each. */
const REMEMBERED = 20_000
const ASKERS = 8

/**
 * A way past the server's routes and hooks for tiles that are asked for again and are there to be sent: those are
 * answered as the route would answer them, in a fraction of the time. All else goes the usual way.
 */
export class ExpressLane {
  lane: Lane = () => false

  /** For Fastify's `serverFactory`: a server as Fastify makes it, with the lane before its handler. */
  readonly server = (
    handler: (request: IncomingMessage, response: ServerResponse) => void,
    options: FastifyServerOptions & Record<string, unknown>
  ): Server => {
    const server = createServer((request, response) => {
      if (!this.lane(request, response)) handler(request, response)
    })
    server.keepAliveTimeout = options.keepAliveTimeout ?? server.keepAliveTimeout
    server.requestTimeout = options.requestTimeout ?? server.requestTimeout
    server.setTimeout(options.connectionTimeout ?? 0)
    return server
  }
}

/** `app.rememberTile`, and the lane that answers from what is remembered. */
export default fp<{ express: ExpressLane }>(
  async (app, { express }) => {
    const remembered = new LRUCache<string, Known[]>({ max: REMEMBERED })

    app.decorate('rememberTile', (request, tile) => {
      const { config } = request.routeOptions
      const { url, method, headers } = request.raw
      // Who signs in by a cookie is looked at each time.
      if (!config.thin || !url || method !== 'GET' || headers.cookie !== undefined) return
      const key = app.keyOf(request)
      if ((request.principal === null) !== (key === undefined)) return
      // It may have been revoked since the request was let in: what is remembered must hold by what is known now.
      if (key !== undefined && !app.isKnownKey(key)) return
      const { id } = request.params as { id: string }
      const services = id.split(',').map(subject => `${subject}.${config.protocol}`)
      const { authorization, 'x-api-key': apiKey } = headers
      const credentials = { authorization, 'x-api-key': apiKey }
      const keyKnowledge = app.keyKnowledge()
      const others = (remembered.get(url) ?? []).filter(known => !isAskedBy(known, headers)).slice(0, ASKERS - 1)
      remembered.set(url, [{ ...tile, credentials, keyKnowledge, services, sent: null, unchanged: null }, ...others])
    })

    express.lane = (request, response) => {
      const { url, method, headers } = request
      if (url === undefined || method !== 'GET' || headers.cookie !== undefined) return false
      const known = remembered.get(url)?.find(known => isAskedBy(known, headers))
      if (known?.catalogVersion !== app.catalog.version || known.keyKnowledge !== app.keyKnowledge()) return false
      const coding = chooseCoding(headers['accept-encoding'])
      const ready = coding && app.tiles.find(known.name, coding)
      const asked = headers['if-none-match']
      if (coding && asked !== undefined) {
        const etag = ready?.etag ?? strongEtag(keyOf(known.name), coding)
        if (matchesEtag(asked, etag)) {
          known.count.unchanged++
          for (const service of known.services) app.usage.count(service)
          if (known.unchanged?.etag !== etag) known.unchanged = { etag, headers: headersOf(etag, known.keep) }
          response.writeHead(304, known.unchanged.headers).end()
          return true
        }
      }
      // What needs more to be said of it is said the usual way.
      if (!ready?.bytes || ready.reduced) return false
      known.count.hits++
      known.count.bytes += ready.bytes.length
      for (const service of known.services) app.usage.count(service)
      if (known.sent?.ready !== ready) known.sent = { ready, headers: tileHeaders(ready, known.keep) }
      response.writeHead(200, known.sent.headers).end(ready.bytes)
      return true
    }
    app.addHook('preClose', async () => {
      express.lane = () => false
    })
  },
  { name: 'express-lane', dependencies: ['access', 'catalog', 'tiles'] }
)

const isAskedBy = ({ credentials }: Known, headers: IncomingHttpHeaders): boolean =>
  credentials['x-api-key'] === headers['x-api-key'] && credentials.authorization === headers.authorization

/** Names and values by turns. */
const headersOf = (etag: string, keep: string): string[] => [
  ...Object.entries(DATA_HEADERS).flat(),
  ...['vary', 'Accept-Encoding'],
  ...['etag', etag],
  ...['cache-control', keep]
]

const tileHeaders = ({ etag, coding, bytes }: ReadyTile, keep: string): string[] => [
  ...headersOf(etag, keep),
  ...['content-type', MVT],
  ...['content-length', String(bytes?.length ?? 0)],
  ...(coding === 'identity' ? [] : ['content-encoding', coding])
]
