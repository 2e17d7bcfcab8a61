import type { StoredLayer, StoredTiles } from '../../catalog/layer.ts'

/** What archives say of themselves in JSON, written by whatever program: nothing in it is taken on trust. */

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The `vector_layers` of an archive's metadata (TileJSON 3.0.0 §3.3); [] where it names none that can be used. */
export function storedLayers(metadata: unknown): StoredLayer[] {
  const listed = isRecord(metadata) ? metadata['vector_layers'] : []
  return Array.isArray(listed) ? listed.flatMap(storedLayer) : []
}

function storedLayer(value: unknown): StoredLayer[] {
  if (!isRecord(value) || typeof value['id'] !== 'string') return []
  const fields = isRecord(value['fields']) ? Object.entries(value['fields']) : []
  return [
    {
      id: value['id'],
      ...(typeof value['description'] === 'string' && { description: value['description'] }),
      fields: Object.fromEntries(fields.map(([name, meaning]) => [name, String(meaning)]))
    }
  ]
}

/** The id of the grid its tiles are of: WebMercatorQuad where it does not say. */
export const storedGrid = (metadata: unknown): string => {
  const grid = isRecord(metadata) ? metadata['tile_matrix_set'] : undefined
  return typeof grid === 'string' ? grid : 'WebMercatorQuad'
}

/** west, south, east, north in degrees; null where they are not those of a box. */
export function storedBounds(numbers: readonly number[]): StoredTiles['bounds'] {
  const [west = Number.NaN, south = Number.NaN, east = Number.NaN, north = Number.NaN] = numbers
  const isBox = west >= -180 && west <= east && east <= 180 && south >= -90 && south <= north && north <= 90
  return isBox ? [west, south, east, north] : null
}
