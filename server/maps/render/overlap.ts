import { AreaMask } from './area-mask.ts'
import { type DecodedLayer, POLYGON } from './decoded-tile.ts'
import { boxSpans } from './tile-places.ts'

/** The tile is looked at in so many cells along its side. */
const CELLS = 256
/** How far beyond its side areas count, as a share of the side. */
const BEYOND = 1 / 64
/** Areas that share a border lie upon each other by a unit here and there, which is no more than this. */
const HEAPED = 1.4

const known = new WeakMap<DecodedLayer, boolean>()

/** Whether areas of a layer lie upon each other anywhere in its tile, by more than a pixel or two. */
export function areasOverlap(layer: DecodedLayer): boolean {
  const found = known.get(layer) ?? (layer.count > 1 && look(layer))
  known.set(layer, found)
  return found
}

function look({ type, partStart, vertexStart, xy, extent, count }: DecodedLayer): boolean {
  if (!Number.isFinite(extent)) return true
  const mask = new AreaMask(CELLS, CELLS)
  mask.within(boxSpans(0, 0, CELLS, CELLS))
  const per = CELLS / (extent * (1 + 2 * BEYOND))
  const places = new Float64Array(xy.length)
  for (let i = 0; i < xy.length; i++) places[i] = (xy[i]! + extent * BEYOND) * per
  for (let i = 0; i < count; i++) {
    if (type[i] !== POLYGON) continue
    for (let part = partStart[i]!; part < partStart[i + 1]!; part++)
      mask.ring(places, vertexStart[part]!, vertexStart[part + 1]!)
  }
  return mask.heaped() > HEAPED
}
