import { defineProblem } from '../../lib/errors.ts'
import { TaskThread } from '../../lib/task-thread.ts'
import type { Sheet } from './sheet.ts'

const TIMEOUT_MS = 60_000
/** An idle thread holds the fonts in memory. */
const IDLE_MS = 60_000
/** Sheets that may be waiting: each holds a picture of some megabytes. */
const MOST = 8

const overloaded = defineProblem(
  'PRINT_OVERLOADED',
  503,
  { zh: '打印服务繁忙', en: 'Too many sheets at once' },
  {
    zh: '正在等待排版的图幅过多，请按 Retry-After 稍后重试。',
    en: 'Too many sheets are waiting to be written; try again after the time in Retry-After.'
  }
)

/** Writes PDFs, one after the other. */
export class Printer {
  readonly #thread = new TaskThread<Sheet, Uint8Array>({
    module: new URL('./pdf-worker.js', import.meta.url),
    idleMs: IDLE_MS,
    timeoutMs: TIMEOUT_MS
  })

  /** @throws PRINT_OVERLOADED (503, retryAfter) */
  async write(sheet: Sheet): Promise<Buffer> {
    if (this.#thread.pending >= MOST) throw overloaded({}, { members: { retryAfter: 2 } })
    return Buffer.from(await this.#thread.run(sheet))
  }

  close(): Promise<void> {
    return this.#thread.close()
  }
}
