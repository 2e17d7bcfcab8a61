import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { mayRead } from '../../access/roles.ts'
import { shownAtFirst } from '../../catalog/collection.ts'
import type { Kvp } from '../../lib/kvp.ts'
import { MVT } from '../../lib/media-type.ts'
import { boundsOf } from '../../tiles/tilejson.ts'
import { gridsOf, isDrawnAt, rangeAt } from './limits.ts'
import type { TileAddress } from './parse-tile.ts'
import { beyond, invalid, noLayer } from './problems.ts'

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
    const { members } = collection
    const covered = { members, bounds: boundsOf({ members, extent: app.catalog.district.extent }) }
    const grids = gridsOf(covered)
    if (!grids.includes(grid)) throw invalid('TileMatrixSet', grid.id, grids.map(({ id }) => id).join(', '))
    if (!isDrawnAt(covered, grid, tile.z)) {
      return reply.header('cache-control', 'no-cache').type(MVT).send(Buffer.alloc(0))
    }
    // An earlier state may have reached farther than what is published now.
    if (!kvp.has('asof')) {
      const { west, east, north, south } = rangeAt(covered, grid, tile.z)
      if (tile.x < west || tile.x > east) throw beyond('TileCol', tile.x, west, east)
      if (tile.y < north || tile.y > south) throw beyond('TileRow', tile.y, north, south)
    }
    await reply.sendTile({ collection, grid, tile, query: Object.fromEntries(kvp) })
    return reply
  }
