import type { FastifyError, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Problem } from '../../lib/errors.ts'
import { spellHeaders } from '../../lib/header-case.ts'
import { readKvp } from '../../lib/kvp.ts'
import { MVT, parsePreferences } from '../../lib/media-type.ts'
import { capabilitiesReply } from './capabilities-reply.ts'
import { exceptionReport } from './exception-report.ts'
import { TILE_FORMATS } from './formats.ts'
import { infoReply } from './info-reply.ts'
import { METADATA_TYPES, parseGetCapabilities } from './parse-capabilities.ts'
import {
  type PixelPath,
  parseGetFeatureInfo,
  parseGetTile,
  parsePixelPath,
  parseTilePath,
  type TilePath
} from './parse-tile.ts'
import { invalid, missing, notAcceptable, notFound, rangeAsValue } from './problems.ts'
import { tileReply } from './tile-reply.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The address is that of a resource: where its parts name none, there is no such resource. */
    isResource?: boolean
  }
}

const Text = Type.Optional(Type.String())
/** For the interface's description only: names may be written in any case, so requests are read by readKvp. */
const Query = Type.Object({
  service: Type.Optional(Type.String({ description: 'WMTS' })),
  request: Type.Optional(Type.String({ description: 'GetCapabilities, GetTile or GetFeatureInfo' })),
  acceptversions: Text,
  acceptformats: Text,
  sections: Text,
  updatesequence: Text,
  version: Type.Optional(Type.String({ description: '1.0.0' })),
  layer: Text,
  style: Text,
  format: Text,
  tilematrixset: Text,
  tilematrix: Text,
  tilerow: Text,
  tilecol: Text,
  infoformat: Text,
  i: Text,
  j: Text
})

/** One WMTS, under the prefix it is registered with. */
const endpoint: FastifyPluginAsync = async app => {
  const tags = ['wmts']
  app.setValidatorCompiler(() => () => true)
  const sendCapabilities = capabilitiesReply(app)
  const sendTile = tileReply(app)
  const sendInfo = infoReply(app)

  app.addHook('onRequest', (_request, { raw }, done) => {
    spellHeaders(raw)
    done()
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    // Not every client of this standard takes 204 for a tile; nothing at all is a vector tile without layers.
    if (reply.statusCode === 204) reply.code(200).type(MVT)
    done(null, payload)
  })
  app.setErrorHandler((error: FastifyError | Problem, request, reply) =>
    refuse(app.problemOf(error, request), error, request, reply)
  )
  app.setNotFoundHandler((request, reply) => {
    const problem = notFound({ what: `${request.method} ${request.url.split('?', 1)[0]}` })
    return refuse(problem, problem, request, reply)
  })

  app.get(
    '/',
    {
      config: { protocol: 'wmts', rateLimit: { allowList: asksForTile } },
      schema: { tags, summary: 'WMTS 1.0.0: GetCapabilities, GetTile, GetFeatureInfo', querystring: Query }
    },
    async (request, reply) => {
      const kvp = readKvp(request.url)
      const operation = kvp.get('request')
      const service = kvp.get('service')
      if (!operation) throw missing('request')
      if (!service) throw missing('service')
      if (service.toUpperCase() !== 'WMTS') throw invalid('service', service, 'WMTS')
      if (operation === 'GetTile') return sendTile(request, reply, parseGetTile(kvp), kvp)
      if (operation === 'GetCapabilities') return sendCapabilities(request, reply, parseGetCapabilities(kvp))
      if (operation === 'GetFeatureInfo') {
        return rangeAsValue(() => sendInfo(request, reply, parseGetFeatureInfo(kvp), kvp))
      }
      throw invalid('request', operation, 'GetCapabilities, GetTile, GetFeatureInfo')
    }
  )

  app.get(
    '/1.0.0/WMTSCapabilities.xml',
    { config: { protocol: 'wmts' }, schema: { tags, summary: 'WMTS 1.0.0: the service metadata' } },
    async (request, reply) => {
      accepts(request, METADATA_TYPES)
      return sendCapabilities(request, reply, parseGetCapabilities(new Map()))
    }
  )

  // The console's files are looked for at every other address, and what they lack is answered in its way.
  app.get('/*', { schema: { hide: true } }, async (_request, reply) => reply.callNotFound())

  app.get<{ Params: TilePath }>(
    '/1.0.0/:layer/:style/:grid/:matrix/:row/:col',
    {
      config: { protocol: 'wmts', rateLimit: false, isResource: true },
      schema: {
        tags,
        summary: 'WMTS 1.0.0: a tile',
        params: Type.Object({
          ...TilePlace,
          col: Type.String({ description: `TileCol, and the extension of the format: ${EXTENSIONS}` })
        })
      }
    },
    async (request, reply) => {
      const address = parseTilePath(request.params)
      accepts(request, [address.format.type, ...(address.format.picture ? ['image/*'] : VECTOR_TYPES)])
      return sendTile(request, reply, address, readKvp(request.url))
    }
  )

  app.get<{ Params: PixelPath }>(
    '/1.0.0/:layer/:style/:grid/:matrix/:row/:col/:j/:i',
    {
      config: { protocol: 'wmts', isResource: true },
      schema: {
        tags,
        summary: 'WMTS 1.0.0: the features at a pixel of a tile',
        params: Type.Object({
          ...TilePlace,
          col: Type.String({ description: 'TileCol' }),
          j: Type.String({ description: 'Pixels from above' }),
          i: Type.String({ description: 'Pixels from the left, and the extension of the format: 120.json' })
        })
      }
    },
    (request, reply) =>
      rangeAsValue(async () => {
        const address = parsePixelPath(request.params)
        accepts(request, [address.info.type, bareType(address.info.contentType), 'text/*'])
        return sendInfo(request, reply, address, readKvp(request.url))
      })
  )
}

const TilePlace = {
  layer: Type.String(),
  style: Type.String(),
  grid: Type.String({ description: 'TileMatrixSet' }),
  matrix: Type.String({ description: 'TileMatrix' }),
  row: Type.String({ description: 'TileRow' })
}
const EXTENSIONS = TILE_FORMATS.map(({ extension }) => `13337.${extension}`).join(', ')
const VECTOR_TYPES = ['application/x-protobuf', 'application/octet-stream']

const bareType = (contentType: string): string => contentType.split(';', 1)[0]!

const asksForTile = ({ url }: FastifyRequest): boolean => /[?&]request=GetTile(?:&|$)/i.test(url)

/** @throws WMTS_NOT_ACCEPTABLE where the client wants none of the types */
function accepts({ headers }: FastifyRequest, types: readonly string[]): void {
  if (headers.accept === undefined || headers.accept === '*/*') return
  const wanted = parsePreferences(headers.accept).filter(({ weight }) => weight > 0)
  const names = ['*/*', 'application/*', ...types]
  if (wanted.length > 0 && !wanted.some(({ value }) => names.includes(value))) throw notAcceptable({ type: types[0] })
}

function refuse(problem: Problem, error: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // To say when to come back is no failure.
  if (problem.status >= 500 && problem.status !== 501 && !problem.members['retryAfter']) {
    request.log.error({ err: error, code: problem.code }, 'request failed')
  }
  const isNowhere = request.routeOptions.config.isResource && problem.members['locator'] !== undefined
  return reply
    .code(isNowhere ? 404 : problem.status)
    .header('cache-control', 'no-store')
    .type('application/xml')
    .send(exceptionReport(problem, request.language, request.id))
}

export default endpoint
