import type { FastifyReply } from 'fastify'
import fp from 'fastify-plugin'
import type { Layer, LayerState } from '../catalog/layer.ts'
import { badRequest, type Text } from '../lib/errors.ts'
import { matchesEtag } from '../lib/etag.ts'
import { checkLayerCount, checkVector, createTiles, type Tiles } from '../tiles/tiles.ts'

/** What an id of the tiles and styles stands for, as the caller may see it: a layer, a map, or layers joined by commas. */
export interface Collection {
  id: string
  title: Text
  description?: Text | undefined
  /** A map's colour behind everything. */
  background?: string
  /** Layers that are switched off at first. */
  hidden?: readonly string[] | undefined
  members: (LayerState & { layer: Layer })[]
}

declare module 'fastify' {
  interface FastifyInstance {
    tiles: Tiles
    /**
     * @throws LAYER_NOT_FOUND for what is missing, hidden, or a map of which the caller may see nothing;
     *   TILE_TOO_MANY_LAYERS, TILE_NOT_VECTOR
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

    const member = (layer: Layer) => ({ layer, ...app.catalog.state(layer.id) })
    app.decorate('collection', (request, id): Collection => {
      const map = app.catalog.maps.get(id)
      if (map) {
        const visible = new Set(app.visibleLayers(request))
        const members = map.layers.flatMap(layerId => {
          const layer = app.catalog.find(layerId)
          return layer && layer.geometry !== 'Raster' && visible.has(layer) ? [member(layer)] : []
        })
        if (members.length > 0) return { ...map, members }
      }
      const ids = [...new Set(id.split(','))]
      checkLayerCount(ids.length)
      const members = ids.map(layerId => member(app.visibleLayer(request, layerId)))
      for (const { layer } of members) checkVector(layer)
      const [first] = members
      if (members.length === 1 && first)
        return { id, title: first.layer.title, description: first.layer.description, members }
      const title = {
        zh: members.map(m => m.layer.title.zh).join('、'),
        en: members.map(m => m.layer.title.en).join(', ')
      }
      return { id: ids.join(), title, members }
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
