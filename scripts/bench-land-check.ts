/**
 * `./scripts/bench-land-check [--ruleset homestead-demo] [--count 400] [--seconds 20] [--job 10000] [--json FILE]`:
 * what a land-check takes on the database of DATABASE_URL, which must hold a seeded district (`./scripts/seed --scale 1`).
 * A server is started on the loopback for it and ended. Answers are recorded, as always: use a copy of a database that
 * decides about real land.
 *
 * `--embedded` measures the embedded database instead: a new one, seeded with `--scale` (0.02), or the one of `--data FOLDER`.
 * `--explain` prints the bare statement's plan; `--profile FOLDER` has the server write a CPU profile.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readConfig } from '../server/config.ts'
import { openDatabase } from '../server/db/open.ts'
import { readRuleset } from '../server/land-check/rules/load-rulesets.ts'
import type { Ruleset } from '../server/land-check/rules/ruleset.ts'
import { BareSql } from './measuring/bare-sql.ts'
import { type BenchReport, tell } from './measuring/bench-report.ts'
import { Client } from './measuring/client.ts'
import { type OwnServer, startServer } from './measuring/own-server.ts'
import { type Drawn, drawParcels } from './measuring/parcels.ts'
import { summarize } from './measuring/quantile.ts'

const { values } = parseArgs({
  options: {
    ruleset: { type: 'string', default: 'homestead-demo' },
    count: { type: 'string', default: '400' },
    seconds: { type: 'string', default: '20' },
    connections: { type: 'string', default: '8' },
    job: { type: 'string', default: '10000' },
    embedded: { type: 'boolean', default: false },
    data: { type: 'string' },
    scale: { type: 'string', default: '0.02' },
    explain: { type: 'boolean', default: false },
    profile: { type: 'string' },
    json: { type: 'string' }
  }
})
const COUNT = Number(values.count)
const CONNECTIONS = Number(values.connections)
const SECONDS = Number(values.seconds)
const JOB = Number(values.job)
const WARM_UP = 400
/** More than any machine answers in the time, so that no parcel is asked twice. */
const MOST_A_SECOND = 400
/** Without one the rule on households would not be evaluated. */
const HOUSEHOLD = { pseudonym: 'bench' }
const config = readConfig()

async function readRules(): Promise<Ruleset> {
  const text = await readFile(join(config.layersDir, 'rulesets', `${values.ruleset}.json`), 'utf8')
  const { ruleset, problems } = readRuleset(values.ruleset, text)
  if (!ruleset) throw new Error(JSON.stringify(problems))
  return ruleset
}

