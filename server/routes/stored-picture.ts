import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Collection } from '../catalog/collection.ts'
import type { StoredPictures } from '../catalog/layer.ts'
import { strongEtag } from '../lib/etag.ts'
import { refuse } from '../lib/refusals.ts'
import type { TileId } from '../lib/tile-id.ts'
import type { TileGrid } from '../lib/tile-matrix.ts'
import { untilLeft } from '../lib/until-left.ts'
import { keepsGrid } from '../tiles/archive/keeps-grid.ts'
import { keyOf, zoomOf } from '../tiles/tile-name.ts'
import { audience, tilesetVersion } from '../tiles/tileset.ts'

/** The pictures that the tiles of a collection are; undefined for vectors and for several layers. */
export const storedPictures = ({ members }: Collection): StoredPictures | undefined =>
  members.length === 1 ? members[0]!.layer.stored?.pictures : undefined

/** Whether a tile lies in the grid and at the levels that an archive has; others are drawn. */
export function isStoredAt({ members }: Collection, grid: TileGrid, tile: TileId): boolean {
  const layer = members[0]!.layer
  const zoom = zoomOf(grid, tile)
  return keepsGrid(layer, grid) && zoom >= layer.zoom.min && zoom <= layer.zoom.max
}

const A_YEAR = 'max-age=31536000, immutable'
const CHECK_FIRST = 'no-cache'

/**
 * Answers with a tile of an archive of pictures, not a byte of it changed: 200, 204 where there is none, or 304.
 * @param version as the address has it; that of the tileset: the tile may be kept for a year
 * @throws what the tile engine throws
 */
export async function storedPictureReply(
  app: FastifyInstance,
  reply: FastifyReply,
  { collection: { members }, grid, tile }: { collection: Collection; grid: TileGrid; tile: TileId },
  version: string | undefined
): Promise<FastifyReply> {
  const { tiles } = app
  const subject = { members, grid, tile }
  const keep = audience(members) + (version === tilesetVersion(members) ? A_YEAR : CHECK_FIRST)
  if (reply.unchanged(strongEtag(keyOf(tiles.name(subject)), 'identity'), keep)) return reply
  const signal = untilLeft(reply)
  try {
    const { bytes, etag } = await tiles.get({ ...subject, coding: 'identity', signal })
    // What took its place meanwhile goes by its own name.
    reply.header('etag', etag)
    return bytes ? reply.type(typeOf(bytes)).send(bytes) : reply.code(204).send()
  } catch (error) {
    return refuse(reply, error, signal)
  }
}

/** What a picture is by its first bytes: archives may have PNG at their edges and JPEG within. */
function typeOf(bytes: Buffer): string {
  if (bytes[0] === 0x89) return 'image/png'
  return bytes[0] === 0xff ? 'image/jpeg' : 'image/webp'
}
