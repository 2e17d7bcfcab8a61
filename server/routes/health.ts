import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { listDegraded } from '../catalog/degraded.ts'
import { sql } from '../lib/sql.ts'

/** `/health/live`: the process answers. `/health/ready`: what it needs answers too. */
const health: FastifyPluginAsyncTypebox = async app => {
  app.get('/health/live', { schema: { tags: ['health'] } }, async () => ({ status: 'ok' }))

  app.get('/health/ready', { schema: { tags: ['health'] } }, async (_request, reply) => {
    const database = await askDatabase()
    const ready = database.status === 'ok'
    return reply.code(ready ? 200 : 503).send({
      status: ready ? 'ok' : 'unavailable',
      database,
      gdal: app.uploads.gdal,
      layers: { total: app.catalog.layers().length, degraded: listDegraded(app.catalog) }
    })
  })

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
