import { TaskThread } from '../../lib/task-thread.ts'
import type { Report } from './model.ts'

const TIMEOUT_MS = 60_000
/** An idle thread holds the fonts in memory. */
const IDLE_MS = 60_000

/** Makes PDFs, one after the other. */
export const pdfWriter = (): TaskThread<Report, Uint8Array> =>
  new TaskThread({ module: new URL('./pdf-worker.js', import.meta.url), idleMs: IDLE_MS, timeoutMs: TIMEOUT_MS })
