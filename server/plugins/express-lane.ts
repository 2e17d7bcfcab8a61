import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { FastifyServerOptions } from 'fastify'
import fp from 'fastify-plugin'
import type { Problem } from '../lib/errors.ts'
import { matchesEtag, strongEtag } from '../lib/etag.ts'
import { chooseCoding, MVT } from '../lib/media-type.ts'
import { noteRefusal, pauseBefore } from '../lib/refusals.ts'
import type { ReadyTile } from '../tiles/tile-cache.ts'
import { keyOf } from '../tiles/tile-name.ts'
import { answerDocument, languageOf, PROBLEM_JSON } from './errors.ts'
import { type Known, type KnownTile, KnownTiles } from './known-tiles.ts'
import { DATA_HEADERS } from './web-security.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Remembers how a request of a thin route was answered, for the next one like it. */
    rememberTile(request: FastifyRequest, tile: KnownTile): void
    /** Fastify's own, which its types leave out. */
    genReqId(request: IncomingMessage): string
  }
}

/** Answers a request, or leaves it to the server: false. */
type Lane = (request: IncomingMessage, response: ServerResponse) => boolean

/**
 * A way past the server's routes and hooks for tiles that are asked for again and are there to be sent, or have no
 * place among those to be made: that is answered as the route would answer it, in a fraction of the time. All else goes
 * the usual way.
 */
export class ExpressLane {
  lane: Lane = () => false

  /**
   * For Fastify's `serverFactory`: a server as Fastify makes it, with the lane before its handler. Who is to wait after
   * a refusal waits before either, where a request takes hardly any memory.
   */
  readonly server = (
    handler: (request: IncomingMessage, response: ServerResponse) => void,
    options: FastifyServerOptions & Record<string, unknown>
  ): Server => {
    const answer = (request: IncomingMessage, response: ServerResponse) => {
      if (!this.lane(request, response)) handler(request, response)
    }
    const server = createServer((request, response) => {
      const pause = pauseBefore(request)
      if (pause === 0) return answer(request, response)
      setTimeout(() => response.destroyed || answer(request, response), pause)
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
    const remembered = new KnownTiles()

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
      remembered.remember(url, { ...tile, credentials, keyKnowledge, services, sent: null, unchanged: null })
    })

    const isOfToday = (known: Known | undefined): known is Known =>
      known?.catalogVersion === app.catalog.version && known.keyKnowledge === app.keyKnowledge()

    express.lane = (request, response) => {
      const { url, method, headers } = request
      if (url === undefined || method !== 'GET' || headers.cookie !== undefined) return false
      const coding = chooseCoding(headers['accept-encoding'])
      if (!coding) return false
      const asked = headers['if-none-match']
      const known = remembered.find(url, headers)
      if (!isOfToday(known)) {
        const kin = asked === undefined ? remembered.findKin(url, headers) : undefined
        return isOfToday(kin) && refuse(request, response, app.tiles.refusal(null, kin.parts))
      }
      const ready = app.tiles.find(known.name, coding)
      if (asked !== undefined) {
        const etag = ready?.etag ?? strongEtag(keyOf(known.name), coding)
        if (matchesEtag(asked, etag)) {
          known.count.unchanged++
          for (const service of known.services) app.usage.count(service)
          if (known.unchanged?.etag !== etag) known.unchanged = { etag, headers: headersOf(etag, known.keep) }
          response.writeHead(304, known.unchanged.headers).end()
          return true
        }
      }
      if (!ready) return refuse(request, response, app.tiles.refusal(known.name, known.parts))
      // What needs more to be said of it is said the usual way.
      if (!ready.bytes || ready.reduced) return false
      known.count.hits++
      known.count.bytes += ready.bytes.length
      for (const service of known.services) app.usage.count(service)
      if (known.sent?.ready !== ready) known.sent = { ready, headers: tileHeaders(ready, known.keep) }
      response.writeHead(200, known.sent.headers).end(ready.bytes)
      return true
    }

    function refuse(request: IncomingMessage, response: ServerResponse, refusal: Problem | undefined): boolean {
      if (!refusal) return false
      noteRefusal(request)
      const { url = '', headers } = request
      const language = languageOf(LANG.exec(url)?.[1], headers['accept-language'])
      const body = JSON.stringify(answerDocument(refusal, language, url, app.genReqId(request)))
      response.writeHead(refusal.status, refusalHeaders(refusal, body)).end(body)
      return true
    }

    app.addHook('preClose', async () => {
      express.lane = () => false
    })
  },
  { name: 'express-lane', dependencies: ['access', 'catalog', 'tiles'] }
)

const LANG = /[?&]lang=(zh|en)(?:&|$)/

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

const refusalHeaders = ({ members }: Problem, body: string): string[] => [
  ...Object.entries(DATA_HEADERS).flat(),
  ...['retry-after', String(members['retryAfter'])],
  ...['cache-control', 'no-store'],
  ...['content-type', PROBLEM_JSON],
  ...['content-length', String(Buffer.byteLength(body))]
]
