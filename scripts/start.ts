/** `./scripts/start`: the server with demonstration data, for somebody who has just cloned the project. */
import '../server/lib/keep-tick-shape.ts'
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../server/app.ts'
import { readConfig } from '../server/config.ts'
import { serve } from '../server/serve.ts'

const config = readConfig({ LOG_LEVEL: 'warn', ...process.env })
const started = performance.now()
process.stdout.write(config.databaseUrl ? 'Opening the database …\n' : 'Opening the embedded database …\n')
let app = await buildApp({ config })
const { adminKey } = app

const empty = config.demoScale > 0 ? neverPublished(app) : []
if (empty.length > 0) {
  process.stdout.write(`Filling ${empty.length} layers with synthetic demonstration data …\n`)
  await app.close()
  await makeData(empty)
  app = await buildApp({ config })
}

const url = await serve(app)
const seconds = ((performance.now() - started) / 1000).toFixed(1)
const lines = [
  '',
  `Yitu 一图 is ready (${seconds} s)`,
  '',
  `  Console 控制台            ${url}/`,
  `  Sign in, once 一次性登录   ${url}/sign-in?token=${app.issueSignInToken()}`,
  `  API 接口文档              ${url}/api/docs`,
  `  Style for map clients    ${url}/styles/base.json`
]
if (adminKey?.generated) {
  lines.push('', `  Administrator key (kept in ${adminKey.file}, shown this once):`, `  ${adminKey.generated}`)
}
process.stdout.write(`${[...lines, '', 'Ctrl-C stops it.'].join('\n')}\n`)

function neverPublished({ catalog }: FastifyInstance): string[] {
  const layers = catalog.layers().filter(({ origin, source }) => origin === 'file' && !source)
  return layers.map(({ id }) => id).filter(id => catalog.state(id).revision === 0)
}

/** In a process of its own, which takes the memory that making a district needs with it when it ends. */
function makeData(layers: string[]): Promise<void> {
  const seeding = fileURLToPath(new URL('./seeding/main.js', import.meta.url))
  const options = ['--scale', String(config.demoScale), '--layers', layers.join(',')]
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [seeding, ...options], { stdio: 'inherit' })
    child.on('error', reject)
    child.on('close', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`Making the demonstration data ended with ${signal ?? code}.`))
    )
  })
}
