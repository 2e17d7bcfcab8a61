import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import fp from 'fastify-plugin'
import packageJson from '../../package.json' with { type: 'json' }

/** `/api/openapi.json` and `/api/docs`: what is built, written from the routes' own schemas. */
export default fp(
  async app => {
    await app.register(swagger, {
      openapi: {
        openapi: '3.0.3',
        info: {
          title: 'Yitu 一图',
          version: packageJson.version,
          description: '城市区县地图服务：上传、发布、瓦片与用地智能审查。The map-service server of a city district.',
          license: { name: 'Apache-2.0' }
        },
        components: {
          securitySchemes: {
            bearer: { type: 'http', scheme: 'bearer' },
            header: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
            query: { type: 'apiKey', in: 'query', name: 'key' }
          }
        },
        security: [{}, { bearer: [] }, { header: [] }, { query: [] }]
      }
    })
    await app.register(swaggerUi, { routePrefix: '/api/docs', staticCSP: true })
    app.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  },
  { name: 'openapi' }
)
