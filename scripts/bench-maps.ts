/**
 * `./scripts/bench-maps [--database URL] [--only likeness,warm,cold,first] [--layers 1,3,8] [--clients 1,4,8] [--requests 120]
 * [--processes 4] [--pictures FOLDER] [--json FILE]`: what WMS takes on a seeded database (`./scripts/seed --scale 0.2`),
 * against MapServer behind FastCGI and nginx (Debian: cgi-mapserver, spawn-fcgi, nginx-light) on the same tables, with
 * styles that say the same. All servers are started on the loopback for it and ended; the load comes from processes of
 * its own. Nothing is changed in the database.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadCatalog } from '../server/catalog/load.ts'
import { refreshCatalog } from '../server/catalog/sync.ts'
import { readConfig } from '../server/config.ts'
import { migrate } from '../server/db/migrate.ts'
import { openDatabase } from '../server/db/open.ts'
import { sql } from '../server/lib/sql.ts'
import { measureLikeness } from './measuring/maps-likeness.ts'
import { type MapReport, tellMaps } from './measuring/maps-report.ts'
import { type MapBench, measuredLayers, writePlainStyles } from './measuring/maps-servers.ts'
import { LAYER_SETS } from './measuring/maps-styles.ts'
import { measureMapsCold, measureMapsFirst, measureMapsWarm } from './measuring/maps-throughput.ts'
import { mapServerVersion, withoutMapServer } from './measuring/mapserver.ts'

const { values } = parseArgs({
  options: {
    database: { type: 'string' },
    only: { type: 'string', default: 'likeness,warm,cold,first' },
    layers: { type: 'string', default: Object.keys(LAYER_SETS).join() },
    clients: { type: 'string', default: '1,4,8' },
    requests: { type: 'string', default: '120' },
    processes: { type: 'string', default: String(cpus().length * 2) },
    pictures: { type: 'string' },
    json: { type: 'string' }
  }
})

const PARTS = {
  likeness: (bench: MapBench) => measureLikeness(bench, values.pictures),
  warm: measureMapsWarm,
  cold: measureMapsCold,
  first: measureMapsFirst
}
type Part = keyof typeof PARTS

const numbers = (list: string): number[] => list.split(',').map(Number)

async function main(): Promise<void> {
  const config = readConfig()
  const url = values.database ?? config.databaseUrl
  const parts = values.only.split(',').filter((part): part is Part => part in PARTS)
  const layerCounts = numbers(values.layers).filter(count => count in LAYER_SETS)
  const missing = withoutMapServer()
  if (missing) throw new Error(missing)
  if (!url) throw new Error('Neither --database nor DATABASE_URL names a database.')
  if (parts.length === 0) throw new Error(`--only takes ${Object.keys(PARTS).join(', ')}`)
  if (layerCounts.length === 0) throw new Error(`--layers takes ${Object.keys(LAYER_SETS).join(', ')}`)
  const folder = await mkdtemp(join(tmpdir(), 'yitu-bench-'))
  const db = await openDatabase({ url, dataDir: folder, poolSize: 2 })
  try {
    await migrate(db, config.migrationsDir)
    const catalog = await loadCatalog(config.layersDir, config.stylesDir)
    await refreshCatalog(db, catalog)
    const bench: MapBench = {
      db,
      databaseUrl: url,
      catalog,
      requests: Number(values.requests),
      layerCounts,
      clients: numbers(values.clients),
      processes: Number(values.processes),
      stylesDir: join(folder, 'styles'),
      folder
    }
    await writePlainStyles(catalog, config.stylesDir, bench.stylesDir)
    const [version] = await db.query<{ text: string }>(
      sql`SELECT version() || ', PostGIS ' || postgis_lib_version() AS text`
    )
    const report: MapReport = {
      machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`,
      database: version?.text ?? '',
      mapserver: `${mapServerVersion()}, ${bench.processes} processes`,
      features: Object.fromEntries(measuredLayers(catalog).map(({ id }) => [id, catalog.state(id).featureCount])),
      requests: bench.requests
    }
    for (const part of parts) {
      console.error(`measuring: ${part}`)
      Object.assign(report, { [part]: await PARTS[part](bench) })
      if (values.json) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`)
    }
    tellMaps(report)
  } finally {
    await db.close()
    await rm(folder, { recursive: true, force: true })
  }
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
