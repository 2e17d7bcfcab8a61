import './lib/keep-tick-shape.ts'
import { buildApp } from './app.ts'
import { readConfig } from './config.ts'
import { serve } from './serve.ts'

try {
  const config = readConfig()
  await serve(await buildApp({ config, rehearse: true }))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
