/**
 * `./scripts/bench-tiles [--database URL] [--only warm,cold,low,replay,edit,overload,valid] [--seconds 5] [--zooms 10,12,14,16] [--json FILE]`: what
 * vector tiles take on a seeded database (`./scripts/seed --scale 1`). Servers are started on the loopback for it and
 * ended; the load comes from processes of its own; pgbench (Debian: postgresql-15) runs the SQL it is compared with.
 * The edit puts back what it changed and leaves a few revisions of one layer behind.
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
import { planRowBytes } from '../server/tiles/choose-source.ts'
import type { TileBench } from './measuring/tile-bench.ts'
import { type TileReport, tellTiles } from './measuring/tile-report.ts'
import { measureCold } from './measuring/tiles-cold.ts'
import { measureEdit } from './measuring/tiles-edit.ts'
import { measureZooms } from './measuring/tiles-low.ts'
import { measureOverload } from './measuring/tiles-overload.ts'
import { measureReplay } from './measuring/tiles-replay.ts'
import { measureValid } from './measuring/tiles-valid.ts'
import { measureWarm } from './measuring/tiles-warm.ts'

/** The layers of hundreds of thousands of polygons that figures are promised for. */
const HEAVY = ['cadastral-parcel', 'building-footprint']

const PARTS = {
  warm: measureWarm,
  cold: measureCold,
  low: measureZooms,
  replay: measureReplay,
  edit: measureEdit,
  overload: measureOverload,
  valid: measureValid
}
type Part = keyof typeof PARTS

const { values } = parseArgs({
  options: {
    database: { type: 'string' },
    only: { type: 'string', default: Object.keys(PARTS).join() },
    seconds: { type: 'string', default: '5' },
    zooms: { type: 'string', default: '10,12,14,16' },
    json: { type: 'string' }
  }
})

async function main(): Promise<void> {
  const config = readConfig()
  const url = values.database ?? config.databaseUrl
  const parts = values.only.split(',').filter((part): part is Part => part in PARTS)
  if (!url) throw new Error('Neither --database nor DATABASE_URL names a database.')
  if (parts.length === 0) throw new Error(`--only takes ${Object.keys(PARTS).join(', ')}`)
  const folder = await mkdtemp(join(tmpdir(), 'yitu-bench-'))
  const db = await openDatabase({ url, dataDir: folder, poolSize: 2 })
  try {
    await migrate(db, config.migrationsDir)
    const catalog = await loadCatalog(config.layersDir, config.stylesDir)
    await refreshCatalog(db, catalog)
    const heavy = HEAVY.map(id => catalog.get(id))
    const weights = await Promise.all(heavy.map(layer => db.query<{ bytes: number }>(planRowBytes(layer))))
    const smallIndex = Math.floor(Math.min(...weights.map(([row]) => row?.bytes ?? 0)) * 1.8)
    const seconds = Number(values.seconds)
    const coldZooms = values.zooms.split(',').map(Number)
    const bench: TileBench = { db, databaseUrl: url, catalog, heavy, coldZooms, seconds, folder, smallIndex }
    const [version] = await db.query<{ text: string }>(
      sql`SELECT version() || ', PostGIS ' || postgis_lib_version() AS text`
    )
    const report: TileReport = {
      machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`,
      database: version?.text ?? '',
      features: Object.fromEntries(heavy.map(({ id }) => [id, catalog.state(id).featureCount])),
      seconds: bench.seconds
    }
    for (const part of parts) {
      console.error(`measuring: ${part}`)
      Object.assign(report, { [part]: await PARTS[part](bench) })
      if (values.json) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`)
    }
    tellTiles(report)
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
