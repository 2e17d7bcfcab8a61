import type { Queryable } from '../../lib/sql.ts'
import { jobDocument } from './document.ts'
import { countItems, getJob } from './store.ts'
import type { JobWorker } from './worker.ts'

/** Longest silence of a stream: a proxy takes a longer one for a dead connection. */
const SILENCE_MS = 15_000

/**
 * A job's progress as server-sent events (HTML §9.2): `progress` whenever a chunk was finished, `end` once; each holds
 * the whole job, so that whoever comes late or comes again has missed nothing.
 * @param signal ends it when nobody listens any more
 */
export async function* jobEvents(
  db: Queryable,
  worker: Pick<JobWorker, 'follow' | 'stopping'>,
  id: string,
  signal: AbortSignal
): AsyncGenerator<string> {
  let tell = () => {}
  const nextChange = () => new Promise<'changed'>(resolve => (tell = () => resolve('changed')))
  const heard = () => tell()
  const unfollow = worker.follow(id, heard)
  signal.addEventListener('abort', heard)
  try {
    while (!signal.aborted && !worker.stopping) {
      // Asked for before the job is read: what happens meanwhile is not missed.
      const changed = nextChange()
      const job = await getJob(db, id)
      const ended = job.finishedAt !== null
      const data = JSON.stringify(jobDocument(job, await countItems(db, id)))
      yield `event: ${ended ? 'end' : 'progress'}\nid: ${job.done}\ndata: ${data}\n\n`
      if (ended) return
      while ((await firstOf(changed, SILENCE_MS)) === 'silence') yield ': still here\n\n'
    }
  } finally {
    unfollow()
    signal.removeEventListener('abort', heard)
  }
}

async function firstOf(changed: Promise<'changed'>, silenceMs: number): Promise<'changed' | 'silence'> {
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<'silence'>(resolve => {
    timer = setTimeout(resolve, silenceMs, 'silence')
  })
  return Promise.race([changed, silence]).finally(() => clearTimeout(timer))
}
