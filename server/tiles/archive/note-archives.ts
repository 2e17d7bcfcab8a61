import type { Catalog } from '../../catalog/catalog.ts'
import { archiveOf } from '../../catalog/layer.ts'
import type { Archives } from './archives.ts'

/**
 * Tells the catalogue what the archives of its layers say of themselves, or why they cannot be served. What was known of
 * one that has become unreadable is kept: it may be about to be replaced.
 */
export async function noteArchives(catalog: Catalog, archives: Archives): Promise<void> {
  for (const layer of catalog.layers()) {
    const name = archiveOf(layer)
    if (name === undefined) continue
    try {
      const stored = await archives.facts(name)
      if ((layer.geometry === 'Raster') !== (stored.pictures !== undefined))
        throw new Error(
          `its tiles are ${stored.pictures ? 'pictures' : 'vector tiles'}, the layer is ${layer.geometry}`
        )
      catalog.noteArchive(layer.id, stored)
      catalog.noteSource(layer.id, null)
    } catch (error) {
      catalog.noteSource(layer.id, `archives/${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}
