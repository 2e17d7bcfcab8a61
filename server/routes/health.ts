import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { mayRead } from '../access/roles.ts'
import { listDegraded } from '../catalog/degraded.ts'
import { sql } from '../lib/sql.ts'

/** `/health/live`: the process answers. `/health/ready`: what it needs answers too. */
const health: FastifyPluginAsyncTypebox = async app => {
  app.get('/health/live', { schema: { tags: ['health'] } }, async () => ({ status: 'ok' }))

  app.get('/health/ready', { schema: { tags: ['health'] } }, async (request, reply) => {
    const degraded = listDegraded(app.catalog)
    const database = await askDatabase()
    const ready = database.status === 'ok'
    return reply.code(ready ? 200 : 503).send({
      status: ready ? 'ok' : 'unavailable',
      database,
      gdal: app.uploads.gdal,
      layers: {
        total: app.catalog.layers().length,
        degradedCount: degraded.length,
        degraded: degraded.filter(({ id }) => mayKnow(request, id))
      }
    })
  })

  /** Of a layer one may not see, or whose definition cannot be read, not even the name is told. */
  const mayKnow = ({ principal }: FastifyRequest, id: string) =>
    mayRead(principal, app.catalog.find(id) ?? { sharing: 'restricted' })

  async function askDatabase() {
    try {
      const [row] = await app.db.query<{ version: string }>(sql`SELECT postgis_lib_version() AS version`)
      return { status: 'ok', kind: app.db.kind, postgis: row?.version }
    } catch (error) {
      app.log.error(error, 'the database does not answer')
      return { status: 'unavailable', kind: app.db.kind }
    }
  }
}

export default health
