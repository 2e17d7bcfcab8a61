import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { strongEtag } from '../../lib/etag.ts'
import type { Kvp } from '../../lib/kvp.ts'
import { untilLeft } from '../../lib/until-left.ts'
import type { PictureFrame } from '../../maps/picture.ts'
import { audience } from '../../tiles/tileset.ts'
import type { PictureAsk } from '../picture-ask.ts'
import { meetsArea } from './crs-area.ts'
import { backgroundOf, parseLook } from './parse-look.ts'
import { noOperation } from './problems.ts'
import { readMap } from './read-map.ts'

/** Answers GetMap (OGC 06-042 §7.3, OGC 01-068r3 §7.2). */
export const mapReply =
  (app: FastifyInstance) =>
  async (request: FastifyRequest, reply: FastifyReply, kvp: Kvp): Promise<FastifyReply> => {
    refuseForeignStyles(kvp)
    const { layers, frame, warnings } = await readMap(app, request, kvp)
    const look = parseLook(kvp)
    const shown = layers.map(asked => asked.shown)
    request.served = [...new Set(layers.map(({ name }) => name))].join()

    const ask: PictureAsk = {
      // Where the reference system cannot be used there is nothing to be seen.
      shown: meetsArea(frame.crs, frame.box) ? shown : [],
      frame,
      background: backgroundOf(look),
      type: look.type,
      isAlone: !isTile(kvp, frame),
      signal: untilLeft(reply)
    }
    if (warnings.length > 0) reply.header('warning', warnings.join(', '))
    const kept = audience(shown.flatMap(({ collection }) => collection.members))
    if (reply.unchanged(strongEtag(await app.pictures.key(ask)), `${kept}no-cache`)) return reply
    return reply.type(look.type).send(await app.pictures.draw(ask))
  }

/** Sides that clients cut maps into tiles by. */
const TILE_SIDES = [256, 512]

/** Whether a picture is likely to lie beside others: clients seldom say so (`TILED=true`). */
function isTile(kvp: Kvp, { width, height, pixelRatio }: PictureFrame): boolean {
  if (/^true$/i.test(kvp.get('tiled') ?? '')) return true
  return width === height && TILE_SIDES.some(side => side === width || side === width * pixelRatio)
}

/** Styles are those of the catalogue: nothing is fetched or read for one request. */
function refuseForeignStyles(kvp: Kvp): void {
  const name = ['sld', 'sld_body'].find(name => kvp.get(name))
  if (name) throw noOperation(name.toUpperCase())
}
