import { type Color, latest, normalizePropertyExpression } from '@maplibre/maplibre-gl-style-spec'
import type { Desk, PlacedLayer } from './desk.ts'
import { isInside } from './draw-circle.ts'
import { type Evaluated, solidOf } from './evaluate.ts'
import type { Solid } from './pixels.ts'

/** 1 / √(2π): the height of the normal distribution. */
const HEIGHT = 0.3989422804014327

/** Draws the density of a layer's points over all its tiles, as MapLibre does: a bell of three deviations a point. */
export function drawHeatmap({ pixels, pixelRatio }: Desk, style: Evaluated, tiles: readonly PlacedLayer[]): void {
  const { width, height, bytes } = pixels
  const density = new Float32Array(width * height)
  const intensity = style.value<number>('heatmap-intensity')
  for (const { layer, places } of tiles) {
    const weight = style.of<number>('heatmap-weight', layer)
    const radius = style.of<number>('heatmap-radius', layer)
    for (const feature of style.select(layer, 'heatmap-sort-key')) {
      const end = layer.vertexStart[layer.partStart[feature + 1]!]!
      for (let v = layer.vertexStart[layer.partStart[feature]!]!; v < end; v++)
        if (isInside(layer, v))
          addBell(
            density,
            width,
            height,
            places[2 * v]!,
            places[2 * v + 1]!,
            radius(feature) * pixelRatio,
            weight(feature) * intensity
          )
    }
  }
  const colors = ramp(style)
  for (let i = 0; i < density.length; i++) {
    const { red, green, blue, alpha } = colors[Math.min(Math.round(density[i]! * 255), 255)]!
    if (alpha <= 0) continue
    const rest = 1 - alpha / 255
    bytes[4 * i] = red + bytes[4 * i]! * rest + 0.5
    bytes[4 * i + 1] = green + bytes[4 * i + 1]! * rest + 0.5
    bytes[4 * i + 2] = blue + bytes[4 * i + 2]! * rest + 0.5
    bytes[4 * i + 3] = alpha + bytes[4 * i + 3]! * rest + 0.5
  }
}

function addBell(
  density: Float32Array,
  width: number,
  height: number,
  x: number,
  y: number,
  radius: number,
  weight: number
): void {
  if (!(radius > 0) || !(weight > 0)) return
  const [left, right] = [Math.max(Math.ceil(x - radius - 0.5), 0), Math.min(Math.floor(x + radius - 0.5) + 1, width)]
  const [top, bottom] = [Math.max(Math.ceil(y - radius - 0.5), 0), Math.min(Math.floor(y + radius - 0.5) + 1, height)]
  const bend = -4.5 / (radius * radius)
  for (let row = top; row < bottom; row++) {
    const down = (row + 0.5 - y) ** 2
    for (let column = left; column < right; column++) {
      const at = row * width + column
      density[at] = density[at]! + weight * HEIGHT * Math.exp(bend * ((column + 0.5 - x) ** 2 + down))
    }
  }
}

/** The colours of densities from 0 to 1, in 256 steps. */
function ramp(style: Evaluated): Solid[] {
  const specification = latest['paint_heatmap']['heatmap-color']
  const value = style.style.paint?.['heatmap-color'] ?? specification.default
  const expression = normalizePropertyExpression(value as never, 'heatmap-color', specification as never)
  const opacity = style.value<number>('heatmap-opacity')
  const none = { type: 'Unknown', properties: {} } as const
  return Array.from({ length: 256 }, (_, i) =>
    solidOf(expression.evaluate({ zoom: style.zoom, heatmapDensity: i / 255 }, none) as Color, opacity)
  )
}
