/** `./scripts/start`: the server with demonstration data, for somebody who has just cloned the project. */
import { buildApp } from '../server/app.ts'
import { readConfig } from '../server/config.ts'
import { serve } from '../server/serve.ts'
import { seed } from './seeding/seed.ts'

const config = readConfig({ LOG_LEVEL: 'warn', ...process.env })
const started = performance.now()
process.stdout.write(config.databaseUrl ? 'Opening the database …\n' : 'Opening the embedded database …\n')
const app = await buildApp({ config })

const empty = app.catalog
  .layers()
  .filter(({ id, origin, source }) => origin === 'file' && !source && app.catalog.state(id).revision === 0)
if (config.demoScale > 0 && empty.length > 0) {
  process.stdout.write(`Filling ${empty.length} layers with synthetic demonstration data …\n`)
  await seed(app.db, app.catalog, {
    scale: config.demoScale,
    layers: empty.map(layer => layer.id),
    onProgress: progressLine()
  })
  await app.refreshCatalog()
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
if (app.adminKey?.generated) {
  lines.push('', `  Administrator key (kept in ${app.adminKey.file}, shown this once):`, `  ${app.adminKey.generated}`)
}
process.stdout.write(`${[...lines, '', 'Ctrl-C stops it.'].join('\n')}\n`)

/** One line that overwrites itself on a terminal, a line per layer elsewhere. */
function progressLine(): (progress: { layer: string; done: number; total: number }) => void {
  const isTerminal = process.stdout.isTTY
  let last = ''
  return ({ layer, done, total }) => {
    if (isTerminal) process.stdout.write(`\r\x1b[2K  ${layer}  ${done} of ${total}${done >= total ? '\n' : ''}`)
    else if (layer !== last) process.stdout.write(`  ${layer}\n`)
    last = layer
  }
}
