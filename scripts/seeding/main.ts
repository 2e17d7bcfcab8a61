import { parseArgs } from 'node:util'
import { loadCatalog, printProblem } from '../../server/catalog/load.ts'
import { readConfig } from '../../server/config.ts'
import { migrate } from '../../server/db/migrate.ts'
import { openDatabase } from '../../server/db/open.ts'
import { progressLine } from './progress.ts'
import { DEFAULT_SCALE, seed } from './seed.ts'

const HELP = `Fills the database with an invented district (synthetic demonstration data).

  ./scripts/seed [--scale 0.02] [--layers road-national,poi] [--seed 1]

  --scale   share of each layer's expected features, 0 to 1 (default ${DEFAULT_SCALE}); small layers are always whole
  --layers  only these layers, separated by commas (default: all)
  --seed    a whole number; another one makes another district (default 1)

DATABASE_URL and DATA_DIR say where, as for the server. Stop a server that uses the embedded database first.`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      scale: { type: 'string', default: String(DEFAULT_SCALE) },
      layers: { type: 'string' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', short: 'h', default: false }
    }
  })
  const scale = Number(values.scale)
  const number = Number(values.seed)
  if (values.help) return console.log(HELP)
  if (!(scale > 0 && scale <= 1)) throw new Error(`--scale is a number above 0, up to 1, not ${values.scale}`)
  if (!Number.isSafeInteger(number)) throw new Error(`--seed is a whole number, not ${values.seed}`)

  const config = readConfig()
  const catalog = await loadCatalog(config.layersDir, config.stylesDir)
  for (const problem of catalog.problems) console.error(printProblem(problem))
  const db = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir, poolSize: 2 })
  try {
    await migrate(db, config.migrationsDir)
    const started = performance.now()
    const report = await seed(db, catalog, {
      scale,
      seed: number,
      layers: values.layers?.split(',').map(id => id.trim()),
      onProgress: progressLine(process.stdout)
    })
    const features = report.layers.reduce((sum, layer) => sum + layer.features, 0)
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    console.log(`${features} features in ${report.layers.length} layers, ${seconds} s`)
  } finally {
    await db.close()
  }
}

main().catch(error => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
