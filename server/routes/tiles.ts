import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { shownAtFirst } from '../catalog/collection.ts'
import { strongEtag } from '../lib/etag.ts'
import { parseTileId } from '../lib/tile-id.ts'
import { WEB_MERCATOR_QUAD } from '../lib/tile-matrix.ts'
import { tileJson } from '../tiles/tilejson.ts'
import { audience, tilesetVersion } from '../tiles/tileset.ts'

const Id = Type.String({ description: 'A layer, a map, or layers joined by commas' })
const Version = Type.String({ description: 'As the TileJSON has it: the tile may then be kept for a year' })
const Key = Type.String({ description: 'A key, for clients that can only keep a URL' })
const Language = Type.Enum(['zh', 'en'])

/** `/tiles/{id}.json` and `/tiles/{id}/{z}/{x}/{y}.mvt`. */
const tiles: FastifyPluginAsyncTypebox = async app => {
  const tags = ['tiles']

  app.get(
    '/tiles/:id.json',
    {
      config: { protocol: 'tiles' },
      schema: {
        tags,
        summary: 'TileJSON 3.0.0 of a tileset',
        params: Type.Object({ id: Id }),
        querystring: Type.Object({ lang: Type.Optional(Language), key: Type.Optional(Key) })
      }
    },
    async (request, reply) => {
      const collection = shownAtFirst(app.collection(request, request.params.id))
      const { id, members } = collection
      const base = app.baseUrl(request)
      const { key } = request.query
      const query = `?v=${tilesetVersion(members)}${key ? `&key=${encodeURIComponent(key)}` : ''}`
      const document = tileJson(
        {
          ...collection,
          grid: WEB_MERCATOR_QUAD,
          tilesUrl: `${base}/tiles/${id}/{z}/{x}/{y}.mvt${query}`,
          attribution: members.flatMap(({ layer }) => app.catalog.departments.get(layer.department)?.title ?? []),
          extent: app.catalog.district.extent
        },
        request.language
      )
      const body = JSON.stringify(document)
      reply.header('vary', 'Accept-Language')
      if (reply.unchanged(strongEtag(body), `${key ? 'private, ' : audience(members)}no-cache`)) return reply
      return reply.type('application/json; charset=utf-8').send(body)
    }
  )

  app.get(
    '/tiles/:id/:z/:x/:y.mvt',
    {
      config: { protocol: 'tiles' },
      schema: {
        tags,
        summary: 'A Mapbox Vector Tile, grid WebMercatorQuad; 204 where it is empty',
        params: Type.Object({ id: Id, z: Type.String(), x: Type.String(), y: Type.String() }),
        querystring: Type.Object({ v: Type.Optional(Version), key: Type.Optional(Key) })
      }
    },
    async (request, reply) => {
      const { params, query } = request
      const tile = parseTileId(params.z, params.x, params.y)
      const collection = shownAtFirst(app.collection(request, params.id))
      await reply.sendTile({ collection, grid: WEB_MERCATOR_QUAD, tile, query })
      return reply
    }
  )
}

export default tiles
