import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Statement } from '../../server/lib/sql.ts'

/** More scripts than this pgbench does not take. */
export const MOST_SCRIPTS = 100

/** Where pgbench is: Debian keeps it beside the server it belongs to. */
function findPgbench(): string {
  const versions = (() => {
    try {
      return readdirSync('/usr/lib/postgresql').sort((a, b) => Number(b) - Number(a))
    } catch {
      return []
    }
  })()
  const beside = versions.map(version => `/usr/lib/postgresql/${version}/bin`)
  const places = [...(process.env['PATH'] ?? '').split(':'), ...beside]
  const found = places.find(place => {
    try {
      return readdirSync(place).includes('pgbench')
    } catch {
      return false
    }
  })
  if (!found) throw new Error('pgbench is missing (Debian: postgresql-15): there is nothing to compare with.')
  return join(found, 'pgbench')
}

export interface PgbenchOptions {
  url: string
  folder: string
  connections: number
  seconds: number
}

/**
 * Statements a second, one of the list at random after the other on every connection, prepared, without JIT. It runs for
 * twice the time and the second half counts: in the first one connections prepare their plans and projections.
 */
export async function pgbench(statements: readonly Statement[], o: PgbenchOptions): Promise<number> {
  const folder = await mkdtemp(join(o.folder, 'pgbench-'))
  try {
    const files = await Promise.all(
      statements.slice(0, MOST_SCRIPTS).map(async (statement, i) => {
        const file = join(folder, `${i}.sql`)
        await writeFile(file, `${inlined(statement).replaceAll(/\s+/g, ' ')};\n`)
        return file
      })
    )
    const threads = String(Math.min(o.connections, 2))
    const half = Math.max(Math.round(o.seconds), 1)
    const time = ['-T', String(2 * half), '-P', String(half)]
    const options = ['-n', '-M', 'prepared', '-c', String(o.connections), '-j', threads, ...time]
    const printed = await run(findPgbench(), [...options, ...files.flatMap(file => ['-f', file]), o.url])
    const perSecond = /^tps = ([\d.]+)/m.exec(printed)?.[1]
    const failures = /number of failed transactions: (\d+)/.exec(printed)?.[1] ?? '0'
    if (perSecond === undefined || failures !== '0') throw new Error(`pgbench: ${printed.slice(-1000)}`)
    const [, secondHalf] = [...printed.matchAll(/^progress: [\d.]+ s, ([\d.]+) tps/gm)].map(([, tps]) => Number(tps))
    // Of statements that take seconds a half sees too few to be counted.
    return secondHalf !== undefined && secondHalf * half >= 20 ? secondHalf : Number(perSecond)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A statement with its values written into it. */
const inlined = ({ text, values }: Statement): string =>
  text.replaceAll(/\$(\d+)/g, (_, n) => `'${String(values[Number(n) - 1]).replaceAll("'", "''")}'`)

function run(command: string, args: string[]): Promise<string> {
  const child = spawn(command, args, {
    env: { ...process.env, PGOPTIONS: '-c jit=off' },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      printed += chunk
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => (code === 0 ? resolve(printed) : reject(new Error(`pgbench: ${printed.slice(-1000)}`))))
  })
}
