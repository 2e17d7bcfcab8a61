import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { shownAtFirst } from '../catalog/collection.ts'
import { DEEPEST_ZOOM, parseTileId } from '../lib/tile-id.ts'
import { TILE_GRIDS, WEB_MERCATOR_QUAD } from '../lib/tile-matrix.ts'
import type { ViewQuery } from '../tiles/parse-view.ts'
import { findGrid } from '../tiles/tileset.ts'
import { pictureTileReply } from './picture-tile-reply.ts'
import { RASTER_EXTENSIONS, RASTER_TYPES, type RasterExtension, rasterShown } from './raster-shown.ts'
import { isStoredAt, storedPictureReply, storedPictures } from './stored-picture.ts'

interface Params {
  id: string
  tms?: string
  z: string
  x: string
  /** `7098`, `7098@2x` */
  y: string
}
type Query = ViewQuery & { v?: string; style?: string }

const Id = Type.String({ description: 'A layer, a map, or layers joined by commas' })
const Grid = Type.String({ description: `A tile grid: ${TILE_GRIDS.map(({ id }) => id).join(', ')}` })
const Place = {
  z: Type.String({ description: `To ${DEEPEST_ZOOM}, drawn from the deepest vector tiles there are` }),
  x: Type.String(),
  y: Type.String({ description: 'With @2x behind it: twice as many pixels' })
}
const Text = (description: string) => Type.Optional(Type.String({ description }))
const TileQuery = Type.Object({
  style: Text('A style of the layer'),
  filter: Text('Only features that a condition in CQL2 text holds for'),
  division: Text('Only features of a division, by its 12-digit code'),
  asof: Text('As of a revision, a date or an instant'),
  v: Text('As the TileJSON has it: the tile may then be kept for a year'),
  key: Text('A key, for clients that can only keep a URL')
})

/**
 * `/tiles/{id}/{z}/{x}/{y}.png`, `.webp`, `.jpg`, `@2x`, and the same of a grid: `/tiles/{id}/{tms}/…`. They are drawn,
 * but for those that an archive has as pictures of that kind.
 */
const rasterTiles: FastifyPluginAsyncTypebox = async app => {
  const { config: thin, ...options } = app.thinRoute
  const config = { ...thin, protocol: 'tiles' }
  const sendTile = pictureTileReply(app)

  for (const extension of RASTER_EXTENSIONS) {
    const schema = (summary: string, params: Record<string, typeof Id>) => ({
      tags: ['tiles'],
      summary,
      params: Type.Object({ ...params, ...Place }),
      querystring: TileQuery
    })
    app.get<{ Params: Params; Querystring: Query }>(
      `/tiles/:id/:z/:x/:y.${extension}`,
      { ...options, config, schema: schema('A raster tile, grid WebMercatorQuad', { id: Id }) },
      (request, reply) => answer(request, reply, extension)
    )
    app.get<{ Params: Params; Querystring: Query }>(
      `/tiles/:id/:tms/:z/:x/:y.${extension}`,
      { ...options, config, schema: schema('A raster tile of a grid', { id: Id, tms: Grid }) },
      (request, reply) => answer(request, reply, extension)
    )
  }

  function answer(
    request: FastifyRequest<{ Params: Params; Querystring: Query }>,
    reply: FastifyReply,
    extension: RasterExtension
  ) {
    const { id, tms, z, x, y } = request.params
    const { v, ...view } = request.query
    const grid = tms === undefined ? WEB_MERCATOR_QUAD : findGrid(tms)
    const [row = '', doubled] = y.split(/(@2x)$/)
    const tile = parseTileId(z, x, row, grid)
    const collection = shownAtFirst(app.collection(request, id))
    const isAsStored = !doubled && view.style === undefined && storedPictures(collection)?.extension === extension
    if (isAsStored && isStoredAt(collection, grid, tile))
      return storedPictureReply(app, reply, { collection, grid, tile }, v)
    const shown = rasterShown(collection, view)
    const ask = { shown, grid, tile, pixelRatio: doubled ? 2 : 1, type: RASTER_TYPES[extension] } as const
    return sendTile(reply, ask, v)
  }
}

export default rasterTiles
