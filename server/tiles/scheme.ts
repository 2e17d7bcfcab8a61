import { createHash } from 'node:crypto'
import type { Layer } from '../catalog/layer.ts'

/** How layers become tiles: sizes, zooms, MVT layer names, and the version that addresses a layer's tiles. */

/** Units along a tile's side (MVT 2.1 §4.1). */
export const EXTENT = 4096
/** Units beyond the side that geometry is kept for, so that strokes and fills meet between tiles. */
export const BUFFER = 64
/** Clients draw deeper zooms from tiles of this one; a unit is 4 cm there. */
export const MAX_ZOOM = 18

/** To be raised with every change after which the same rows give other bytes. */
const ENCODING = 4

/** The zooms a layer has tiles for: as deep as they are cut, or as they are stored. */
export function tileZooms({ zoom, stored }: Pick<Layer, 'zoom'> & Partial<Pick<Layer, 'stored'>>): {
  min: number
  max: number
} {
  if (stored) return stored.zoom
  return { min: Math.min(zoom.min, MAX_ZOOM), max: Math.min(zoom.max, MAX_ZOOM) }
}

export const labelLayerName = (layerId: string): string => `${layerId}-label`

type Labelled = Pick<Layer, 'id' | 'geometry' | 'style' | 'styles' | 'zoom'>

/**
 * From which zoom on tiles have one label point a polygon or line, in the MVT layer `<id>-label`: where a style of the
 * layer first draws them, as they make a tile of parcels half as large again. Null: no style asks for any.
 */
export function labelZoom({ id, geometry, style, styles, zoom }: Labelled): number | null {
  if (!/Polygon$|LineString$/.test(geometry)) return null
  const all = styles ? styles.flatMap(named => named.style) : style
  const drawn = all.filter(item => item['source-layer'] === labelLayerName(id))
  if (drawn.length === 0) return null
  return Math.min(...drawn.map(({ minzoom = 0 }) => Math.floor(minzoom)), tileZooms({ zoom }).max)
}

/** Whether tiles of a zoom have label points. */
export function hasLabelPoints(layer: Labelled, zoom: number): boolean {
  const first = labelZoom(layer)
  return first !== null && zoom >= first
}

/**
 * What of a layer, its rows apart, decides its tiles; a name for it. It keeps tiles apart that were made from another
 * definition of the layer, or by another release of the server.
 */
export function shapeOf(layer: Layer): string {
  const known = shapes.get(layer)
  if (known) return known
  const fields = layer.fields.map(({ name, type }) => [name, type])
  const cut = [ENCODING, EXTENT, BUFFER, layer.geometry, fields, tileZooms(layer), labelZoom(layer), layer.cluster]
  const shape = createHash('sha256')
    .update(JSON.stringify(layer.stored?.identity ?? cut))
    .digest('hex')
    .slice(0, 6)
  shapes.set(layer, shape)
  return shape
}

const shapes = new WeakMap<Layer, string>()

/** The `v` of tile addresses: `<revision>-<shape>`, or `0` before the first publication. */
export function tileVersion(layer: Layer, revision: number): string {
  return revision === 0 ? '0' : `${revision}-${shapeOf(layer)}`
}
