import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyReply } from 'fastify'
import { Problem } from '../lib/errors.ts'

/** A client that asks again at once, as many do whatever the header says, would keep the server busy with refusing it. */
const REFUSAL_MS = 250

/**
 * What to do about a tile or picture that could not be made: of a client that has left nothing is said; a refusal that
 * says when to come back is told a little later.
 * @throws the error
 */
export async function refuseLater(reply: FastifyReply, error: unknown, signal: AbortSignal): Promise<FastifyReply> {
  const { retryAfter } = error instanceof Problem ? error.members : {}
  if (retryAfter) await wait(REFUSAL_MS, null, { signal }).catch(() => {})
  if (signal.aborted) return reply.hijack()
  throw error
}
