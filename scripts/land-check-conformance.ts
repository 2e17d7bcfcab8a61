/**
 * `./scripts/land-check-conformance --base URL --key KEY [--ruleset ID] [--no-ground] [--adapter FILE] [--json FILE]`:
 * posts the golden vectors, the analytical cases and the intake refusals to a running server and prints which conform;
 * exit code 1 when one does not.
 *
 * The server needs the rule set that `--print-ruleset` prints, and the layers it names: the kit publishes them itself
 * with a publisher's key (`--no-ground` leaves them as they are; `--write-ground FOLDER` writes them as GeoJSON for a
 * server that takes its layers some other way). `--start` runs a server of its own on an empty embedded database, or on
 * DATABASE_URL's, and ends it. scripts/conformance/README.md says how to test another server.
 */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { readConfig } from '../server/config.ts'
import { groundOf } from './conformance/ground.ts'
import { FOLDER, type Outcome, readCases, runAll } from './conformance/run.ts'
import type { MakeTarget } from './conformance/target.ts'
import { target as yitu } from './conformance/yitu.ts'
import { startServer } from './measuring/own-server.ts'

const { values } = parseArgs({
  options: {
    base: { type: 'string' },
    key: { type: 'string', default: '' },
    ruleset: { type: 'string', default: 'conformance' },
    'no-ground': { type: 'boolean', default: false },
    adapter: { type: 'string' },
    json: { type: 'string' },
    start: { type: 'boolean', default: false },
    'print-ruleset': { type: 'boolean', default: false },
    'write-ground': { type: 'string' }
  }
})

async function main(): Promise<void> {
  const ruleset = await readFile(`${FOLDER}ruleset.json`, 'utf8')
  if (values['print-ruleset']) return void process.stdout.write(ruleset)
  if (values['write-ground']) return writeGround(values['write-ground'])
  if (values.start) return startAndRun(ruleset)
  if (!values.base) throw new Error('Name the server with --base URL, or let one be started with --start.')
  await run(values.base, values.key)
}

async function run(base: string, key: string): Promise<void> {
  const make: MakeTarget = values.adapter
    ? ((await import(pathToFileURL(resolve(values.adapter)).href)).target as MakeTarget)
    : yitu
  const outcomes = await runAll(make(base, key, values.ruleset), !values['no-ground'], print)
  const passed = outcomes.filter(({ wrong }) => wrong.length === 0).length
  console.log(`${passed} of ${outcomes.length} conform`)
  if (values.json) await writeFile(values.json, `${JSON.stringify({ base, passed, outcomes }, null, 2)}\n`)
  process.exitCode = passed === outcomes.length ? 0 : 1
}

function print({ group, name, wrong }: Outcome): void {
  console.log(`${wrong.length === 0 ? 'pass' : 'FAIL'}  ${group.padEnd(7)}  ${name}`)
  for (const line of wrong) console.log(`                 ${line}`)
}

async function writeGround(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [layer, collection] of groundOf(await readCases())) {
    await writeFile(join(folder, `${layer}.geojson`), `${JSON.stringify(collection)}\n`)
  }
}

async function startAndRun(ruleset: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'yitu-conformance-'))
  try {
    const layers = join(folder, 'layers')
    await cp(readConfig().layersDir, layers, { recursive: true })
    await writeFile(join(layers, 'rulesets', `${values.ruleset}.json`), ruleset)
    const server = await startServer({ LAYERS_DIR: layers, DATA_DIR: join(folder, 'data') })
    try {
      await run(server.base, server.key)
    } finally {
      await server.stop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
