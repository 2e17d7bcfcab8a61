import type { FastifyInstance, FastifyReply } from 'fastify'
import { strongEtag } from '../lib/etag.ts'
import { refuse } from '../lib/refusals.ts'
import { untilLeft } from '../lib/until-left.ts'
import { audience } from '../tiles/tileset.ts'
import type { PictureTileAsk } from './picture-ask.ts'

const A_YEAR = 'max-age=31536000, immutable'
const CHECK_FIRST = 'no-cache'

/**
 * Answers with a raster tile: 200, an empty one too, or 304.
 * @param version as the address has it; that of the tileset: the tile may be kept for a year
 * @throws what `app.pictures.tile` throws
 */
export const pictureTileReply =
  (app: FastifyInstance) =>
  async (reply: FastifyReply, ask: PictureTileAsk, version: string | undefined): Promise<FastifyReply> => {
    const { pictures } = app
    const isCurrent = version !== undefined && version === (await pictures.tilesVersion(ask.shown))
    const keep = audience(ask.shown.collection.members) + (isCurrent ? A_YEAR : CHECK_FIRST)
    if (reply.unchanged(strongEtag(await pictures.tileKey(ask)), keep)) return reply
    const signal = untilLeft(reply)
    try {
      const { bytes, key } = await pictures.tile({ ...ask, signal })
      // What was published while it was drawn is in it, so it goes by its own name.
      return reply.header('etag', strongEtag(key)).type(ask.type).send(bytes)
    } catch (error) {
      return refuse(reply, error, signal)
    }
  }
