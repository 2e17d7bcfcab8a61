import type { TileGrid } from '../../lib/tile-matrix.ts'
import type { TileJson } from '../tilejson.ts'
import type { ExportPlan } from './export.ts'
import type { Description } from './writer.ts'

/** Degrees, a tenth of a metre. */
const SMALLEST = 1e-6

/**
 * What an archive says of itself (PMTiles v3 §5), from the TileJSON of its tileset. Nothing in it depends on when it was
 * written: the same tiles are the same file.
 */
export function describe(document: TileJson, grid: TileGrid, { members, bbox, zooms }: ExportPlan): Description {
  const { name, description, attribution, vector_layers } = document
  const [west, south, east, north] = bbox
  const within = (zoom: number) => Math.min(Math.max(zoom, zooms.min), zooms.max)
  return {
    metadata: {
      name,
      ...(description && { description }),
      attribution,
      type: 'overlay',
      version: members.map(({ revision, shape }) => `${revision}-${shape}`).join(),
      generator: 'Yitu',
      // Readers that do not know of grids take all archives for WebMercatorQuad.
      tile_matrix_set: grid.id,
      crs: grid.crs,
      vector_layers: vector_layers.map(layer => ({
        ...layer,
        minzoom: within(layer.minzoom),
        maxzoom: within(layer.maxzoom)
      }))
    },
    // Readers want an area, even of one point.
    bounds: [west, south, Math.max(east, west + SMALLEST), Math.max(north, south + SMALLEST)],
    center: [(west + east) / 2, (south + north) / 2]
  }
}
