import { join } from 'node:path'
import type { FastifyReply } from 'fastify'
import fp from 'fastify-plugin'
import { LRUCache } from 'lru-cache'
import packageJson from '../../package.json' with { type: 'json' }
import { mayRead } from '../access/roles.ts'
import { type Collection, findCollection } from '../catalog/collection.ts'
import { badRequest } from '../lib/errors.ts'
import { matchesEtag } from '../lib/etag.ts'
import { sql } from '../lib/sql.ts'
import { openSecondLevel, type SecondLevel } from '../tiles/second-level.ts'
import { createTiles, type Tiles } from '../tiles/tiles.ts'
import { checkLayerCount, checkStored } from '../tiles/tileset.ts'

declare module 'fastify' {
  interface FastifyInstance {
    tiles: Tiles
    /**
     * What an id stands for, as the caller may see it: the same record as long as the catalogue stays as it is.
     * @throws LAYER_NOT_FOUND, TILE_TOO_MANY_LAYERS, TILE_NO_ARCHIVE
     */
    collection(request: FastifyRequest, id: string): Collection
    /** The URL clients reach the server by, without a slash at its end. @throws BAD_REQUEST for a Host that is none */
    baseUrl(request: FastifyRequest): string
  }
  interface FastifyReply {
    /** Sets the ETag and how the answer may be kept; true where the client has it already (the 304 is then sent). */
    unchanged(this: FastifyReply, etag: string, cacheControl: string): boolean
  }
}

/** Collections whose members are remembered. */
const COLLECTIONS = 2000

export interface TilesPluginOptions {
  /** Has the threads that cut tiles started and their code compiled before the server is ready. */
  rehearse?: boolean
}

/** `app.tiles`: the vector tile engine; and what its routes and those of the styles have in common. */
export default fp(
  async (app, { rehearse = false }: TilesPluginOptions) => {
    const {
      dataDir,
      tileCacheBytes,
      tileIndexBytes,
      tileIndexDiskBytes,
      tileQueue,
      tileDeadlineMs,
      cacheUrl,
      publicUrl
    } = app.config
    const tiles = createTiles({
      db: app.db,
      archives: app.archives,
      cacheBytes: tileCacheBytes,
      indexBytes: tileIndexBytes,
      kept: { folder: join(dataDir, 'columns'), maxBytes: tileIndexDiskBytes },
      queue: tileQueue,
      deadlineMs: tileDeadlineMs,
      secondLevel: cacheUrl ? await openShared(cacheUrl) : null
    })
    app.addHook('onClose', () => tiles.close())
    if (rehearse) {
      // Beside the rest of the start, which it hardly holds up.
      const rehearsed = tiles
        .rehearse()
        .catch(error => app.log.warn({ err: error }, 'the threads that cut tiles could not rehearse'))
      app.addHook('onReady', () => rehearsed)
    }
    app.decorate('tiles', tiles)

    /** What other servers of the same database and release have made. */
    async function openShared(url: string): Promise<SecondLevel> {
      const [first] = await app.db.query<{ at: string }>(sql`SELECT min(applied_at)::text AS at FROM yitu.migration`)
      return openSecondLevel({
        url,
        prefix: `yitu ${packageJson.version} ${first?.at} `,
        noteState: error => {
          if (error) app.log.warn({ err: error }, 'the shared tile cache does not answer; going on without it')
          else app.log.info('the shared tile cache answers')
        }
      })
    }

    const collections = new LRUCache<string, Collection>({ max: COLLECTIONS })
    let version = -1
    app.decorate('collection', (request, id) => {
      if (version !== app.catalog.version) collections.clear()
      version = app.catalog.version
      const key = `${request.principal?.id ?? ''} ${id}`
      const known = collections.get(key)
      if (known) return known
      checkLayerCount(id.split(',').length)
      const collection = findCollection(app.catalog, id, layer => mayRead(request.principal, layer))
      for (const { layer } of collection.members) checkStored(layer)
      collections.set(key, collection)
      return collection
    })

    app.decorate('baseUrl', request => {
      if (publicUrl) return publicUrl
      if (!HOST.test(request.host)) throw badRequest({ reason: 'Host' })
      return `${request.protocol}://${request.host}`
    })

    app.decorateReply('unchanged', function (this: FastifyReply, etag, cacheControl) {
      this.header('etag', etag).header('cache-control', cacheControl)
      if (!matchesEtag(this.request.headers['if-none-match'], etag)) return false
      this.code(304).send()
      return true
    })
  },
  { name: 'tiles', dependencies: ['config', 'database', 'access', 'archives', 'catalog'] }
)

const HOST = /^([\w.-]+|\[[0-9a-f:.]+\])(:\d+)?$/i
