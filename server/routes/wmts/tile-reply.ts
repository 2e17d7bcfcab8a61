import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { mayRead } from '../../access/roles.ts'
import { type Collection, shownAtFirst } from '../../catalog/collection.ts'
import type { Kvp } from '../../lib/kvp.ts'
import { MVT } from '../../lib/media-type.ts'
import { boundsOf } from '../../tiles/tilejson.ts'
import { type Cover, coverFor } from './cover.ts'
import type { TileAddress } from './parse-tile.ts'
import { beyond, invalid, noLayer } from './problems.ts'

/** A collection stays the same record as long as the catalogue does. */
const covers = new WeakMap<Collection, Cover>()

function coverOf(collection: Collection, extent: readonly number[]): Cover {
  const { members } = collection
  const known = covers.get(collection) ?? coverFor({ members, bounds: boundsOf({ members, extent }) })
  covers.set(collection, known)
  return known
}

/** Answers GetTile; a level at which the layer is not drawn, and which its limits do not name, has empty tiles. */
export const tileReply =
  (app: FastifyInstance) =>
  async (request: FastifyRequest, reply: FastifyReply, address: TileAddress, kvp: Kvp): Promise<FastifyReply> => {
    const { layer: id, grid, tile } = address
    const { id: only = id } = request.params as { id?: string }
    const service = id === only && app.services.find(`${id}.wmts`, layer => mayRead(request.principal, layer))
    if (!service) throw noLayer(id)
    request.served = id

    const collection = shownAtFirst(app.collection(request, id))
    const cover = coverOf(collection, app.catalog.district.extent)
    const levels = cover.get(grid)
    if (!levels) throw invalid('TileMatrixSet', grid.id, [...cover.keys()].map(({ id }) => id).join(', '))
    const range = levels.get(tile.z)
    if (!range) {
      return reply.header('cache-control', 'no-cache').type(MVT).send(Buffer.alloc(0))
    }
    // An earlier state may have reached farther than what is published now.
    if (!kvp.has('asof')) {
      const { west, east, north, south } = range
      if (tile.x < west || tile.x > east) throw beyond('TileCol', tile.x, west, east)
      if (tile.y < north || tile.y > south) throw beyond('TileRow', tile.y, north, south)
    }
    await reply.sendTile({ collection, grid, tile, query: Object.fromEntries(kvp) })
    return reply
  }
