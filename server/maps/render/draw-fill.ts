import { POLYGON } from './decoded-tile.ts'
import { type Desk, groupBy, isSeen, moved, type PlacedLayer } from './desk.ts'
import { strokeFeature } from './draw-line.ts'
import type { Evaluated, PerFeature } from './evaluate.ts'
import { areasOverlap } from './overlap.ts'
import { patternPaint } from './patterns.ts'
import { isClear, type Paint } from './pixels.ts'

/** Draws the areas of a tile. */
export function drawFill(desk: Desk, style: Evaluated, placed: PlacedLayer): void {
  const { layer, place } = placed
  const features = style.select(layer, 'fill-sort-key').filter(i => layer.type[i] === POLYGON && isSeen(placed, i, 0))
  if (features.length === 0) return
  const translate = style.value<[number, number]>('fill-translate')
  const shift: [number, number] = [translate[0] * desk.pixelRatio, translate[1] * desk.pixelRatio]
  const at = { ...placed, places: moved(placed.places, shift) }
  const isPattern = style.has('fill-pattern')
  const paintOf: PerFeature<Paint | null> = isPattern
    ? patternPaint(desk, style, 'fill-pattern', 'fill-opacity', layer)
    : style.color('fill-color', 'fill-opacity', layer)
  const isSmooth = style.value<boolean>('fill-antialias')
  const overlap = areasOverlap(layer)
  desk.areas.within(place.spans)
  for (const [paint, group] of groupBy(features, paintOf, overlap || style.has('fill-sort-key'))) {
    if (!paint || isClear(paint)) continue
    // Two areas of one colour that is seen through are darker where both are.
    const oneByOne = overlap && !('alpha' in paint && paint.alpha >= 254.5)
    for (const feature of group) {
      addRings(desk, at, feature)
      if (oneByOne) desk.areas.paint(desk.pixels, place.spans, paint, !isSmooth)
    }
    if (!oneByOne) desk.areas.paint(desk.pixels, place.spans, paint, !isSmooth)
  }
  if (!isPattern && style.has('fill-outline-color') && isSmooth) drawOutlines(desk, style, at, features)
}

function addRings({ areas }: Desk, { layer, places }: PlacedLayer, feature: number): void {
  for (let part = layer.partStart[feature]!; part < layer.partStart[feature + 1]!; part++)
    areas.ring(places, layer.vertexStart[part]!, layer.vertexStart[part + 1]!)
}

/** Lines a pixel wide. */
const OUTLINE = {
  width: 1,
  gap: 0,
  offset: 0,
  blur: 1,
  cap: 'butt',
  join: 'round',
  miterLimit: 2,
  dashes: null
} as const

function drawOutlines(desk: Desk, style: Evaluated, placed: PlacedLayer, features: Uint32Array): void {
  const paintOf = style.color('fill-outline-color', 'fill-opacity', placed.layer)
  desk.lines.within(placed.place.spans)
  for (const [paint, group] of groupBy(features, paintOf, false)) {
    if (isClear(paint)) continue
    for (const feature of group) strokeFeature(desk.lines, placed, feature, OUTLINE)
    desk.lines.paint(desk.pixels, placed.place.spans, paint)
  }
}
