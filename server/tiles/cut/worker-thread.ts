import { AskedThread } from '../../lib/asked-thread.ts'
import type { WorkerAnswer, WorkerAsk } from './worker-messages.ts'

/** One thread that cuts tiles or makes columns. */
export class WorkerThread extends AskedThread<WorkerAsk, WorkerAnswer> {
  /** Feature sets it knows. */
  readonly sets = new Set<number>()
  /** Whose jobs it was given last. */
  lane: string | undefined

  constructor() {
    super(new URL('./tile-worker.js', import.meta.url))
  }
}
