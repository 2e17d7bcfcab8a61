import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { type Collection, shownAtFirst } from '../catalog/collection.ts'
import { strongEtag } from '../lib/etag.ts'
import { chooseCoding, MVT } from '../lib/media-type.ts'
import { parseTileId } from '../lib/tile-id.ts'
import { notAcceptable } from '../tiles/problems.ts'
import { tileJson } from '../tiles/tilejson.ts'
import { checkZoom, tileKey, tilesetVersion } from '../tiles/tiles.ts'

const Id = Type.String({ description: 'A layer, a map, or layers joined by commas' })
const Version = Type.String({ description: 'As the TileJSON has it: the tile may then be kept for a year' })
const Key = Type.String({ description: 'A key, for clients that can only keep a URL' })
const Language = Type.Enum(['zh', 'en'])

const A_YEAR = 'max-age=31536000, immutable'
const uncompress = promisify(gunzip)

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
          tilesUrl: `${base}/tiles/${id}/{z}/{x}/{y}.mvt${query}`,
          attribution: members.flatMap(({ layer }) => app.catalog.departments.get(layer.department)?.title ?? []),
          extent: app.catalog.district.extent
        },
        request.language
      )
      const body = JSON.stringify(document)
      reply.header('vary', 'Accept-Language')
      if (reply.unchanged(strongEtag(body), `${key ? 'private, ' : audience(collection)}no-cache`)) return reply
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
      const { params, query, headers } = request
      const tile = parseTileId(params.z, params.x, params.y)
      const collection = shownAtFirst(app.collection(request, params.id))
      const { id, members } = collection
      checkZoom(id, members, tile.z)
      reply.header('vary', 'Accept-Encoding')
      const coding = chooseCoding(headers['accept-encoding'])
      if (!coding) throw notAcceptable({ header: headers['accept-encoding'] })

      const keep = audience(collection) + (query.v === tilesetVersion(members) ? A_YEAR : 'no-cache')
      if (reply.unchanged(strongEtag(tileKey(members, tile), coding), keep)) return reply
      const made = await app.tiles.get(members, tile)
      // What was published while the tile was made is in it, so it goes by its own name.
      reply.header('etag', strongEtag(made.key, coding))
      if (!made.gzip) return reply.code(204).send()
      reply.type(MVT)
      if (coding === 'identity') return reply.send(await uncompress(made.gzip))
      return reply.header('content-encoding', 'gzip').send(made.gzip)
    }
  )
}

/** Shared caches may keep what anybody may see. */
const audience = ({ members }: Collection): string =>
  members.every(({ layer }) => layer.sharing === 'open') ? 'public, ' : 'private, '

export default tiles
