import type { FastifyReply } from 'fastify'
import fp from 'fastify-plugin'
import { mayRead } from '../access/roles.ts'
import { type Collection, findCollection } from '../catalog/collection.ts'
import { badRequest } from '../lib/errors.ts'
import { matchesEtag } from '../lib/etag.ts'
import { checkLayerCount, checkVector, createTiles, type Tiles } from '../tiles/tiles.ts'

declare module 'fastify' {
  interface FastifyInstance {
    tiles: Tiles
    /**
     * What an id stands for, as the caller may see it.
     * @throws LAYER_NOT_FOUND, TILE_TOO_MANY_LAYERS, TILE_NOT_VECTOR
     */
    collection(request: FastifyRequest, id: string): Collection
    /** The URL clients reach the server by, without a slash at its end. @throws BAD_REQUEST for a Host that is none */
    baseUrl(request: FastifyRequest): string
  }
  interface FastifyReply {
    /** Sets the ETag and how the answer may be kept; true where the client has it already (the 304 is then sent). */
    unchanged(this: FastifyReply, etag: string, cacheControl: string): boolean
  }
}

/** `app.tiles`: the vector tile engine; and what its routes and those of the styles have in common. */
export default fp(
  async app => {
    const { tileCacheBytes: cacheBytes, tileIndexBytes: indexBytes, publicUrl } = app.config
    const tiles = createTiles({ db: app.db, cacheBytes, indexBytes })
    app.addHook('onClose', () => tiles.close())
    app.decorate('tiles', tiles)

    app.decorate('collection', (request, id) => {
      checkLayerCount(id.split(',').length)
      const collection = findCollection(app.catalog, id, layer => mayRead(request.principal, layer))
      for (const { layer } of collection.members) checkVector(layer)
      return collection
    })

    app.decorate('baseUrl', request => {
      if (publicUrl) return publicUrl
      if (!HOST.test(request.host)) throw badRequest({ reason: 'Host' })
      return `${request.protocol}://${request.host}`
    })

    app.decorateReply('unchanged', function (this: FastifyReply, etag, cacheControl) {
      this.header('etag', etag).header('cache-control', cacheControl)
      if (!matchesEtag(this.request.headers['if-none-match'], etag)) return false
      this.code(304).send()
      return true
    })
  },
  { name: 'tiles', dependencies: ['config', 'database', 'access', 'catalog'] }
)

const HOST = /^([\w.-]+|\[[0-9a-f:.]+\])(:\d+)?$/i
