import type { Evaluated } from './evaluate.ts'

/** Changes red, green, blue and alpha, 0 to 255, the colours multiplied by the alpha, in place. */
export type Adjustment = (pixel: Float64Array) => void

/** At a contrast of 1, which has only black and white. */
const STEEPEST = 1e-3

/**
 * What `raster-hue-rotate`, `-saturation`, `-contrast` and `-brightness-min`, `-max` do to colours, in the order and by
 * the formulas of MapLibre; null: they leave them as they are.
 */
export function adjustmentOf(style: Evaluated): Adjustment | null {
  const value = (name: string) => style.value<number>(`raster-${name}`)
  const [hue, saturation, contrast] = [value('hue-rotate'), value('saturation'), value('contrast')]
  const [low, high] = [value('brightness-min'), value('brightness-max')]
  if (hue % 360 === 0 && saturation === 0 && contrast === 0 && low === 0 && high === 1) return null
  const [same, next, previous] = turned(hue)
  const toGrey = saturation > 0 ? 1 - 1 / (1.001 - saturation) : -saturation
  const steepness = contrast > 0 ? 1 / Math.max(1 - contrast, STEEPEST) : 1 + contrast
  return pixel => {
    const alpha = pixel[3]!
    const red = pixel[0]! / alpha
    const green = pixel[1]! / alpha
    const blue = pixel[2]! / alpha
    const average = (red + green + blue) / 3
    const change = (a: number, b: number, c: number) => {
      const turned = a * same + b * next + c * previous
      const strong = turned + (average - turned) * toGrey
      const apart = (strong - 0.5) * steepness + 0.5
      return Math.min(Math.max(low + (high - low) * apart, 0), 1) * alpha
    }
    pixel[0] = change(red, green, blue)
    pixel[1] = change(green, blue, red)
    pixel[2] = change(blue, red, green)
  }
}

/** The shares of a colour's own part, of the next and of the one before it, when hues are turned. */
function turned(degrees: number): [number, number, number] {
  const [sine, cosine] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)]
  return [(2 * cosine + 1) / 3, (-Math.sqrt(3) * sine - cosine + 1) / 3, (Math.sqrt(3) * sine - cosine + 1) / 3]
}
