import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
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
  const db =
    kind === 'embedded' ? await openEmbedded({ template: `${ROOT}var/test-template.tar` }) : await ownDatabase(t)
  t.teardown(() => db.close())
  await migrate(db, `${ROOT}migrations`)
  return db
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
