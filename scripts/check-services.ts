/**
 * `./scripts/check-services [--base URL] [--key KEY]`: asks every service of /api/services for a real answer, prints a
 * table and `N of M answer`; exit code 1 when one does not, or when there is none. Without `--key` the administrator's
 * of DATA_DIR is used where there is one.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readConfig } from '../server/config.ts'
import { asker, checkServices, listServices } from './checking/check.ts'

const { values } = parseArgs({ options: { base: { type: 'string' }, key: { type: 'string' } } })
const config = readConfig()
const base = values.base ?? (config.publicUrl || `http://localhost:${config.port}`)
// The administrator's key is of this machine's server and is shown to no other.
const kept = values.base
  ? ''
  : config.adminKey || (await readFile(join(config.dataDir, 'admin.key'), 'utf8').catch(() => ''))
const ask = asker(base, values.key ?? (kept.trim() || undefined))

try {
  const services = await listServices(ask)
  const outcomes = await checkServices(services, ask)
  const width = Math.max(0, ...outcomes.map(({ id }) => id.length))
  for (const { id, ok, answer, requests, ms } of outcomes) {
    console.log(
      `${ok ? 'ok  ' : 'FAIL'}  ${id.padEnd(width)}  ${String(ms).padStart(6)} ms  ${String(requests).padStart(3)}  ${answer}`
    )
  }
  const good = outcomes.filter(({ ok }) => ok).length
  console.log(`${good} of ${outcomes.length} answer`)
  process.exitCode = good === outcomes.length && good > 0 ? 0 : 1
} catch (error) {
  console.error(`${base} cannot be checked: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}
