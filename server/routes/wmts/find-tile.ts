import type { FastifyInstance, FastifyRequest } from 'fastify'
import { mayRead } from '../../access/roles.ts'
import { type Collection, shownAtFirst } from '../../catalog/collection.ts'
import { DEFAULT, findStyle, stylesOf } from '../../catalog/named-styles.ts'
import type { Kvp } from '../../lib/kvp.ts'
import { boundsOf } from '../../tiles/tilejson.ts'
import type { Shown } from '../picture-ask.ts'
import { type Cover, coverFor } from './cover.ts'
import { formatsOf } from './formats.ts'
import type { TileAddress } from './parse-tile.ts'
import { beyond, invalid, noLayer, noStyle } from './problems.ts'

/** A collection stays the same record as long as the catalogue does. */
const covers = new WeakMap<Collection, Cover>()

function coverOf(collection: Collection, extent: readonly number[]): Cover {
  const { members } = collection
  const known = covers.get(collection) ?? coverFor({ members, bounds: boundsOf({ members, extent }) })
  covers.set(collection, known)
  return known
}

export interface FoundTile {
  /** Pictures take all fields they need, whichever are asked for. */
  shown: Shown
  /** The layer is drawn at the level. */
  isDrawn: boolean
}

/**
 * What a tile's address means to who asks: of a layer or map of the service that was asked, in one of its styles.
 * @throws InvalidParameterValue also for what is hidden, TileOutOfRange beyond the limits that capabilities name
 */
export function findTile(app: FastifyInstance, request: FastifyRequest, address: TileAddress, kvp: Kvp): FoundTile {
  const { layer: id, grid, tile, format } = address
  const { id: only = id } = request.params as { id?: string }
  const service = id === only && app.services.find(`${id}.wmts`, layer => mayRead(request.principal, layer))
  if (!service) throw noLayer(id)
  request.served = id

  const collection = shownAtFirst(app.collection(request, id))
  const formats = formatsOf(collection.members)
  if (!formats.includes(format)) throw invalid('Format', format.type, formats.map(({ type }) => type).join(', '))
  const style = styleOf(service.subject.kind, collection, address.style)
  const cover = coverOf(collection, app.catalog.district.extent)
  const levels = cover.get(grid)
  if (!levels) throw invalid('TileMatrixSet', grid.id, [...cover.keys()].map(({ id }) => id).join(', '))
  const query = { filter: kvp.get('filter'), division: kvp.get('division'), asof: kvp.get('asof') }
  const shown = { collection, query, ...(style !== DEFAULT && { style }) }
  const range = levels.get(tile.z)
  // An earlier state may have reached farther than what is published now.
  if (range && !kvp.has('asof')) {
    const { west, east, north, south } = range
    if (tile.x < west || tile.x > east) throw beyond('TileCol', tile.x, west, east)
    if (tile.y < north || tile.y > south) throw beyond('TileRow', tile.y, north, south)
  }
  return { shown, isDrawn: range !== undefined }
}

/** A map has one style. @throws InvalidParameterValue */
function styleOf(kind: 'layer' | 'map', { id, members }: Collection, asked: string): string {
  const [member] = members
  if (kind === 'layer' && member) {
    const styles = stylesOf(member.layer)
    if (!findStyle(member.layer, asked))
      throw noStyle(
        id,
        asked,
        styles.map(style => style.id)
      )
  } else if (asked !== DEFAULT) throw noStyle(id, asked, [DEFAULT])
  return asked
}
