/**
 * `./scripts/key create --role ROLE --label TEXT | list | revoke ID`: asks the running server, with the
 * administrator's key; where none runs, opens the configured database itself.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createKey, listKeys, revokeKey } from '../server/access/keys.ts'
import { ROLES, type Role } from '../server/access/roles.ts'
import { readConfig } from '../server/config.ts'
import { migrate } from '../server/db/migrate.ts'
import { openDatabase } from '../server/db/open.ts'

const USAGE = `Usage:
  scripts/key create --role ${ROLES.join('|')} --label TEXT
  scripts/key list
  scripts/key revoke ID`

interface KeyStore {
  create(role: Role, label: string): Promise<{ id: string; key: string }>
  list(): Promise<object[]>
  revoke(id: string): Promise<boolean>
  close(): Promise<void>
}

const config = readConfig()

async function runningServer(): Promise<KeyStore | null> {
  const base = `${config.publicUrl || `http://localhost:${config.port}`}/api/keys`
  const key = config.adminKey || (await readFile(join(config.dataDir, 'admin.key'), 'utf8').catch(() => '')).trim()
  const ask = async (path: string, init: RequestInit = {}) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const answer = await fetch(base + path, { ...init, headers })
    if (!answer.ok && answer.status !== 404)
      throw new Error(`${base} answered ${answer.status}: ${await answer.text()}`)
    return answer
  }
  try {
    await fetch(base)
  } catch {
    return null
  }
  return {
    create: async (role, label) => {
      const answer = await ask('', { method: 'POST', body: JSON.stringify({ role, label }) })
      return (await answer.json()) as { id: string; key: string }
    },
    list: async () => ((await (await ask('')).json()) as { keys: object[] }).keys,
    revoke: async id => (await ask(`/${encodeURIComponent(id)}`, { method: 'DELETE', body: '{}' })).ok,
    close: async () => {}
  }
}

async function database(): Promise<KeyStore> {
  const db = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir })
  await migrate(db, config.migrationsDir)
  return {
    create: (role, label) => createKey(db, role, label),
    list: () => listKeys(db),
    revoke: id => revokeKey(db, id),
    close: () => db.close()
  }
}

async function run(): Promise<string> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { role: { type: 'string' }, label: { type: 'string' } }
  })
  const [command, id] = positionals
  const role = ROLES.find(known => known === values.role)
  if (command === 'create' && !(role && values.label)) return USAGE
  if (command === 'revoke' && !id) return USAGE
  if (command !== 'create' && command !== 'list' && command !== 'revoke') return USAGE

  const keys = (await runningServer()) ?? (await database())
  try {
    if (command === 'create') {
      const made = await keys.create(role!, values.label!)
      return `${made.id}\n${made.key}\nThe key is shown this once.`
    }
    if (command === 'revoke') return (await keys.revoke(id!)) ? `${id} is revoked.` : `There is no key ${id} in force.`
    return (await keys.list()).map(key => JSON.stringify(key)).join('\n')
  } finally {
    await keys.close()
  }
}

const said = await run().catch(error => {
  process.exitCode = 1
  return error instanceof Error ? error.message : String(error)
})
if (said === USAGE) process.exitCode = 2
console.log(said)
