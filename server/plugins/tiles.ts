import type { FastifyReply } from 'fastify'
import fp from 'fastify-plugin'
import { mayRead } from '../access/roles.ts'
import { type Collection, findCollection } from '../catalog/collection.ts'
import { badRequest } from '../lib/errors.ts'
import { matchesEtag, strongEtag } from '../lib/etag.ts'
import { chooseCoding, MVT } from '../lib/media-type.ts'
import type { TileId } from '../lib/tile-id.ts'
import type { TileGrid } from '../lib/tile-matrix.ts'
import { notAcceptable } from '../tiles/problems.ts'
import { createTiles, type Tiles } from '../tiles/tiles.ts'
import { audience, checkLayerCount, checkVector, checkZoom, tilesetVersion } from '../tiles/tileset.ts'

/** A tile somebody asks for, of what they may see. */
export interface TileAsk {
  /** All its members go into the tile. */
  collection: Collection
  grid: TileGrid
  tile: TileId
  query: TileQuery
}

export interface TileQuery {
  /** As the TileJSON has it: the tile may then be kept for a year. */
  v?: string
}

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
    /**
     * Answers with a vector tile: 200, 204 where it is empty, or 304. In a handler: `return reply.sendTile(…)`.
     * @throws TILE_OUT_OF_RANGE where the collection has no tiles at that level, TILE_ENCODING_REFUSED
     */
    sendTile(this: FastifyReply, ask: TileAsk): void | Promise<void>
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

    app.decorateReply('sendTile', async function (this: FastifyReply, { collection, grid, tile, query }: TileAsk) {
      const { id, members } = collection
      checkZoom(id, members, grid, tile.z)
      this.header('vary', 'Accept-Encoding')
      const accepted = this.request.headers['accept-encoding']
      const coding = chooseCoding(accepted)
      if (!coding) throw notAcceptable({ header: accepted })

      const subject = { members, grid, tile }
      const keep = audience(members) + (query.v === tilesetVersion(members) ? A_YEAR : 'no-cache')
      if (this.unchanged(strongEtag(tiles.key(subject), coding), keep)) return
      const made = await tiles.get({ ...subject, coding })
      // What was published while the tile was made is in it, so it goes by its own name.
      this.header('etag', strongEtag(made.key, made.coding))
      if (!made.bytes) return void this.code(204).send()
      if (made.coding !== 'identity') this.header('content-encoding', made.coding)
      this.type(MVT).send(made.bytes)
    })
  },
  { name: 'tiles', dependencies: ['config', 'database', 'access', 'catalog'] }
)

const A_YEAR = 'max-age=31536000, immutable'

const HOST = /^([\w.-]+|\[[0-9a-f:.]+\])(:\d+)?$/i
