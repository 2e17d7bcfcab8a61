import { MERCATOR_SIDE, projectionOf } from '../../lib/picture-crs.ts'
import type { PictureFrame } from '../picture.ts'

/** MapLibre draws the world 512 pixels wide at zoom 0. */
export const WORLD_PIXELS = 512
const DEGREE = MERCATOR_SIDE / 360

/**
 * MapLibre's zoom of a picture, its fraction included: that of the Mercator map on which things at the middle of the
 * picture are as large. Of degrees the width counts: the levels of all grids then are whole zooms.
 */
export function pictureZoom({ crs, box, width, height }: PictureFrame): number {
  const [minX, minY, maxX, maxY] = box
  const [across, down] = [(maxX - minX) / width, (maxY - minY) / height]
  if (crs.unit === 'degree') return zoomOfScale(across * DEGREE)
  if (crs.code === 'EPSG:3857') return zoomOfScale(Math.sqrt(across * down))
  const { inverse } = projectionOf(crs)
  const [x, y] = [(minX + maxX) / 2, (minY + maxY) / 2]
  const [west, south] = mercator(inverse(x - across / 2, y - down / 2))
  const [east, north] = mercator(inverse(x + across / 2, y + down / 2))
  return zoomOfScale(Math.sqrt(Math.abs((east - west) * (north - south))))
}

/** @param metres Mercator metres a CSS pixel */
const zoomOfScale = (metres: number) => Math.log2(MERCATOR_SIDE / (WORLD_PIXELS * metres))

function mercator([longitude, latitude]: [number, number]): [number, number] {
  const sine = Math.sin((Math.min(Math.max(latitude, -85.06), 85.06) * Math.PI) / 180)
  return [longitude * DEGREE, (Math.atanh(sine) * MERCATOR_SIDE) / (2 * Math.PI)]
}
