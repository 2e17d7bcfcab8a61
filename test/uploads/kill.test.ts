import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import t, { type Test } from 'tap'
import { openPostgres } from '../../server/db/postgres.ts'
import { ROOT } from '../helper.ts'
import { type Ended, form, formType, geojson, plot } from './client.ts'

const KEY = 'admin-key-of-the-tests'
const headers = { authorization: `Bearer ${KEY}` }

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  return typeof address === 'object' && address ? address.port : 0
}

/** The database of a server: the folder it makes itself, or a new one in the PostGIS the tests have. */
async function databaseUrl(t: Test, kind: 'embedded' | 'postgres'): Promise<string> {
  if (kind === 'embedded') return ''
  const url = new URL(process.env['TEST_DATABASE_URL'] ?? '')
  const id = `yitu_kill_${randomBytes(6).toString('hex')}`
  const admin = await openPostgres(url.href, { poolSize: 1 })
  await admin.run(`CREATE DATABASE ${id}`)
  t.teardown(async () => {
    await admin.run(`DROP DATABASE ${id} WITH (FORCE)`)
    await admin.close()
  })
  url.pathname = `/${id}`
  return url.href
}

async function start(settings: Record<string, string>): Promise<ChildProcess> {
  const env = { ...process.env, HOST: '127.0.0.1', ADMIN_KEY: KEY, DEMO_SCALE: '0', LOG_LEVEL: 'error', ...settings }
  const server = spawn(process.execPath, [`${ROOT}build/server/main.js`], {
    env,
    stdio: ['ignore', 'ignore', 'inherit']
  })
  for (;;) {
    if (server.exitCode !== null) throw new Error(`The server ended with ${server.exitCode}`)
    const ready = await fetch(`http://127.0.0.1:${settings['PORT']}/health/ready`).catch(() => undefined)
    if (ready?.ok) return server
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

/** Plots that lie apart from each other. */
const plots = (count: number) =>
  geojson(
    Array.from({ length: count }, (_, n) =>
      plot({ code: `k${n}`, n }, 112.9 + (n % 300) / 1000, 22.9 + Math.floor(n / 300) / 1000, 0.0005)
    )
  )

for (const kind of ['embedded', 'postgres'] as const) {
  const skip = kind === 'postgres' && !process.env['TEST_DATABASE_URL'] ? 'TEST_DATABASE_URL is not set' : false
  t.test(`SIGKILL during an upload, on ${kind}`, { skip, timeout: 240_000 }, async t => {
    const dataDir = t.testdir()
    await mkdir(dataDir, { recursive: true })
    const port = await freePort()
    const settings = { PORT: String(port), DATA_DIR: dataDir, DATABASE_URL: await databaseUrl(t, kind) }
    const url = (path: string) => `http://127.0.0.1:${port}/api${path}`

    let server = await start(settings)
    t.teardown(() => server.kill('SIGKILL'))
    const killAndStart = async () => {
      server.kill('SIGKILL')
      await once(server, 'exit')
      server = await start(settings)
    }
    const post = async (count: number, fields: Record<string, string> = {}): Promise<string> => {
      const body = new Uint8Array(form({ layer: 'plots', ...fields }, { name: 'plots.geojson', data: plots(count) }))
      const reply = await fetch(url('/uploads'), {
        method: 'POST',
        headers: { ...headers, 'content-type': formType },
        body
      })
      return ((await reply.json()) as { id: string }).id
    }
    const look = async (id: string) => (await (await fetch(url(`/uploads/${id}`), { headers })).json()) as Ended
    const until = async (id: string, ...statuses: string[]): Promise<Ended> => {
      for (;;) {
        const upload = await look(id)
        if (statuses.includes(upload.status)) return upload
        await new Promise(resolve => setTimeout(resolve, 5))
      }
    }
    const published = async () =>
      (await (await fetch(url('/layers/plots'))).json()) as { revision: number; featureCount: number }

    const first = await post(3, { title: '地块' })
    t.match(await until(first, 'published', 'failed', 'refused'), { status: 'published', revision: 1 })

    await t.test('while reading: the old revision stays, the upload is failed, its files are gone', async t => {
      const id = await post(20_000)
      t.match(await until(id, 'reading', 'published'), { status: 'reading' }, 'killed in time')
      await killAndStart()
      t.match(await look(id), { status: 'failed', revision: null, problem: { code: 'UPLOAD_SERVER_STOPPED' } })
      t.match(await published(), { revision: 1, featureCount: 3 })
      t.strictSame(await readdir(`${dataDir}/uploads`), [])
    })

    // Whether the kill comes before or after the commit is a matter of milliseconds; either way it is whole.
    await t.test('while publishing: all of it or nothing, and the upload says which', async t => {
      const id = await post(20_000)
      t.match(await until(id, 'publishing', 'published'), { status: 'publishing' }, 'killed in time')
      await killAndStart()
      const { status, revision } = await look(id)
      const { revision: standing, featureCount } = await published()
      const failed = { status: 'failed', revision: null, standing: 1, featureCount: 3 }
      const done = { status: 'published', revision: 2, standing: 2, featureCount: 20_000 }
      t.strictSame({ status, revision, standing, featureCount }, status === 'failed' ? failed : done)
    })

    const again = await post(5)
    t.match(await until(again, 'published', 'failed', 'refused'), { status: 'published' }, 'and work goes on')
    t.match(await published(), { featureCount: 5 })
  })
}
