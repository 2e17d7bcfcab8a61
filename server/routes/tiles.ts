import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { shownAtFirst } from '../catalog/collection.ts'
import { strongEtag } from '../lib/etag.ts'
import { parseTileId } from '../lib/tile-id.ts'
import { TILE_GRIDS, WEB_MERCATOR_QUAD } from '../lib/tile-matrix.ts'
import { viewQuery } from '../tiles/parse-view.ts'
import { type TileJson, tileJson } from '../tiles/tilejson.ts'
import { checkVector, findGrid } from '../tiles/tileset.ts'
import { RASTER_EXTENSIONS, RASTER_MAX_ZOOM, rasterShown } from './raster-shown.ts'
import { storedPictures } from './stored-picture.ts'

const Id = Type.String({ description: 'A layer, a map, or layers joined by commas' })
const Grid = Type.String({ description: `A tile grid: ${TILE_GRIDS.map(({ id }) => id).join(', ')}` })
const Version = Type.String({ description: 'As the TileJSON has it: the tile may then be kept for a year' })
const Key = Type.String({ description: 'A key, for clients that can only keep a URL' })
const View = {
  fields: Type.Optional(Type.String({ description: 'Only these fields, joined by commas' })),
  filter: Type.Optional(Type.String({ description: 'Only features that a condition in CQL2 text holds for' })),
  division: Type.Optional(Type.String({ description: 'Only features of a division, by its 12-digit code' })),
  asof: Type.Optional(Type.String({ description: 'As of a revision, a date or an instant' }))
}
const JsonQuery = Type.Object({
  ...View,
  lang: Type.Optional(Type.Enum(['zh', 'en'])),
  key: Type.Optional(Key),
  format: Type.Optional(
    Type.Enum(['mvt', ...RASTER_EXTENSIONS], {
      description: 'Of the tiles; default: mvt, or as an archive of pictures has them'
    })
  ),
  style: Type.Optional(Type.String({ description: 'Of raster tiles: a style of the layer' }))
})
const TileQuery = Type.Object({ ...View, v: Type.Optional(Version), key: Type.Optional(Key) })
const Place = { z: Type.String(), x: Type.String(), y: Type.String() }

/** `/tiles/{id}.json`, `/tiles/{id}/{z}/{x}/{y}.mvt`, and the same of a grid: `/tiles/{id}/{tms}…`. */
const tiles: FastifyPluginAsyncTypebox = async app => {
  const tags = ['tiles']
  const { config: thin, ...options } = app.thinRoute
  const config = { ...thin, protocol: 'tiles' }

  app.get(
    '/tiles/:id.json',
    {
      ...options,
      config,
      schema: {
        tags,
        summary: 'TileJSON 3.0.0 of a tileset',
        params: Type.Object({ id: Id }),
        querystring: Type.Object({ ...JsonQuery.properties, tms: Type.Optional(Grid) })
      }
    },
    (request, reply) => describe(request, reply, request.params.id, request.query.tms, request.query)
  )

  app.get(
    '/tiles/:id/:tms.json',
    {
      ...options,
      config,
      schema: {
        tags,
        summary: 'TileJSON 3.0.0 of a tileset in a grid',
        params: Type.Object({ id: Id, tms: Grid }),
        querystring: JsonQuery
      }
    },
    (request, reply) => describe(request, reply, request.params.id, request.params.tms, request.query)
  )

  async function describe(
    request: FastifyRequest,
    reply: FastifyReply,
    id: string,
    tms: string | undefined,
    query: Static<typeof JsonQuery>
  ) {
    const grid = tms === undefined ? WEB_MERCATOR_QUAD : findGrid(tms)
    const collection = shownAtFirst(app.collection(request, id))
    const { members, version: vectorVersion, audience } = await app.tileset(collection, query)
    const { style } = query
    const pictures = storedPictures(collection)
    const format = query.format ?? pictures?.extension ?? 'mvt'
    const isAsStored = format === pictures?.extension && style === undefined
    if (format === 'mvt') checkVector(collection.id, members)
    const raster = format === 'mvt' || isAsStored ? undefined : rasterShown(collection, query)
    const version = raster ? await app.pictures.tilesVersion(raster) : vectorVersion
    const view = raster ? viewQuery({ ...raster.query }) : viewQuery(query)
    const place = `${app.baseUrl(request)}/tiles/${collection.id}${grid === WEB_MERCATOR_QUAD ? '' : `/${grid.id}`}`
    const key = query.key && `key=${encodeURIComponent(query.key)}`
    const look = raster && style !== undefined && `style=${encodeURIComponent(style)}`
    const address = [`v=${version}`, view, look, key].filter(Boolean).join('&')
    const vector = tileJson(
      {
        ...collection,
        members,
        grid,
        tilesUrl: `${place}/{z}/{x}/{y}.${format}?${address}`,
        attribution: members.flatMap(({ layer }) => app.catalog.departments.get(layer.department)?.title ?? []),
        extent: app.catalog.district.extent
      },
      request.language
    )
    const document = raster ? ofPictures(vector, RASTER_MAX_ZOOM) : isAsStored ? ofPictures(vector) : vector
    const body = JSON.stringify(document)
    reply.header('vary', 'Accept-Language')
    if (reply.unchanged(strongEtag(body), `${key ? 'private, ' : audience}no-cache`)) return reply
    return reply.type('application/json; charset=utf-8').send(body)
  }

  app.get(
    '/tiles/:id/:z/:x/:y.mvt',
    {
      ...options,
      config,
      schema: {
        tags,
        summary: 'A Mapbox Vector Tile, grid WebMercatorQuad; 204 where it is empty',
        params: Type.Object({ id: Id, ...Place }),
        querystring: TileQuery
      }
    },
    (request, reply) => {
      const { params, query } = request
      const tile = parseTileId(params.z, params.x, params.y)
      const collection = shownAtFirst(app.collection(request, params.id))
      return reply.sendTile({ collection, grid: WEB_MERCATOR_QUAD, tile, query })
    }
  )

  app.get(
    '/tiles/:id/:tms/:z/:x/:y.mvt',
    {
      ...options,
      config,
      schema: {
        tags,
        summary: 'A Mapbox Vector Tile of a grid; 204 where it is empty',
        params: Type.Object({ id: Id, tms: Grid, ...Place }),
        querystring: TileQuery
      }
    },
    (request, reply) => {
      const { params, query } = request
      const grid = findGrid(params.tms)
      const tile = parseTileId(params.z, params.x, params.y, grid)
      const collection = shownAtFirst(app.collection(request, params.id))
      return reply.sendTile({ collection, grid, tile, query })
    }
  )
}

/** Raster tiles have no fields, and are drawn for deeper zooms than vector tiles are cut. */
function ofPictures({ vector_layers: _layers, ...document }: TileJson, maxzoom = document.maxzoom) {
  return { ...document, maxzoom }
}

export default tiles
