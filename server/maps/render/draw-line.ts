import { cutSides, isCutStretch } from './cut-sides.ts'
import { LINE, POLYGON } from './decoded-tile.ts'
import { type Desk, groupBy, isSeen, moved, type PlacedLayer } from './desk.ts'
import type { Evaluated, PerFeature } from './evaluate.ts'
import type { LineMask } from './line-mask.ts'
import { patternPaint } from './patterns.ts'
import { isClear, type Paint, type Pattern } from './pixels.ts'
import { type Stroke, strokeLine } from './stroke.ts'
import { TurnedPattern } from './turned-pattern.ts'

/** Draws the lines of a tile, and its areas' borders. */
export function drawLine(desk: Desk, style: Evaluated, placed: PlacedLayer): void {
  const { layer, place } = placed
  const strokeOf = strokes(desk, style, placed)
  const paintOf: PerFeature<Paint | null> = style.has('line-pattern')
    ? patternPaint(desk, style, 'line-pattern', 'line-opacity', layer)
    : style.color('line-color', 'line-opacity', layer)
  const translate = style.value<[number, number]>('line-translate')
  const at = {
    ...placed,
    places: moved(placed.places, [translate[0] * desk.pixelRatio, translate[1] * desk.pixelRatio])
  }
  const features = style.select(layer, 'line-sort-key').filter(i => layer.type[i] === LINE || layer.type[i] === POLYGON)
  desk.lines.within(place.spans)
  desk.gaps.within(place.spans)
  for (const [paint, group] of groupBy(features, paintOf, style.has('line-sort-key'))) {
    if (!paint || isClear(paint)) continue
    let hasGaps = false
    const turned = 'words' in paint ? new TurnedPattern(place.spans) : null
    for (const feature of group) {
      const stroke = strokeOf(feature)
      const { width, gap, offset } = stroke
      if (width <= 0 || !isSeen(at, feature, 2 * Math.abs(offset) + gap + 2 * width + 1)) continue
      if (turned) layFeature(turned, at, feature, paint as Pattern, stroke)
      if (gap > 0) {
        // A line on each side of the gap is a wide one, but for its middle.
        hasGaps = true
        strokeFeature(desk.gaps, at, feature, { ...stroke, width: gap, blur: 1, cap: 'butt' })
        strokeFeature(desk.lines, at, feature, { ...stroke, width: gap + 2 * width })
      } else strokeFeature(desk.lines, at, feature, stroke)
    }
    const laid = turned ? turned.asPaint((paint as Pattern).opacity) : paint
    desk.lines.paint(desk.pixels, place.spans, laid, hasGaps ? desk.gaps : null)
  }
}

/** A stroke with the width of the gap in its middle; 0: it is one line. */
type WithGap = Stroke & { gap: number }

/** How each feature's line is drawn, in pixels of the picture. */
function strokes({ pixelRatio }: Desk, style: Evaluated, { layer }: PlacedLayer): PerFeature<WithGap> {
  const lengths = ['line-width', 'line-gap-width', 'line-offset', 'line-blur'] as const
  const [width, gap, offset, blur] = lengths.map(name => style.of<number>(name, layer)) as [
    PerFeature<number>,
    PerFeature<number>,
    PerFeature<number>,
    PerFeature<number>
  ]
  const join = style.of<Stroke['join']>('line-join', layer)
  const dashes = style.has('line-dasharray') ? style.of<readonly number[] | undefined>('line-dasharray', layer) : null
  const cap = style.value<Stroke['cap']>('line-cap')
  const miterLimit = style.value<number>('line-miter-limit')
  return feature => {
    const wide = width(feature) * pixelRatio
    return {
      width: wide,
      gap: gap(feature) * pixelRatio,
      offset: offset(feature) * pixelRatio,
      blur: 1 + blur(feature) * pixelRatio,
      cap,
      join: join(feature),
      miterLimit,
      dashes: dashes?.(feature)?.map(dash => dash * wide) ?? null
    }
  }
}

/** Corners that are drawn out reach so much farther from the line than its side does. */
const CORNER = 1.5

function layFeature(
  turned: TurnedPattern,
  { layer, places }: PlacedLayer,
  feature: number,
  image: Pattern,
  { width, gap, offset }: WithGap
): void {
  const isArea = layer.type[feature] === POLYGON
  const reach = (gap / 2 + width + Math.abs(offset)) * CORNER + 1
  for (let part = layer.partStart[feature]!; part < layer.partStart[feature + 1]!; part++) {
    const [from, to] = [layer.vertexStart[part]!, layer.vertexStart[part + 1]!]
    turned.lay(places, from, to, isArea, { image, offset, reach })
  }
}

/** Room for the vertices of one line. */
let room = new Float64Array(4096)

/** Draws all lines of a feature into a mask, the sides along which its areas are cut off left out. */
export function strokeFeature(mask: LineMask, { layer, places }: PlacedLayer, feature: number, stroke: Stroke): void {
  const isArea = layer.type[feature] === POLYGON
  const cut = isArea ? cutSides(layer, feature) : null
  for (let part = layer.partStart[feature]!; part < layer.partStart[feature + 1]!; part++) {
    const [from, to] = [layer.vertexStart[part]!, layer.vertexStart[part + 1]!]
    if (2 * (to - from) > room.length) room = new Float64Array(4 * (to - from))
    for (let i = 2 * from, at = 0; i < 2 * to; i++) room[at++] = places[i]!
    const hidden = cut ? (vertex: number) => isCutStretch(layer, cut, from, to, vertex) : null
    strokeLine(mask, room, to - from, isArea, stroke, hidden)
  }
}
