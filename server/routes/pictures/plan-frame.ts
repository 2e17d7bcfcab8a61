import type { PictureCrs } from '../../lib/picture-crs.ts'
import {
  type DegreesBox,
  frameAround,
  frameOfBox,
  groundMetres,
  METRES_PER_CSS_PIXEL,
  unitsAtZoom
} from '../../maps/framing.ts'
import type { PictureFrame } from '../../maps/picture.ts'
import { usualScale } from '../../maps/print/paper.ts'
import { pictureZoom } from '../../maps/render/zoom.ts'
import { MAX_PIXELS, MAX_SIDE } from '../wms/parse-frame.ts'
import type { Size, Where } from './parse-ask.ts'
import { oversized } from './problems.ts'

/** Which part of the Earth a picture shows, and how finely. */
export interface PlannedFrame {
  frame: PictureFrame
  /** Metres on the ground that a CSS pixel stands for, in the middle and from west to east. */
  metresPerPixel: number
  /** As MapLibre counts zooms. */
  zoom: number
}

/** Nearer than this nothing more is seen. */
const DEEPEST = 24

/**
 * @param all what is shown where nothing says which part: degrees
 * @throws PICTURE_TOO_LARGE, PICTURE_OUTSIDE_CRS
 */
export function planPicture(where: Where, crs: PictureCrs, size: Size, all: readonly number[]): PlannedFrame {
  checkSize(size)
  const { pixelRatio } = size
  switch (where.kind) {
    case 'box':
      return described(nearest(frameOfBox(crs, where.box, size, pixelRatio)))
    case 'all':
      return described(nearest(frameOfBox(crs, boxOfAll(all, crs), size, pixelRatio)))
    case 'center':
      return described(frameAround(crs, where.center, unitsAtZoom(crs, where.center, where.zoom), size, pixelRatio))
    case 'scaled':
      return atScale(crs, where.center, where.scale, size)
  }
}

/**
 * The same on paper, where the scale is true: the one that is asked for, or the largest usual one at which all is seen.
 * @throws PICTURE_OUTSIDE_CRS
 */
export function planSheet(where: Where, crs: PictureCrs, size: Size, all: readonly number[]) {
  if (where.kind === 'scaled') {
    return { ...atScale(crs, where.center, where.scale, size), scale: where.scale }
  }
  const fitting =
    where.kind === 'center'
      ? described(frameAround(crs, where.center, unitsAtZoom(crs, where.center, where.zoom), size, size.pixelRatio))
      : described(
          nearest(frameOfBox(crs, where.kind === 'box' ? where.box : boxOfAll(all, crs), size, size.pixelRatio))
        )
  const scale = usualScale(fitting.metresPerPixel)
  return { ...scaled(fitting.frame, (scale * METRES_PER_CSS_PIXEL) / fitting.metresPerPixel), scale }
}

function atScale(crs: PictureCrs, center: readonly [number, number], scale: number, size: Size): PlannedFrame {
  const unscaled = frameAround(crs, center, unitsAtZoom(crs, center, 0), size, size.pixelRatio)
  return scaled(unscaled, (scale * METRES_PER_CSS_PIXEL) / described(unscaled).metresPerPixel)
}

/** The frame so many times as wide and high on the ground, around the same middle. */
function scaled(frame: PictureFrame, factor: number): PlannedFrame {
  const [minx, miny, maxx, maxy] = frame.box
  const [x, y] = [(minx + maxx) / 2, (miny + maxy) / 2]
  const [halfWidth, halfHeight] = [((maxx - minx) / 2) * factor, ((maxy - miny) / 2) * factor]
  return described({ ...frame, box: [x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight] })
}

function described(frame: PictureFrame): PlannedFrame {
  const units = (frame.box[2] - frame.box[0]) / frame.width
  const [x, y] = middleOf(frame)
  return { frame, metresPerPixel: groundMetres(frame.crs, x, y).x * units, zoom: pictureZoom(frame) }
}

/** No nearer than the deepest zoom: a box may be a point. */
function nearest(frame: PictureFrame): PictureFrame {
  const beyond = pictureZoom(frame) - DEEPEST
  return beyond > 0 ? scaled(frame, 2 ** beyond).frame : frame
}

const middleOf = ({ box: [minx, miny, maxx, maxy] }: PictureFrame) => [(minx + maxx) / 2, (miny + maxy) / 2] as const

/** A box of data; what lies outside a reference system is left out, and a point gets some room. */
function boxOfAll([west = 0, south = 0, east = 0, north = 0]: readonly number[], { area }: PictureCrs): DegreesBox {
  const ROOM = 0.0005
  return [
    Math.max(west - ROOM, area[0]),
    Math.max(south - ROOM, area[1]),
    Math.min(east + ROOM, area[2]),
    Math.min(north + ROOM, area[3])
  ]
}

function checkSize({ width, height, pixelRatio }: Size): void {
  const pixels = { width: width * pixelRatio, height: height * pixelRatio }
  if (Math.max(pixels.width, pixels.height) > MAX_SIDE || pixels.width * pixels.height > MAX_PIXELS) {
    throw oversized({ ...pixels, side: MAX_SIDE, pixels: MAX_PIXELS })
  }
}
