import { type Desk, isNear, type PlacedLayer } from './desk.ts'
import type { Evaluated } from './evaluate.ts'
import type { Pixels, Solid } from './pixels.ts'

/** How far a blurred circle reaches, in its radii. */
const MOST_BLURRED = 2

/** Draws a circle at each point of a tile; on lines and areas, at their vertices. Points beyond the tile are a neighbour's. */
export function drawCircles(desk: Desk, style: Evaluated, placed: PlacedLayer): void {
  const { layer, places } = placed
  const { pixels, pixelRatio } = desk
  const color = style.color('circle-color', 'circle-opacity', layer)
  const strokeColor = style.color('circle-stroke-color', 'circle-stroke-opacity', layer)
  const radius = style.of<number>('circle-radius', layer)
  const strokeWidth = style.of<number>('circle-stroke-width', layer)
  const blur = style.of<number>('circle-blur', layer)
  const [dx, dy] = style.value<[number, number]>('circle-translate')
  for (const feature of style.select(layer, 'circle-sort-key')) {
    const size = { radius: radius(feature) * pixelRatio, strokeWidth: strokeWidth(feature) * pixelRatio }
    // Those of a tile's points that lie far from the picture are often the most.
    if (!isNear(placed, feature, MOST_BLURRED * (size.radius + size.strokeWidth), pixels)) continue
    const circle = {
      ...size,
      blur: blur(feature),
      color: color(feature),
      strokeColor: strokeColor(feature)
    }
    const first = layer.vertexStart[layer.partStart[feature]!]!
    const end = layer.vertexStart[layer.partStart[feature + 1]!]!
    for (let v = first; v < end; v++)
      if (isInside(layer, v))
        drawCircle(pixels, places[2 * v]! + dx * pixelRatio, places[2 * v + 1]! + dy * pixelRatio, circle)
  }
}

export const isInside = ({ xy, extent }: PlacedLayer['layer'], vertex: number): boolean => {
  if (!Number.isFinite(extent)) return true
  const [x, y] = [xy[2 * vertex]!, xy[2 * vertex + 1]!]
  return x >= 0 && y >= 0 && x < extent && y < extent
}

interface Circle {
  radius: number
  strokeWidth: number
  /** As a share of the radius with its stroke. */
  blur: number
  color: Solid
  strokeColor: Solid
}

/** MapLibre's circle: its edges fade inward, over a pixel or the blur. */
function drawCircle(
  pixels: Pixels,
  x: number,
  y: number,
  { radius, strokeWidth, blur, color, strokeColor }: Circle
): void {
  const outer = radius + strokeWidth
  if (!(outer > 0)) return
  const fade = Math.max(Math.abs(blur), 1 / outer)
  const reach = blur < 0 ? outer * (1 + fade) : outer
  const [left, right] = [Math.max(Math.floor(x - reach), 0), Math.min(Math.ceil(x + reach), pixels.width)]
  const [top, bottom] = [Math.max(Math.floor(y - reach), 0), Math.min(Math.ceil(y + reach), pixels.height)]
  const hasStroke = strokeWidth >= 0.01
  for (let row = top; row < bottom; row++)
    for (let column = left; column < right; column++) {
      const distance = Math.sqrt((column + 0.5 - x) ** 2 + (row + 0.5 - y) ** 2) / outer
      const share = blur < 0 ? smoothstep(1 + fade, 1, distance) : smoothstep(1, 1 - fade, distance)
      if (share <= 0) continue
      const stroke = hasStroke ? smoothstep(radius / outer - fade, radius / outer, distance) : 0
      blend(pixels, row * pixels.width + column, color, strokeColor, stroke, share)
    }
}

/** 0 at one edge, 1 at the other, and a soft way between. */
function smoothstep(zero: number, one: number, value: number): number {
  const t = Math.min(Math.max((value - zero) / (one - zero), 0), 1)
  return t * t * (3 - 2 * t)
}

function blend({ bytes }: Pixels, pixel: number, a: Solid, b: Solid, mix: number, share: number): void {
  const part = (of: keyof Solid) => (a[of] * (1 - mix) + b[of] * mix) * share
  const alpha = part('alpha')
  const rest = 1 - alpha / 255
  const i = 4 * pixel
  bytes[i] = part('red') + bytes[i]! * rest + 0.5
  bytes[i + 1] = part('green') + bytes[i + 1]! * rest + 0.5
  bytes[i + 2] = part('blue') + bytes[i + 2]! * rest + 0.5
  bytes[i + 3] = alpha + bytes[i + 3]! * rest + 0.5
}
