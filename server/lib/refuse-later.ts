import { setTimeout as wait } from 'node:timers/promises'
import { Problem } from './errors.ts'

/** A client that asks again at once, as many do whatever the header says, would keep the server busy with refusing it. */
const REFUSAL_MS = 250

/**
 * What to do about a tile or picture that could not be made: of a client that has left nothing is said; a refusal that
 * says when to come back is told a little later.
 * @throws the error
 */
export async function refuseLater<T>(reply: { hijack(): T }, error: unknown, signal: AbortSignal): Promise<T> {
  const { retryAfter } = error instanceof Problem ? error.members : {}
  if (retryAfter) await wait(REFUSAL_MS, null, { signal }).catch(() => {})
  if (signal.aborted) return reply.hijack()
  throw error
}
