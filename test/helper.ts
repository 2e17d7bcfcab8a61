import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { postgis } from '@electric-sql/pglite-postgis'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { createKey } from '../server/access/keys.ts'
import { ROLES, type Role } from '../server/access/roles.ts'
import { buildApp } from '../server/app.ts'
import { readConfig } from '../server/config.ts'
import { openEmbedded } from '../server/db/embedded.ts'
import { migrate } from '../server/db/migrate.ts'
import { openPostgres } from '../server/db/postgres.ts'
import type { Database } from '../server/lib/sql.ts'

/** The project's folder; tests run from build/test/. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/**
 * Runs the same tests on the embedded database and on real PostGIS. Without `TEST_DATABASE_URL` the second half is
 * skipped, saying so.
 */
export async function onBothDatabases(t: Test, tests: (t: Test, db: Database) => Promise<void>): Promise<void> {
  for (const kind of ['embedded', 'postgres'] as const) {
    const skip = kind === 'postgres' && !process.env['TEST_DATABASE_URL'] ? 'TEST_DATABASE_URL is not set' : false
    await t.test(`on ${kind}`, { skip }, async t => tests(t, await testDatabase(t, kind)))
  }
}

/** A migrated database of its own, gone when the test ends. */
export async function testDatabase(t: Test, kind: Database['kind']): Promise<Database> {
  const db = kind === 'embedded' ? await openEmbedded({ template: await migratedTemplate() }) : await ownDatabase(t)
  t.teardown(() => db.close())
  await migrate(db, MIGRATIONS)
  return db
}

const MIGRATIONS = `${ROOT}migrations`

/**
 * A file with an embedded database that has all migrations, made where it is missing: each test file would spend two
 * seconds on them. It is named by them, so that it is never an old one.
 */
async function migratedTemplate(): Promise<string> {
  const digest = createHash('sha256')
  for (const file of (await readdir(MIGRATIONS)).sort())
    digest.update(file).update(await readFile(join(MIGRATIONS, file)))
  const template = `${ROOT}var/test-migrated-${digest.digest('hex').slice(0, 12)}.tar`
  if (existsSync(template)) return template
  const folder = await mkdtemp(join(tmpdir(), 'yitu-template-'))
  try {
    const dataDir = join(folder, 'db')
    const db = await openEmbedded({ dataDir, template: `${ROOT}var/test-template.tar` })
    await migrate(db, MIGRATIONS)
    await db.close()
    const stored = await PGlite.create({ dataDir, extensions: { postgis } })
    const dump = await stored.dumpDataDir('none')
    await stored.close()
    // Test files that start together each make one: the last stays.
    const partial = `${template}.${process.pid}`
    await writeFile(partial, Buffer.from(await dump.arrayBuffer()))
    await rename(partial, template)
  } finally {
    await rm(folder, { recursive: true })
  }
  return template
}

async function ownDatabase(t: Test): Promise<Database> {
  const url = new URL(process.env['TEST_DATABASE_URL'] ?? '')
  const id = `yitu_test_${randomBytes(6).toString('hex')}`
  const admin = await openPostgres(url.href, { poolSize: 1 })
  await admin.run(`CREATE DATABASE ${id}`)
  t.teardown(async () => {
    await admin.run(`DROP DATABASE ${id} WITH (FORCE)`)
    await admin.close()
  })
  url.pathname = `/${id}`
  return openPostgres(url.href)
}

export interface TestApp {
  app: FastifyInstance
  /** Headers that carry a key of each role. */
  as: Record<Role, { authorization: string }>
}

/** The whole server on a database, ready for `inject`, closed when the test ends. `env` sets environment variables. */
export async function testApp(t: Test, db: Database, env: Record<string, string> = {}): Promise<TestApp> {
  const config = readConfig({ DATA_DIR: t.testdir(), ADMIN_KEY: 'admin-key-of-the-tests', LOG_LEVEL: 'silent', ...env })
  const app = await buildApp({ config, db })
  t.teardown(() => app.close())
  const keys = await Promise.all(
    ROLES.map(async role => [role, { authorization: `Bearer ${(await createKey(db, role, `a ${role}`)).key}` }])
  )
  return { app, as: Object.fromEntries(keys) }
}