/** What is asked of the server beside the parcel: a plain new homestead. */
const questionOf = (parcel: Drawn) => ({
  ...parcel,
  ruleset: values.ruleset,
  applicationType: 'new',
  terrainClass: 'plain',
  household: HOUSEHOLD
})

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'yitu-bench-'))
  try {
    if (values.embedded) await measureEmbedded(values.data ?? folder)
    else await measurePostgis(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function measurePostgis(folder: string): Promise<void> {
  if (!config.databaseUrl) throw new Error('DATABASE_URL names no database; --embedded measures the embedded one.')
  const ruleset = await readRules()
  const report = reportOf(ruleset, 'PostGIS')
  const parcels = await draw(config.databaseUrl, folder, WARM_UP + 4 * COUNT + 64 + MOST_A_SECOND * SECONDS + JOB)
  const take = (count: number) => parcels.splice(0, count)
  const nodeOptions = values.profile ? ['--cpu-prof', `--cpu-prof-dir=${values.profile}`] : []
  const server = await startServer({ DATABASE_URL: config.databaseUrl, DATA_DIR: folder }, nodeOptions)
  try {
    const one = new Client(server.base, server.key, 1)
    await askAll(one, take(WARM_UP))
    await compare(report, one, ruleset, take)
    report.pdf = await measurePdf(one, take(1)[0]!)
    one.close()
    report.throughput = await measureThroughput(server, take)
    report.job = await measureJob(server, take(JOB))
  } finally {
    await server.stop()
  }
  tell(report)
  if (values.json) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`)
}

async function measureEmbedded(dataDir: string): Promise<void> {
  const report = reportOf(await readRules(), `embedded, scale ${values.scale}`)
  if (!values.data) await seed(dataDir)
  const parcels = await draw('', dataDir, WARM_UP + COUNT)
  const server = await startServer({ DATABASE_URL: '', DATA_DIR: dataDir })
  try {
    const one = new Client(server.base, server.key, 1)
    await askAll(one, parcels.splice(0, WARM_UP))
    report.single = summed(await askAll(one, parcels))
    one.close()
  } finally {
    await server.stop()
  }
  tell(report)
  if (values.json) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`)
}

const reportOf = (ruleset: Ruleset, database: string): BenchReport => ({
  machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`,
  database,
  ruleset: {
    id: ruleset.id,
    version: ruleset.version,
    rules: ruleset.rules.length,
    layers: new Set(ruleset.rules.flatMap(rule => ('layer' in rule ? [rule.layer] : []))).size
  }
})

function seed(dataDir: string): Promise<void> {
  const main = fileURLToPath(new URL('./seeding/main.js', import.meta.url))
  const env = { ...process.env, DATABASE_URL: '', DATA_DIR: dataDir }
  const child = spawn(process.execPath, [main, '--scale', values.scale], {
    env,
    stdio: ['ignore', 'ignore', 'inherit']
  })
  return new Promise((resolve, reject) =>
    child.once('exit', code => (code === 0 ? resolve() : reject(new Error(`Seeding ended with ${code}.`))))
  )
}

async function draw(url: string, dataDir: string, count: number): Promise<Drawn[]> {
  // The ground that parcels are drawn from is laid when a server starts on a database for the first time.
  await (await startServer({ DATABASE_URL: url, DATA_DIR: dataDir })).stop()
  const db = await openDatabase({ url, dataDir, poolSize: 2 })
  try {
    return await drawParcels(db, count)
  } finally {
    await db.close()
  }
}

interface Timed {
  ms: number
  verdict: string
}

async function askAll(client: Client, parcels: Drawn[]): Promise<Timed[]> {
  const all: Timed[] = []
  for (const parcel of parcels) {
    const started = performance.now()
    const { status, body } = await client.ask('/api/land-checks', questionOf(parcel))
    const ms = performance.now() - started
    if (status !== 201) throw new Error(`A check was answered ${status}: ${body.toString().slice(0, 300)}`)
    all.push({ ms, verdict: JSON.parse(body.toString()).verdict })
  }
  return all
}

function summed(timed: Timed[]): NonNullable<BenchReport['single']> {
  const verdicts: Record<string, number> = {}
  for (const { verdict } of timed) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1
  return { ...summarize(timed.map(({ ms }) => ms)), verdicts }
}

/** Server and bare statements in turn, in blocks, on parcels of their own: whatever slows the machine slows all. */
async function compare(report: BenchReport, client: Client, ruleset: Ruleset, take: (count: number) => Drawn[]) {
  const url = config.databaseUrl
  const kinds = {
    bare: await BareSql.open(url, ruleset, { variants: false, prepared: true }),
    bareUnprepared: await BareSql.open(url, ruleset, { variants: false, prepared: false }),
    bareWithVariants: await BareSql.open(url, ruleset, { variants: true, prepared: true })
  }
  const times = { bare: [] as number[], bareUnprepared: [] as number[], bareWithVariants: [] as number[] }
  const single: Timed[] = []
  const names = ['bare', 'bareUnprepared', 'bareWithVariants'] as const
  const block = Math.ceil(COUNT / 8)
  if (values.explain) console.log(await kinds.bare.explain(take(1)[0]!.wkt))
  for (const name of names) for (const { wkt } of take(10)) await kinds[name].ask(wkt)
  for (let done = 0; done < COUNT; done += block) {
    single.push(...(await askAll(client, take(block))))
    for (const name of names) {
      for (const { wkt } of take(block)) {
        const started = performance.now()
        await kinds[name].ask(wkt)
        times[name].push(performance.now() - started)
      }
    }
  }
  for (const name of names) {
    report[name] = summarize(times[name])
    await kinds[name].close()
  }
  report.single = summed(single)
}

async function measurePdf(client: Client, parcel: Drawn): Promise<BenchReport['pdf']> {
  const made = await client.ask('/api/land-checks', questionOf(parcel))
  const { id } = JSON.parse(made.body.toString())
  const times: number[] = []
  for (let i = 0; i < 6; i++) {
    const started = performance.now()
    const { status, headers } = await client.ask(`/api/land-checks/${id}/report.pdf`)
    if (status !== 200 || headers['content-type'] !== 'application/pdf') return `answered ${status}`
    times.push(performance.now() - started)
  }
  return summarize(times)
}

async function measureThroughput(
  { base, key }: OwnServer,
  take: (count: number) => Drawn[]
): Promise<BenchReport['throughput']> {
  const client = new Client(base, key, CONNECTIONS)
  const until = performance.now() + SECONDS * 1000
  const times: number[] = []
  let errors = 0
  const parcels = take(MOST_A_SECOND * SECONDS)
  const work = async () => {
    for (;;) {
      const started = performance.now()
      const parcel = started < until && parcels.pop()
      if (!parcel) return
      const { status } = await client.ask('/api/land-checks', questionOf(parcel)).catch(() => ({ status: 0 }))
      if (status === 201) times.push(performance.now() - started)
      else errors++
    }
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: CONNECTIONS }, work))
  const seconds = (performance.now() - started) / 1000
  client.close()
  const perSecond = Math.round((times.length / seconds) * 10) / 10
  return {
    connections: CONNECTIONS,
    seconds: SECONDS,
    checks: times.length,
    perSecond,
    errors,
    p95: summarize(times).p95
  }
}

async function measureJob({ base, key }: OwnServer, parcels: Drawn[]): Promise<BenchReport['job']> {
  if (parcels.length === 0) return 'not asked'
  const client = new Client(base, key, 1)
  try {
    const items = parcels.map(parcel => ({ ...parcel }))
    const common = { ruleset: values.ruleset, applicationType: 'new', terrainClass: 'plain', household: HOUSEHOLD }
    const started = performance.now()
    const { status, body } = await client.ask('/api/land-check-jobs', { items, common })
    if (status !== 202 && status !== 201) return `answered ${status}: ${body.toString().slice(0, 200)}`
    const { id } = JSON.parse(body.toString())
    for (;;) {
      const job = JSON.parse((await client.ask(`/api/land-check-jobs/${id}`)).body.toString())
      const seconds = Math.round((performance.now() - started) / 100) / 10
      if (job.status === 'failed') return `failed: ${JSON.stringify(job).slice(0, 300)}`
      if (job.finishedAt) return { parcels: parcels.length, seconds, failed: job.counts.states.refused ?? 0 }
      if (seconds > 600) return `not finished after ${seconds} s: ${JSON.stringify(job).slice(0, 300)}`
      await wait(250)
    }
  } finally {
    client.close()
  }
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
