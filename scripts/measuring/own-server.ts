import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** A server of one's own on the loopback, for as long as a measurement takes. */
export interface OwnServer {
  base: string
  /** An administrator's key. */
  key: string
  pid: number
  /** Asks the process to close, and ends it where it does not within ten seconds. */
  stop(): Promise<void>
}

/** Those of `scripts/start`. */
export const NODE_FLAGS = ['--max-semi-space-size=32', '--heap-growing-percent=200']

const MAIN = fileURLToPath(new URL('../../server/main.js', import.meta.url))

export async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise(resolve => probe.close(resolve))
  return port
}

/**
 * Starts the server in a process of its own on a free port.
 * @param settings environment variables beside those of this process
 * @param nodeOptions for the process, for example `--cpu-prof`
 * @throws when it ends or does not answer within three minutes; what it printed is in the message
 */
export async function startServer(settings: Record<string, string>, nodeOptions: string[] = []): Promise<OwnServer> {
  const port = await freePort()
  const key = randomBytes(24).toString('hex')
  const env = { ...process.env, LOG_LEVEL: 'error', RATE_LIMIT: '0', PUBLIC_URL: '', ...settings }
  const child = spawn(process.execPath, [...NODE_FLAGS, ...nodeOptions, MAIN], {
    env: { ...env, HOST: '127.0.0.1', PORT: String(port), ADMIN_KEY: key },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      printed = (printed + chunk).slice(-4000)
    })
  }
  const base = `http://127.0.0.1:${port}`
  for (const deadline = Date.now() + 180_000; ; ) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}: ${printed}`)
    const answer = await fetch(`${base}/health/live`).catch(() => undefined)
    await answer?.arrayBuffer()
    if (answer?.ok) break
    if (Date.now() > deadline) {
      await stop(child)
      throw new Error(`The server did not answer: ${printed}`)
    }
    await wait(200)
  }
  return { base, key, pid: child.pid!, stop: () => stop(child) }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const slow = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await ended
  clearTimeout(slow)
}

/** Resident memory of a process, MB; undefined where the system does not tell (no /proc), or the process is gone. */
export async function residentMB(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]
  return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 102.4) / 10
}
