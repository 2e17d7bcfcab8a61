import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Database, sql } from '../lib/sql.ts'

/** Any constant will do, as long as every server of a database uses the same. */
const LOCK = 827_410_605

interface Migration {
  id: string
  script: string
  checksum: string
}

/**
 * Brings the database up to the newest of `migrations/NNNN-verb-object.sql`, each in a transaction of its own, in
 * order, once. Servers that start together wait for each other.
 * @returns the ids applied now
 * @throws when a file that was applied has since changed or gone: history is not edited, a new file is added.
 */
export async function migrate(db: Database, folder: string): Promise<string[]> {
  await db.run(`
    CREATE SCHEMA IF NOT EXISTS yitu;
    CREATE TABLE IF NOT EXISTS yitu.migration
      (id text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());`)
  const wanted = await readMigrations(folder)
  const applied: string[] = []
  for (const migration of wanted) {
    if (await apply(db, migration, wanted)) applied.push(migration.id)
  }
  return applied
}

function apply(db: Database, migration: Migration, wanted: Migration[]): Promise<boolean> {
  return db.transaction(async tx => {
    await tx.query(sql`SELECT pg_advisory_xact_lock(${LOCK}::bigint)`)
    const done = await tx.query<{ id: string; checksum: string }>(sql`SELECT id, checksum FROM yitu.migration`)
    const before = done.find(({ id }) => id === migration.id)
    checkHistory(done, wanted)
    if (before) return false
    for (const statement of statements(migration.script)) await tx.query({ text: statement, values: [] })
    await tx.query(sql`INSERT INTO yitu.migration (id, checksum) VALUES (${migration.id}, ${migration.checksum})`)
    return true
  })
}

function checkHistory(done: { id: string; checksum: string }[], wanted: Migration[]) {
  for (const { id, checksum } of done) {
    const file = wanted.find(migration => migration.id === id)
    if (!file)
      throw new Error(`The database has migration ${id}, which this version does not know: run a newer version.`)
    if (file.checksum !== checksum) {
      throw new Error(`migrations/${id}.sql was changed after it was applied: put it back and add a new file instead.`)
    }
  }
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const files = (await readdir(folder)).filter(file => /^\d{4}-[a-z0-9-]+\.sql$/.test(file)).sort()
  return Promise.all(
    files.map(async file => {
      const script = await readFile(join(folder, file), 'utf8')
      return { id: file.slice(0, -4), script, checksum: createHash('sha256').update(script).digest('hex') }
    })
  )
}

/** A prepared statement holds one command, so a script is cut at `;` at a line's end; `$$` bodies stay whole. */
function statements(script: string): string[] {
  const parts: string[] = []
  let current = ''
  let inBody = false
  for (const line of script.split('\n')) {
    if (line.trimStart().startsWith('--')) continue
    current += `${line}\n`
    if (line.split('$$').length % 2 === 0) inBody = !inBody
    if (!inBody && line.trimEnd().endsWith(';')) {
      parts.push(current.trim())
      current = ''
    }
  }
  if (current.trim()) parts.push(current.trim())
  return parts
}
