import type { FastifyReply } from 'fastify'
import fp from 'fastify-plugin'
import { LRUCache } from 'lru-cache'
import type { Collection } from '../catalog/collection.ts'
import { matchesEtag, strongEtag } from '../lib/etag.ts'
import { chooseCoding, MVT } from '../lib/media-type.ts'
import { refuse } from '../lib/refusals.ts'
import type { TileId } from '../lib/tile-id.ts'
import type { TileGrid } from '../lib/tile-matrix.ts'
import { untilLeft } from '../lib/until-left.ts'
import { asksForView, type ViewQuery, viewQuery } from '../tiles/parse-view.ts'
import { notAcceptable } from '../tiles/problems.ts'
import type { ReadyTile } from '../tiles/tile-cache.ts'
import { SEVERAL } from '../tiles/tile-counts.ts'
import { keyOf, zoomOf } from '../tiles/tile-name.ts'
import { audience, checkVector, checkZoom, tilesetVersion } from '../tiles/tileset.ts'
import type { LayerView } from '../tiles/view.ts'

export interface TileQuery extends ViewQuery {
  /** As the TileJSON has it: the tile may then be kept for a year. */
  v?: string | undefined
}

/** A tile somebody asks for, of what they may see. */
export interface TileAsk {
  /** All its members go into the tile. */
  collection: Collection
  grid: TileGrid
  tile: TileId
  query: TileQuery
}

/** What all tiles of a collection have in common, as it stands. */
export interface Tileset {
  members: readonly (Collection['members'][number] & { view?: LayerView })[]
  version: string
  /** `public, ` or `private, ` */
  audience: string
  /** What its tiles count as. */
  countAs: string
}

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * What tiles of a collection are made of, as they are asked for.
     * @throws what `parseView` throws
     */
    tileset(collection: Collection, query: ViewQuery): Tileset | Promise<Tileset>
  }
  interface FastifyReply {
    /**
     * Answers with a vector tile: 200, 204 where it is empty, or 304. In a handler: `return reply.sendTile(…)`. What is
     * there to be sent is sent before it returns.
     * @throws TILE_NOT_VECTOR, TILE_OUT_OF_RANGE where the collection has no tiles at that level, TILE_ENCODING_REFUSED,
     *   TILE_OVERLOADED, TILE_TOO_SLOW, what `parseView` throws
     */
    sendTile(this: FastifyReply, ask: TileAsk): void | Promise<void>
  }
}

const A_YEAR = 'max-age=31536000, immutable'
const CHECK_FIRST = 'no-cache'
/** A tile of an earlier revision is asked for again soon. */
const SOON = 'max-age=5'
const STALE = '110 - "Response is Stale"'

/** Views of one collection that are remembered. */
const VIEWS = 200

/** `app.tileset` and `reply.sendTile`: tiles over HTTP, whatever protocol names them. */
export default fp(
  async app => {
    const { tiles } = app
    const whole = new WeakMap<Collection, Tileset>()
    const viewed = new WeakMap<Collection, LRUCache<string, Promise<Tileset>>>()

    app.decorate('tileset', (collection, query) => {
      if (asksForView(query)) return viewedTileset(collection, query)
      const known = whole.get(collection) ?? tilesetOf(collection, collection.members)
      whole.set(collection, known)
      return known
    })

    /** A collection is of one version of the catalogue, and so is what its views were found to mean. */
    function viewedTileset(collection: Collection, query: ViewQuery): Promise<Tileset> {
      const views = viewed.get(collection) ?? new LRUCache<string, Promise<Tileset>>({ max: VIEWS })
      viewed.set(collection, views)
      const key = viewQuery(query)
      const known = views.get(key)
      if (known) return known
      const { members } = collection
      const found = app
        .parseView(
          query,
          members.map(({ layer }) => layer)
        )
        .then(parsed =>
          tilesetOf(
            collection,
            members.map((member, i) => ({ ...member, view: parsed[i]! }))
          )
        )
      views.set(key, found)
      found.catch(() => views.delete(key))
      return found
    }

    app.decorateReply('sendTile', function (this: FastifyReply, ask: TileAsk) {
      const found = app.tileset(ask.collection, ask.query)
      if (!(found instanceof Promise)) return send(this, ask, found)
      return found.then(tileset => send(this, ask, tileset))
    })

    function send(reply: FastifyReply, { collection, grid, tile, query }: TileAsk, tileset: Tileset) {
      const { members, countAs } = tileset
      checkVector(collection.id, members)
      checkZoom(collection.id, members, grid, tile.z)
      const { headers } = reply.request
      const coding = chooseCoding(headers['accept-encoding'])
      if (!coding) throw notAcceptable({ header: headers['accept-encoding'] })

      const subject = { members, grid, tile }
      const name = tiles.name(subject)
      const ready = tiles.find(name, coding)
      const keep = tileset.audience + (query.v === tileset.version ? A_YEAR : CHECK_FIRST)
      const count = tiles.counts.of(countAs, zoomOf(grid, tile))
      const { catalogVersion } = collection
      app.rememberTile(reply.request, { name, parts: tiles.parts(subject), keep, catalogVersion, count })
      const known = headers['if-none-match']
      if (known !== undefined) {
        const etag = ready?.etag ?? strongEtag(keyOf(name), coding)
        if (matchesEtag(known, etag)) {
          count.unchanged++
          reply.header('vary', 'Accept-Encoding').header('etag', etag).header('cache-control', keep)
          return void reply.code(304).send()
        }
      }
      if (!ready) {
        const signal = untilLeft(reply)
        return tiles.get({ ...subject, coding, signal, countAs }).then(
          made => write(reply, made, made.stale ? tileset.audience + SOON : keep),
          error => void refuse(reply, error, signal)
        )
      }
      count.hits++
      count.bytes += ready.bytes?.length ?? 0
      write(reply, ready, keep)
    }
  },
  { name: 'tile-delivery', dependencies: ['tiles', 'views', 'express-lane'] }
)

function tilesetOf({ id }: Collection, members: Tileset['members']): Tileset {
  const countAs = members.length > 1 && id.includes(',') ? SEVERAL : id
  return { members, version: tilesetVersion(members), audience: audience(members), countAs }
}

function write(reply: FastifyReply, { bytes, coding, etag, reduced, stale }: ReadyTile, keep: string): void {
  // What was published while the tile was made is in it, so it goes by its own name.
  reply.header('vary', 'Accept-Encoding').header('etag', etag).header('cache-control', keep)
  if (reduced) reply.header('tile-reduced', 'true')
  if (stale) reply.header('warning', STALE)
  if (reduced || stale) reply.header('access-control-expose-headers', 'Tile-Reduced, Warning')
  if (!bytes) return void reply.code(204).send()
  if (coding !== 'identity') reply.header('content-encoding', coding)
  reply.header('content-type', MVT).send(bytes)
}
