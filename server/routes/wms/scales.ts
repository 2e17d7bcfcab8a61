import type { Layer } from '../../catalog/layer.ts'
import { stylesOf } from '../../catalog/named-styles.ts'
import { MERCATOR_SIDE } from '../../lib/picture-crs.ts'

/** Metres that a pixel of the standard's screen measures (OGC 06-042 §7.2.4.6.9). */
export const PIXEL_METRES = 0.00028

/** Pixels along a side of the whole world at MapLibre's zoom 0. */
const WORLD_PIXELS = 512

/** How many times smaller than on the ground, at the equator, things are on the standard's screen at one of MapLibre's zooms. */
const denominatorAt = (zoom: number): number => MERCATOR_SIDE / (WORLD_PIXELS * 2 ** zoom) / PIXEL_METRES

/**
 * Between which scales any of some layers is drawn in any of its styles. The ends are a trifle wide of what the zooms
 * say, so that a client that asks exactly at a zoom is not told that there is nothing.
 */
export function scalesOf(layers: readonly Layer[]): { min: number | null; max: number | null } {
  const zooms = layers.map(zoomsOf)
  const first = Math.min(...zooms.map(({ first }) => first))
  const last = Math.max(...zooms.map(({ last }) => last))
  return {
    min: Number.isFinite(last) ? Math.floor(denominatorAt(last)) : null,
    max: first > 0 ? Math.ceil(denominatorAt(first)) : null
  }
}

/** From its first zoom on a layer has tiles, and is drawn on from its last ones; its styles may draw it at fewer zooms. */
function zoomsOf(layer: Layer): { first: number; last: number } {
  const drawn = stylesOf(layer).flatMap(({ style }) => style)
  const first = Math.min(...drawn.map(({ minzoom = 0 }) => minzoom))
  const last = Math.max(...drawn.map(({ maxzoom = Infinity }) => maxzoom))
  return { first: Math.max(layer.zoom.min, Number.isFinite(first) ? first : 0), last }
}
