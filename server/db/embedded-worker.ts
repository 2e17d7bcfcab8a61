/**
 * The thread that owns PGlite (PostgreSQL and PostGIS in WASM), so that SQL never blocks the event loop.
 * It answers one message at a time; whoever sends them keeps transactions apart (see embedded.ts).
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { postgis } from '@electric-sql/pglite-postgis'
import type { Answer, Ask, WorkerOptions } from './embedded.ts'
import { parsers } from './values.ts'

const port = parentPort!
const { dataDir, template } = workerData as WorkerOptions

/** `CREATE EXTENSION postgis` takes many seconds; a dumped directory that has it is loaded in three. */
async function open(): Promise<PGlite> {
  const saved = template && (await readFile(template).catch(() => undefined))
  const loadDataDir = saved && new Blob([new Uint8Array(saved)])
  const db = await PGlite.create({
    ...(dataDir && { dataDir }),
    ...(loadDataDir && { loadDataDir }),
    extensions: { postgis }
  })
  if (!saved) {
    await db.exec('CREATE EXTENSION IF NOT EXISTS postgis')
    if (template) await save(db, template)
  }
  return db
}

async function save(db: PGlite, file: string) {
  const partial = `${file}.${process.pid}`
  const dump = await db.dumpDataDir('none')
  await mkdir(dirname(file), { recursive: true })
  await writeFile(partial, Buffer.from(await dump.arrayBuffer()))
  await rename(partial, file)
}

const BYTEA = 17
const asGiven = (value: string) => value

async function answer(db: PGlite, ask: Ask): Promise<Answer> {
  switch (ask.kind) {
    case 'query': {
      const { rows, fields } = await db.query<object>(ask.text, ask.values, {
        parsers,
        serializers: { [BYTEA]: asGiven }
      })
      const bytes = fields.filter(field => field.dataTypeID === BYTEA).map(field => field.name)
      return { id: ask.id, rows, bytes }
    }
    case 'run':
      await db.exec(ask.text)
      return { id: ask.id, rows: [] }
    case 'listen':
      await db.listen(ask.text, payload => port.postMessage({ channel: ask.text, payload }))
      return { id: ask.id, rows: [] }
    case 'close':
      await db.close()
      return { id: ask.id, rows: [] }
  }
}

function failure(id: number, error: unknown): Answer {
  const { message, code, detail, hint, constraint } = error as Record<string, string>
  return { id, error: { message: message ?? String(error), code, detail, hint, constraint } }
}

try {
  const db = await open()
  let last: Promise<unknown> = Promise.resolve()
  port.on('message', (ask: Ask) => {
    last = last
      .then(() => answer(db, ask).catch(error => failure(ask.id, error)))
      .then(reply => port.postMessage(reply))
  })
  port.postMessage({ id: 0, rows: [] })
} catch (error) {
  port.postMessage(failure(0, error))
}
