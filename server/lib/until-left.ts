import { setMaxListeners } from 'node:events'
import type { ServerResponse } from 'node:http'

/** Aborted when the connection closes before the answer is sent. */
export function untilLeft({ raw }: { raw: ServerResponse }): AbortSignal {
  const controller = new AbortController()
  // Each tile of a picture listens.
  setMaxListeners(0, controller.signal)
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort(new Error('The client has left.'))
  })
  return controller.signal
}
