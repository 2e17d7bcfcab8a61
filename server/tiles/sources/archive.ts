import { archiveOf, storedRevision } from '../../catalog/layer.ts'
import { unavailable } from '../../lib/errors.ts'
import type { Archives } from '../archive/archives.ts'
import { keepsGrid } from '../archive/keeps-grid.ts'
import type { CutAsk, CutTile, TileSource } from '../source.ts'

/** Tiles of layers that are stored in an archive, handed on as they are stored. */
export class ArchiveSource implements TileSource {
  readonly #archives: Archives

  constructor(archives: Archives) {
    this.#archives = archives
  }

  /** @throws UNAVAILABLE where the file cannot be read */
  async cut({ layer, revision, grid, tile, isWhole }: CutAsk, signal?: AbortSignal): Promise<CutTile> {
    signal?.throwIfAborted()
    // Pictures have no part in a vector tile of several layers.
    const isLeftOut = layer.stored?.pictures !== undefined && !isWhole
    if (isLeftOut || !keepsGrid(layer, grid)) return { revision, mvt: null, reduced: null }
    const name = archiveOf(layer) ?? ''
    const { stored, facts } = await this.#archives
      .tile(name, { ...tile, z: tile.z + grid.zoomOffset })
      .catch(cause => Promise.reject(unavailable({ what: layer.id }, { cause })))
    const now = storedRevision(facts)
    // An older file in its place: nobody may take its tiles for those of the one that was asked for.
    if (facts.identity !== layer.stored?.identity && now <= revision) throw unavailable({ what: layer.id })
    return { revision: now, mvt: null, reduced: null, ...(stored && { ready: stored }) }
  }
}
