import { setMaxListeners } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * By connection, as each signal that Node.js makes leaves a kilobyte and more that only a full collection of garbage
 * finds: its prototype is set after it is made, which gives it a hidden class of its own.
 */
const signals = new WeakMap<Socket, AbortSignal>()

/** Aborted when the connection of an answer closes. Whoever listens must stop when the answer is sent. */
export function untilLeft({ raw: { socket } }: { raw: ServerResponse }): AbortSignal {
  if (!socket || socket.destroyed) return AbortSignal.abort(left())
  const known = signals.get(socket)
  if (known) return known
  const controller = new AbortController()
  const { signal } = controller
  // Each tile of a picture listens.
  setMaxListeners(0, signal)
  socket.once('close', () => controller.abort(left()))
  signals.set(socket, signal)
  return signal
}

const left = () => new Error('The client has left.')
