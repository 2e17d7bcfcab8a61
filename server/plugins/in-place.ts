import fp from 'fastify-plugin'
import { isInPlace, publishInPlace } from '../catalog/in-place.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Looks at one table that is published in place, or at all, and publishes what has changed. */
    publishInPlace(id?: string): Promise<void>
  }
}

const POLL_MS = 15_000

/**
 * Existing tables, published in place: all are read at the start; those with a `versionColumn` are looked at every 15
 * seconds; `NOTIFY yitu_source, '<layer>'` has one looked at now.
 */
export default fp(
  async app => {
    const publish = async (always: boolean, id?: string): Promise<void> => {
      const layers = app.catalog.layers().filter(isInPlace)
      let changed = false
      for (const layer of layers.filter(layer => id === undefined || layer.id === id)) {
        try {
          changed = (await publishInPlace(app.db, layer, always)) || changed
          app.catalog.noteSource(layer.id, null)
        } catch (error) {
          app.log.warn({ err: error, layer: layer.id }, 'a table could not be published in place')
          app.catalog.noteSource(layer.id, error instanceof Error ? error.message : String(error))
        }
      }
      if (changed) await app.refreshCatalog()
    }

    // One look at a time: the next one sees what the one before it did.
    let last: Promise<void> = Promise.resolve()
    const queue = (always: boolean, id?: string): Promise<void> => {
      last = last.then(() => publish(always, id))
      last = last.catch(error => app.log.error(error, 'tables published in place were not looked at'))
      return last
    }
    app.decorate('publishInPlace', id => queue(true, id))

    if (!app.catalog.layers().some(isInPlace)) return
    await queue(true)
    const stop = await app.db.listen('yitu_source', id => void queue(true, id))
    const timer = setInterval(() => queue(false), POLL_MS).unref()
    app.addHook('onClose', async () => {
      clearInterval(timer)
      await stop()
      await last
    })
  },
  { name: 'in-place', dependencies: ['database', 'catalog'] }
)
