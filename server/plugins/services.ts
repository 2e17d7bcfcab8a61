import fp from 'fastify-plugin'
import { type Protocol, ServiceRegistry } from '../catalog/service.ts'
import { Usage } from '../catalog/usage.ts'

declare module 'fastify' {
  interface FastifyInstance {
    services: ServiceRegistry
    usage: Usage
  }
  interface FastifyContextConfig {
    /** The protocol a route answers in: its requests are counted as use of the service its parameter `id` names. */
    protocol?: string
  }
  interface FastifyRequest {
    /** The layer or map that is served, where no parameter `id` of the route says it. */
    served: string | undefined
    /** What was asked for is refused, whatever the status says: some standards report that as an answer like any other. */
    refused: boolean
  }
}

/** Every protocol there is. One that joins adds its entry here and names itself in its routes' `config.protocol`. */
const PROTOCOLS: readonly Protocol[] = [
  {
    id: 'tiles',
    title: { zh: '矢量瓦片', en: 'Vector tiles' },
    type: 'application/vnd.mapbox-vector-tile',
    serves: () => true,
    urls: (base, { id, facts }) => ({
      tilejson: `${base}/tiles/${id}.json`,
      ...(facts.layers.some(({ geometry }) => geometry !== 'Raster') && {
        tiles: `${base}/tiles/${id}/{z}/{x}/{y}.mvt`
      }),
      pictures: `${base}/tiles/${id}/{z}/{x}/{y}.png`,
      style: `${base}/styles/${id}.json`
    })
  },
  {
    id: 'wmts',
    title: { zh: 'WMTS 切片地图服务', en: 'Web Map Tile Service (WMTS 1.0.0)' },
    type: 'application/xml',
    serves: () => true,
    urls: (base, { id }) => ({
      capabilities: `${base}/services/${id}/wmts/1.0.0/WMTSCapabilities.xml`,
      kvp: `${base}/services/${id}/wmts?service=WMTS&request=GetCapabilities`
    })
  },
  {
    id: 'wms',
    title: { zh: 'WMS 地图服务', en: 'Web Map Service (WMS 1.3.0, 1.1.1)' },
    type: 'text/xml',
    serves: () => true,
    urls: (base, { id }) => ({
      capabilities: `${base}/services/${id}/wms?service=WMS&request=GetCapabilities`,
      capabilities111: `${base}/services/${id}/wms?service=WMS&version=1.1.1&request=GetCapabilities`
    })
  }
]

const FLUSH_MS = 5000

/** `app.services`: every layer and map in every protocol; `app.usage`: how often each is asked for. */
export default fp(
  async app => {
    const usage = new Usage(app.db)
    app.decorate('services', new ServiceRegistry(app.catalog, PROTOCOLS))
    app.decorate('usage', usage)
    app.decorateRequest('served', undefined)
    app.decorateRequest('refused', false)

    app.addHook('onResponse', (request, reply, done) => {
      // What was refused is no use; an answer of 204 or 304 is.
      const { protocol } = reply.statusCode < 400 && !request.refused ? request.routeOptions.config : {}
      if (protocol) {
        const { id = request.served } = request.params as { id?: string }
        for (const subject of id?.split(',') ?? []) usage.count(`${subject}.${protocol}`)
      }
      done()
    })

    await usage.flush()
    const flush = () => usage.flush().catch(error => app.log.error(error, 'the usage of services was not written'))
    const timer = setInterval(flush, FLUSH_MS).unref()
    app.addHook('onClose', async () => {
      clearInterval(timer)
      await flush()
    })
  },
  { name: 'services', dependencies: ['database', 'catalog'] }
)
