import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isQueryable } from '../../features/queryable.ts'
import type { Kvp } from '../../lib/kvp.ts'
import { PICTURE_CRS } from '../../lib/picture-crs.ts'
import { type TileGrid, tileExtent } from '../../lib/tile-matrix.ts'
import { untilLeft } from '../../lib/until-left.ts'
import type { PictureFrame } from '../../maps/picture.ts'
import { audience } from '../../tiles/tileset.ts'
import { findTile } from './find-tile.ts'
import { TILE_PIXELS } from './levels.ts'
import type { PixelAddress, TileAddress } from './parse-tile.ts'
import { cannotQuery } from './problems.ts'

/** Features of a layer that are told of a pixel: the standard has no parameter for it. */
const COUNT = 10

/** Answers GetFeatureInfo (OGC 07-057r7 §7.3), from the database. */
export const infoReply =
  (app: FastifyInstance) =>
  async (request: FastifyRequest, reply: FastifyReply, address: PixelAddress, kvp: Kvp): Promise<FastifyReply> => {
    const { shown } = findTile(app, request, address, kvp)
    const { members } = shown.collection
    if (!members.some(({ layer }) => isQueryable(layer))) throw cannotQuery(address.layer)
    const features = await app.featureInfo({
      shown: [{ ...shown, query: { ...shown.query, fields: kvp.get('fields') } }],
      frame: frameOf(address),
      pixel: [address.i, address.j],
      count: COUNT,
      language: request.language,
      signal: untilLeft(reply)
    })
    return reply.sendFeatureInfo(features, address.info, `${audience(members)}no-cache`)
  }

const frameOf = ({ grid, tile }: TileAddress): PictureFrame => {
  const box = tileExtent(grid, tile)
  return { crs: crsOf(grid), box, width: TILE_PIXELS, height: TILE_PIXELS, pixelRatio: 1 }
}

const crsOf = ({ srid }: TileGrid) => PICTURE_CRS.find(({ code }) => code === `EPSG:${srid}`)!
