import { MERCATOR_SIDE } from '../../lib/picture-crs.ts'

/** The scale of MapLibre's zoom 0, a tile of 512 pixels of 0.28 mm (OGC 17-083r2 §6.1.1.1). */
const SCALE_AT_ZOOM_0 = MERCATOR_SIDE / 512 / 0.000_28

/** The zoom of a scale denominator, within those that style layers know. */
export function scaleToZoom(denominator: number): number | undefined {
  if (Number.isNaN(denominator)) return undefined
  const zoom = denominator > 0 ? Math.log2(SCALE_AT_ZOOM_0 / denominator) : 24
  return Number(Math.min(Math.max(zoom, 0), 24).toFixed(5))
}

export const zoomToScale = (zoom: number): number => Number((SCALE_AT_ZOOM_0 / 2 ** zoom).toPrecision(10))
