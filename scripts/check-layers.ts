/**
 * `./scripts/check-layers`: compares layers/ with the tables of the configured database and prints what differs; exit
 * code 1 when a layer cannot be served rightly. It only reads. The embedded database must not be in use by a server.
 */
import { loadCatalog, printProblem } from '../server/catalog/load.ts'
import { readConfig } from '../server/config.ts'
import { openDatabase } from '../server/db/open.ts'
import { compareLayer } from './checking/layers.ts'

const config = readConfig()
const catalog = await loadCatalog(config.layersDir, config.stylesDir)
for (const problem of catalog.problems) console.log(`file     ${printProblem(problem)}`)

const db = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir })
try {
  const layers = catalog.layers().filter(layer => layer.geometry !== 'Raster')
  let errors = 0
  let warnings = 0
  for (const layer of layers) {
    for (const { layer: id, severity, message } of await compareLayer(db, layer)) {
      console.log(`${severity.padEnd(7)}  ${id}: ${message}`)
      if (severity === 'error') errors++
      else warnings++
    }
  }
  console.log(
    `${layers.length} layers, ${catalog.problems.length} problems of files, ${errors} errors, ${warnings} warnings`
  )
  process.exitCode = errors + catalog.problems.length > 0 ? 1 : 0
} finally {
  await db.close()
}
