/**
 * `./scripts/soak-land-check [--minutes 60] [--rate 20] [--ruleset homestead-demo] [--json FILE]`: land-checks in every
 * form, refusals, kept answers and reports at a constant rate, whatever the server's pace. Every answer is checked:
 * its status, and that the same parcel has the same result hash. Prints errors, response times a period and the
 * server's resident memory, whose slope says something from half an hour on; exit code 1 where an answer was wrong.
 *
 * The server is started on the loopback with the database of DATABASE_URL, which must hold a seeded district, and ended.
 * Answers are recorded, as always. `--base URL --key KEY --pid PID` asks a running server instead; the parcels still
 * come from DATABASE_URL.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readConfig } from '../server/config.ts'
import { migrate } from '../server/db/migrate.ts'
import { openPostgres } from '../server/db/postgres.ts'
import { Client } from './measuring/client.ts'
import { startServer } from './measuring/own-server.ts'
import { drawParcels } from './measuring/parcels.ts'
import { Soak, type SoakReport } from './measuring/soak.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    rate: { type: 'string', default: '20' },
    parcels: { type: 'string', default: '500' },
    ruleset: { type: 'string', default: 'homestead-demo' },
    base: { type: 'string' },
    key: { type: 'string', default: '' },
    pid: { type: 'string' },
    json: { type: 'string' }
  }
})
const config = readConfig()

async function main(): Promise<void> {
  if (!config.databaseUrl) throw new Error('DATABASE_URL names no database.')
  const db = await openPostgres(config.databaseUrl, { poolSize: 1 })
  await migrate(db, config.migrationsDir)
  const parcels = await drawParcels(db, Number(values.parcels)).finally(() => db.close())
  const folder = await mkdtemp(join(tmpdir(), 'yitu-soak-'))
  const server = values.base
    ? { base: values.base, key: values.key, pid: Number(values.pid ?? 0), stop: async () => {} }
    : await startServer({ DATABASE_URL: config.databaseUrl, DATA_DIR: folder })
  const client = new Client(server.base, server.key, 64)
  try {
    const soak = new Soak(client, { parcels, ruleset: values.ruleset, pid: server.pid, rate: Number(values.rate) })
    const report = await soak.run(Number(values.minutes) * 60_000, line => console.log(line))
    tell(report)
    if (values.json) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`)
  } finally {
    client.close()
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

function tell({ requests, errors, late, memory }: SoakReport): void {
  console.log(`${requests} requests, ${errors.length} wrong, ${late} not sent since 64 were under way`)
  for (const error of errors.slice(0, 20)) console.log(`  ${error}`)
  if (memory) {
    const { startMB, endMB, peakMB, slopeMBPerHour } = memory
    console.log(`resident ${startMB} → ${endMB} MB, peak ${peakMB}; second half ${slopeMBPerHour} MB an hour`)
  }
  process.exitCode = errors.length > 0 || late > 0 ? 1 : 0
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
