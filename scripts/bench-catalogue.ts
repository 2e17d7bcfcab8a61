/**
 * `node build/scripts/bench-catalogue.js [--layers 161,5000] [--json FILE]`: how start-up and /api/services grow with
 * the number of layer definitions. Definitions are copies of layers/ under other ids, in a temporary folder; the
 * database is DATABASE_URL's, or an embedded one in memory.
 */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { createKey } from '../server/access/keys.ts'
import { buildApp } from '../server/app.ts'
import { tableOf } from '../server/catalog/table.ts'
import { type Config, readConfig } from '../server/config.ts'
import { openEmbedded } from '../server/db/embedded.ts'
import { migrate } from '../server/db/migrate.ts'
import { openPostgres } from '../server/db/postgres.ts'
import { type Database, sql } from '../server/lib/sql.ts'

const { values } = parseArgs({ options: { layers: { type: 'string', default: '161,5000' }, json: { type: 'string' } } })
const config = readConfig({ LOG_LEVEL: 'silent', ...process.env })
const REQUESTS = 200

interface Definition {
  theme: string
  id: string
  layer: string
  style: string
}

async function definitions(): Promise<Definition[]> {
  const files = (await readdir(config.layersDir, { recursive: true })).filter(file => /^[^/]+\/[^/]+\.json$/.test(file))
  const found = files.filter(file => !/^(codelists|rulesets)\//.test(file))
  return Promise.all(
    found.map(async file => ({
      theme: dirname(file),
      id: file.slice(dirname(file).length + 1, -'.json'.length),
      layer: await readFile(join(config.layersDir, file), 'utf8'),
      style: await readFile(join(config.stylesDir, 'layers', file), 'utf8')
    }))
  )
}

/** A copy of layers/ and styles/ with `count` layers: the real ones, then the same again as `<id>-2`, `<id>-3` … */
async function catalogueOf(count: number, folder: string): Promise<string[]> {
  await cp(config.layersDir, join(folder, 'layers'), { recursive: true })
  await cp(config.stylesDir, join(folder, 'styles'), { recursive: true })
  const real = await definitions()
  const ids = real.map(({ id }) => id)
  for (let i = real.length; i < count; i++) {
    const { theme, id, layer, style } = real[i % real.length]!
    const copy = `${id.slice(0, 34)}-${1 + Math.floor(i / real.length)}`
    await mkdir(join(folder, 'layers', theme), { recursive: true })
    await writeFile(join(folder, 'layers', theme, `${copy}.json`), layer)
    await writeFile(join(folder, 'styles/layers', theme, `${copy}.json`), style.replaceAll(`"${id}`, `"${copy}`))
    ids.push(copy)
  }
  return ids
}

/** Every layer published and empty but for its row, so that it is listed as a service. */
async function publishAll(db: Database, ids: string[]): Promise<void> {
  for (const id of ids) {
    await db.query(sql`CREATE TABLE IF NOT EXISTS ${tableOf({ id })} (fid bigint)`)
    await db.query(
      sql`INSERT INTO yitu.layer (id, revision, feature_count) VALUES (${id}, 1, 1) ON CONFLICT DO NOTHING`
    )
  }
}

const quantile = (sorted: number[], q: number) => Math.round(sorted[Math.floor((sorted.length - 1) * q)]! * 10) / 10

async function measure(db: Database, settings: Config, count: number) {
  const started = performance.now()
  const app = await buildApp({ config: settings, db })
  const startSeconds = Math.round(performance.now() - started) / 1000
  const { key } = await createKey(db, 'admin', 'bench')
  const headers = { 'x-api-key': key }
  const times = async (url: string) => {
    const all: number[] = []
    for (let i = 0; i < REQUESTS; i++) {
      const before = performance.now()
      const { statusCode } = await app.inject({ url, headers })
      if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}`)
      all.push(performance.now() - before)
    }
    const [first] = all
    const sorted = all.slice(1).toSorted((a, b) => a - b)
    return { first: Math.round(first! * 10) / 10, p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) }
  }
  const report = {
    layers: app.catalog.layers().length,
    problems: app.catalog.problems.length,
    asked: count,
    startSeconds,
    'services?limit=100 ms': await times('/api/services?limit=100'),
    'services?q=zjd ms': await times('/api/services?q=zjd'),
    'health/ready ms': await times('/health/ready'),
    residentMB: Math.round(process.memoryUsage().rss / 1e6)
  }
  await app.close()
  return report
}

const reports = []
for (const count of values.layers.split(',').map(Number)) {
  const folder = await mkdtemp(join(tmpdir(), 'yitu-bench-'))
  const db = config.databaseUrl
    ? await openPostgres(config.databaseUrl)
    : await openEmbedded({ template: join(config.dataDir, 'template.tar') })
  try {
    await migrate(db, config.migrationsDir)
    await publishAll(db, await catalogueOf(count, folder))
    const dirs = { layersDir: join(folder, 'layers'), stylesDir: join(folder, 'styles'), dataDir: folder }
    reports.push(await measure(db, Object.freeze({ ...config, ...dirs, rateLimit: 0 }), count))
    console.log(JSON.stringify(reports.at(-1), null, 2))
  } finally {
    await db.close()
    await rm(folder, { recursive: true })
  }
}
if (values.json) await writeFile(values.json, `${JSON.stringify(reports, null, 2)}\n`)
