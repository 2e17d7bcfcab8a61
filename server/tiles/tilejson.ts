import type { Field, Layer, LayerState } from '../catalog/layer.ts'
import type { Language, Text } from '../lib/errors.ts'
import { escapeHtml } from '../lib/html.ts'
import { type TileGrid, WEB_MERCATOR_QUAD } from '../lib/tile-matrix.ts'
import { labelLayerName, labelZoom, tileZooms } from './scheme.ts'
import { tilesetZooms } from './tileset.ts'
import { type LayerView, WHOLE_LAYER } from './view.ts'

/** TileJSON 3.0.0 (mapbox/tilejson-spec): what a client must know of a tileset before it asks for tiles. */
export interface TileJson {
  tilejson: '3.0.0'
  name: string
  description?: string
  attribution: string
  scheme: 'xyz'
  tiles: [string]
  minzoom: number
  maxzoom: number
  /** west, south, east, north in degrees */
  bounds: Bounds
  /** longitude, latitude, zoom */
  center: [number, number, number]
  vector_layers: VectorLayer[]
  /** Of other grids than the usual one, which TileJSON knows nothing of: the grid and the URI of its CRS. */
  tileMatrixSet?: string
  crs?: string
}

interface VectorLayer {
  id: string
  description: string
  minzoom: number
  maxzoom: number
  /** What each property means, and its type. */
  fields: Record<string, string>
}

type Bounds = [number, number, number, number]

export interface Tileset {
  title: Text
  description?: Text | undefined
  members: readonly (LayerState & { layer: Layer; view?: LayerView })[]
  grid: TileGrid
  /** The address of its tiles, with `{z}`, `{x}`, `{y}`. */
  tilesUrl: string
  /** Whom its data come from. */
  attribution: readonly Text[]
  /** Of the district: where nothing says how far the data reach. */
  extent: readonly number[]
}

export function tileJson(tileset: Tileset, language: Language): TileJson {
  const { min, max } = tilesetZooms(tileset.members, tileset.grid)
  const bounds = boundsOf(tileset)
  return {
    tilejson: '3.0.0',
    name: tileset.title[language],
    ...(tileset.description && { description: tileset.description[language] }),
    // Map clients show attributions as HTML.
    attribution: [...new Set(tileset.attribution.map(text => text[language]))].map(escapeHtml).join(', '),
    scheme: 'xyz',
    tiles: [tileset.tilesUrl],
    minzoom: min,
    maxzoom: max,
    bounds,
    center: centerOf(bounds, min, max),
    vector_layers: tileset.members.flatMap(({ layer, view }) => vectorLayers(layer, view ?? WHOLE_LAYER, language)),
    ...(tileset.grid !== WEB_MERCATOR_QUAD && { tileMatrixSet: tileset.grid.id, crs: tileset.grid.crs })
  }
}

function vectorLayers(layer: Layer, view: LayerView, language: Language): VectorLayer[] {
  const { min, max } = tileZooms(layer)
  if (layer.stored) {
    const common = { description: layer.title[language], minzoom: min, maxzoom: max }
    return layer.stored.layers.map(stored => ({ ...common, ...stored }))
  }
  const shown = layer.fields.filter(({ name }) => view.fields?.includes(name) ?? true)
  const all = [...shown, FEATURE_ID, ...(layer.cluster ? CLUSTER : [])]
  const fields = Object.fromEntries(all.map(field => [field.name, meaning(field, language)]))
  const shapes = { id: layer.id, description: layer.title[language], minzoom: min, maxzoom: max, fields }
  const first = labelZoom(layer)
  return first === null
    ? [shapes]
    : [shapes, { ...shapes, id: labelLayerName(layer.id), minzoom: Math.max(first, min) }]
}

/** Every feature has it beside the layer's own fields. */
const FEATURE_ID: Field = { name: 'feature_id', type: 'text', title: { zh: '要素标识', en: 'Feature id' } }

/** What points put together have instead, as supercluster names it. */
const CLUSTER: readonly Field[] = [
  { name: 'cluster', type: 'boolean', title: { zh: '是否聚合点', en: 'Several points as one' } },
  { name: 'point_count', type: 'integer', title: { zh: '聚合点数', en: 'How many points' } },
  { name: 'point_count_abbreviated', type: 'text', title: { zh: '聚合点数（缩写）', en: 'How many points, in short' } }
]

const meaning = ({ title, type, codelist }: Field, language: Language) =>
  `${title[language]} (${codelist ? `${type}: ${codelist}` : type})`

/** How far the members' data reach; where nothing says so, how far they may. West, south, east, north in degrees. */
export function boundsOf({ members, extent }: Pick<Tileset, 'members' | 'extent'>): Bounds {
  const known = members.flatMap(member => (member.bounds ? [member.bounds] : []))
  const declared = members.map(member => member.layer.extent ?? extent)
  const boxes: (readonly number[])[] = known.length > 0 ? known : declared
  const edge = (side: number, pick: (...values: number[]) => number) => pick(...boxes.map(box => box[side]!))
  return [edge(0, Math.min), edge(1, Math.min), edge(2, Math.max), edge(3, Math.max)]
}

/** The zoom at which the bounds fill about one tile, within those there are. */
function centerOf([west, south, east, north]: Bounds, min: number, max: number): [number, number, number] {
  const fitting = Math.floor(Math.log2(360 / Math.max(east - west, north - south, 1e-9)))
  const round = (value: number) => Number(value.toFixed(6))
  return [round((west + east) / 2), round((south + north) / 2), Math.min(Math.max(fitting, min), max)]
}
