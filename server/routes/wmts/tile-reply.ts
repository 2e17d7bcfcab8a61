import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Kvp } from '../../lib/kvp.ts'
import { MVT } from '../../lib/media-type.ts'
import { pictureTileReply } from '../picture-tile-reply.ts'
import { findTile } from './find-tile.ts'
import type { TileAddress } from './parse-tile.ts'

/** Answers GetTile; a level at which the layer is not drawn, and which its limits do not name, has empty tiles. */
export function tileReply(app: FastifyInstance) {
  const sendPicture = pictureTileReply(app)
  return async (
    request: FastifyRequest,
    reply: FastifyReply,
    address: TileAddress,
    kvp: Kvp
  ): Promise<FastifyReply> => {
    const { shown, isDrawn } = findTile(app, request, address, kvp)
    const { grid, tile, format } = address
    if (format.picture) {
      return sendPicture(reply, { shown, grid, tile, pixelRatio: 1, type: format.picture }, kvp.get('v'))
    }
    if (!isDrawn) return reply.header('cache-control', 'no-cache').type(MVT).send(Buffer.alloc(0))
    await reply.sendTile({ collection: shown.collection, grid, tile, query: Object.fromEntries(kvp) })
    return reply
  }
}
