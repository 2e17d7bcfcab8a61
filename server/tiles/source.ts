import type { Layer } from '../catalog/layer.ts'
import type { ContentCoding } from '../lib/media-type.ts'
import type { TileId } from '../lib/tile-id.ts'
import type { TileGrid } from '../lib/tile-matrix.ts'
import type { LayerView } from './view.ts'

/** One layer's part of a tile, to be made by a tile source. */
export interface CutAsk {
  layer: Layer
  /** At least this one: what was published meanwhile may be in it. */
  revision: number
  grid: TileGrid
  tile: TileId
  view: LayerView
  /** It is all of the tile: as an archive keeps it, it may be sent. */
  isWhole?: boolean
  /** It is all of the tile, which is wanted as gzip: it may come so (`ready`), which spares others the work. */
  compressed?: boolean
}

/** One layer's part of a tile, uncompressed, and the revision whose rows it was cut from. */
export interface CutTile {
  revision: number
  /** MVT 2.1 layers, one after the other; null: empty. */
  mvt: Uint8Array | null
  /** Features in the tile's bounds and how many of them it shows as they are; null where it shows all. */
  reduced: { shown: number; total: number } | null
  /** Instead of `mvt`: as an archive keeps it, or compressed where it was cut; sent as it is where it is the whole tile. */
  ready?: { bytes: Buffer; coding: ContentCoding }
}

/** Where tiles of a layer come from. Each answers from rows of exactly one revision. */
export interface TileSource {
  /**
   * What has to be waited for before a cut is work that takes a place among those at work: an index being read for the
   * first time; null or absent: nothing. Who waits has not asked yet, so that layers being read hold up no others.
   */
  ready?(ask: CutAsk, signal?: AbortSignal): Promise<void> | null
  /** @throws the signal's reason once it is aborted: work that nobody waits for is given up */
  cut(ask: CutAsk, signal?: AbortSignal): Promise<CutTile>
}
