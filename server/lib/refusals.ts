import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { Problem } from './errors.ts'

/** A client that asks again at once, as many do whatever the header says, would keep the server busy with refusing it. */
const PAUSE_MS = 100

/** What each connection was told last to come back for, and when that was. */
const refusals = new WeakMap<Socket, { what: string; at: number }>()

/**
 * What to do about a tile or picture that could not be made: of a client that has left nothing is said; one that is
 * told to come back later is remembered.
 * @throws the error
 */
export function refuse<T>(
  reply: { hijack(): T; request: { raw: IncomingMessage } },
  error: unknown,
  signal: AbortSignal
): T {
  if (signal.aborted) return reply.hijack()
  const { retryAfter } = error instanceof Problem ? error.members : {}
  if (retryAfter) noteRefusal(reply.request.raw)
  throw error
}

/** Remembers that a request was refused, and what for. */
export function noteRefusal({ socket, url = '' }: IncomingMessage): void {
  refusals.set(socket, { what: subjectOf(url), at: performance.now() })
}

/** Milliseconds a request waits before it is looked at: the longer, the sooner it comes after such a refusal. */
export function pauseBefore({ socket, url = '' }: IncomingMessage): number {
  const last = refusals.get(socket)
  if (!last || last.what !== subjectOf(url)) return 0
  return Math.max(0, last.at + PAUSE_MS - performance.now())
}

/** The layer or map, as far as the address names one: others of the same connection, which may be a proxy's, go on. */
const subjectOf = (url: string): string => /^(?:\/[^/?]*){0,2}/.exec(url)?.[0] ?? ''
