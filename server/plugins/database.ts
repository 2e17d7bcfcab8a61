import fp from 'fastify-plugin'
import { migrate } from '../db/migrate.ts'
import { openDatabase } from '../db/open.ts'
import type { Database } from '../lib/sql.ts'

declare module 'fastify' {
  interface FastifyInstance {
    db: Database
  }
}

export interface DatabaseOptions {
  /** An open, migrated database that somebody else closes; without it the configured one is opened. */
  db?: Database
}

/** `app.db`: the database, migrated to the newest version. */
export default fp<DatabaseOptions>(
  async (app, { db: given }) => {
    const { databaseUrl, databasePool, dataDir, migrationsDir } = app.config
    const db = given ?? (await openDatabase({ url: databaseUrl, dataDir, poolSize: databasePool }))
    app.decorate('db', db)
    if (given) return
    app.addHook('onClose', () => db.close())
    const applied = await migrate(db, migrationsDir)
    app.log.info({ database: db.kind, applied }, 'database is ready')
  },
  { name: 'database', dependencies: ['config'] }
)
