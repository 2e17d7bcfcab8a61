import fp from 'fastify-plugin'
import { mayRead } from '../access/roles.ts'
import { type Catalog, layerNotFound } from '../catalog/catalog.ts'
import type { Layer } from '../catalog/layer.ts'
import { loadCatalog } from '../catalog/load.ts'
import { refreshCatalog } from '../catalog/sync.ts'

declare module 'fastify' {
  interface FastifyInstance {
    catalog: Catalog
    /** Reads again what the database says of layers; publishing awaits it, so that an edit is visible at once. */
    refreshCatalog(): Promise<void>
    /** The layers the caller may read. */
    visibleLayers(request: FastifyRequest): Layer[]
    /** @throws LAYER_NOT_FOUND for a hidden layer exactly as for a missing one */
    visibleLayer(request: FastifyRequest, id: string): Layer
  }
}

/** `app.catalog`: the layers of layers/ and styles/ and those made by upload, kept up to date by NOTIFY. */
export default fp(
  async app => {
    const catalog = await loadCatalog(app.config.layersDir, app.config.stylesDir)
    for (const problem of catalog.problems) app.log.warn(problem, 'catalogue problem')

    // One reading at a time; whoever asks while one runs gets the next, which sees what was committed before asking.
    let running: Promise<void> | undefined
    let next: Promise<void> | undefined
    const refresh = async (): Promise<void> => {
      if (!running) {
        running = refreshCatalog(app.db, catalog).finally(() => {
          running = undefined
        })
        return running
      }
      next ??= running
        .catch(() => {})
        .then(() => {
          next = undefined
          return refresh()
        })
      return next
    }

    app.decorate('catalog', catalog)
    app.decorate('refreshCatalog', refresh)
    app.decorate('visibleLayers', request => catalog.layers().filter(layer => mayRead(request.principal, layer)))
    app.decorate('visibleLayer', (request, id) => {
      const layer = catalog.find(id)
      if (!layer || !mayRead(request.principal, layer)) throw layerNotFound({ id })
      return layer
    })

    await refresh()
    const stop = await app.db.listen('yitu_catalog', () => {
      refresh().catch(error => app.log.error(error, 'the catalogue could not be read again'))
    })
    app.addHook('onClose', stop)
  },
  { name: 'catalog', dependencies: ['config', 'database', 'access'] }
)
