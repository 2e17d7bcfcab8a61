import { AreaMask } from './area-mask.ts'
import type { DecodedLayer } from './decoded-tile.ts'
import { LineMask } from './line-mask.ts'
import { createPixels, type Pattern, type Pixels } from './pixels.ts'
import type { TilePlace } from './place.ts'

/** Pictures that patterns are made of, in the picture's own pixels. */
export type PatternImages = ReadonlyMap<string, Omit<Pattern, 'opacity' | 'originX' | 'originY'>>

/** What a picture is drawn with. */
export interface Desk {
  pixels: Pixels
  areas: AreaMask
  lines: LineMask
  /** What is left out of lines that are drawn as two. */
  gaps: LineMask
  pixelRatio: number
  images: PatternImages
  /** Where the CRS begins, in pixels: patterns of pictures side by side go on from one to the next. */
  origin: readonly [number, number]
}

type Tools = Pick<Desk, 'areas' | 'lines' | 'gaps' | 'pixels'>

/** What the last picture was drawn with is used again: most have one size. */
let last: { width: number; height: number; tools: Tools } | undefined

/** What a larger picture was drawn with is given back, in pixels. */
export const MOST_KEPT = 2048 * 2048

/** A desk with clear pixels. Those of the picture before are gone. */
export function setDesk(width: number, height: number, rest: Pick<Desk, 'pixelRatio' | 'images' | 'origin'>): Desk {
  used = 0
  if (last?.width !== width || last.height !== height) {
    const tools = {
      areas: new AreaMask(width, height),
      lines: new LineMask(width, height),
      gaps: new LineMask(width, height),
      pixels: createPixels(width, height)
    }
    last = { width, height, tools }
  }
  const { tools } = last
  tools.pixels.words.fill(0)
  if (width * height > MOST_KEPT) last = undefined
  return { ...rest, ...tools }
}

/** After a failure: what was half drawn is not to come into the next picture. */
export function clearDesk(): void {
  last = undefined
}

/** Memory for vertices of one picture, used again for the next. */
let room = new Float64Array(1 << 16)
let used = 0
/** Larger room is given back after the picture. */
const MOST_ROOM = 1 << 21

function take(length: number): Float64Array {
  if (used + length > room.length) {
    if (length > MOST_ROOM) return new Float64Array(length)
    room = new Float64Array(Math.min(Math.max(2 * room.length, length), MOST_ROOM))
    used = 0
  }
  used += length
  return room.subarray(used - length, used)
}

/** A layer of a tile where it lies in the picture. */
export interface PlacedLayer {
  layer: DecodedLayer
  place: TilePlace
  /** Its vertices in pixels of the picture, x y in turns. */
  places: Float64Array
  /** minx, miny, maxx, maxy of each feature in pixels; of a tile that is turned in the picture a little too small. */
  boxes: Float64Array
}

export function placeLayer(layer: DecodedLayer, place: TilePlace): PlacedLayer {
  const places = take(layer.xy.length)
  place.toPicture(layer.xy, 0, layer.xy.length / 2, layer.extent, places)
  const boxes = take(layer.box.length)
  place.toPicture(layer.box, 0, layer.box.length / 2, layer.extent, boxes)
  return { layer, place, places, boxes }
}

/** How much a turned tile's boxes may be too small, as a share of their size. */
const TURNED = 0.05

/** Whether a feature, with so many pixels around it, may be seen in its tile. */
export function isSeen({ boxes, place: { spans } }: PlacedLayer, feature: number, reach: number): boolean {
  const { left, right, top, from } = spans
  return meets(boxes, feature, reach, left, top, right, top + from.length)
}

/** Whether a feature, with so many pixels around it, may be seen in the picture, in its own tile or not. */
export const isNear = ({ boxes }: PlacedLayer, feature: number, reach: number, { width, height }: Pixels): boolean =>
  meets(boxes, feature, reach, 0, 0, width, height)

function meets(
  boxes: Float64Array,
  feature: number,
  reach: number,
  left: number,
  top: number,
  right: number,
  bottom: number
): boolean {
  const at = 4 * feature
  // y counts to the south in tiles and to the north in degrees.
  const [x0, y0, x1, y1] = [boxes[at]!, boxes[at + 1]!, boxes[at + 2]!, boxes[at + 3]!]
  const slack = reach + TURNED * (Math.abs(x1 - x0) + Math.abs(y1 - y0))
  return (
    Math.max(x0, x1) + slack >= left &&
    Math.min(x0, x1) - slack <= right &&
    Math.max(y0, y1) + slack >= top &&
    Math.min(y0, y1) - slack <= bottom
  )
}

/** Features that are painted alike, in the order they are first met; in their own order where that may be seen. */
export function groupBy<P>(features: Uint32Array, paintOf: (feature: number) => P, inOrder: boolean): [P, number[]][] {
  const groups: [P, number[]][] = []
  const known = new Map<P, number[]>()
  for (const feature of features) {
    const paint = paintOf(feature)
    const last = groups.at(-1)
    const group = inOrder ? (last?.[0] === paint ? last[1] : undefined) : known.get(paint)
    if (group) group.push(feature)
    else {
      const begun = [feature]
      known.set(paint, begun)
      groups.push([paint, begun])
    }
  }
  return groups
}

/** Vertices moved by so many pixels; the same ones where that is none. */
export function moved(places: Float64Array, [x, y]: readonly [number, number]): Float64Array {
  if (x === 0 && y === 0) return places
  return places.map((value, i) => value + (i % 2 === 0 ? x : y))
}
