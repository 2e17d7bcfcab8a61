/**
 * The yardstick: a Fastify route that does nothing but send the same bytes, in a process of its own. It is sent the
 * bytes, answers with its port, and ends when it is let go.
 */
import type { AddressInfo } from 'node:net'
import fastify from 'fastify'

export interface BareTile {
  body: Buffer
  etag: string
}

async function serve({ body, etag }: BareTile): Promise<number> {
  const bytes = Buffer.from(body)
  const app = fastify()
  app.get('/tile', (request, reply) => {
    reply.header('etag', etag)
    if (request.headers['if-none-match'] === etag) return reply.code(304).send()
    return reply.type('application/vnd.mapbox-vector-tile').header('content-encoding', 'gzip').send(bytes)
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return (app.server.address() as AddressInfo).port
}

process.once('message', async tile => process.send?.(await serve(tile as BareTile)))
process.once('disconnect', () => process.exit())
