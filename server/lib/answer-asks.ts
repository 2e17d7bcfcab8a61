import { parentPort } from 'node:worker_threads'
import type { ThreadAnswer } from './asked-thread.ts'

/** One task for a thread that does nothing else. */
export interface ThreadTask<Task> {
  ask: number
  task: Task
}

export interface ThreadResult<Result> extends ThreadAnswer {
  result?: Result
}

/**
 * In a worker thread: does the tasks of a `TaskThread`, as they come, and answers each.
 * @param transfer the memory of a result that is handed over instead of copied
 */
export function answerAsks<Task, Result>(
  work: (task: Task) => Result | Promise<Result>,
  transfer: (result: Result) => ArrayBuffer[] = () => []
): void {
  parentPort?.on('message', async ({ ask, task }: ThreadTask<Task>) => {
    try {
      const result = await work(task)
      parentPort?.postMessage({ ask, result } satisfies ThreadResult<Result>, transfer(result))
    } catch (error) {
      parentPort?.postMessage({ ask, error: textOf(error) } satisfies ThreadResult<Result>)
    }
  })
}

/** What is told of an error that a thread cannot answer with. */
export const textOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)
