/** The thread that runs GDAL in WASM on one file; see gdal-wasm.ts. */
import { mkdir, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { FEATURES } from './source.ts'

export interface WasmTask {
  folder: string
  file: string
  openOptions: string[]
  translate: string[]
  settings: Record<string, string>
}

export interface WasmAnswer {
  /** What GDAL wrote to stderr, line by line. */
  messages: string[]
  failure?: string
}

interface Dataset {
  pointer: number
}

interface GdalModule {
  open(file: string, options: string[]): Promise<{ datasets: Dataset[] }>
  ogr2ogr(dataset: Dataset, options: string[], name: string): Promise<{ real: string }>
}

const MAX_MESSAGES = 500
const require = createRequire(import.meta.url)
const initialise = require('gdal3.js/node.js') as (config: Record<string, unknown>) => Promise<GdalModule>
const task = workerData as WasmTask
const messages: string[] = []

async function convert(): Promise<void> {
  const out = join(task.folder, 'wasm-out')
  await mkdir(out, { recursive: true })
  const gdal = await initialise({
    // gdal3.js joins this to './', so it must be relative to the working directory.
    path: relative(process.cwd(), dirname(require.resolve('gdal3.js/dist/package/gdal3.node.js'))),
    dest: out,
    useWorker: false,
    env: task.settings,
    logHandler: () => {},
    errorHandler: (text: string) => {
      if (messages.length < MAX_MESSAGES) messages.push(text)
    }
  })
  const { datasets } = await gdal.open(join(task.folder, task.file), task.openOptions)
  const [dataset] = datasets
  if (!dataset) throw new Error('GDAL cannot open the file')
  const { real } = await gdal.ogr2ogr(dataset, task.translate, 'features')
  await rename(real, join(task.folder, FEATURES))
  await rm(out, { recursive: true })
}

const asText = (error: unknown): string => {
  if (error instanceof Error) return error.message
  if (Array.isArray(error)) return error.map(asText).join('; ')
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error)
}

const answer: WasmAnswer = await convert().then(
  () => ({ messages }),
  error => ({ messages, failure: asText(error) })
)
parentPort?.postMessage(answer)
