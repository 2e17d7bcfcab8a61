import type { DecodedLayer } from './decoded-tile.ts'
import type { Desk } from './desk.ts'
import type { Evaluated, PerFeature } from './evaluate.ts'
import type { Paint, Pattern } from './pixels.ts'

/** A pattern for each feature, the same object for the same pattern; null where there is no such picture. */
export function patternPaint(
  desk: Desk,
  style: Evaluated,
  name: string,
  opacity: string,
  layer: DecodedLayer
): PerFeature<Paint | null> {
  const [image, share] = [style.of<unknown>(name, layer), style.of<number>(opacity, layer)]
  const known = new Map<string, Pattern | null>()
  return feature => {
    const [of, by] = [imageName(image(feature)), share(feature)]
    const key = `${by} ${of}`
    const made = known.has(key) ? known.get(key)! : patternOf(desk, of, by)
    known.set(key, made)
    return made
  }
}

/** What a property of the type `resolvedImage` names. */
const imageName = (value: unknown): string =>
  typeof value === 'object' && value !== null ? String((value as { name?: unknown }).name) : String(value ?? '')

export function patternOf({ images, origin }: Desk, name: string, opacity: number): Pattern | null {
  const image = images.get(name)
  return image ? { ...image, opacity, originX: Math.round(origin[0]), originY: Math.round(origin[1]) } : null
}
