import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import t from 'tap'
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

async function start(dataDir: string, port: number): Promise<ChildProcess> {
  const { DATABASE_URL: _, ...env } = process.env
  const settings = {
    PORT: String(port),
    HOST: '127.0.0.1',
    DATA_DIR: dataDir,
    ADMIN_KEY: KEY,
    DEMO_SCALE: '0',
    LOG_LEVEL: 'error',
    GDAL: 'auto'
  }
  const server = spawn(process.execPath, [`${ROOT}build/server/main.js`], {
    env: { ...env, ...settings },
    stdio: ['ignore', 'inherit', 'inherit']
  })
  for (;;) {
    if (server.exitCode !== null) throw new Error(`The server ended with ${server.exitCode}`)
    const ready = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined)
    if (ready?.ok) return server
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

t.test(
  'SIGKILL during an upload leaves the old revision published and the upload failed',
  { timeout: 240_000 },
  async t => {
    const dataDir = t.testdir()
    await mkdir(dataDir, { recursive: true })
    const port = await freePort()
    const base = `http://127.0.0.1:${port}`
    const post = async (fields: Record<string, string>, count: number) => {
      const data = geojson(
        Array.from({ length: count }, (_, n) =>
          plot({ code: `k${n}`, n }, 112.9 + (n % 300) / 1000, 22.9 + Math.floor(n / 300) / 1000, 0.0005)
        )
      )
      const body = new Uint8Array(form(fields, { name: 'plots.geojson', data }))
      const reply = await fetch(`${base}/api/uploads`, {
        method: 'POST',
        headers: { ...headers, 'content-type': formType },
        body
      })
      return (await reply.json()) as { id: string }
    }
    const look = async (id: string) => (await (await fetch(`${base}/api/uploads/${id}`, { headers })).json()) as Ended
    const until = async (id: string, statuses: string[]) => {
      for (;;) {
        const upload = await look(id)
        if (statuses.includes(upload.status)) return upload
        await new Promise(resolve => setTimeout(resolve, 10))
      }
    }
    const published = async () =>
      (await (await fetch(`${base}/api/layers/plots`)).json()) as { revision: number; featureCount: number }

    let server = await start(dataDir, port)
    t.teardown(() => server.kill('SIGKILL'))
    const first = await post({ layer: 'plots', title: '地块' }, 3)
    t.match(await until(first.id, ['published', 'failed', 'refused']), { status: 'published', revision: 1 })

    for (const status of ['reading', 'publishing']) {
      await t.test(`while ${status}`, async t => {
        const { id } = await post({ layer: 'plots' }, 20_000)
        const seen = await until(id, [status, 'published'])
        t.equal(seen.status, status, 'killed in time')
        server.kill('SIGKILL')
        await once(server, 'exit')
        server = await start(dataDir, port)
        const upload = await look(id)
        t.match(upload, { status: 'failed', revision: null, problem: { code: 'UPLOAD_SERVER_STOPPED' } })
        t.match(await published(), { revision: 1, featureCount: 3 })
        t.strictSame(await readdir(`${dataDir}/uploads`), [], 'its files are gone')
      })
    }

    const again = await post({ layer: 'plots', mode: 'append' }, 5)
    t.match(
      await until(again.id, ['published', 'failed', 'refused']),
      { status: 'published', revision: 2 },
      'and work goes on'
    )
    t.match(await published(), { revision: 2, featureCount: 5 })
  }
)
