import type { FastifyError, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Problem } from '../../lib/errors.ts'
import { spellHeaders } from '../../lib/header-case.ts'
import { type Kvp, readKvp } from '../../lib/kvp.ts'
import { capabilitiesReply } from './capabilities-reply.ts'
import { describeLayerReply } from './describe-layer.ts'
import { exceptionReply } from './exception-reply.ts'
import { featureInfoReply } from './feature-info.ts'
import { stylesReply } from './get-styles.ts'
import { legendReply } from './legend.ts'
import { mapReply } from './map-reply.ts'
import type { OperationMaker } from './operation.ts'
import { invalid, missing, noOperation, notFound } from './problems.ts'

/** Every operation there is, by the value of REQUEST in lower case. */
const OPERATIONS: Readonly<Record<string, OperationMaker>> = {
  getcapabilities: capabilitiesReply,
  getmap: mapReply,
  getfeatureinfo: featureInfoReply,
  getlegendgraphic: legendReply,
  describelayer: describeLayerReply,
  getstyles: stylesReply
}

/** What version 1.0.0 called them: who begins so is told of newer versions. */
const FORMER: ReadonlyMap<string, string> = new Map([['capabilities', 'getcapabilities']])

/** Bytes of a form. */
const FORM_LIMIT = 64 * 1024

const Text = Type.Optional(Type.String())
/** For the interface's description only: names may be written in any case, so requests are read by readKvp. */
const Query = Type.Object({
  service: Type.Optional(Type.String({ description: 'WMS' })),
  version: Type.Optional(Type.String({ description: '1.3.0 or 1.1.1' })),
  request: Type.Optional(
    Type.String({
      description: 'GetCapabilities, GetMap, GetFeatureInfo, GetLegendGraphic, DescribeLayer or GetStyles'
    })
  ),
  layers: Text,
  styles: Text,
  crs: Type.Optional(Type.String({ description: 'In 1.1.1: srs' })),
  bbox: Text,
  width: Text,
  height: Text,
  format: Text,
  transparent: Text,
  bgcolor: Text,
  exceptions: Text,
  time: Text,
  elevation: Text,
  filter: Type.Optional(Type.String({ description: 'A condition in CQL2 text, as for tiles' })),
  division: Text,
  asof: Text,
  dpi: Text
})

/** One WMS, under the prefix it is registered with. */
const endpoint: FastifyPluginAsync = async app => {
  const tags = ['wms']
  app.setValidatorCompiler(() => () => true)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: FORM_LIMIT },
    (_request, body, done) => done(null, body)
  )

  const operations = new Map(Object.entries(OPERATIONS).map(([name, make]) => [name, make(app)]))
  const sendException = exceptionReply(app)

  app.addHook('onRequest', (_request, { raw }, done) => {
    spellHeaders(raw)
    done()
  })
  app.setErrorHandler((error: FastifyError | Problem, request, reply) =>
    sendException(app.problemOf(error, request), error, request, reply, kvpOf(request))
  )
  app.setNotFoundHandler((request, reply) => {
    const problem = notFound({ what: `${request.method} ${request.url.split('?', 1)[0]}` })
    return sendException(problem, problem, request, reply, kvpOf(request))
  })

  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const kvp = kvpOf(request)
    const service = kvp.get('service')
    if (service && service.toUpperCase() !== 'WMS') throw invalid('SERVICE', service, 'WMS')
    const name = kvp.get('request')
    if (!name) throw missing('REQUEST')
    const written = name.toLowerCase()
    const operation = operations.get(FORMER.get(written) ?? written)
    if (!operation) throw noOperation(name)
    return operation(request, reply, kvp)
  }
  const summary = 'WMS 1.3.0 and 1.1.1: GetCapabilities, GetMap, GetFeatureInfo, GetLegendGraphic and others'
  const config = { protocol: 'wms', rateLimit: { allowList: asksForMap } } as const
  app.get('/', { config, schema: { tags, summary, querystring: Query } }, answer)
  app.post('/', { config, schema: { tags, summary: `${summary}; the same as a form`, querystring: Query } }, answer)

  // The console's files are looked for at every other address, and what they lack is answered in its way.
  app.get('/*', { schema: { hide: true } }, async (_request, reply) => reply.callNotFound())
}

/** The parameters of a request, in its address and, posted as a form, in its body; the body's go before. */
function kvpOf({ url, body }: FastifyRequest): Kvp {
  const inAddress = readKvp(url)
  return typeof body === 'string' ? new Map([...inAddress, ...readKvp(`?${body}`)]) : inAddress
}

const asksForMap = ({ url }: FastifyRequest): boolean => /[?&]request=GetMap(?:&|$)/i.test(url)

export default endpoint
