import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { BareTile } from './bare-process.ts'
import { NODE_FLAGS } from './own-server.ts'

/** Starts the yardstick of bare-process.ts, under the same settings of Node.js as the server. */
export function startBare(tile: BareTile): Promise<{ base: string; stop: () => void }> {
  const child = fork(fileURLToPath(new URL('./bare-process.js', import.meta.url)), {
    serialization: 'advanced',
    execArgv: NODE_FLAGS
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', code => reject(new Error(`The bare server ended with ${code}.`)))
    child.once('message', port => resolve({ base: `http://127.0.0.1:${port}`, stop: () => child.disconnect() }))
    child.send(tile)
  })
}
