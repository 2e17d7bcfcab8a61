import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'

/**
 * Listens, and closes cleanly on SIGINT or SIGTERM: what is under way is finished or marked, the database closed.
 * A second signal ends the process at once.
 * @returns the URL one can open
 */
export async function serve(app: FastifyInstance): Promise<string> {
  const { host, port } = app.config
  await app.listen({ host, port })
  let closing = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (closing) process.exit(1)
      closing = true
      app.log.info({ signal }, 'closing')
      app.close().then(
        () => process.exit(0),
        error => {
          app.log.error(error, 'closing failed')
          process.exit(1)
        }
      )
    })
  }
  const { port: bound } = app.server.address() as AddressInfo
  return app.config.publicUrl || `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : host}:${bound}`
}
